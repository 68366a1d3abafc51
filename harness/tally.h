/* tally: which standing rules were broken in a run, how often, and where first.
 *
 * A rule looks at every case. To count its breaches into each case's verdict would drown what the
 * case is about; a run reports a broken rule once, under its own id. */
#ifndef PEERSPEC_TALLY_H
#define PEERSPEC_TALLY_H

#include "judge/finding.h"

struct tally_row {
    const char *rule;          /* owned by the tally, as all texts are */
    const char *requirement, *spec;
    enum level level;
    size_t cases;              /* in which it was broken */
    char first[160];           /* id of the first of them */
    enum verdict verdict;      /* the worst */
    struct findings *findings; /* those of the first case */
};

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *tally); /* takes NULL */
/* Count the breaches of one case. */
void tally_add(struct tally *tally, const char *id, const struct findings *breaches);
size_t tally_count(const struct tally *tally);
/* In the order in which they were first broken. */
const struct tally_row *tally_at(const struct tally *tally, size_t n);

#endif
