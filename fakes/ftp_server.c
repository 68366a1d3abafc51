#include "fakes/ftp_server.h"

#include <stdlib.h>
#include <unistd.h>

#include "fakes/ftp_fill.h"
#include "fakes/ftp_session.h"
#include "fakes/stream_socket.h"

struct ftp_server {
    struct peer_base base;
    struct ftp_site site;
    int listener; /* -1: none yet */
};

static struct ftp_server *server_of(struct peer *peer)
{
    return (struct ftp_server *)(void *)peer;
}

/* ---- connections ---- */

static void accept_one(void *ctx, int fd, unsigned events)
{
    struct ftp_server *server = ctx;
    int accepted = stream_accept(fd);

    (void)events;
    if (accepted >= 0 && ftp_session_new(&server->site, accepted) == NULL)
        close(accepted);
}

static enum err start(struct peer *peer, struct diag *why)
{
    struct ftp_server *server = server_of(peer);
    const struct peer_config *config = &server->site.config;
    enum err err = stream_listen(&config->local, config->listen_any || config->local.family == 0,
                                 &server->listener, &server->base.bound, why);

    if (err == OK)
        loop_watch(config->loop, server->listener, LOOP_READ, accept_one, server);
    return err;
}

/* ---- what the script has it do ---- */

/* Called from within a session, the acts are done when it has heard the line. */
static void do_soon(struct ftp_session *session)
{
    if (!session->hearing)
        ftp_session_pump(session);
}

static void say(struct peer *peer, const struct peer_say *said)
{
    struct ftp_session *session = server_of(peer)->site.told;

    if (session == NULL)
        return;
    ftp_acts_say(&session->acts, said);
    do_soon(session);
}

static void transfer(struct peer *peer, const struct peer_transfer *moved)
{
    struct ftp_session *session = server_of(peer)->site.told;

    if (session == NULL)
        return;
    ftp_acts_transfer(&session->acts, moved);
    do_soon(session);
}

static void act(struct peer *peer, const struct delivery *delivery)
{
    struct ftp_session *session = server_of(peer)->site.told;

    if (session == NULL)
        return;
    ftp_acts_act(&session->acts, delivery);
    do_soon(session);
}

static bool fill(void *peer, enum hole hole, struct buf *value)
{
    struct ftp_session *session = server_of(peer)->site.told;

    return session != NULL && ftp_fill(session, hole, value);
}

/* A server goes on as its model. */
static void finish(struct peer *peer)
{
    (void)peer;
}

/* ---- making and ending ---- */

static void server_free(struct peer *peer)
{
    struct ftp_server *server = server_of(peer);

    while (server->site.first != NULL)
        ftp_session_free(server->site.first);
    if (server->listener >= 0) {
        loop_forget(server->site.config.loop, server->listener);
        close(server->listener);
    }
    ftp_tree_free(server->site.tree);
    misbehave_free(server->site.faults);
    free(server);
}

static const struct peer_ops ops = {.start = start,
                                    .say = say,
                                    .transfer = transfer,
                                    .act = act,
                                    .fill = fill,
                                    .finish = finish,
                                    .free = server_free};

static enum err make_tree(const struct peer_config *config, struct ftp_tree **out, struct diag *why)
{
    const struct exchange *exchange = config->exchange;

    if (config->root != NULL)
        return ftp_tree_new_disk(config->root, out, why);
    return ftp_tree_new_memory(exchange == NULL ? NULL : exchange->files,
                               exchange == NULL ? 0 : exchange->file_count, out, why);
}

enum err ftp_server_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    struct ftp_server *server = calloc(1, sizeof *server);
    enum err err;

    *out = NULL;
    if (server == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    server->base.ops = &ops;
    server->site.config = *config;
    server->listener = -1;
    err = misbehave_new(config->faults, &server->site.faults, why);
    if (err == OK)
        err = make_tree(config, &server->site.tree, why);
    if (err != OK)
        server_free((struct peer *)(void *)server);
    else
        *out = (struct peer *)(void *)server;
    return err;
}
