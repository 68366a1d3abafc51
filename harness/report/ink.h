/* ink: puts text on a page for people, in colour where asked for.
 *
 * What an IUT said ends up here: controls, and octets that are no UTF-8, come out as \xNN, so that
 * none of them reaches the terminal. */
#ifndef PEERSPEC_REPORT_INK_H
#define PEERSPEC_REPORT_INK_H

#include <stdbool.h>
#include <stdio.h>

#include "judge/verdict.h"

struct ink {
    FILE *out; /* the caller's */
    bool color;
};

/* The sign in front of a case that ended so; one column wide. */
char ink_sign(enum verdict verdict);
/* `text` in the colour of `verdict`, filled up with blanks to `width` columns. */
void ink_verdict(const struct ink *ink, enum verdict verdict, const char *text, int width);
/* `text` in the colour of what matters less. */
void ink_faint(const struct ink *ink, const char *text);
void ink_plain(const struct ink *ink, const char *text);
void ink_indent(const struct ink *ink, int columns);
/* A line "label     text" below a case. */
void ink_row(const struct ink *ink, int indent, const char *label, const char *text);
void ink_label(const struct ink *ink, int indent, const char *label);

#endif
