/* peer: what the player and a fake tell each other.
 *
 * A fake is by itself a correct FTP server or client, UDP or TCP peer: it owns its sockets and
 * its model. The player walks through the script: it hears each line first and either claims it
 * for the script or leaves it to the model; what the script has the fake say goes through the
 * same queue as the model's own answers, so that order is kept.
 *
 * Everything happens in the loop; no call blocks. */
#ifndef PEERSPEC_PLAY_PEER_H
#define PEERSPEC_PLAY_PEER_H

#include "base/buf.h"
#include "base/side.h"
#include "exchange/exchange.h"
#include "play/loop.h"
#include "play/transcript.h"

struct peer; /* a fake's own struct, which begins with struct peer_base */

enum peer_claim { PEER_MODEL, PEER_SCRIPT };
enum peer_end { PEER_FIN, PEER_RESET, PEER_FAILED /* could not connect */ };

/* How the fake's segments are cut where no delivery line says otherwise (vary: delivery). */
enum peer_shape { SHAPE_WRITTEN, SHAPE_OCTETS, SHAPE_CRLF, SHAPE_LINES, SHAPE_COALESCED };

/* The order of control and data around a transfer that the server makes (vary: order). The
 * first is the usual one. */
enum peer_order {
    ORDER_WRITTEN,       /* 150, data, FIN, 226 */
    ORDER_ONE_SEGMENT,   /* 150 and 226 in one segment, then data and FIN */
    ORDER_EARLY_226,     /* 150, 226, data, FIN */
    ORDER_MID_226,       /* 150, first octet, 226, the rest, FIN */
    ORDER_226_FIN,       /* 150, data, 226, FIN */
    ORDER_DATA_FIRST,    /* data, FIN, 150, 226 */
    ORDER_FIRST_OCTET,   /* first octet, 150, the rest, FIN, 226 */
    ORDER_COUNT
};

/* What to put on, or expect from, the data connection of the transfer that is announced. */
struct peer_transfer {
    const struct payload *payload;  /* NULL: what the model would send, or take whatever comes */
    bool fake_sends;
    const struct delivery *deliveries;
    size_t delivery_count;
    struct place at;
};

struct peer_data_end {
    bool opened;          /* the data connection came about */
    enum peer_end how;    /* how the other side ended it */
    bool fake_sent;       /* direction */
    struct bytes content; /* what was received; lent for the call; at most 64 MiB is kept */
    uint64_t octets;
};

/* From the fake to the player. All are called from the loop. */
struct peer_events {
    void *ctx;
    /* The control connection stands (TCP) or the socket is bound (UDP). PEER_SCRIPT: the player
     * greets; PEER_MODEL: the model does. */
    enum peer_claim (*opened)(void *ctx);
    /* A whole command line or reply, with its line end; a datagram; what came of a stream. The
     * replies to what a model sent by itself are the model's own and not told. */
    enum peer_claim (*heard)(void *ctx, struct bytes text);
    void (*data_ended)(void *ctx, const struct peer_data_end *end);
    void (*idle)(void *ctx); /* all that was queued has been done */
    void (*closed)(void *ctx, enum peer_end how);
};

/* A line, reply (all its lines), datagram or chunk that the script has the fake send. */
struct peer_say {
    struct bytes text;
    const struct delivery *deliveries;
    size_t delivery_count;
    bool joins_next;   /* another say follows at once and may share the segment */
    struct place at;   /* of the script's line */
};

struct peer_ops {
    /* Start listening, or connecting. Listening fakes are ready when this returns OK. */
    enum err (*start)(struct peer *peer, struct diag *why);
    /* Queue. The model follows what is said: after 230 it takes the client as logged in, ... */
    void (*say)(struct peer *peer, const struct peer_say *say);
    /* Queue a transfer on the data connection (FTP). */
    void (*transfer)(struct peer *peer, const struct peer_transfer *transfer);
    /* Queue DELIVER_CLOSE, RESET, HALF_CLOSE or SILENT. */
    void (*act)(struct peer *peer, const struct delivery *act);
    /* A value for a hole of a line that the fake is about to say; HOSTPORT, P1, EPRT and PORT open
     * a listener for data. False: nothing to give. May be NULL. */
    bool (*fill)(void *peer, enum hole hole, struct buf *value);
    /* A value that the IUT's reply bound: the data connection goes there. May be NULL. */
    void (*bound)(struct peer *peer, enum hole hole, const struct bindings *bindings);
    /* FTP client: make ready for the scripted command that comes next: log in where the exchange
     * says `logged-in`, and get a data connection for a transfer whose script names none. idle is
     * called when that is done (also when there was nothing to do). NULL: nothing ever. */
    void (*prepare)(struct peer *peer, struct bytes command);
    /* The script is over: an FTP client sends QUIT where it did not and hears the answer; then
     * `closed` is called. A server goes on as its model. */
    void (*finish)(struct peer *peer);
    void (*free)(struct peer *peer);
};

/* Tells whether the other side has read all that was sent on a connected socket of ours
 * (lock-step). 1 yes, 0 not yet, -1 cannot be told. NULL where there is no such thing. */
typedef int peer_drained_fn(void *ctx, int fd, uint64_t sent);

/* What a fake is made from; it keeps a copy, and borrows what it points to. */
struct peer_config {
    enum protocol protocol;
    struct loop *loop;
    struct transcript *transcript;
    struct peer_events events;
    struct endpoint local;     /* listen here, or connect from here (family 0: any) */
    struct endpoint remote;    /* clients: the server */
    bool listen_any;           /* listen on every address, IPv4 and IPv6, at local.port */
    const char *user, *password;
    const struct exchange *exchange; /* state, data, lacks, files; NULL: play by hand */
    const char *root;          /* a folder to serve instead of files; NULL: in memory */
    enum peer_shape shape;
    enum peer_order order;
    uint16_t data_port;        /* L-1: where active data connections come from; 0: any */
    peer_drained_fn *drained;
    void *drained_ctx;
    const char *const *faults; /* "no-greeting", "bare-lf" ...; ended by NULL; may be NULL */
    int64_t timeout;           /* ns that a fake waits for a data connection; 0: 10 s */
};

struct peer_base {
    const struct peer_ops *ops;
    struct endpoint bound;     /* where a listening fake listens, once started */
};
struct peer {
    struct peer_base base;
};

/* Makes a fake; main fills a table of these by protocol and side. On OK *out is freed with its
 * ops->free; on failure it is NULL: ERR_USAGE where a fault is unknown, ERR_SYNTAX or ERR_INPUT
 * where the files or the root cannot be served, ERR_SYSTEM. */
typedef enum err peer_new_fn(const struct peer_config *config, struct peer **out, struct diag *why);

#endif
