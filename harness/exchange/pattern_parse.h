/* pattern_parse: a line of a script into a pattern.
 *
 * {user}, {hostport} ... are holes; {xff}, {x0d0a} are octets written in hexadecimal, {x41*512} so
 * many of them; {{ is a brace. */
#ifndef PEERSPEC_EXCHANGE_PATTERN_PARSE_H
#define PEERSPEC_EXCHANGE_PATTERN_PARSE_H

#include "base/arena.h"
#include "exchange/pattern.h"

#define PATTERN_HOLES 32 /* at most, in one line */
#define PATTERN_PIECES (2 * PATTERN_HOLES + 1)
#define PATTERN_OCTETS 100000 /* at most, that a line repeats */

/* What is wrong with a line, in words, and at which octet. */
struct pattern_flaw {
    size_t at;
    char what[160];
};

/* The pattern lives in the arena and borrows `text` as its source; its literal begins with
 * `prefix`, which is taken as it is. False: *flaw says what is wrong. */
bool pattern_parse(struct arena *arena, struct bytes prefix, struct bytes text,
                   struct pattern *pattern, struct pattern_flaw *flaw);
/* The hole of that name; HOLE_NONE where there is none. */
enum hole hole_find(struct bytes name);
/* "; did you mean '{hostport}'?" or the like, or "". Returns `text`, of SUGGEST_TEXT octets. */
const char *hole_suggest(struct bytes name, char *text);

#endif
