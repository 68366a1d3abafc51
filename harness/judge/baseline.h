/* baseline: known deviations, so that a run is red only where something is new.
 *
 * A line of peerspec.baseline is `id  IUT  reason`, blanks between; a reason may hold `message:
 * "text"`, which must then appear among the findings. One that begins with `sometimes:` is never
 * stale: the IUT's own race decides. `#` begins a comment. */
#ifndef PEERSPEC_JUDGE_BASELINE_H
#define PEERSPEC_JUDGE_BASELINE_H

#include "base/diag.h"
#include "judge/finding.h"

struct baseline;

enum baseline_answer {
    BASELINE_NEW,   /* not listed: counts */
    BASELINE_KNOWN, /* listed, and it does fail: not counted */
    BASELINE_STALE, /* listed, but it passes: fails the run */
};

/* What the baseline says of one case or rule. Reason and place are lent until baseline_free(). */
struct baseline_entry {
    enum baseline_answer answer;
    const char *reason; /* NULL where it is new */
    struct place at;    /* the line that lists it */
};

/* ERR_INPUT where it cannot be read, ERR_SYNTAX with file:line:col where a line is wrong. */
NODISCARD enum err baseline_load(const char *path, struct baseline **out, struct diag *why);
void baseline_free(struct baseline *baseline); /* takes NULL */
/* What it says of a case or rule `id` that ended so for `iut`, as reports call it. */
struct baseline_entry baseline_ask(const struct baseline *baseline, const char *id,
                                   const char *iut, enum verdict verdict,
                                   const struct findings *findings);
/* Call `tell` for each listed line of this IUT whose id `exists` denies; it is stale. Returns their
 * number. */
size_t baseline_unknown(const struct baseline *baseline, const char *iut,
                        bool (*exists)(void *ctx, const char *id), void *ctx,
                        void (*tell)(void *ctx, const char *id,
                                     const struct baseline_entry *entry));
/* Append one line, as --write-baseline does. */
void baseline_write(FILE *out, const char *id, const char *iut, const char *reason);

#endif
