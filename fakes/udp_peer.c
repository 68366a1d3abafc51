#include "fakes/udp_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fakes/misbehave_client.h"
#include "fakes/udp_socket.h"

#define SOCKETS_MOST 16
#define BATCHES_A_TURN 16
#define LISTED_MOST 1000 /* datagrams of the model's that the transcript lists */
#define RETRY_FIRST CLOCK_SECOND
#define TRIES 3
#define OTHER_ADDRESS "127.0.0.2"

/* A datagram that waits to be sent. */
struct parcel {
    struct parcel *next;
    int64_t delay;
    bool is_wait; /* nothing but the delay */
    bool is_close;
    bool drop, swap;
    bool moved;             /* from another port or address than the socket's */
    struct endpoint source; /* where `moved`; else the address that was asked */
    size_t socket;          /* index */
    unsigned copies;
    struct endpoint to;
    struct place at;
    size_t len;
    char text[];
};

struct udp_peer {
    struct peer_base base;
    struct peer_config config;
    enum side side;
    struct udp_socket sockets[SOCKETS_MOST]; /* the first (two) are where it listens */
    size_t socket_count;
    struct udp_batch *batch;
    struct parcel *head, **tail;
    struct parcel *held; /* swapped: leaves behind the next one */
    struct loop_timer *timer, *retry;
    struct endpoint heard_from,
        heard_at; /* the sender of the last datagram, and the address asked */
    size_t heard_socket;
    unsigned listed, tries;
    bool said; /* something was queued since idle was told */
    bool closed;
};

static void serve(void *ctx);

static void note(struct udp_peer *peer, const char *text, struct place at)
{
    transcript_add(
        peer->config.transcript,
        &(struct entry){.kind = ENTRY_NOTE, .connection = 1, .text = bytes_of(text), .at = at});
}

/* What the model moves by the million is not listed whole. */
static bool may_list(struct udp_peer *peer)
{
    if (peer->config.exchange != NULL || peer->listed < LISTED_MOST) {
        peer->listed++;
        return true;
    }
    if (peer->listed++ == LISTED_MOST)
        note(peer, "further datagrams are not listed", (struct place){0});
    return false;
}

static void add_entry(struct udp_peer *peer, enum entry_kind kind, const struct endpoint *local,
                      const struct endpoint *remote, struct bytes text, struct place at)
{
    transcript_add(peer->config.transcript, &(struct entry){.kind = kind,
                                                            .connection = 1,
                                                            .local = *local,
                                                            .remote = *remote,
                                                            .text = text,
                                                            .octets = text.len,
                                                            .at = at});
}

/* --- sockets --------------------------------------------------------------------------------- */

static void readable(void *ctx, int fd, unsigned events);

static enum err add_socket(struct udp_peer *peer, const struct endpoint *at, struct diag *why)
{
    struct udp_socket *socket = &peer->sockets[peer->socket_count];
    enum err err;

    if (peer->socket_count == SOCKETS_MOST)
        return diag_set(why, ERR_SYSTEM, "too many ports in one script");
    err = udp_socket_open(at, socket, why);
    if (err != OK)
        return err;
    peer->socket_count++;
    loop_watch(peer->config.loop, socket->fd, LOOP_READ, readable, peer);
    return OK;
}

/* The socket of that endpoint, opened where there is none yet (port 0: a fresh one, as long as
 * there is room for them); -1: none. */
static int socket_at(struct udp_peer *peer, const struct endpoint *at, struct place place)
{
    struct diag why;

    for (size_t i = 0; i < peer->socket_count && at->port != 0; i++)
        if (endpoint_equal(&peer->sockets[i].local, at))
            return (int)i;
    if ((at->port == 0 && peer->socket_count == SOCKETS_MOST) || add_socket(peer, at, &why) == OK)
        return (int)peer->socket_count - 1;
    note(peer, why.text, place);
    return -1;
}

static void close_all(struct udp_peer *peer)
{
    for (size_t i = 0; i < peer->socket_count; i++) {
        loop_forget(peer->config.loop, peer->sockets[i].fd);
        udp_socket_close(&peer->sockets[i]);
    }
    peer->socket_count = 0;
}

/* --- the queue ------------------------------------------------------------------------------- */

static void kick(struct udp_peer *peer, int64_t ns)
{
    if (peer->timer == NULL)
        peer->timer = loop_after(peer->config.loop, ns, serve, peer);
}

