#include "fakes/udp_peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fakes/plain_peer.h"
#include "fakes/udp_forge.h"
#include "fakes/udp_outlet.h"
#include "fakes/udp_ports.h"

#define BATCHES_A_TURN 16
#define RETRY_FIRST CLOCK_SECOND
#define TRIES 3
#define OTHER_ADDRESS "127.0.0.2"

struct udp_peer {
    struct plain_peer plain;
    struct udp_ports ports;
    struct udp_batch *batch;
    struct udp_outlet *outlet;
    struct loop_timer *retry;
    struct endpoint heard_from,
        heard_at; /* the sender of the last datagram, and the address asked */
    size_t heard_socket;
    unsigned tries;
    struct endpoint first; /* of all clients; family 0: none has come */
    bool closed;
};

static const struct place nowhere;

static void close_peer(void *ctx);

static void note(struct udp_peer *peer, const char *text, struct place at)
{
    plain_peer_note(&peer->plain, text, at);
}

static void add_entry(struct udp_peer *peer, enum entry_kind kind, const struct endpoint *local,
                      const struct endpoint *remote, struct bytes text, struct place at)
{
    transcript_add(peer->plain.config.transcript, &(struct entry){.kind = kind,
                                                                  .connection = 1,
                                                                  .local = *local,
                                                                  .remote = *remote,
                                                                  .text = text,
                                                                  .octets = text.len,
                                                                  .at = at});
}

/* --- what leaves ----------------------------------------------------------------------------- */

/* A parcel to the server, or to whoever was heard last. */
static struct udp_parcel *parcel_new(struct udp_peer *peer, struct bytes text)
{
    struct udp_parcel *parcel = udp_parcel_new(text);
    bool serves = plain_peer_serves(&peer->plain);

    if (parcel == NULL) {
        note(peer, "out of memory: a datagram was not sent", nowhere);
        return NULL;
    }
    parcel->to = serves ? peer->heard_from : peer->plain.config.remote;
    parcel->socket = serves ? peer->heard_socket : 0;
    parcel->source = serves ? peer->heard_at : peer->ports.sockets[0].local;
    return parcel;
}

static void put_say(struct udp_peer *peer, const struct peer_say *say)
{
    struct udp_parcel *parcel = parcel_new(peer, say->text);

    if (parcel == NULL)
        return;
    for (size_t i = 0; i < say->delivery_count; i++)
        udp_parcel_heed(parcel, &say->deliveries[i]);
    parcel->at = say->at;
    udp_outlet_put(peer->outlet, parcel);
}

/* What the script wants and cannot be done is no fault of the IUT's; what the model cannot send is
 * a note. */
static void not_sent(struct udp_peer *peer, const struct udp_parcel *parcel, const char *why)
{
    char text[300], addr[ENDPOINT_TEXT];
    bool scripted = parcel->at.line > 0;

    snprintf(text, sizeof text, "a datagram to %s was not sent: %s",
             endpoint_format(&parcel->to, addr), why);
    add_entry(peer, scripted ? ENTRY_UNSENT : ENTRY_NOTE, &parcel->source, &parcel->to,
              bytes_of(text), parcel->at);
    if (plain_peer_faulty(&peer->plain, "ends-at-error"))
        close_peer(peer);
}

/* The socket to send from. One that is bound to every address can name any of them as source. */
static int choose_socket(struct udp_peer *peer, const struct udp_parcel *parcel)
{
    const struct udp_socket *own = &peer->ports.sockets[parcel->socket];
    struct diag why;
    int index;

    if (!parcel->moved || (udp_socket_is_any(own) && own->local.port == parcel->source.port &&
                           own->local.family == parcel->source.family))
        return (int)parcel->socket;
    index = udp_ports_at(&peer->ports, &parcel->source, &why);
    if (index < 0)
        not_sent(peer, parcel, why.text);
    return index;
}

static void was_sent(struct udp_peer *peer, const struct udp_parcel *parcel,
                     const struct endpoint *from)
{
    struct bytes text = {parcel->text, parcel->len};

    if (parcel->at.line > 0 || plain_peer_may_list(&peer->plain))
        add_entry(peer, ENTRY_SENT, from, &parcel->to, text, parcel->at);
}

