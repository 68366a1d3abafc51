#include "fakes/tcp_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fakes/outlet.h"
#include "fakes/stream_socket.h"

#define CHUNK (64u << 10)
#define UNSENT_MOST (1u << 20)

static void readable(void *ctx, int fd, unsigned events);

static void add_entry(struct tcp_stream *stream, enum entry_kind kind, struct bytes text)
{
    transcript_add(stream->owner->config.transcript, &(struct entry){.kind = kind,
                                                                     .connection = stream->number,
                                                                     .local = stream->local,
                                                                     .remote = stream->remote,
                                                                     .text = text,
                                                                     .octets = text.len});
}

/* --- the end --------------------------------------------------------------------------------- */

/* What lies unread would turn our FIN into a reset. */
static void empty(int fd)
{
    char chunk[CHUNK];

    for (unsigned i = 0; i < 64; i++)
        if (recv(fd, chunk, sizeof chunk, MSG_DONTWAIT) <= 0)
            return;
}

/* End the connection; `how` is the other side's way, or what the player is told of ours. */
static void end(struct tcp_stream *stream, enum peer_end how, const char *text, bool reset)
{
    add_entry(stream, ENTRY_CLOSED, bytes_of(text));
    outlet_drop(stream->outlet);
    if (reset)
        setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
                   sizeof(struct linger));
    else
        empty(stream->fd);
    stream->events->over(stream->owner, stream, how);
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
    struct tcp_stream *stream = ctx;

    if (!stream->shut)
        shutdown(stream->fd, SHUT_WR);
    stream->shut = true;
    outlet_resume(stream->outlet);
}

void tcp_stream_close(struct tcp_stream *stream)
{
    close_call(stream);
}

/* --- what comes ------------------------------------------------------------------------------ */

static void listen_to(struct tcp_stream *stream, bool on)
{
    stream->deaf = !on;
    loop_watch(stream->owner->config.loop, stream->fd, on ? LOOP_READ : 0, readable, stream);
}

static void echo(struct tcp_stream *stream, char *at, size_t len)
{
    if (plain_peer_faulty(stream->owner, "truncate-1024") && len > 1024)
        len = 1024;
    if (plain_peer_faulty(stream->owner, "changes-payload"))
        at[len - 1] ^= 1;
    outlet_list(stream->outlet, plain_peer_may_list(stream->owner));
    tcp_stream_add(stream, (struct bytes){at, len});
    outlet_list(stream->outlet, true);
    stream->unsent += len;
    if (stream->unsent > UNSENT_MOST)
        listen_to(stream, false);
    if (plain_peer_faulty(stream->owner, "early-close"))
        outlet_call(stream->outlet, close_call, stream);
}

static void hear(struct tcp_stream *stream, char *at, size_t len)
{
    struct bytes text = {at, len};

    if (plain_peer_may_list(stream->owner))
        add_entry(stream, ENTRY_HEARD, text);
    if (stream->events->heard(stream->owner, stream, text) == PEER_MODEL)
        echo(stream, at, len);
}

static void hear_fin(struct tcp_stream *stream)
{
    stream->ended = true;
    listen_to(stream, false);
    if (plain_peer_faulty(stream->owner, "never-closes"))
        return;
    outlet_call(stream->outlet, close_after_fin, stream);
}

static void readable(void *ctx, int fd, unsigned events)
{
    struct tcp_stream *stream = ctx;
    char chunk[CHUNK];
    ssize_t len = recv(fd, chunk, sizeof chunk, 0);

    (void)events;
    if (len > 0)
        hear(stream, chunk, (size_t)len);
    else if (len == 0)
        hear_fin(stream);
    else if (errno != EAGAIN && errno != EINTR)
        end(stream, PEER_RESET, "RST", false);
}

void tcp_stream_open(struct tcp_stream *stream)
{
    stream_endpoints(stream->fd, &stream->local, &stream->remote);
    add_entry(stream, ENTRY_OPENED, bytes_of(""));
    loop_watch(stream->owner->config.loop, stream->fd, LOOP_READ, readable, stream);
}

/* --- deafness -------------------------------------------------------------------------------- */

static void hear_again(void *ctx)
{
    struct tcp_stream *stream = ctx;

    stream->ears = NULL;
    if (!stream->ended)
        listen_to(stream, true);
}

/* What comes stays in the socket: once that is full, the other side can send no more. */
static void be_deaf(struct tcp_stream *stream, int64_t ns)
{
    loop_cancel(stream->owner->config.loop, stream->ears);
    listen_to(stream, false);
    stream->ears = loop_after(stream->owner->config.loop, ns, hear_again, stream);
}

/* --- what is said ---------------------------------------------------------------------------- */

void tcp_stream_say(struct tcp_stream *stream, const struct peer_say *say)
{
    stream->said = true;
    outlet_say(stream->outlet, say);
}

void tcp_stream_act(struct tcp_stream *stream, const struct delivery *act)
{
    stream->said = true;
    if (act->kind == DELIVER_SILENT)
        outlet_wait(stream->outlet, act->number);
    else if (act->kind == DELIVER_DEAF)
        be_deaf(stream, act->number);
    else
        outlet_call(stream->outlet,
                    act->kind == DELIVER_CLOSE   ? close_call
                    : act->kind == DELIVER_RESET ? reset_call
                                                 : half_close_call,
                    stream);
}

void tcp_stream_add(struct tcp_stream *stream, struct bytes text)
{
    outlet_say(stream->outlet, &(struct peer_say){.text = text});
}

void tcp_stream_half_close(struct tcp_stream *stream)
{
    outlet_call(stream->outlet, half_close_call, stream);
}

void tcp_stream_then(struct tcp_stream *stream, void (*call)(void *ctx), void *ctx)
{
    outlet_call(stream->outlet, call, ctx);
}

static void outlet_is_idle(void *ctx)
{
    struct tcp_stream *stream = ctx;

    stream->unsent = 0;
    if (stream->deaf && !stream->ended && stream->ears == NULL)
        listen_to(stream, true);
    if (!stream->said)
        return;
    stream->said = false;
    stream->events->idle(stream->owner, stream);
}

static void write_failed(void *ctx, int error)
{
    struct tcp_stream *stream = ctx;
    char text[120];

    snprintf(text, sizeof text, "cannot send: %s", strerror(error));
    plain_peer_note(stream->owner, text, (struct place){0});
    if (!stream->ended)
        listen_to(stream, true); /* and meet the end there */
    else
        outlet_call(stream->outlet, close_after_fin, stream);
}

/* --- making ---------------------------------------------------------------------------------- */

static enum err make_outlet(struct tcp_stream *stream, struct diag *why)
{
    const struct peer_config *config = &stream->owner->config;
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

enum err tcp_stream_new(struct plain_peer *owner, const struct tcp_stream_events *events,
                        unsigned number, int fd, struct tcp_stream **out, struct diag *why)
{
    struct tcp_stream *stream = calloc(1, sizeof *stream);
    enum err err;

    *out = NULL;
    if (stream == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory for a connection");
    *stream = (struct tcp_stream){.owner = owner, .events = events, .number = number, .fd = fd};
    err = make_outlet(stream, why);
    if (err != OK)
        free(stream);
    else
        *out = stream;
    return err;
}

void tcp_stream_free(struct tcp_stream *stream)
{
    loop_cancel(stream->owner->config.loop, stream->ears);
    outlet_free(stream->outlet);
    loop_forget(stream->owner->config.loop, stream->fd);
    stream_close(stream->fd, false);
    free(stream);
}