static void append(struct udp_peer *peer, struct parcel *parcel)
{
    if (parcel == NULL) {
        note(peer, "out of memory: a datagram was not sent", (struct place){0});
        return;
    }
    *peer->tail = parcel;
    peer->tail = &parcel->next;
    kick(peer, 0);
}

static struct parcel *parcel_new(struct udp_peer *peer, struct bytes text)
{
    struct parcel *parcel = calloc(1, sizeof *parcel + text.len);

    if (parcel == NULL)
        return NULL;
    parcel->copies = 1;
    parcel->to = peer->side == SIDE_CLIENT ? peer->config.remote : peer->heard_from;
    parcel->socket = peer->side == SIDE_CLIENT ? 0 : peer->heard_socket;
    parcel->source = peer->side == SIDE_CLIENT ? peer->sockets[0].local : peer->heard_at;
    parcel->len = text.len;
    if (text.len > 0)
        memcpy(parcel->text, text.at, text.len);
    return parcel;
}

static void deliver(struct parcel *parcel, const struct delivery *delivery)
{
    uint16_t port = parcel->source.port;

    switch (delivery->kind) {
    case DELIVER_DELAY:
        parcel->delay += delivery->number;
        break;
    case DELIVER_DROP:
        parcel->drop = true;
        break;
    case DELIVER_DUPLICATE:
        parcel->copies = (unsigned)delivery->number;
        break;
    case DELIVER_SWAP:
        parcel->swap = true;
        break;
    case DELIVER_FROM_PORT:
        parcel->moved = true;
        parcel->source.port = (uint16_t)delivery->number;
        break;
    case DELIVER_FROM_ADDRESS:
        parcel->moved = true;
        if (!endpoint_parse(delivery->text, port, &parcel->source))
            parcel->drop = true;
        break;
    case DELIVER_TRUNCATE:
        if (delivery->number >= 0 && (size_t)delivery->number < parcel->len)
            parcel->len = (size_t)delivery->number;
        break;
    default:
        break;
    }
}

static void queue_say(struct udp_peer *peer, const struct peer_say *say)
{
    struct parcel *parcel = parcel_new(peer, say->text);

    for (size_t i = 0; parcel != NULL && i < say->delivery_count; i++)
        deliver(parcel, &say->deliveries[i]);
    if (parcel != NULL)
        parcel->at = say->at;
    append(peer, parcel);
}

static void send_failed(struct udp_peer *peer, const struct parcel *parcel, int error)
{
    char text[200], addr[ENDPOINT_TEXT];

    snprintf(text, sizeof text, "a datagram to %s was not sent: %s",
             endpoint_format(&parcel->to, addr), strerror(error));
    note(peer, text, parcel->at);
}

/* The socket to send from. One that is bound to every address can name any of them as source. */
static int choose_socket(struct udp_peer *peer, const struct parcel *parcel)
{
    const struct udp_socket *own = &peer->sockets[parcel->socket];

    if (!parcel->moved || (udp_socket_is_any(own) && own->local.port == parcel->source.port &&
                           own->local.family == parcel->source.family))
        return (int)parcel->socket;
    return socket_at(peer, &parcel->source, parcel->at);
}

static void send_parcel(struct udp_peer *peer, const struct parcel *parcel)
{
    int index = choose_socket(peer, parcel);
    struct bytes text = {parcel->text, parcel->len};

    if (index < 0)
        return;
    if (parcel->drop) {
        note(peer, "dropped, as the script says", parcel->at);
        return;
    }
    for (unsigned i = 0; i < parcel->copies; i++) {
        const struct udp_socket *socket = &peer->sockets[index];
        struct endpoint local = udp_socket_is_any(socket) ? parcel->source : socket->local;

        if (!udp_socket_send(socket, &parcel->to, &parcel->source, text))
            send_failed(peer, parcel, errno);
        else if (parcel->at.line > 0 || may_list(peer))
            add_entry(peer, ENTRY_SENT, &local, &parcel->to, text, parcel->at);
    }
}

static void close_peer(struct udp_peer *peer)
{
    if (peer->closed)
        return;
    peer->closed = true;
    add_entry(peer, ENTRY_CLOSED, &peer->base.bound, &peer->config.remote, bytes_of("closed by us"),
              (struct place){0});
    close_all(peer);
    loop_cancel(peer->config.loop, peer->retry);
    peer->retry = NULL;
    peer->config.events.closed(peer->config.events.ctx, PEER_FIN);
}