static void send_forged(struct udp_peer *peer, const struct udp_parcel *parcel)
{
    if (udp_forge_send(parcel))
        was_sent(peer, parcel, &parcel->source);
    else
        not_sent(peer, parcel, strerror(errno));
}

static void send_from_socket(struct udp_peer *peer, const struct udp_parcel *parcel, int index)
{
    const struct udp_socket *socket = &peer->ports.sockets[index];
    struct endpoint local = udp_socket_is_any(socket) ? parcel->source : socket->local;
    struct bytes text = {parcel->text, parcel->len};

    if (udp_socket_send(socket, &parcel->to, &parcel->source, text))
        was_sent(peer, parcel, &local);
    else
        not_sent(peer, parcel, strerror(errno));
}

static void leaves(void *ctx, const struct udp_parcel *parcel)
{
    struct udp_peer *peer = ctx;
    int index = parcel->forged ? 0 : choose_socket(peer, parcel);

    if (index < 0)
        return;
    if (parcel->drop) {
        note(peer, "dropped, as the script says", parcel->at);
        return;
    }
    for (unsigned i = 0; i < parcel->copies; i++)
        if (parcel->forged)
            send_forged(peer, parcel);
        else
            send_from_socket(peer, parcel, index);
}

static void idle(void *ctx)
{
    const struct peer_events *events = &((struct udp_peer *)ctx)->plain.config.events;

    events->idle(events->ctx);
}

static void tell_closed(struct udp_peer *peer, enum peer_end how)
{
    const struct peer_events *events = &peer->plain.config.events;

    peer->closed = true;
    udp_outlet_shut(peer->outlet);
    events->closed(events->ctx, how);
}

static void close_peer(void *ctx)
{
    struct udp_peer *peer = ctx;

    if (peer->closed)
        return;
    add_entry(peer, ENTRY_CLOSED, &peer->plain.base.bound, &peer->plain.config.remote,
              bytes_of("closed by us"), nowhere);
    udp_ports_close(&peer->ports);
    loop_cancel(peer->plain.config.loop, peer->retry);
    peer->retry = NULL;
    tell_closed(peer, PEER_FIN);
}

/* --- what comes ------------------------------------------------------------------------------ */

/* How each fault has the model answer. */
static const struct {
    const char *fault;
    struct delivery delivery;
} spoilers[] = {
    {"truncate-1024", {.kind = DELIVER_TRUNCATE, .number = 1024}},
    {"wrong-source-port", {.kind = DELIVER_FROM_PORT, .number = 0}},
    {"from-other-address", {.kind = DELIVER_FROM_ADDRESS, .text = OTHER_ADDRESS}},
    {"answers-twice", {.kind = DELIVER_DUPLICATE, .number = 2}},
    {"no-answer", {.kind = DELIVER_DROP}},
};

static void answer_badly(struct udp_peer *peer, struct bytes text)
{
    struct udp_parcel *parcel = parcel_new(peer, text);

    if (parcel == NULL)
        return;
    if (peer->first.family == 0)
        peer->first = peer->heard_from;
    parcel->drop = plain_peer_faulty(&peer->plain, "first-client-only") &&
                   !endpoint_equal(&peer->first, &peer->heard_from);
    for (size_t i = 0; i < sizeof spoilers / sizeof spoilers[0]; i++)
        if (plain_peer_faulty(&peer->plain, spoilers[i].fault))
            udp_parcel_heed(parcel, &spoilers[i].delivery);
    if (parcel->len > 0 && plain_peer_faulty(&peer->plain, "changes-payload"))
        parcel->text[parcel->len - 1] ^= 1;
    udp_outlet_put(peer->outlet, parcel);
}

/* A server of one address knows it; one that listens everywhere has to be told. */
static void remember_sender(struct udp_peer *peer, size_t socket, size_t n)
{
    peer->heard_from = udp_batch_from(peer->batch, n);
    peer->heard_at = udp_batch_to(peer->batch, n, &peer->ports.sockets[socket]);
    peer->heard_socket = socket;
}

bool udp_answers_loop(const struct endpoint *from, const struct endpoint *to)
{
    static const uint16_t services[] = {0, 7, 13, 17, 19, 37};

    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (from->port == services[i])
            return true;
    return endpoint_equal(from, to);
}

