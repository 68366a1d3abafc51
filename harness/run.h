/* run: one case, from script to verdict. */
#ifndef PEERSPEC_RUN_H
#define PEERSPEC_RUN_H

#include "conduct.h"
#include "outcome.h"
#include "plan.h"
#include "rig.h"

/* Play the case, see it, judge it. Never fails: what goes wrong on our side is VERDICT_ERROR in
 * *outcome, which outcome_init() has set up. `baseline` is the conduct of the case without
 * variation, or NULL where this is that case; *conduct tells this one's. */
void run_case(struct rig *rig, const struct plan_case *one, const struct conduct *baseline,
              struct conduct *conduct, struct outcome *outcome);

#endif
