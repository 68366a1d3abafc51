/* tape: a capture file in the making, and the clock of the wire that it shows: 1 Gbit/s, Ethernet. */
#ifndef PEERSPEC_BENCH_TAPE_H
#define PEERSPEC_BENCH_TAPE_H

#include "support/wireframe.h"

struct tape {
    FILE *file;       /* owned */
    int64_t now;      /* ns since 1970 */
    uint64_t packets; /* written */
    uint64_t octets;  /* of the file */
    char packet[WIREFRAME_ROOM], frame[WIREFRAME_ROOM];
};

/* Start `path` anew; false, with errno, where that cannot be. */
bool tape_open(struct tape *tape, const char *path);
/* False, with errno, where not all could be written. */
bool tape_close(struct tape *tape);
void tape_put(struct tape *tape, const struct wireframe *frame);

#endif
