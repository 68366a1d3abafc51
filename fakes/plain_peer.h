/* plain_peer: what the UDP and the TCP fake share: what they are made from, and how much of what
 * their models move the transcript lists. */
#ifndef PEERSPEC_FAKES_PLAIN_PEER_H
#define PEERSPEC_FAKES_PLAIN_PEER_H

#include "play/peer.h"

/* One of the four fakes. */
struct plain_kind {
    enum protocol protocol;
    enum side side;
    const char *moves; /* "datagrams", "octets" */
    size_t size;       /* of the fake's own struct, which begins with struct plain_peer */
    const struct peer_ops *ops;
};

struct plain_peer {
    struct peer_base base;
    const struct plain_kind *kind;
    struct peer_config config;
    unsigned listed; /* datagrams or chunks so far */
};

/* A fake of that kind, zero behind its plain_peer; its owner frees it with free(). On failure, also
 * where the faults name one that this kind cannot have, *out is NULL. */
NODISCARD enum err plain_peer_new(const struct plain_kind *kind, const struct peer_config *config,
                                  struct peer **out, struct diag *why);
bool plain_peer_serves(const struct plain_peer *peer); /* is it the server? */
/* Is the fault of that name switched on? */
bool plain_peer_faulty(const struct plain_peer *peer, const char *name);
/* A note in the transcript; `at` is the script's line, or empty. */
void plain_peer_note(struct plain_peer *peer, const char *text, struct place at);
/* May one more be listed? By hand, models may move millions: the first thousand are listed, and a
 * note says that there are more. */
bool plain_peer_may_list(struct plain_peer *peer);
/* peer_ops.transfer: there is no data connection. */
void plain_peer_transfer(struct peer *peer, const struct peer_transfer *transfer);

#endif
