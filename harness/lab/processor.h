/* processor: holds the calling thread, and what it starts from then on, on one processor.
 *
 * Two processes that take turns, as in lock-step, do so faster on one processor than on two: a
 * wake-up there needs no interrupt, and sched_yield(2) hands the turn over. */
#ifndef PEERSPEC_LAB_PROCESSOR_H
#define PEERSPEC_LAB_PROCESSOR_H

#include <sched.h>
#include <stdbool.h>

struct processor_hold {
    bool held;
    cpu_set_t before; /* where the thread may run otherwise */
};

/* Stay on the processor that runs this. Where the system refuses nothing changes, and nothing is
 * held. */
void processor_hold(struct processor_hold *hold);
/* Undoes it for the calling thread, not for what it has started; does nothing where nothing is
 * held. */
void processor_release(struct processor_hold *hold);

#endif
