/* option_table: every command and every option, in one place. Private to options. */
#ifndef PEERSPEC_OPTION_TABLE_H
#define PEERSPEC_OPTION_TABLE_H

#include "options.h"

/* One command line that is being read. */
struct reading {
    struct options *out;
    struct diag *why;
    const struct option_row *row; /* the option at hand */
    size_t most;                  /* no list has more items than the command line words */
};

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_WORDS, OPTION_OWN };

struct option_row {
    const char *name;
    char letter;          /* its short form; 0: none */
    const char *argument; /* as help calls it; NULL: takes none */
    unsigned commands;    /* that have it: bits of 1 << enum command */
    enum option_kind kind;
    size_t offset; /* in struct options, of a bool, const char *, or struct option_words */
    enum err (*take)(struct reading *reading, const char *value); /* OPTION_OWN */
    const char *help;
};

struct command_row {
    const char *name;
    const char *synopsis; /* lines, "\n" between */
    const char *about;
    size_t least, most;  /* words */
    const char *missing; /* what to say where there are too few */
};

extern const struct option_row option_rows[]; /* ended by a row without a name */
extern const struct command_row command_rows[COMMAND_COUNT];
#define OPTION_ROWS_MOST 48

/* Fails with what the option at hand wants instead of `value`. */
enum err option_unfit(const struct reading *reading, const char *value, const char *wanted);
void option_add_word(const struct reading *reading, struct option_words *words, const char *word);

#endif
