/* outcome: how one case ended; travels from the worker that ran it to the run that reports it. */
#ifndef PEERSPEC_OUTCOME_H
#define PEERSPEC_OUTCOME_H

#include "base/arena.h"
#include "base/buf.h"
#include "judge/finding.h"

struct outcome {
    enum verdict verdict;
    char why[240];             /* for SKIP, INCONCLUSIVE, ERROR; empty: none */
    struct findings *findings; /* the exchange's own; owned; never NULL after outcome_init() */
    struct findings *breaches; /* of standing rules, which are judged over the whole run; the same */
    struct arena texts;        /* owns what findings borrow, after outcome_read() */
    int64_t duration, own;     /* ns */
    bool fatal;                /* the IUT cannot be reached any more: the run must stop */
    enum err fatal_code;
};

void outcome_init(struct outcome *outcome);
void outcome_fini(struct outcome *outcome);
/* Make the verdict at least as bad; the reason of the worst is kept. */
void outcome_worsen(struct outcome *outcome, enum verdict verdict, const char *why);
void outcome_write(const struct outcome *outcome, struct buf *out);
/* False where `in` is not what outcome_write() made. */
bool outcome_read(struct outcome *outcome, struct bytes in);

#endif
