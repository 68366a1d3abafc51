/* report: tells people and machines how the cases ended.
 *
 * One interface, one file per format; a tee tells several at once. What is told is lent for the
 * call alone. */
#ifndef PEERSPEC_REPORT_REPORT_H
#define PEERSPEC_REPORT_REPORT_H

#include <stdio.h>

#include "judge/baseline.h"
#include "judge/finding.h"

/* What an ending is of. */
enum report_kind {
    REPORT_CASE,
    REPORT_RULE, /* a standing rule, over all cases */
    REPORT_LINE, /* a line of the baseline that names no case and no rule */
};

/* What an ending means for the run. */
enum report_bearing {
    BEARING_NONE,
    BEARING_FAILURE, /* exit status 1 */
    BEARING_DOUBT,   /* exit status 5, where nothing is a failure */
};

struct report_case {
    enum report_kind kind;
    const char *id;           /* "ftp/transfer/retr[per-octet]", "rules/FTP-REPLY-CRLF" */
    const char *title;        /* NULL for a line */
    const char *const *specs; /* ended by NULL; may be NULL */
    enum level level;
    enum verdict verdict;
    enum report_bearing bearing;
    struct baseline_entry baseline;
    const char *why;                 /* one sentence where it is not the findings; may be NULL */
    const struct findings *findings; /* may be NULL */
    const char *script;              /* path of a case's exchange; NULL: none */
    size_t cases;                    /* in which a rule was broken */
    const char *first;               /* id of the first of them; NULL: none */
    const char *repeat;              /* the command that repeats just this case */
    const char *evidence;            /* folder with its capture; NULL: none was kept */
    int64_t duration;                /* ns, all of it */
    int64_t own;                     /* ns without the IUT's lifetime */
};

struct report_run {
    enum side iut_side;
    const char *iut;          /* in full: "curl", "-- python3 client.py", "ftp://localhost:2121" */
    const char *name;         /* in short, as the baseline has it: "curl", "python3" */
    const char *version;      /* what it says of itself, one line; NULL: not known */
    const char *peerspec;     /* our own version */
    const char *isolation;    /* "namespace", "none"; NULL: it did not come so far */
    enum level level;         /* weaker exchanges and rules are left out */
    bool strict;              /* WARN counts like FAIL */
    const char *baseline;     /* its file; NULL: none */
    unsigned shard, shards;   /* from 1; 0 of 0: all */
    int64_t started;          /* seconds since 1970 */
    size_t planned;           /* cases; the standing rules that were broken come on top of them */
    const char *const *notes; /* one line each: "no namespaces: ..."; ended by NULL; may be NULL */
};

struct report_totals {
    size_t by_verdict[VERDICT_COUNT]; /* of the exchanges' cases */
    size_t rules[VERDICT_COUNT];      /* standing rules that were broken in some case */
    size_t known, stale;              /* baseline */
    int64_t duration;                 /* ns, of the run */
    const char *stopped;              /* why it ended before its end; NULL: it did not */
    int status;                       /* what the program exits with */
};

size_t report_cases(const struct report_totals *totals); /* that were run */

struct report;
struct report_ops {
    void (*begin)(struct report *report, const struct report_run *run);
    /* Cases in the order planned, then rules, then lines. */
    void (*done)(struct report *report, const struct report_case *done);
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

/* The formats for machines go to `path`, which is lent; "-" is standard output. ERR_INPUT where it
 * cannot be opened. */
typedef enum err report_new_fn(const char *path, struct report **report, struct diag *why);
NODISCARD report_new_fn report_tap_new;   /* TAP version 13, as the cases end */
NODISCARD report_new_fn report_junit_new; /* JUnit XML, at the end */
NODISCARD report_new_fn report_json_new;  /* at the end */

/* The findings of one case or capture as text, as the report prints them, indented by `indent`. */
void report_findings(FILE *out, const struct findings *findings, bool color, int indent);
/* The same, with where the evidence of the case is and how to repeat it. */
void report_details(FILE *out, const struct report_case *done, bool color, int indent);

#endif
