/* source: a script that is being read: what it is called, where its memory comes from, and where
 * its problems go. */
#ifndef PEERSPEC_EXCHANGE_SOURCE_H
#define PEERSPEC_EXCHANGE_SOURCE_H

#include "base/diag.h"
#include "exchange/exchange.h"
#include "exchange/lexer.h"
#include "exchange/list.h"

struct source {
    const char *path;                     /* in the arena, for what the exchange keeps */
    const char *called;                   /* the caller's own, for diags, which outlive the arena */
    const struct exchange_places *places; /* may be NULL */
    struct arena *arena;
    bool lints;      /* report also what a load lets pass */
    size_t problems; /* reported so far */
    void (*report)(void *ctx, const struct diag *problem);
    void *ctx;
    struct list payloads; /* struct payload: each is made once, however often it is named */
    size_t octets;        /* in those payloads */
};

/* The place of octet `at` of the line. */
struct place source_place(const struct source *source, const struct line *line, size_t at);

/* Report a problem. Always false, so that a reader can end with it. */
bool source_problem(struct source *source, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same where a file is at fault: ERR_INPUT. */
bool source_file_problem(struct source *source, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A problem with what the line holds where it was read up to. */
bool source_unexpected(struct source *source, const struct line *line, const char *wanted);
/* True where nothing is left of the line; otherwise a problem. */
bool source_ends(struct source *source, struct line *line);

/* For "%.*s": a word of the script, cut where it is very long. */
#define SOURCE_WORD(b) (int)((b).len < 40 ? (b).len : 40), (b).len == 0 ? "" : (b).at

#endif
