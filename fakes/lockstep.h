/* lockstep: waits between two segments until the other side has read the first, at most 200 ms.
 *
 * Where that cannot be told it waits 2 ms, and notes it once in the transcript. */
#ifndef PEERSPEC_FAKES_LOCKSTEP_H
#define PEERSPEC_FAKES_LOCKSTEP_H

#include "play/peer.h"

struct lockstep_config {
    struct loop *loop;
    struct transcript *transcript;
    unsigned connection; /* for transcript entries */
    int fd;
    peer_drained_fn *drained; /* NULL: nobody can tell */
    void *drained_ctx;
    void *ctx;
    void (*go_on)(void *ctx); /* from the loop */
};

struct lockstep {
    struct lockstep_config config;
    struct loop_timer *timer; /* runs while it waits */
    uint64_t sent;
    int64_t since, step;
    bool blind_noted;
};

void lockstep_init(struct lockstep *lockstep, const struct lockstep_config *config); /* a copy */
/* So many octets have left on the socket. True where there is something to wait for: `go_on` is
 * called when that is over. */
bool lockstep_start(struct lockstep *lockstep, uint64_t sent);
bool lockstep_waits(const struct lockstep *lockstep);
void lockstep_stop(struct lockstep *lockstep); /* wait no more, and tell nobody */

#endif
