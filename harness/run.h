/* run: one case, from script to verdict. */
#ifndef PEERSPEC_RUN_H
#define PEERSPEC_RUN_H

#include "outcome.h"
#include "plan.h"
#include "rig.h"

/* What a client did in the end, to be compared between variations of one exchange. */
struct conduct {
    bool known;
    int status;        /* exit status; -1: killed by a signal */
    uint64_t commands; /* hash of all commands, in order */
    uint64_t files;    /* hash of the names and contents of its files */
    int64_t lifetime;  /* ns */
    enum verdict verdict;
};

/* Play the case, see it, judge it. Never fails: what goes wrong on our side is VERDICT_ERROR in
 * *outcome, which outcome_init() has set up. `baseline` is the conduct of the case without
 * variation, or NULL where this is that case; *conduct tells this one's. */
void run_case(struct rig *rig, const struct plan_case *one, const struct conduct *baseline,
              struct conduct *conduct, struct outcome *outcome);

#endif
