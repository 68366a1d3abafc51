/* rendezvous: how the two ends of a data connection come together: one listens, the other connects.
 */
#ifndef PEERSPEC_FAKES_RENDEZVOUS_H
#define PEERSPEC_FAKES_RENDEZVOUS_H

#include "base/diag.h"
#include "base/endpoint.h"
#include "play/loop.h"

struct rendezvous;

/* The connection that has come about. */
struct rendezvous_end {
    int fd; /* non-blocking; the callee's */
    struct endpoint local, remote;
    bool reset; /* it stood, and was reset before the loop came to look */
};

struct rendezvous_config {
    struct loop *loop;
    struct endpoint only_from; /* accept this address alone; family 0: any */
    int64_t timeout;           /* ns to wait; 0: for ever */
    bool patient;              /* a listener waits for ever until rendezvous_await() */
    void *ctx;
    /* Both end it, and are called at most once: the callee frees it. */
    void (*met)(void *ctx, const struct rendezvous_end *end);
    void (*failed)(void *ctx,
                   const char *how); /* "refused", "unreachable", "no connection in time" */
    /* Somebody else came, and was closed. */
    void (*turned_away)(void *ctx, const struct endpoint *local, const struct endpoint *remote);
};

/* Listen at `at` (port 0: any free) for one connection; *bound says where. */
NODISCARD enum err rendezvous_listen(const struct rendezvous_config *config,
                                     const struct endpoint *at, struct rendezvous **out,
                                     struct endpoint *bound, struct diag *why);
/* Connect from `from` (port 0, family 0: any) to `to`. What the other side does is told from the
 * loop. Both fail with ERR_PERMISSION or ERR_SYSTEM where the error is ours; *out is NULL then. */
NODISCARD enum err rendezvous_connect(const struct rendezvous_config *config,
                                      const struct endpoint *from, const struct endpoint *to,
                                      struct rendezvous **out, struct diag *why);
/* A patient listener's time runs from now on. */
void rendezvous_await(struct rendezvous *rendezvous);
void rendezvous_free(struct rendezvous *rendezvous); /* closes; takes NULL */

#endif
