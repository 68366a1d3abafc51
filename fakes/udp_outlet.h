/* udp_outlet: lets datagrams leave as scripted: in order, in time, late, twice, or never.
 *
 * It knows no socket: what leaves is handed to its owner. All is done from the loop. */
#ifndef PEERSPEC_FAKES_UDP_OUTLET_H
#define PEERSPEC_FAKES_UDP_OUTLET_H

#include "base/endpoint.h"
#include "exchange/exchange.h"
#include "play/loop.h"

/* A datagram on its way. */
struct udp_parcel {
    struct udp_parcel *next;
    int64_t delay; /* ns before it leaves; what is behind it waits too */
    bool is_wait;  /* nothing but the delay */
    bool is_close; /* the owner's end */
    bool drop;     /* it never leaves */
    bool swap;     /* it leaves behind the next one */
    bool moved;    /* from `source`, another port or address than the socket's */
    bool forged;   /* built by hand, from `source`, whoever has that: see udp_forge.h */
    enum forged_sum sum;
    int32_t header_length; /* forged: what the header says; -1: what is true */
    struct endpoint source, to;
    size_t socket; /* the owner's number for it */
    unsigned copies;
    struct place at; /* the script's line; none where the model spoke */
    size_t len;
    char text[];
};

/* One copy; NULL where memory is out. The caller fills in where it goes and hands it on. */
struct udp_parcel *udp_parcel_new(struct bytes text);
/* Do to it what a delivery line says. */
void udp_parcel_heed(struct udp_parcel *parcel, const struct delivery *delivery);

struct udp_outlet;

struct udp_outlet_config {
    struct loop *loop;
    void *ctx;
    void (*leaves)(void *ctx, const struct udp_parcel *parcel); /* also one that is dropped */
    void (*closes)(void *ctx);
    void (*idle)(void *ctx); /* see udp_outlet_await_idle() */
};

/* ERR_SYSTEM, and *out is NULL, where memory is out. */
NODISCARD enum err udp_outlet_new(const struct udp_outlet_config *config, struct udp_outlet **out,
                                  struct diag *why);
void udp_outlet_free(struct udp_outlet *outlet);                           /* takes NULL */
void udp_outlet_put(struct udp_outlet *outlet, struct udp_parcel *parcel); /* takes it over */
/* Tell `idle` once when the queue has run empty: from the loop, also where it is empty now. */
void udp_outlet_await_idle(struct udp_outlet *outlet);
/* From now on nothing leaves, and idle is not told. */
void udp_outlet_shut(struct udp_outlet *outlet);

#endif
