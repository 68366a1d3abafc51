#include "fakes/rendezvous.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/stream_socket.h"

struct rendezvous {
    struct rendezvous_config config;
    bool listens;
    int fd;    /* listens, or connects; -1: none any more */
    int error; /* connect() said no at once */
    struct endpoint remote;
    struct loop_timer *timer;
};

/* --- the end --------------------------------------------------------------------------------- */

static void stop_timer(struct rendezvous *rendezvous)
{
    loop_cancel(rendezvous->config.loop, rendezvous->timer);
    rendezvous->timer = NULL;
}

static void meet(struct rendezvous *rendezvous, const struct rendezvous_end *end)
{
    stop_timer(rendezvous);
    rendezvous->config.met(rendezvous->config.ctx, end);
}

static void fail(struct rendezvous *rendezvous, const char *how)
{
    stop_timer(rendezvous);
    rendezvous->config.failed(rendezvous->config.ctx, how);
}

static void too_late(void *ctx)
{
    struct rendezvous *rendezvous = ctx;

    rendezvous->timer = NULL;
    fail(rendezvous, "no connection in time");
}

static void start_timer(struct rendezvous *rendezvous)
{
    if (rendezvous->timer == NULL && rendezvous->config.timeout > 0)
        rendezvous->timer =
            loop_after(rendezvous->config.loop, rendezvous->config.timeout, too_late, rendezvous);
}

/* --- listening ------------------------------------------------------------------------------- */

static bool is_welcome(const struct rendezvous *rendezvous, const struct endpoint *from)
{
    const struct endpoint *only = &rendezvous->config.only_from;

    return only->family == 0 || endpoint_same_addr(only, from);
}

static void acceptable(void *ctx, int listener, unsigned events)
{
    struct rendezvous *rendezvous = ctx;
    struct rendezvous_end end = {.fd = stream_accept(listener)};

    (void)events;
    if (end.fd < 0)
        return;
    stream_endpoints(end.fd, &end.local, &end.remote);
    if (is_welcome(rendezvous, &end.remote)) {
        meet(rendezvous, &end);
        return;
    }
    stream_close(end.fd, false);
    rendezvous->config.turned_away(rendezvous->config.ctx, &end.local, &end.remote);
}

static struct rendezvous *make(const struct rendezvous_config *config, bool listens,
                               struct diag *why)
{
    struct rendezvous *rendezvous = calloc(1, sizeof *rendezvous);

    if (rendezvous == NULL) {
        diag_set(why, ERR_SYSTEM, "out of memory");
        return NULL;
    }
    rendezvous->config = *config;
    rendezvous->listens = listens;
    rendezvous->fd = -1;
    return rendezvous;
}

enum err rendezvous_listen(const struct rendezvous_config *config, const struct endpoint *at,
                           struct rendezvous **out, struct endpoint *bound, struct diag *why)
{
    struct rendezvous *rendezvous = make(config, true, why);
    enum err err;

    *out = NULL;
    if (rendezvous == NULL)
        return why->code;
    err = stream_listen(at, false, &rendezvous->fd, bound, why);
    if (err != OK) {
        rendezvous_free(rendezvous);
        return err;
    }
    loop_watch(config->loop, rendezvous->fd, LOOP_READ, acceptable, rendezvous);
    if (!config->patient)
        start_timer(rendezvous);
    *out = rendezvous;
    return OK;
}

/* --- connecting ------------------------------------------------------------------------------ */

static const char *failure(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "refused";
    case ETIMEDOUT:
        return "no connection in time";
    default:
        return "unreachable";
    }
}

static void connected(void *ctx, int fd, unsigned events)
{
    struct rendezvous *rendezvous = ctx;
    struct rendezvous_end end = {.fd = fd, .remote = rendezvous->remote};
    int error = stream_error(fd);

    (void)events;
    if (error != 0 && error != ECONNRESET) {
        fail(rendezvous, failure(error));
        return;
    }
    loop_forget(rendezvous->config.loop, fd);
    rendezvous->fd = -1;
    end.reset = error == ECONNRESET;
    stream_endpoints(fd, &end.local, NULL);
    meet(rendezvous, &end);
}

static void refused_at_once(void *ctx)
{
    struct rendezvous *rendezvous = ctx;

    rendezvous->timer = NULL;
    fail(rendezvous, failure(rendezvous->error));
}

/* Where connect() itself says no, that may be for a reason of ours. */
static enum err our_error(int error, const struct endpoint *to, struct diag *why)
{
    char text[ENDPOINT_TEXT];
    bool denied = error == EACCES || error == EPERM;

    if (!denied && error != EADDRNOTAVAIL && error != EINVAL && error != EAFNOSUPPORT)
        return OK;
    return diag_set(why, denied ? ERR_PERMISSION : ERR_SYSTEM, "cannot connect to %s: %s",
                    endpoint_format(to, text), strerror(error));
}

enum err rendezvous_connect(const struct rendezvous_config *config, const struct endpoint *from,
                            const struct endpoint *to, struct rendezvous **out, struct diag *why)
{
    struct rendezvous *rendezvous = make(config, false, why);
    enum err err;

    *out = NULL;
    if (rendezvous == NULL)
        return why->code;
    rendezvous->remote = *to;
    err = stream_connect(from, to, &rendezvous->fd, &rendezvous->error, why);
    if (err == OK)
        err = our_error(rendezvous->error, to, why);
    if (err != OK) {
        rendezvous_free(rendezvous);
        return err;
    }
    if (rendezvous->error != 0) {
        rendezvous->timer = loop_after(config->loop, 0, refused_at_once, rendezvous);
    } else {
        loop_watch(config->loop, rendezvous->fd, LOOP_WRITE, connected, rendezvous);
        start_timer(rendezvous);
    }
    *out = rendezvous;
    return OK;
}

/* --- the calls ------------------------------------------------------------------------------- */

void rendezvous_await(struct rendezvous *rendezvous)
{
    if (rendezvous->listens)
        start_timer(rendezvous);
}

void rendezvous_free(struct rendezvous *rendezvous)
{
    if (rendezvous == NULL)
        return;
    stop_timer(rendezvous);
    if (rendezvous->fd >= 0) {
        loop_forget(rendezvous->config.loop, rendezvous->fd);
        stream_close(rendezvous->fd, false);
    }
    free(rendezvous);
}
