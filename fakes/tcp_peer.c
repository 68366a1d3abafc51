#include "fakes/tcp_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "fakes/misbehave_client.h"
#include "fakes/outlet.h"
#include "fakes/stream_socket.h"

#define CHUNK (64u << 10)
#define UNSENT_MOST (1u << 20) /* echo no more than this ahead of the other side's reading */
#define TIMEOUT_DEFAULT (10 * CLOCK_SECOND)
#define LISTED_MOST 1000 /* chunks of the model's that the transcript lists */
#define END_WAIT (2 * CLOCK_SECOND)
#define HELLO "Hello from peerspec\r\n"

/* One connection. */
struct stream {
    struct stream *next;
    struct tcp_peer *peer;
    unsigned number;
    int fd;
    struct endpoint local, remote;
    struct outlet *outlet;
    size_t unsent; /* echoed since the outlet was last idle */
    bool deaf;     /* reading has stopped: no more came, or too much is unsent */
    bool ended;    /* the other side's FIN came */
    bool shut;     /* our FIN has left */
    bool said;
};

struct tcp_peer {
    struct peer_base base;
    struct peer_config config;
    enum side side;
    int listener, error;
    unsigned count;  /* of connections */
    unsigned listed; /* of chunks */
    struct stream *streams;
    struct stream *played; /* the connection that the script follows; NULL: none */
    struct loop_timer *timer;
    bool finishing, closed;
    char chunk[CHUNK];
};

static void readable(void *ctx, int fd, unsigned events);

static void add_entry(struct stream *stream, enum entry_kind kind, struct bytes text)
{
    transcript_add(stream->peer->config.transcript, &(struct entry){.kind = kind,
                                                                    .connection = stream->number,
                                                                    .local = stream->local,
                                                                    .remote = stream->remote,
                                                                    .text = text,
                                                                    .octets = text.len});
}

static void note(struct tcp_peer *peer, const char *text)
{
    transcript_add(peer->config.transcript,
                   &(struct entry){.kind = ENTRY_NOTE, .connection = 1, .text = bytes_of(text)});
}

/* What the model moves without end is not listed whole. */
static bool may_list(struct tcp_peer *peer)
{
    if (peer->config.exchange != NULL || peer->listed < LISTED_MOST) {
        peer->listed++;
        return true;
    }
    if (peer->listed++ == LISTED_MOST)
        note(peer, "further octets are not listed");
    return false;
}

static bool has_fault(const struct stream *stream, const char *name)
{
    return client_fault_on(stream->peer->config.faults, name);
}

/* --- the end --------------------------------------------------------------------------------- */

static void tell_closed(struct tcp_peer *peer, enum peer_end how)
{
    if (peer->side == SIDE_CLIENT && peer->closed)
        return;
    peer->closed = true;
    loop_cancel(peer->config.loop, peer->timer);
    peer->timer = NULL;
    peer->config.events.closed(peer->config.events.ctx, how);
}

static void unlink_stream(struct stream *stream)
{
    struct stream **at = &stream->peer->streams;

    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
}

static void free_stream(struct stream *stream)
{
    unlink_stream(stream);
    outlet_free(stream->outlet);
    loop_forget(stream->peer->config.loop, stream->fd);
    stream_close(stream->fd, false);
    free(stream);
}

/* What lies unread would turn our FIN into a reset. */
static void empty(struct stream *stream)
{
    for (unsigned i = 0; i < 64; i++)
        if (recv(stream->fd, stream->peer->chunk, CHUNK, MSG_DONTWAIT) <= 0)
            return;
}

/* End the connection; `how` is the other side's way, or what the player is told of ours. */
static void end(struct stream *stream, enum peer_end how, const char *text, bool reset)
{
    struct tcp_peer *peer = stream->peer;
    bool played = peer->played == stream;

    add_entry(stream, ENTRY_CLOSED, bytes_of(text));
    outlet_drop(stream->outlet);
    if (reset)
        setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
                   sizeof(struct linger));
    else
        empty(stream);
    free_stream(stream);
    if (!played)
        return;
    peer->played = NULL;
    tell_closed(peer, how);
}

static void close_call(void *ctx)
{
    end(ctx, PEER_FIN, "closed by us", false);
}

static void close_after_fin(void *ctx)
{
    end(ctx, PEER_FIN, "FIN", false);
}

static void reset_call(void *ctx)
{
    end(ctx, PEER_FIN, "reset by us", true);
}

static void half_close_call(void *ctx)
{
    struct stream *stream = ctx;

    if (!stream->shut)
        shutdown(stream->fd, SHUT_WR);
    stream->shut = true;
    outlet_resume(stream->outlet);
}

/* --- what comes ------------------------------------------------------------------------------ */

static void listen_to(struct stream *stream, bool on)
{
    stream->deaf = !on;
    loop_watch(stream->peer->config.loop, stream->fd, on ? LOOP_READ : 0, readable, stream);
}

