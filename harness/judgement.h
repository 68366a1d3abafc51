/* judgement: from all that a case left behind to its findings. */
#ifndef PEERSPEC_JUDGEMENT_H
#define PEERSPEC_JUDGEMENT_H

#include "judge/expect.h"
#include "outcome.h"
#include "play/player.h"
#include "run.h"
#include "staging.h"

struct case_evidence {
    const struct plan_case *one;
    struct staging *staging;
    const struct player *player;
    const struct transcript *transcript;
    const struct recording *recording;
    bool timed_out;
};

void judgement_make(const struct case_evidence *evidence, struct outcome *outcome);
/* What the client did, for comparison. */
void judgement_conduct(const struct case_evidence *evidence, enum verdict verdict,
                       struct conduct *conduct);
/* A variation must end as its baseline did. */
void judgement_compare(const struct case_evidence *evidence, const struct conduct *baseline,
                       const struct conduct *conduct, struct outcome *outcome);

#endif
