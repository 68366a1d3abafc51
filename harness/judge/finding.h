/* finding: one breach, with its three places: script line, packets, RFC section. */
#ifndef PEERSPEC_JUDGE_FINDING_H
#define PEERSPEC_JUDGE_FINDING_H

#include "base/diag.h"
#include "base/side.h"
#include "exchange/exchange.h"
#include "judge/verdict.h"

#define FINDING_PACKETS 6

struct finding {
    const char *rule;        /* a rule's id; NULL: the exchange's own expectation */
    enum verdict verdict;    /* WARN, FAIL, INCONCLUSIVE ... */
    enum level level;
    enum side subject;
    const char *spec;        /* "RFC 959 4.2" */
    const char *requirement; /* what is asked, one sentence */
    uint64_t packets[FINDING_PACKETS];
    size_t packet_count;
    struct place at;         /* script line; none for a rule on a bare capture */
    const char *expected;    /* owned by the list */
    const char *seen;        /* owned by the list */
};

struct findings; /* a list that owns its texts */

struct findings *findings_new(void); /* ends the program where memory is out */
void findings_free(struct findings *findings); /* takes NULL */
/* Copies the finding and its `expected` and `seen`; rule, spec and requirement are borrowed. */
void findings_add(struct findings *findings, const struct finding *finding);
size_t findings_count(const struct findings *findings);
/* Lent until the next is added; `n` from 0. */
const struct finding *findings_at(const struct findings *findings, size_t n);
/* The worst verdict among them; PASS where there are none. */
enum verdict findings_verdict(const struct findings *findings);

#endif