static void echo(struct stream *stream, char *at, size_t len)
{
    if (has_fault(stream, "truncate-1024") && len > 1024)
        len = 1024;
    if (has_fault(stream, "changes-payload"))
        at[len - 1] ^= 1;
    outlet_list(stream->outlet, may_list(stream->peer));
    outlet_say(stream->outlet, &(struct peer_say){.text = {at, len}});
    outlet_list(stream->outlet, true);
    stream->unsent += len;
    if (stream->unsent > UNSENT_MOST)
        listen_to(stream, false);
    if (has_fault(stream, "early-close"))
        outlet_call(stream->outlet, close_call, stream);
}

static void model_hears(struct stream *stream, size_t len)
{
    struct tcp_peer *peer = stream->peer;

    if (peer->side == SIDE_SERVER)
        echo(stream, peer->chunk, len);
    else if (peer->config.exchange == NULL)
        peer->base.ops->finish((struct peer *)peer);
}

static void hear(struct stream *stream, size_t len)
{
    struct tcp_peer *peer = stream->peer;
    struct bytes text = {peer->chunk, len};
    enum peer_claim claim = PEER_MODEL;

    if (may_list(peer))
        add_entry(stream, ENTRY_HEARD, text);
    if (peer->played == stream)
        claim = peer->config.events.heard(peer->config.events.ctx, text);
    if (claim == PEER_MODEL)
        model_hears(stream, len);
}

/* The other side's FIN: a server answers with its own when all has left; so does a client. */
static void hear_fin(struct stream *stream)
{
    stream->ended = true;
    listen_to(stream, false);
    if (has_fault(stream, "never-closes"))
        return;
    outlet_call(stream->outlet, close_after_fin, stream);
}

static void readable(void *ctx, int fd, unsigned events)
{
    struct stream *stream = ctx;
    ssize_t len = recv(fd, stream->peer->chunk, CHUNK, 0);

    (void)events;
    if (len > 0)
        hear(stream, (size_t)len);
    else if (len == 0)
        hear_fin(stream);
    else if (errno != EAGAIN && errno != EINTR)
        end(stream, PEER_RESET, "RST", false);
}

/* --- connections ----------------------------------------------------------------------------- */

static void outlet_is_idle(void *ctx)
{
    struct stream *stream = ctx;
    struct tcp_peer *peer = stream->peer;

    stream->unsent = 0;
    if (stream->deaf && !stream->ended)
        listen_to(stream, true);
    if (!stream->said || peer->played != stream)
        return;
    stream->said = false;
    peer->config.events.idle(peer->config.events.ctx);
}

static void write_failed(void *ctx, int error)
{
    struct stream *stream = ctx;
    char text[120];

    snprintf(text, sizeof text, "cannot send: %s", strerror(error));
    note(stream->peer, text);
    if (!stream->ended)
        listen_to(stream, true); /* and meet the end there */
    else
        outlet_call(stream->outlet, close_after_fin, stream);
}

static enum err make_outlet(struct stream *stream, struct diag *why)
{
    const struct peer_config *config = &stream->peer->config;
    struct outlet_config outlet = {.loop = config->loop,
                                   .transcript = config->transcript,
                                   .connection = stream->number,
                                   .fd = stream->fd,
                                   .shape = config->shape,
                                   .drained = config->drained,
                                   .drained_ctx = config->drained_ctx,
                                   .ctx = stream,
                                   .idle = outlet_is_idle,
                                   .failed = write_failed};

    return outlet_new(&outlet, &stream->outlet, why);
}

static enum err add_stream(struct tcp_peer *peer, int fd, struct stream **out, struct diag *why)
{
    struct stream *stream = calloc(1, sizeof *stream);
    enum err err;