static void model_hears(struct udp_peer *peer, size_t n)
{
    if (!plain_peer_serves(&peer->plain)) {
        if (peer->plain.config.exchange == NULL)
            peer->plain.base.ops->finish((struct peer *)peer);
    } else if (udp_answers_loop(&peer->heard_from, &peer->heard_at) &&
               !plain_peer_faulty(&peer->plain, "answers-anybody") &&
               !plain_peer_faulty(&peer->plain, "ends-at-error")) {
        note(peer, "not answered: it would answer in turn", nowhere);
    } else if (udp_batch_text(peer->batch, n).len == 0 &&
               plain_peer_faulty(&peer->plain, "ends-at-empty")) {
        close_peer(peer);
    } else if (peer->plain.config.faults != NULL && peer->plain.config.faults[0] != NULL) {
        answer_badly(peer, udp_batch_text(peer->batch, n));
    } else {
        udp_batch_choose(peer->batch, n);
        if (plain_peer_may_list(&peer->plain))
            add_entry(peer, ENTRY_SENT, &peer->heard_at, &peer->heard_from,
                      udp_batch_text(peer->batch, n), nowhere);
    }
}

static void hear(struct udp_peer *peer, size_t socket, size_t n)
{
    struct bytes text = udp_batch_text(peer->batch, n);

    remember_sender(peer, socket, n);
    if (plain_peer_may_list(&peer->plain))
        add_entry(peer, ENTRY_HEARD, &peer->heard_at, &peer->heard_from, text, nowhere);
    if (peer->plain.config.events.heard(peer->plain.config.events.ctx, text) == PEER_MODEL &&
        !peer->closed)
        model_hears(peer, n);
}

/* An ICMP error ends a client's conversation: nobody is at the other end. */
static void tell_errors(struct udp_peer *peer, const struct udp_socket *socket)
{
    char text[200];
    bool refused = false;

    while (udp_socket_icmp(socket, text, sizeof text)) {
        note(peer, text, nowhere);
        refused = true;
    }
    if (refused && !peer->closed && plain_peer_faulty(&peer->plain, "ends-at-error"))
        close_peer(peer);
    if (!refused || plain_peer_serves(&peer->plain) || peer->closed ||
        peer->plain.config.exchange == NULL)
        return;
    tell_closed(peer, PEER_FAILED);
}

static void receive(struct udp_peer *peer, size_t socket)
{
    size_t count = 1;

    for (unsigned batch = 0; batch < BATCHES_A_TURN && count > 0; batch++) {
        count = udp_batch_receive(peer->batch, &peer->ports.sockets[socket]);
        for (size_t n = 0; n < count && !peer->closed; n++)
            hear(peer, socket, n);
        if (peer->closed)
            return;
        udp_batch_echo(peer->batch, &peer->ports.sockets[socket]);
    }
}

static void readable(void *ctx, int fd, unsigned events)
{
    struct udp_peer *peer = ctx;
    int socket = udp_ports_of_fd(&peer->ports, fd);

    if (socket < 0)
        return;
    if ((events & LOOP_HANGUP) != 0)
        tell_errors(peer, &peer->ports.sockets[socket]);
    if (!peer->closed)
        receive(peer, (size_t)socket);
}

/* --- what the player asks -------------------------------------------------------------------- */

static struct udp_peer *udp_of(struct peer *peer)
{
    return (struct udp_peer *)(void *)peer;
}

/* The model client by hand: one datagram, sent again later each time until an answer comes. */
static void try(void *ctx)
{
    struct udp_peer *peer = ctx;

    peer->retry = NULL;
    if (peer->tries == TRIES) {
        note(peer, "no answer came", nowhere);
        close_peer(peer);
        return;
    }
    put_say(peer, &(struct peer_say){.text = bytes_of("Hello from peerspec")});
    peer->retry = loop_after(peer->plain.config.loop, RETRY_FIRST << peer->tries, try, peer);
    peer->tries++;
}

static void tell_opened(void *ctx)
{
    struct udp_peer *peer = ctx;

    peer->retry = NULL;
    peer->plain.config.events.opened(peer->plain.config.events.ctx);
    if (!plain_peer_serves(&peer->plain) && peer->plain.config.exchange == NULL)
        try(peer);
}