static void serve_parcel(struct udp_peer *peer, struct parcel *parcel)
{
    if (parcel->is_close) {
        close_peer(peer);
    } else if (parcel->is_wait || peer->closed) {
        /* nothing is sent */
    } else if (parcel->swap && peer->held == NULL) {
        peer->held = parcel;
        return;
    } else {
        send_parcel(peer, parcel);
        if (peer->held != NULL)
            send_parcel(peer, peer->held);
        free(peer->held);
        peer->held = NULL;
    }
    free(parcel);
}

static void serve(void *ctx)
{
    struct udp_peer *peer = ctx;

    peer->timer = NULL;
    while (peer->head != NULL) {
        struct parcel *parcel = peer->head;
        int64_t delay = parcel->delay;

        parcel->delay = 0;
        if (delay > 0) {
            kick(peer, delay);
            return;
        }
        peer->head = parcel->next;
        if (peer->head == NULL)
            peer->tail = &peer->head;
        serve_parcel(peer, parcel);
    }
    if (peer->said && !peer->closed) {
        peer->said = false;
        peer->config.events.idle(peer->config.events.ctx);
    }
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
    struct parcel *parcel = parcel_new(peer, text);

    for (size_t i = 0; parcel != NULL && i < sizeof spoilers / sizeof spoilers[0]; i++)
        if (client_fault_on(peer->config.faults, spoilers[i].fault))
            deliver(parcel, &spoilers[i].delivery);
    if (parcel != NULL && parcel->len > 0 &&
        client_fault_on(peer->config.faults, "changes-payload"))
        parcel->text[parcel->len - 1] ^= 1;
    append(peer, parcel);
}

/* A server of one address knows it; one that listens everywhere has to be told. */
static void remember_sender(struct udp_peer *peer, size_t socket, size_t n)
{
    peer->heard_from = udp_batch_from(peer->batch, n);
    peer->heard_at = udp_batch_to(peer->batch, n, &peer->sockets[socket]);
    peer->heard_socket = socket;
}

static void model_hears(struct udp_peer *peer, size_t n)
{
    if (peer->side == SIDE_CLIENT) {
        if (peer->config.exchange == NULL)
            peer->base.ops->finish((struct peer *)peer);
    } else if (peer->config.faults != NULL && peer->config.faults[0] != NULL) {
        answer_badly(peer, udp_batch_text(peer->batch, n));
    } else {
        udp_batch_choose(peer->batch, n);
        if (may_list(peer))
            add_entry(peer, ENTRY_SENT, &peer->heard_at, &peer->heard_from,
                      udp_batch_text(peer->batch, n), (struct place){0});
    }
}

static void hear(struct udp_peer *peer, size_t socket, size_t n)
{
    struct bytes text = udp_batch_text(peer->batch, n);

    remember_sender(peer, socket, n);
    if (may_list(peer))
        add_entry(peer, ENTRY_HEARD, &peer->heard_at, &peer->heard_from, text, (struct place){0});
    if (peer->config.events.heard(peer->config.events.ctx, text) == PEER_MODEL && !peer->closed)
        model_hears(peer, n);
}

/* An ICMP error ends a client's conversation: nobody is at the other end. */
static void tell_errors(struct udp_peer *peer, const struct udp_socket *socket)
{
    char text[200];
    bool refused = false;

    while (udp_socket_icmp(socket, text, sizeof text)) {
        note(peer, text, (struct place){0});
        refused = true;
    }
    if (!refused || peer->side != SIDE_CLIENT || peer->closed || peer->config.exchange == NULL)
        return;
    peer->closed = true;
    peer->config.events.closed(peer->config.events.ctx, PEER_FAILED);
}

static void readable(void *ctx, int fd, unsigned events)
{
    struct udp_peer *peer = ctx;
    size_t index = 0, count = 1;

    while (index < peer->socket_count && peer->sockets[index].fd != fd)
        index++;
    if (index == peer->socket_count)
        return;
    if ((events & LOOP_HANGUP) != 0)
        tell_errors(peer, &peer->sockets[index]);
    if (peer->closed)
        return;
    for (unsigned batch = 0; batch < BATCHES_A_TURN && count > 0; batch++) {
        count = udp_batch_receive(peer->batch, &peer->sockets[index]);
        for (size_t n = 0; n < count && !peer->closed; n++)
            hear(peer, index, n);
        if (peer->closed)
            return;
        udp_batch_echo(peer->batch, &peer->sockets[index]);
    }
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
        note(peer, "no answer came", (struct place){0});
        close_peer(peer);
        return;
    }
    queue_say(peer, &(struct peer_say){.text = bytes_of("Hello from peerspec")});
    peer->retry = loop_after(peer->config.loop, RETRY_FIRST << peer->tries, try, peer);
    peer->tries++;
}

