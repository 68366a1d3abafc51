/* plan: which cases a run has, from what the command line selects.
 *
 * A case is an exchange, the side under test, and a variation of how the fake delivers. Cases of
 * one exchange stand together, the one without variation first: the others are compared with it. */
#ifndef PEERSPEC_PLAN_H
#define PEERSPEC_PLAN_H

#include "base/diag.h"
#include "exchange/exchange.h"
#include "play/peer.h"

struct plan_case {
    const struct exchange *exchange;
    enum side iut;
    enum peer_shape shape;
    enum peer_order order;
    char id[160];          /* "ftp/transfer/retr[per-octet]" */
    size_t baseline;       /* index of the case without variation; its own index where it is that */
};

struct plan {
    struct plan_case *cases; /* owned */
    size_t count;
    struct exchange **exchanges; /* owned */
    size_t exchange_count;
};

struct plan_selection {
    const char *const *select; /* ids, globs of ids, folders of ids, files; ended by NULL; none: all */
    enum side iut;
    int protocol;              /* enum protocol, or -1: all */
    enum level level;          /* nothing weaker than this */
    const char *operation;     /* of a client, as `get`; NULL: whatever it is asked for */
    unsigned shard, shards;    /* 0, 0: all; otherwise shard I (from 1) of N */
};

/* Load what is selected. ERR_USAGE where nothing is, with the nearest id; ERR_SYNTAX where a
 * selected script is bad. */
NODISCARD enum err plan_make(const struct exchange_places *places,
                             const struct plan_selection *selection, struct plan *plan,
                             struct diag *why);
void plan_fini(struct plan *plan);

/* Call `tell` with the path of every *.exchange file below `folder`, sorted. */
enum err plan_files(const char *folder, void (*tell)(void *ctx, const char *path), void *ctx,
                    struct diag *why);

#endif
