/* worker: the part of a crew that runs cases, in a process of its own, and tells the run by
 * messages. */
#ifndef PEERSPEC_WORKER_H
#define PEERSPEC_WORKER_H

#include <stdatomic.h>

#include "plan.h"
#include "rig.h"

#define WORKER_MESSAGE (64u << 20) /* octets of a message at most */

enum worker_message_kind {
    WORKER_READY,   /* its network stands; the note of its rig follows */
    WORKER_STARTED, /* a case has begun */
    WORKER_DONE,    /* a case has ended; its outcome follows, as outcome_write() has it */
    WORKER_FAILED,  /* it cannot work at all; a struct diag follows */
};

/* What each message begins with: both ends are one program, so it is sent as it lies in memory. */
struct worker_message {
    enum worker_message_kind kind;
    size_t index; /* of the case in the plan */
    size_t len;   /* octets that follow */
};

/* What the workers of a run share. */
struct work {
    const struct plan *plan;
    const struct kit *kit;
    const struct settings *settings;
    atomic_size_t *next; /* in shared memory: index of the first case that nobody took */
};

/* Run cases until none is left; `number`, from 0, is this worker's, `fd` where its messages go.
 * Ends the process where nobody reads them any more. */
void worker_run(const struct work *work, unsigned number, int fd);

#endif
