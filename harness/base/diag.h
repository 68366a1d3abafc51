/* diag: what went wrong on our side, in words, and where.
 *
 * Lives on the caller's stack and never allocates. A peer that breaks the protocol is no
 * error: that is a finding (judge/finding.h). */
#ifndef PEERSPEC_BASE_DIAG_H
#define PEERSPEC_BASE_DIAG_H

#include <stdio.h>

#define NODISCARD __attribute__((warn_unused_result))

enum err {
    OK = 0,
    ERR_USAGE,       /* the command line is wrong, or selects nothing: exit status 2 */
    ERR_SYNTAX,      /* a script or another input file is wrong: exit status 3 */
    ERR_INPUT,       /* a file cannot be read or is not what it should be: exit status 3 */
    ERR_UNREACHABLE, /* the IUT could not be started or reached: exit status 4 */
    ERR_PERMISSION,  /* the system does not let us: exit status 4 */
    ERR_SYSTEM,      /* out of memory, disk full, a system call failed: exit status 5 */
};

/* The exit status that peerspec(1) gives to it; 0 for OK. */
int err_status(enum err err);

/* A place in a file; line 0 stands for the whole file, file NULL for no place. */
struct place {
    const char *file;
    unsigned line;   /* from 1 */
    unsigned column; /* from 1, in octets */
};

struct diag {
    enum err code;
    struct place at;
    char text[480]; /* one sentence, without the place and without a newline */
};

/* Fill *why and return `code`. */
enum err diag_set(struct diag *why, enum err code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
enum err diag_at(struct diag *why, enum err code, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Print "file:line:column: text" (what is known of it). Where the place names a line of a
 * readable file, that line follows, and below it a caret at the column. */
void diag_print(FILE *out, const struct diag *why);

#endif