static enum err open_ports(struct udp_peer *peer, struct diag *why)
{
    const struct peer_config *config = &peer->plain.config;
    struct endpoint at = config->local;
    struct diag no_v6;
    enum err err;

    if (plain_peer_serves(&peer->plain) && config->listen_any) {
        err = udp_ports_open_everywhere(&peer->ports, at.port, &no_v6, why);
        if (err == OK && no_v6.text[0] != '\0')
            note(peer, no_v6.text, nowhere);
        return err;
    }
    if (at.family == 0)
        at.family = config->remote.family == 6 ? 6 : 4;
    return udp_ports_open(&peer->ports, &at, why);
}

static enum err start(struct peer *base, struct diag *why)
{
    struct udp_peer *peer = udp_of(base);
    enum err err = open_ports(peer, why);

    if (err != OK)
        return err;
    peer->plain.base.bound = peer->ports.sockets[0].local;
    add_entry(peer, ENTRY_OPENED, &peer->plain.base.bound, &peer->plain.config.remote, bytes_of(""),
              nowhere);
    peer->retry = loop_after(peer->plain.config.loop, 0, tell_opened, peer);
    return OK;
}

static void say(struct peer *base, const struct peer_say *say)
{
    struct udp_peer *peer = udp_of(base);

    if (plain_peer_serves(&peer->plain) && peer->heard_from.family == 0)
        note(peer, "nobody to send to: no datagram has come yet", say->at);
    else if (!peer->closed)
        put_say(peer, say);
    udp_outlet_await_idle(peer->outlet);
}

static void act(struct peer *base, const struct delivery *act)
{
    struct udp_peer *peer = udp_of(base);
    struct udp_parcel *parcel = parcel_new(peer, bytes_of(""));

    if (parcel != NULL) {
        parcel->is_wait = true;
        parcel->is_close = act->kind == DELIVER_CLOSE || act->kind == DELIVER_RESET;
        parcel->delay = act->kind == DELIVER_SILENT ? act->number : 0;
        udp_outlet_put(peer->outlet, parcel);
    }
    udp_outlet_await_idle(peer->outlet);
}

static void finish(struct peer *base)
{
    act(base, &(struct delivery){.kind = DELIVER_CLOSE});
}

static void free_peer(struct peer *base)
{
    struct udp_peer *peer = udp_of(base);

    if (peer == NULL)
        return;
    loop_cancel(peer->plain.config.loop, peer->retry);
    udp_ports_close(&peer->ports);
    udp_outlet_free(peer->outlet);
    udp_batch_free(peer->batch);
    free(peer);
}

/* --- making ---------------------------------------------------------------------------------- */

static const struct peer_ops ops = {.start = start,
                                    .say = say,
                                    .transfer = plain_peer_transfer,
                                    .act = act,
                                    .finish = finish,
                                    .free = free_peer};

static const struct plain_kind kinds[] = {
    [SIDE_CLIENT] = {PROTOCOL_UDP, SIDE_CLIENT, "datagrams", sizeof(struct udp_peer), &ops},
    [SIDE_SERVER] = {PROTOCOL_UDP, SIDE_SERVER, "datagrams", sizeof(struct udp_peer), &ops},
};

static enum err fill_in(struct udp_peer *peer, struct diag *why)
{
    struct udp_outlet_config outlet = {.loop = peer->plain.config.loop,
                                       .ctx = peer,
                                       .leaves = leaves,
                                       .closes = close_peer,
                                       .idle = idle};
    enum err err = udp_batch_new(&peer->batch, why);

    peer->ports.loop = peer->plain.config.loop;
    peer->ports.readable = readable;
    peer->ports.ctx = peer;
    return err == OK ? udp_outlet_new(&outlet, &peer->outlet, why) : err;
}

static enum err make(enum side side, const struct peer_config *config, struct peer **out,
                     struct diag *why)
{
    enum err err = plain_peer_new(&kinds[side], config, out, why);

    if (err != OK)
        return err;
    err = fill_in(udp_of(*out), why);
    if (err == OK)
        return OK;
    free_peer(*out);
    *out = NULL;
    return err;
}

enum err udp_server_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    return make(SIDE_SERVER, config, out, why);
}

enum err udp_client_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    return make(SIDE_CLIENT, config, out, why);
}
