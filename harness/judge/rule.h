/* rule: a standing check of a timeline, live or from a file.
 *
 * Ids are stable and public. A rule looks at what was seen whole: a timeline that starts in the
 * middle, or has gaps, gives no finding that the missing part could explain. */
#ifndef PEERSPEC_JUDGE_RULE_H
#define PEERSPEC_JUDGE_RULE_H

#include "judge/finding.h"
#include "wire/timeline.h"

enum rule_subject { SUBJECT_CLIENT, SUBJECT_SERVER, SUBJECT_BOTH };

struct rule;
struct rule_run; /* where a check puts what it finds */

struct rule {
    const char *id;         /* "FTP-REPLY-CRLF" */
    enum protocol protocol; /* whose timelines it reads; PROTOCOL_ANY: all */
    enum rule_subject subject;
    enum level level;
    const char *spec;        /* "RFC 959 4.2" */
    const char *requirement; /* one sentence: what is asked of the subject */
    const char *reason;      /* one or two sentences: why it matters, what breaks */
    const char *exceptions;  /* legitimate deviations, part of the rule; NULL: none */
    void (*check)(const struct timeline *timeline, struct rule_run *run);
};

/* Add a breach by `subject` at up to three packets (0: none); expected is static, seen is printf.
 */
void rule_breach(struct rule_run *run, enum side subject, const uint64_t packets[3],
                 const char *expected, const char *seen, ...) __attribute__((format(printf, 5, 6)));
/* The same with a verdict of its own: exceptions that weaken a MUST to a WARN. */
void rule_remark(struct rule_run *run, enum side subject, enum verdict verdict,
                 const uint64_t packets[3], const char *expected, const char *seen, ...)
    __attribute__((format(printf, 6, 7)));

/* What a breach of the rule that runs is: its level's verdict. */
enum verdict rule_weight(const struct rule_run *run);

/* `octets` of a peer in double quotes, at most 120 of them, what cannot be printed as in C. Lives
 * until the rules have run. */
const char *rule_quote(struct rule_run *run, struct bytes octets);
/* What `make` builds from the timeline, in the arena: made once, and shared by the rules of a run.
 */
typedef void *rule_make_fn(const struct timeline *timeline, struct arena *arena);
void *rule_memo(struct rule_run *run, rule_make_fn *make);

struct rule_selection {
    const char *glob; /* of ids; NULL: all */
    int only;         /* 0: breaches of both sides; 1 + enum side: of one */
    enum level level; /* weaker rules are left out */
};

/* Run the rules of the timeline's protocol over it. `tables` is ended by NULL, each table by a rule
 * whose id is NULL. `selection` NULL: all of them. */
void rules_run(const struct rule *const *tables, const struct rule_selection *selection,
               const struct timeline *timeline, struct findings *out);
/* NULL where there is none; `tables` is ended by NULL. */
const struct rule *rules_find(const struct rule *const *tables, const char *id);
/* Call `tell` for each rule that `glob` selects (NULL: all), in the order of the tables. Returns
 * their number. */
size_t rules_each(const struct rule *const *tables, const char *glob,
                  void (*tell)(void *ctx, const struct rule *rule), void *ctx);

#endif
