/* lexer: the lines of a script, and the words of a line.
 *
 * Borrows from the text; allocates nothing. */
#ifndef PEERSPEC_EXCHANGE_LEXER_H
#define PEERSPEC_EXCHANGE_LEXER_H

#include "base/bytes.h"

struct lexer {
    struct bytes rest;
    unsigned number; /* of the line that was read last */
};

struct line {
    struct bytes text; /* without its LF or CRLF */
    size_t at;         /* how far it has been read */
    unsigned number;   /* from 1 */
};

struct lexer lexer_at(struct bytes text);
/* The next line; false after the last. The last one needs no line end. */
bool lexer_next(struct lexer *lexer, struct line *line);

struct bytes line_rest(const struct line *line); /* what was not read yet */
/* Passes blanks; true where nothing else is left. */
bool line_over(struct line *line);
/* The next octet, or NUL at the end. */
char line_peek(const struct line *line);
/* Passes blanks, then takes what comes before a blank or one of `stops`; empty where nothing does.
 */
struct bytes line_word(struct line *line, const char *stops);
/* Passes blanks and `text`, or nothing at all where something else comes. */
bool line_take(struct line *line, const char *text);
/* The same for a whole word: a blank or the end follows it. */
bool line_take_word(struct line *line, const char *word);

#endif
