/* verdict: how a case ends. It only ever gets worse, never better. */
#ifndef PEERSPEC_JUDGE_VERDICT_H
#define PEERSPEC_JUDGE_VERDICT_H

/* In order of weight. */
enum verdict {
    VERDICT_PASS,
    VERDICT_SKIP,         /* does not apply, and says why */
    VERDICT_WARN,         /* a SHOULD, or established practice, broken */
    VERDICT_INCONCLUSIVE, /* not reached, or the evidence is incomplete */
    VERDICT_FAIL,         /* a MUST broken */
    VERDICT_ERROR,        /* our fault */
    VERDICT_COUNT
};

enum verdict verdict_worse(enum verdict a, enum verdict b);
const char *verdict_name(enum verdict verdict); /* "PASS" */

#endif
