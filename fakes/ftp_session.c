#include "fakes/ftp_session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/ftp_listing.h"
#include "fakes/ftp_session_parts.h"
#include "fakes/ftp_telnet.h"
#include "fakes/stream_socket.h"
#include "proto/ftp_facts.h"

#define ARGUMENT_CEILING (256u << 10)
#define REPLY_CEILING (4u << 20)

void ftp_session_list(struct ftp_session *session, enum entry_kind kind, struct bytes text)
{
    struct entry entry = {.kind = kind,
                          .connection = session->number,
                          .local = session->local,
                          .remote = session->remote,
                          .text = text,
                          .octets = text.len};

    transcript_add(session->site->config.transcript, &entry);
}

void ftp_session_note(struct ftp_session *session, const char *text)
{
    ftp_session_list(session, ENTRY_NOTE, bytes_of(text));
}

bool ftp_session_is_told(const struct ftp_session *session)
{
    return session->site->told == session;
}

bool ftp_session_misbehaves(const struct ftp_session *session, enum fault fault)
{
    return misbehaves(session->site->faults, fault);
}

bool ftp_session_lacks(const struct ftp_session *session, const char *feature)
{
    const struct exchange *exchange = session->site->config.exchange;

    if (exchange == NULL || exchange->lacks == NULL)
        return false;
    for (const char *const *lacks = exchange->lacks; *lacks != NULL; lacks++)
        if (bytes_is_nocase(bytes_of(*lacks), feature))
            return true;
    return false;
}

/* ---- saying ---- */

/* A fault: half of a reply, and the end. */
static bool breaks_off(const struct ftp_session *session, const char *verb)
{
    return ftp_session_misbehaves(session, FAULT_CLOSE_MID_REPLY) &&
           (strcmp(verb, "NOOP") == 0 || strcmp(verb, "PWD") == 0);
}

void ftp_session_say(struct ftp_session *session, const char *verb, const struct peer_say *say)
{
    struct peer_say said = *say;
    struct buf reply;

    if (session->silent || session->over)
        return;
    buf_init(&reply, REPLY_CEILING);
    buf_add(&reply, say->text);
    misbehave_rewrite(session->site->faults, verb, &reply);
    said.text = buf_bytes(&reply);
    if (breaks_off(session, verb))
        said.text.len /= 2;
    if (said.text.len > 0)
        outlet_say(session->outlet, &said);
    if (breaks_off(session, verb) || misbehave_drops_after(session->site->faults, verb))
        ftp_session_close(session, false);
    buf_fini(&reply);
}

void ftp_session_reply(struct ftp_session *session, const char *fmt, ...)
{
    va_list ap;
    char *text;
    int len;
    struct buf reply;

    va_start(ap, fmt);
    len = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (len < 0)
        return;
    buf_init(&reply, REPLY_CEILING);
    ftp_telnet_add(&reply, (struct bytes){text, (size_t)len});
    buf_add_text(&reply, "\r\n");
    ftp_session_say(session, session->request.verb, &(struct peer_say){.text = buf_bytes(&reply)});
    buf_fini(&reply);
    free(text);
}

/* ---- beginning ---- */

static void outlet_is_idle(void *ctx)
{
    struct ftp_session *session = ctx;

    if (!session->hearing)
        ftp_session_tell_idle(session);
}

static void write_failed(void *ctx, int error)
{
    ftp_session_lost(ctx, error == ECONNRESET || error == EPIPE ? PEER_RESET : PEER_FAILED);
}

void ftp_session_reset(struct ftp_session *session)
{
    session->login = (struct ftp_login){.named = false};
    strcpy(session->cwd, "/");
    session->image = false;
    session->restart = 0;
    session->renaming = false;
    session->epsv_all = false;
    session->facts = FTP_FACTS_ALL;
    ftp_channel_close(session);
}

static void greet(struct ftp_session *session)
{
    int code = misbehave_reply(session->site->faults, "");
    int64_t stall = misbehave_stall(session->site->faults, "");

    if (ftp_session_misbehaves(session, FAULT_GREETING_LATE))
        stall = CLOCK_SECOND;
    if (stall > 0)
        outlet_wait(session->outlet, stall);
    if (ftp_session_misbehaves(session, FAULT_TELNET_NEGOTIATES))
        outlet_say(session->outlet, &(struct peer_say){.text = bytes_of("\xff\xfb\x01")});
    if (ftp_session_misbehaves(session, FAULT_NO_GREETING))
        return;
    if (ftp_session_misbehaves(session, FAULT_120_ALONE))
        ftp_session_reply(session, "120 Ready in a minute.");
    else if (code != 0)
        ftp_session_reply(session, "%d peerspec", code);
    else
        ftp_session_reply(session, "220 peerspec is ready.");
    if (code == 421)
        ftp_session_close(session, false);
}

static void open_session(struct ftp_session *session)
{
    struct ftp_site *site = session->site;
    enum peer_claim claim = PEER_MODEL;

    ftp_session_list(session, ENTRY_OPENED, bytes_of(""));
    if (site->told == NULL)
        site->told = session;
    if (ftp_session_is_told(session) && site->config.events.opened != NULL) {
        session->hearing = true;
        claim = site->config.events.opened(site->config.events.ctx);
        session->hearing = false;
    }
    if (claim == PEER_MODEL)
        greet(session);
    ftp_acts_run(session);
    ftp_session_watch(session);
}

static bool make_outlet(struct ftp_session *session)
{
    const struct peer_config *config = &session->site->config;
    struct outlet_config outlet = {.loop = config->loop,
                                   .transcript = config->transcript,
                                   .connection = session->number,
                                   .fd = session->fd,
                                   .shape = config->shape,
                                   .drained = config->drained,
                                   .drained_ctx = config->drained_ctx,
                                   .ctx = session,
                                   .idle = outlet_is_idle,
                                   .failed = write_failed};
    struct diag why;

    return outlet_new(&outlet, &session->outlet, &why) == OK;
}

struct ftp_session *ftp_session_new(struct ftp_site *site, int fd)
{
    struct ftp_session *session = calloc(1, sizeof *session);
    int on = 1;

    if (session == NULL)
        return NULL;
    session->site = site;
    session->fd = fd;
    session->number = ++site->opened;
    if (!make_outlet(session)) {
        free(session);
        return NULL;
    }
    /* The Synch of an ABOR is urgent data; it is read in its place. */
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    stream_endpoints(fd, &session->local, &session->remote);
    ftp_lines_init(&session->lines);
    buf_init(&session->request.argument, ARGUMENT_CEILING);
    ftp_transfer_init(&session->transfer);
    ftp_acts_init(&session->acts);
    ftp_session_reset(session);
    session->next = site->first;
    site->first = session;
    open_session(session);
    return session;
}

void ftp_session_free(struct ftp_session *session)
{
    struct loop *loop = session->site->config.loop;

    for (struct ftp_session **at = &session->site->first; *at != NULL; at = &(*at)->next) {
        if (*at == session) {
            *at = session->next;
            break;
        }
    }
    if (ftp_session_is_told(session))
        session->site->told = NULL;
    loop_cancel(loop, session->pump);
    loop_cancel(loop, session->linger);
    ftp_transfer_fini(session);
    ftp_channel_close(session);
    outlet_free(session->outlet);
    if (session->fd >= 0) {
        loop_forget(loop, session->fd);
        close(session->fd);
    }
    ftp_acts_fini(&session->acts);
    ftp_lines_fini(&session->lines);
    buf_fini(&session->request.argument);
    free(session);
}
