/* judgement: from all that a case left behind to its findings. */
#ifndef PEERSPEC_JUDGEMENT_H
#define PEERSPEC_JUDGEMENT_H

#include "judge/expect.h"
#include "outcome.h"
#include "play/player.h"
#include "staging.h"

/* Borrowed, all of it. */
struct case_evidence {
    const struct plan_case *one;
    struct staging *staging;
    const struct player *player;
    const struct transcript *transcript;
    const struct recording *recording;
    bool timed_out;
};

/* Add what the case shows to the outcome, and make its verdict the worst of it. */
void judgement_make(const struct case_evidence *evidence, struct outcome *outcome);
/* A breach of the exchange as a whole, before it is said what was expected and seen. */
struct finding judgement_finding(const struct case_evidence *evidence);

#endif
