/* visit: one FTP session, from its connection to its close, a few packets at a time. It breaks no
 * rule. Many take turns, so that the capture shows them interleaved. */
#ifndef PEERSPEC_BENCH_VISIT_H
#define PEERSPEC_BENCH_VISIT_H

#include "pair.h"

/* What visits did, all together. */
struct visit_totals {
    uint64_t sessions, commands, replies, transfers;
    uint64_t octets; /* that the transfers moved */
};

/* A transfer, and how far it is. */
struct visit_transfer {
    bool passive, extended; /* PASV, EPSV, PORT, EPRT */
    enum visit_kind { VISIT_RETR, VISIT_STOR, VISIT_LIST } kind;
    size_t octets, moved;
};

struct visit {
    struct tape *tape; /* not owned, nor are the totals */
    struct visit_totals *totals;
    uint64_t random; /* the state of its dice */
    struct pair control, data;
    unsigned passive_port; /* of the server's, which no other visit has */
    bool anonymous, ascii;
    size_t step;      /* index of the one that is due */
    size_t bulk;      /* octets of its only transfer; 0: a few small ones */
    unsigned to_come; /* transfers after the one at hand */
    struct visit_transfer transfer;
};

/* Visit `number` of a capture. `bulk`: octets of its only transfer, or 0. */
void visit_init(struct visit *visit, struct tape *tape, struct visit_totals *totals, unsigned number,
                size_t bulk);
/* The next few packets. False where that was the end. */
bool visit_go_on(struct visit *visit);

#endif