    *out = NULL;
    if (stream == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory for a connection");
    stream->peer = peer;
    stream->fd = fd;
    stream->number = ++peer->count;
    err = make_outlet(stream, why);
    if (err != OK) {
        free(stream);
        return err;
    }
    stream->next = peer->streams;
    peer->streams = stream;
    *out = stream;
    return OK;
}

static void open_stream(struct stream *stream)
{
    struct tcp_peer *peer = stream->peer;

    stream_endpoints(stream->fd, &stream->local, &stream->remote);
    add_entry(stream, ENTRY_OPENED, bytes_of(""));
    loop_watch(peer->config.loop, stream->fd, LOOP_READ, readable, stream);
    if (peer->played != NULL)
        return;
    peer->played = stream;
    peer->config.events.opened(peer->config.events.ctx);
    if (peer->side == SIDE_CLIENT && peer->config.exchange == NULL)
        outlet_say(stream->outlet, &(struct peer_say){.text = bytes_of(HELLO)});
}

static void acceptable(void *ctx, int listener, unsigned events)
{
    struct tcp_peer *peer = ctx;
    struct stream *stream;
    struct diag why;
    int fd = stream_accept(listener);

    (void)events;
    if (fd < 0)
        return;
    if (add_stream(peer, fd, &stream, &why) == OK) {
        open_stream(stream);
        return;
    }
    note(peer, why.text);
    stream_close(fd, true);
}

static void cannot_connect(struct tcp_peer *peer, int error)
{
    char text[ENDPOINT_TEXT], words[ENDPOINT_TEXT + 100];

    snprintf(words, sizeof words, "cannot connect to %s: %s",
             endpoint_format(&peer->config.remote, text), strerror(error));
    note(peer, words);
    while (peer->streams != NULL)
        free_stream(peer->streams);
    tell_closed(peer, PEER_FAILED);
}

static void connected(void *ctx, int fd, unsigned events)
{
    struct stream *stream = ctx;
    struct tcp_peer *peer = stream->peer;
    int error = stream_error(fd);

    (void)events;
    loop_cancel(peer->config.loop, peer->timer);
    peer->timer = NULL;
    if (error != 0)
        cannot_connect(peer, error);
    else
        open_stream(stream);
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

static struct tcp_peer *tcp_of(struct peer *peer)
{
    return (struct tcp_peer *)(void *)peer;
}

static enum err start_server(struct peer *base, struct diag *why)
{
    struct tcp_peer *peer = tcp_of(base);
    enum err err = stream_listen(&peer->config.local, peer->config.listen_any, &peer->listener,
                                 &peer->base.bound, why);

    if (err == OK)
        loop_watch(peer->config.loop, peer->listener, LOOP_READ, acceptable, peer);
    return err;
}

static enum err start_client(struct peer *base, struct diag *why)
{
    struct tcp_peer *peer = tcp_of(base);
    struct stream *stream;
    enum err err;
    int fd;

    err = stream_connect(&peer->config.local, &peer->config.remote, &fd, &peer->error, why);
    if (err != OK)
        return err;
    err = add_stream(peer, fd, &stream, why);
    if (err != OK) {
        stream_close(fd, false);
    } else if (peer->error != 0) {
        peer->timer = loop_after(peer->config.loop, 0, refused_at_once, peer);
    } else {
        loop_watch(peer->config.loop, fd, LOOP_WRITE, connected, stream);
        peer->timer = loop_after(peer->config.loop, peer->config.timeout, too_late, peer);
    }
    return err;
}

static void say(struct peer *base, const struct peer_say *say)
{
    struct tcp_peer *peer = tcp_of(base);

    if (peer->played == NULL)
        return;
    peer->played->said = true;
    outlet_say(peer->played->outlet, say);
}

static void transfer(struct peer *base, const struct peer_transfer *transfer)
{
    (void)base;
    (void)transfer; /* there is no data connection */
}

static void act(struct peer *base, const struct delivery *act)
{
    struct stream *stream = tcp_of(base)->played;

    if (stream == NULL)
        return;
    stream->said = true;
    if (act->kind == DELIVER_SILENT)
        outlet_wait(stream->outlet, act->number);
    else
        outlet_call(stream->outlet,
                    act->kind == DELIVER_CLOSE   ? close_call
                    : act->kind == DELIVER_RESET ? reset_call
                                                 : half_close_call,
                    stream);
}

static void not_closed_in_time(void *ctx)
{
    struct tcp_peer *peer = ctx;

    peer->timer = NULL;
    note(peer, "the server did not close within 2 s after our FIN");
    if (peer->played != NULL)
        end(peer->played, PEER_FIN, "closed by us", false);
}

/* Our FIN, and then the server's. */
static void finish(struct peer *base)
{
    struct tcp_peer *peer = tcp_of(base);

    if (peer->side == SIDE_SERVER || peer->finishing || peer->played == NULL)
        return;
    peer->finishing = true;
    outlet_call(peer->played->outlet, half_close_call, peer->played);
    peer->timer = loop_after(peer->config.loop, END_WAIT, not_closed_in_time, peer);
}

static void free_peer(struct peer *base)
{
    struct tcp_peer *peer = tcp_of(base);

    if (peer == NULL)
        return;
    loop_cancel(peer->config.loop, peer->timer);
    while (peer->streams != NULL)
        free_stream(peer->streams);
    if (peer->listener >= 0) {
        loop_forget(peer->config.loop, peer->listener);
        stream_close(peer->listener, false);
    }
    free(peer);
}

static const struct peer_ops server_ops = {.start = start_server,
                                           .say = say,
                                           .transfer = transfer,
                                           .act = act,
                                           .finish = finish,
                                           .free = free_peer};
static const struct peer_ops client_ops = {.start = start_client,
                                           .say = say,
                                           .transfer = transfer,
                                           .act = act,
                                           .finish = finish,
                                           .free = free_peer};

static enum err make(const struct peer_config *config, enum side side, struct peer **out,
                     struct diag *why)
{
    struct tcp_peer *peer;
    enum err err = client_faults_check(config->faults, PROTOCOL_TCP, side, why);

    *out = NULL;
    if (err != OK)
        return err;
    peer = calloc(1, sizeof *peer);
    *out = (struct peer *)peer;
    if (peer == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    peer->base.ops = side == SIDE_SERVER ? &server_ops : &client_ops;
    peer->config = *config;
    peer->side = side;
    peer->listener = -1;
    if (peer->config.timeout == 0)
        peer->config.timeout = TIMEOUT_DEFAULT;
    return OK;
}

enum err tcp_server_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    return make(config, SIDE_SERVER, out, why);
}

enum err tcp_client_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    return make(config, SIDE_CLIENT, out, why);
}
