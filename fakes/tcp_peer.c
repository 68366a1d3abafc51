#include "fakes/tcp_peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fakes/plain_peer.h"
#include "fakes/stream_socket.h"
#include "fakes/tcp_stream.h"

#define TIMEOUT_DEFAULT (10 * CLOCK_SECOND)
#define END_WAIT (2 * CLOCK_SECOND)
#define HELLO "Hello from peerspec\r\n"

struct tcp_peer {
    struct plain_peer plain;
    int listener, error;
    unsigned count; /* of connections */
    struct tcp_stream *streams;
    struct tcp_stream *played; /* the connection that the script follows; NULL: none */
    struct loop_timer *timer;
    bool finishing, closed;
};

static struct tcp_peer *tcp_of(struct peer *peer)
{
    return (struct tcp_peer *)(void *)peer;
}

static void note(struct tcp_peer *peer, const char *text)
{
    plain_peer_note(&peer->plain, text, (struct place){0});
}

static const struct peer_events *events_of(const struct tcp_peer *peer)
{
    return &peer->plain.config.events;
}

static void stop_timer(struct tcp_peer *peer)
{
    loop_cancel(peer->plain.config.loop, peer->timer);
    peer->timer = NULL;
}

static void tell_closed(struct tcp_peer *peer, enum peer_end how)
{
    if (!plain_peer_serves(&peer->plain) && peer->closed)
        return;
    peer->closed = true;
    stop_timer(peer);
    events_of(peer)->closed(events_of(peer)->ctx, how);
}

/* --- what its connections tell --------------------------------------------------------------- */

static enum peer_claim heard(struct plain_peer *owner, struct tcp_stream *stream, struct bytes text)
{
    struct tcp_peer *peer = (struct tcp_peer *)owner;
    enum peer_claim claim = PEER_MODEL;

    if (peer->played == stream)
        claim = events_of(peer)->heard(events_of(peer)->ctx, text);
    if (claim == PEER_SCRIPT || plain_peer_serves(owner))
        return claim;
    if (owner->config.exchange == NULL)
        owner->base.ops->finish((struct peer *)owner);
    return PEER_SCRIPT; /* a client echoes nothing */
}

static void idle(struct plain_peer *owner, struct tcp_stream *stream)
{
    struct tcp_peer *peer = (struct tcp_peer *)owner;

    if (peer->played == stream)
        events_of(peer)->idle(events_of(peer)->ctx);
}

static void remove_stream(struct tcp_peer *peer, struct tcp_stream *stream)
{
    struct tcp_stream **at = &peer->streams;

    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    tcp_stream_free(stream);
}

static void stop_listening(struct tcp_peer *peer)
{
    if (peer->listener < 0)
        return;
    loop_forget(peer->plain.config.loop, peer->listener);
    stream_close(peer->listener, false);
    peer->listener = -1;
}

static void over(struct plain_peer *owner, struct tcp_stream *stream, enum peer_end how)
{
    struct tcp_peer *peer = (struct tcp_peer *)owner;
    bool played = peer->played == stream;

    remove_stream(peer, stream);
    if (plain_peer_faulty(owner, "one-shot") ||
        (how == PEER_RESET && plain_peer_faulty(owner, "dies-of-reset")))
        stop_listening(peer);
    while (peer->streams != NULL && how == PEER_RESET && plain_peer_faulty(owner, "dies-of-reset"))
        remove_stream(peer, peer->streams);
    if (!played)
        return;
    peer->played = NULL;
    tell_closed(peer, how);
}

static const struct tcp_stream_events stream_events = {heard, idle, over};

/* --- connections ----------------------------------------------------------------------------- */

static enum err add_stream(struct tcp_peer *peer, int fd, struct tcp_stream **out, struct diag *why)
{
    enum err err = tcp_stream_new(&peer->plain, &stream_events, ++peer->count, fd, out, why);

    if (err != OK)
        return err;
    (*out)->next = peer->streams;
    peer->streams = *out;
    return OK;
}

static void open_stream(struct tcp_peer *peer, struct tcp_stream *stream)
{
    tcp_stream_open(stream);
    if (peer->played != NULL)
        return;
    peer->played = stream;
    events_of(peer)->opened(events_of(peer)->ctx);
    if (!plain_peer_serves(&peer->plain) && peer->plain.config.exchange == NULL)
        tcp_stream_add(stream, bytes_of(HELLO));
}

static void acceptable(void *ctx, int listener, unsigned events)
{
    struct tcp_peer *peer = ctx;
    struct tcp_stream *stream;
    struct diag why;
    int fd = stream_accept(listener);

    (void)events;
    if (fd < 0)
        return;
    if (add_stream(peer, fd, &stream, &why) == OK) {
        if (stream->next == NULL || !plain_peer_faulty(&peer->plain, "one-at-a-time"))
            open_stream(peer, stream);
        return;
    }
    note(peer, why.text);
    stream_close(fd, true);
}

static void cannot_connect(struct tcp_peer *peer, int error)
{
    char text[ENDPOINT_TEXT], words[ENDPOINT_TEXT + 100];

    snprintf(words, sizeof words, "cannot connect to %s: %s",
             endpoint_format(&peer->plain.config.remote, text), strerror(error));
    note(peer, words);
    while (peer->streams != NULL)
        remove_stream(peer, peer->streams);
    tell_closed(peer, PEER_FAILED);
}