static void tell_opened(void *ctx)
{
    struct udp_peer *peer = ctx;

    peer->retry = NULL;
    peer->config.events.opened(peer->config.events.ctx);
    if (peer->side == SIDE_CLIENT && peer->config.exchange == NULL)
        try(peer);
}

/* IPv4 and IPv6 at the same port; without IPv6 it is IPv4 alone. */
static enum err listen_everywhere(struct udp_peer *peer, struct diag *why)
{
    struct endpoint at = {.family = 4, .port = peer->config.local.port};
    struct diag no_v6;
    enum err err = add_socket(peer, &at, why);

    if (err != OK)
        return err;
    peer->base.bound = peer->sockets[0].local;
    at = (struct endpoint){.family = 6, .port = peer->base.bound.port};
    if (add_socket(peer, &at, &no_v6) != OK)
        note(peer, no_v6.text, (struct place){0});
    return OK;
}

static enum err start(struct peer *base, struct diag *why)
{
    struct udp_peer *peer = udp_of(base);
    struct endpoint at = peer->config.local;
    enum err err;

    if (at.family == 0)
        at.family = peer->config.remote.family == 6 ? 6 : 4;
    err = peer->side == SIDE_SERVER && peer->config.listen_any ? listen_everywhere(peer, why)
                                                               : add_socket(peer, &at, why);
    if (err != OK)
        return err;
    peer->base.bound = peer->sockets[0].local;
    add_entry(peer, ENTRY_OPENED, &peer->base.bound, &peer->config.remote, bytes_of(""),
              (struct place){0});
    peer->retry = loop_after(peer->config.loop, 0, tell_opened, peer);
    return OK;
}

static void say(struct peer *base, const struct peer_say *say)
{
    struct udp_peer *peer = udp_of(base);

    peer->said = true;
    if (peer->side == SIDE_SERVER && peer->heard_from.family == 0)
        note(peer, "nobody to send to: no datagram has come yet", say->at);
    else if (!peer->closed)
        queue_say(peer, say);
    kick(peer, 0);
}

static void transfer(struct peer *base, const struct peer_transfer *transfer)
{
    (void)base;
    (void)transfer; /* there is no data connection */
}

static void act(struct peer *base, const struct delivery *act)
{
    struct udp_peer *peer = udp_of(base);
    struct parcel *parcel = parcel_new(peer, bytes_of(""));

    peer->said = true;
    if (parcel != NULL) {
        parcel->is_wait = true;
        parcel->is_close = act->kind == DELIVER_CLOSE || act->kind == DELIVER_RESET;
        parcel->delay = act->kind == DELIVER_SILENT ? act->number : 0;
    }
    append(peer, parcel);
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
    loop_cancel(peer->config.loop, peer->timer);
    loop_cancel(peer->config.loop, peer->retry);
    close_all(peer);
    while (peer->head != NULL) {
        struct parcel *parcel = peer->head;

        peer->head = parcel->next;
        free(parcel);
    }
    free(peer->held);
    udp_batch_free(peer->batch);
    free(peer);
}

static const struct peer_ops ops = {.start = start,
                                    .say = say,
                                    .transfer = transfer,
                                    .act = act,
                                    .finish = finish,
                                    .free = free_peer};

static enum err make(const struct peer_config *config, enum side side, struct peer **out,
                     struct diag *why)
{
    struct udp_peer *peer;
    enum err err = client_faults_check(config->faults, PROTOCOL_UDP, side, why);

    *out = NULL;
    if (err != OK)
        return err;
    peer = calloc(1, sizeof *peer);
    if (peer == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    peer->base.ops = &ops;
    peer->config = *config;
    peer->side = side;
    peer->tail = &peer->head;
    err = udp_batch_new(&peer->batch, why);
    if (err != OK)
        free(peer);
    else
        *out = (struct peer *)peer;
    return err;
}

enum err udp_server_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    return make(config, SIDE_SERVER, out, why);
}

enum err udp_client_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    return make(config, SIDE_CLIENT, out, why);
}
