#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/ftp_session_parts.h"

#define LINGER (2 * CLOCK_SECOND)

static void reap(void *ctx)
{
    struct ftp_session *session = ctx;

    session->pump = NULL;
    ftp_session_free(session);
}

void ftp_session_end(struct ftp_session *session, enum peer_end how)
{
    struct ftp_site *site = session->site;
    bool told = ftp_session_is_told(session);

    if (session->over)
        return;
    session->over = session->closing = session->silent = true;
    loop_cancel(site->config.loop, session->linger);
    loop_cancel(site->config.loop, session->pump);
    session->linger = NULL;
    outlet_drop(session->outlet);
    loop_forget(site->config.loop, session->fd);
    close(session->fd);
    session->fd = -1;
    ftp_transfer_fini(session);
    ftp_channel_close(session);
    session->pump = loop_after(site->config.loop, 0, reap, session);
    if (!told)
        return;
    site->told = NULL;
    if (site->config.events.closed != NULL)
        site->config.events.closed(site->config.events.ctx, how);
}

void ftp_session_lost(struct ftp_session *session, enum peer_end how)
{
    if (!session->silent && !session->ended)
        ftp_session_list(session, ENTRY_CLOSED, bytes_of(how == PEER_RESET ? "RST" : "FIN"));
    ftp_session_end(session, how);
}

static void linger_over(void *ctx)
{
    struct ftp_session *session = ctx;

    session->linger = NULL;
    ftp_session_end(session, PEER_FIN);
}

/* What the client still sends is read and dropped, so that our FIN does not become an RST. */
static void wait_for_fin(struct ftp_session *session)
{
    session->silent = true;
    shutdown(session->fd, SHUT_WR);
    if (session->ended) {
        ftp_session_end(session, PEER_FIN);
        return;
    }
    session->linger = loop_after(session->site->config.loop, LINGER, linger_over, session);
}

static void close_now(struct ftp_session *session, bool reset)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (session->over || session->silent)
        return;
    session->closing = true;
    if (!session->ended)
        ftp_session_list(session, ENTRY_CLOSED, bytes_of(reset ? "reset by us" : "closed by us"));
    if (!reset) {
        wait_for_fin(session);
        return;
    }
    session->silent = true;
    setsockopt(session->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ftp_session_end(session, PEER_FIN);
}

static void close_call(void *ctx)
{
    outlet_resume(((struct ftp_session *)ctx)->outlet);
    close_now(ctx, false);
}

static void reset_call(void *ctx)
{
    outlet_resume(((struct ftp_session *)ctx)->outlet);
    close_now(ctx, true);
}

void ftp_session_close(struct ftp_session *session, bool reset)
{
    if (session->closing)
        return;
    session->closing = true;
    outlet_call(session->outlet, reset ? reset_call : close_call, session);
}

static void half_close_call(void *ctx)
{
    struct ftp_session *session = ctx;

    outlet_resume(session->outlet);
    session->silent = true;
    shutdown(session->fd, SHUT_WR);
    ftp_session_list(session, ENTRY_NOTE, bytes_of("half-closed by us"));
}

void ftp_session_half_close(struct ftp_session *session)
{
    outlet_call(session->outlet, half_close_call, session);
}
