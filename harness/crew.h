/* crew: runs the cases of a plan in worker processes, each with a network of its own.
 *
 * A worker dies with the run, and what it started dies with the worker: an interrupted run leaves
 * no process, no namespace and no file behind. */
#ifndef PEERSPEC_CREW_H
#define PEERSPEC_CREW_H

#include "outcome.h"
#include "plan.h"
#include "rig.h"

struct crew_events {
    void *ctx;
    /* The network stands, with a namespace for each worker or without; `note` says what this
     * machine does not let us, or is empty. Called once. */
    void (*ready)(void *ctx, bool isolated, const char *note);
    void (*started)(void *ctx, const struct plan_case *one);
    /* In the order of the plan, whatever the workers' order is. */
    void (*done)(void *ctx, const struct plan_case *one, const struct outcome *outcome);
};

/* Run all cases with `jobs` workers. ERR_UNREACHABLE or ERR_PERMISSION where the run had to stop,
 * because the IUT cannot be started or reached, or nothing can be captured; ERR_SYSTEM where a
 * signal came. */
NODISCARD enum err crew_run(const struct plan *plan, const struct kit *kit,
                            const struct settings *settings, unsigned jobs,
                            const struct crew_events *events, struct diag *why);

/* From now on SIGINT, SIGTERM and SIGHUP wait until crew_run() can end the workers. */
void crew_handle_signals(void);
/* The signal that ended crew_run() early; 0: none. */
int crew_interrupted(void);

#endif
