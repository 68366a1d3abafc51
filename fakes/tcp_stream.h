/* tcp_stream: one connection of the TCP fake: what comes, what is echoed, and how it ends.
 *
 * After the other side's FIN it ends with our own once all has left. What is echoed runs at most
 * 1 MiB ahead of the other side's reading. */
#ifndef PEERSPEC_FAKES_TCP_STREAM_H
#define PEERSPEC_FAKES_TCP_STREAM_H

#include "fakes/plain_peer.h"

struct tcp_stream;

struct tcp_stream_events {
    /* Octets came. PEER_MODEL: they are to be echoed. */
    enum peer_claim (*heard)(struct plain_peer *owner, struct tcp_stream *stream,
                             struct bytes text);
    /* All that the script has queued has left. */
    void (*idle)(struct plain_peer *owner, struct tcp_stream *stream);
    /* The connection is over, by either side; the owner frees it now. */
    void (*over)(struct plain_peer *owner, struct tcp_stream *stream, enum peer_end how);
};

struct tcp_stream {
    struct tcp_stream *next; /* the owner's */
    struct plain_peer *owner;
    const struct tcp_stream_events *events;
    unsigned number; /* from 1 */
    int fd;
    struct endpoint local, remote;
    struct outlet *outlet;
    size_t unsent;           /* echoed since the outlet was last idle */
    bool deaf;               /* reading has stopped: no more came, or too much is unsent */
    struct loop_timer *ears; /* the script has it read nothing until then; NULL: it reads */
    bool ended;              /* the other side's FIN came */
    bool shut;               /* our FIN has left */
    bool said;               /* the script has queued something since idle was told */
};

/* Takes `fd` over, connected or still connecting. On failure *out is NULL and `fd` the caller's. */
NODISCARD enum err tcp_stream_new(struct plain_peer *owner, const struct tcp_stream_events *events,
                                  unsigned number, int fd, struct tcp_stream **out,
                                  struct diag *why);
void tcp_stream_free(struct tcp_stream *stream); /* closes; tells nobody */
/* It stands: hear what comes. */
void tcp_stream_open(struct tcp_stream *stream);
/* Queue what the script says, and what it does: DELIVER_CLOSE, RESET, HALF_CLOSE, SILENT or DEAF.
 */
void tcp_stream_say(struct tcp_stream *stream, const struct peer_say *say);
void tcp_stream_act(struct tcp_stream *stream, const struct delivery *act);
/* Queue what the model says, and its FIN; the other side is heard until its own. */
void tcp_stream_add(struct tcp_stream *stream, struct bytes text);
void tcp_stream_half_close(struct tcp_stream *stream);
/* Have `call` made once all that is queued has left. */
void tcp_stream_then(struct tcp_stream *stream, void (*call)(void *ctx), void *ctx);
/* FIN at once, whatever is queued: `over` is called. */
void tcp_stream_close(struct tcp_stream *stream);

#endif
