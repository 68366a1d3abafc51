/* stopper: SIGINT, SIGTERM and SIGHUP end a program between two turns of its loop. */
#ifndef PEERSPEC_PLAY_STOPPER_H
#define PEERSPEC_PLAY_STOPPER_H

#include "play/loop.h"

struct stopper {
    int fd;       /* signalfd; -1: none */
    bool stopped; /* one of them came */
};

/* Blocks the three and ignores SIGPIPE, for the whole process. stopper_end() is due in any case,
 * before loop_free(). */
NODISCARD enum err stopper_start(struct stopper *stopper, struct loop *loop, struct diag *why);
void stopper_end(struct stopper *stopper, struct loop *loop);

#endif
