/* conduct: what a client did in the end, to be compared between the variations of one exchange. */
#ifndef PEERSPEC_CONDUCT_H
#define PEERSPEC_CONDUCT_H

#include "judgement.h"

struct conduct {
    bool known;        /* a client's */
    int status;        /* exit status; -1: killed by a signal */
    uint64_t commands; /* hash of all commands, in order */
    uint64_t files;    /* hash of the names and contents of its files */
    int64_t silence;   /* ns: the longest time in which it and its peer said nothing */
    enum verdict verdict;
};

void conduct_take(const struct case_evidence *evidence, enum verdict verdict,
                  struct conduct *conduct);
/* A variation must end as the case without variation did: adds a finding for each difference. */
void conduct_compare(const struct case_evidence *evidence, const struct conduct *baseline,
                     const struct conduct *conduct, struct outcome *outcome);

#endif
