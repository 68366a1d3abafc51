/* report: tells people and machines how the cases ended.
 *
 * One interface, one file per format; a run may have several at once. */
#ifndef PEERSPEC_REPORT_REPORT_H
#define PEERSPEC_REPORT_REPORT_H

#include <stdio.h>

#include "judge/baseline.h"
#include "judge/finding.h"

struct report_case {
    const char *id; /* "ftp/transfer/retr[per-octet]" */
    const char *title;
    const char *const *specs;
    enum level level;
    enum side iut_side;
    enum verdict verdict;
    const char *why; /* one sentence for SKIP, INCONCLUSIVE, ERROR; may be NULL */
    const struct findings *findings;
    enum baseline_answer baseline;
    const char *repeat;   /* the command that repeats just this case */
    const char *evidence; /* folder with its capture; NULL: none was kept */
    int64_t duration;     /* ns, all of it */
    int64_t own;          /* ns without the IUT's lifetime */
};

struct report_run {
    const char *iut; /* "curl 7.88.1", "vsftpd", "ftp://..." */
    enum side iut_side;
    size_t planned;           /* cases; the standing rules that were broken come on top of them */
    const char *const *notes; /* one line each: "no namespaces: ..."; ended by NULL; may be NULL */
};

struct report_totals {
    size_t by_verdict[VERDICT_COUNT]; /* of the exchanges' cases */
    size_t rules[VERDICT_COUNT];      /* standing rules that were broken in some case */
    size_t known, stale;              /* baseline */
    int64_t duration;
};

struct report;
struct report_ops {
    void (*begin)(struct report *report, const struct report_run *run);
    void (*done)(struct report *report, const struct report_case *done); /* in the order planned */
    /* False where what was written did not reach the file: *why says so. */
    bool (*end)(struct report *report, const struct report_totals *totals, struct diag *why);
    void (*free)(struct report *report);
    /* A case has begun: for progress alone, in any order. May be NULL. */
    void (*running)(struct report *report, const char *id);
};
struct report {
    const struct report_ops *ops;
};

struct report_style {
    bool color;    /* a terminal, and neither --no-color nor NO_COLOR */
    bool progress; /* a terminal: show the running case */
    bool quiet;    /* only what is not PASS, and the totals */
};

/* The text for people: a tree by topic with a mark a case. `out` is the caller's. */
NODISCARD enum err report_text_new(FILE *out, const struct report_style *style,
                                   struct report **report, struct diag *why);
/* TAP version 13 to `path`, which is lent; "-" is standard output. ERR_INPUT where it cannot be
 * opened. */
NODISCARD enum err report_tap_new(const char *path, struct report **report, struct diag *why);

/* The findings of one case or capture as text, as the report prints them, indented by `indent`. */
void report_findings(FILE *out, const struct findings *findings, bool color, int indent);

#endif
