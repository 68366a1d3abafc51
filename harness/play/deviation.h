/* deviation: where the IUT left the script, in words. */
#ifndef PEERSPEC_PLAY_DEVIATION_H
#define PEERSPEC_PLAY_DEVIATION_H

#include "exchange/exchange.h"

/* What the script and the IUT disagree about. */
enum deviation_kind {
    DEVIATION_UNEXPECTED, /* a command or reply that the step does not allow */
    DEVIATION_MISSING,    /* the step was never reached: the IUT did not do it */
    DEVIATION_CLOSED,     /* the connection ended before the step */
    DEVIATION_TIMEOUT,    /* nothing came in time */
    DEVIATION_DATA,       /* the data connection did not carry what the step says */
    DEVIATION_HOLE,       /* the reply lacks the value that a hole names */
};

struct deviation {
    enum deviation_kind kind;
    const struct step *step; /* NULL: no step, a line that nothing allows */
    size_t entry;            /* index in the transcript of what came; (size_t)-1: nothing */
    char expected[160];
    char seen[240];
};

struct deviations {
    struct deviation *list; /* owned */
    size_t count;
};

void deviations_fini(struct deviations *deviations);
/* A new one, lent until the next; `expected` is filled from the step. */
struct deviation *deviation_add(struct deviations *deviations, enum deviation_kind kind,
                                const struct step *step, size_t entry);
/* What was seen: in words; as a line, with what cannot be printed as \xNN; as octets that differ. */
void deviation_saw(struct deviation *deviation, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void deviation_saw_text(struct deviation *deviation, struct bytes text);
void deviation_saw_difference(struct deviation *deviation, struct bytes got, struct bytes wanted);

/* Offset at which two runs of octets begin to differ; the shorter one's length where it begins the
 * other. */
size_t octets_agree(struct bytes a, struct bytes b);

#endif
