/* breakdown: what was found in all, by verdict and by rule. */
#ifndef PEERSPEC_BREAKDOWN_H
#define PEERSPEC_BREAKDOWN_H

#include <stdio.h>

#include "base/side.h"
#include "judge/finding.h"

struct breakdown {
    size_t conversations[PROTOCOL_TCP + 1]; /* by enum protocol */
    size_t broken;                          /* conversations with findings */
    size_t by_verdict[VERDICT_COUNT];
    size_t middle, parts, tls;    /* conversations that were not seen whole */
    struct breakdown_rule *rules; /* owned */
    size_t rule_count, rule_room;
};

void breakdown_fini(struct breakdown *breakdown);
/* `doubts` are of enum headline_doubt. */
void breakdown_add(struct breakdown *breakdown, enum protocol protocol, unsigned doubts,
                   const struct findings *findings);
/* The last lines of the page: the totals, what each rule found, and what the remarks mean. */
void breakdown_print(FILE *out, const struct breakdown *breakdown);

#endif
