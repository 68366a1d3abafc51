/* wireline: one line of wiretext, taken word by word from its beginning.
 *
 * What is wanted and is not there goes into the line's diag, with the place in the text. */
#ifndef PEERSPEC_SUPPORT_WIRELINE_H
#define PEERSPEC_SUPPORT_WIRELINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "base/endpoint.h"
#include "base/side.h"

#define WIRELINE_CEILING (16 << 20) /* octets of one text */

struct wireline {
    const char *file; /* as messages name it */
    unsigned number;  /* from 1 */
    const char *start;
    struct bytes rest;   /* what has not been taken */
    struct arena *arena; /* borrowed; octets that were taken live there */
    struct diag *why;    /* borrowed */
};

/* Says `what` about the place that `rest` begins at. Always false. */
bool wireline_wrong(struct wireline *line, const char *what);
/* The next word, up to a blank; empty at the end of the line. `peek` leaves it where it is. */
struct bytes wireline_peek(struct wireline *line);
struct bytes wireline_word(struct wireline *line);
/* Takes the next word where it is `text`. */
bool wireline_is(struct wireline *line, const char *text);
/* `C` or `S`: *side is set where it is one. `peek` leaves it there and reports nothing. */
bool wireline_side_peek(struct wireline *line, enum side *side);

/* These take what they are about or report that it is not there: a number up to `ceiling`, a side,
 * ADDRESS:PORT, the > between two ends. */
bool wireline_number(struct wireline *line, uint64_t ceiling, uint64_t *value);
bool wireline_side(struct wireline *line, enum side *side);
bool wireline_endpoint(struct wireline *line, struct endpoint *out);
bool wireline_arrow(struct wireline *line);
/* Text up to the octet `end` (-1: all of it), escapes resolved, behind what is in *out. */
bool wireline_text(struct wireline *line, int end, struct buf *out);
/* `N*"..."`, `x"..."` or `"..."`; the octets live in the arena. */
bool wireline_octets(struct wireline *line, struct bytes *octets);

#endif