static void connected(void *ctx, int fd, unsigned events)
{
    struct tcp_peer *peer = ctx;
    int error = stream_error(fd);

    (void)events;
    stop_timer(peer);
    if (error != 0)
        cannot_connect(peer, error);
    else
        open_stream(peer, peer->streams);
}

static void refused_at_once(void *ctx)
{
    struct tcp_peer *peer = ctx;

    peer->timer = NULL;
    cannot_connect(peer, peer->error);
}

static void too_late(void *ctx)
{
    struct tcp_peer *peer = ctx;

    peer->timer = NULL;
    cannot_connect(peer, ETIMEDOUT);
}

/* --- what the player asks -------------------------------------------------------------------- */

static enum err start_server(struct peer *base, struct diag *why)
{
    struct tcp_peer *peer = tcp_of(base);
    const struct peer_config *config = &peer->plain.config;
    enum err err = stream_listen(&config->local, config->listen_any, &peer->listener,
                                 &peer->plain.base.bound, why);

    if (err == OK)
        loop_watch(config->loop, peer->listener, LOOP_READ, acceptable, peer);
    return err;
}

static enum err connect_client(struct tcp_peer *peer, struct diag *why)
{
    const struct peer_config *config = &peer->plain.config;
    struct tcp_stream *stream;
    int fd;
    enum err err = stream_connect(&config->local, &config->remote, &fd, &peer->error, why);

    if (err != OK)
        return err;
    err = add_stream(peer, fd, &stream, why);
    if (err != OK) {
        stream_close(fd, false);
    } else if (peer->error != 0) {
        peer->timer = loop_after(config->loop, 0, refused_at_once, peer);
    } else {
        loop_watch(config->loop, fd, LOOP_WRITE, connected, peer);
        peer->timer = loop_after(config->loop, config->timeout, too_late, peer);
    }
    return err;
}

static enum err start_client(struct peer *base, struct diag *why)
{
    return connect_client(tcp_of(base), why);
}

/* The script goes on in another connection. The one before stays as it is. */
static void connect_again(void *ctx)
{
    struct tcp_peer *peer = ctx;
    struct diag why;

    peer->played = NULL;
    peer->closed = false;
    if (connect_client(peer, &why) == OK)
        return;
    note(peer, why.text);
    tell_closed(peer, PEER_FAILED);
}

static void say(struct peer *base, const struct peer_say *say)
{
    struct tcp_stream *stream = tcp_of(base)->played;

    if (stream != NULL)
        tcp_stream_say(stream, say);
}

static void act(struct peer *base, const struct delivery *act)
{
    struct tcp_peer *peer = tcp_of(base);

    if (act->kind == DELIVER_CONNECT && peer->played == NULL)
        connect_again(peer);
    else if (act->kind == DELIVER_CONNECT)
        tcp_stream_then(peer->played, connect_again, peer);
    else if (peer->played != NULL)
        tcp_stream_act(peer->played, act);
}

/* A server goes on as its model. */
static void finish_server(struct peer *base)
{
    (void)base;
}

static void not_closed_in_time(void *ctx)
{
    struct tcp_peer *peer = ctx;

    peer->timer = NULL;
    note(peer, "the server did not close within 2 s after our FIN");
    if (peer->played != NULL)
        tcp_stream_close(peer->played);
}

/* Our FIN, and then the server's. */
static void finish_client(struct peer *base)
{
    struct tcp_peer *peer = tcp_of(base);

    if (peer->finishing || peer->played == NULL)
        return;
    peer->finishing = true;
    tcp_stream_half_close(peer->played);
    peer->timer = loop_after(peer->plain.config.loop, END_WAIT, not_closed_in_time, peer);
}

static void free_peer(struct peer *base)
{
    struct tcp_peer *peer = tcp_of(base);

    if (peer == NULL)
        return;
    stop_timer(peer);
    while (peer->streams != NULL)
        remove_stream(peer, peer->streams);
    stop_listening(peer);
    free(peer);
}

/* --- making ---------------------------------------------------------------------------------- */

static const struct peer_ops server_ops = {.start = start_server,
                                           .say = say,
                                           .transfer = plain_peer_transfer,
                                           .act = act,
                                           .finish = finish_server,
                                           .free = free_peer};
static const struct peer_ops client_ops = {.start = start_client,
                                           .say = say,
                                           .transfer = plain_peer_transfer,
                                           .act = act,
                                           .finish = finish_client,
                                           .free = free_peer};

static const struct plain_kind kinds[] = {
    [SIDE_CLIENT] = {PROTOCOL_TCP, SIDE_CLIENT, "octets", sizeof(struct tcp_peer), &client_ops},
    [SIDE_SERVER] = {PROTOCOL_TCP, SIDE_SERVER, "octets", sizeof(struct tcp_peer), &server_ops},
};

static enum err make(enum side side, const struct peer_config *config, struct peer **out,
                     struct diag *why)
{
    enum err err = plain_peer_new(&kinds[side], config, out, why);
    struct tcp_peer *peer;

    if (err != OK)
        return err;
    peer = tcp_of(*out);
    peer->listener = -1;
    if (peer->plain.config.timeout == 0)
        peer->plain.config.timeout = TIMEOUT_DEFAULT;
    return OK;
}

enum err tcp_server_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    return make(SIDE_SERVER, config, out, why);
}

enum err tcp_client_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    return make(SIDE_CLIENT, config, out, why);
}
