#include "fakes/ftp_session.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/ftp_commands.h"
#include "fakes/ftp_listing.h"
#include "fakes/ftp_telnet.h"
#include "fakes/stream_socket.h"
#include "proto/ftp_reply.h"

#define INPUT_CEILING (256u << 10)
#define READ_SIZE (16u << 10)
#define LINE_LONGEST 8192u
#define REPLY_CEILING (4u << 20)
#define LINGER (2 * CLOCK_SECOND)

static void note_entry(struct ftp_session *session, enum entry_kind kind, struct bytes text)
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
    note_entry(session, ENTRY_NOTE, bytes_of(text));
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
    buf_add(&reply, (struct bytes){text, (size_t)len});
    buf_add_text(&reply, "\r\n");
    ftp_session_say(session, session->request.verb, &(struct peer_say){.text = buf_bytes(&reply)});
    buf_fini(&reply);
    free(text);
}

/* ---- the end ---- */

static void reap(void *ctx)
{
    struct ftp_session *session = ctx;

    session->pump = NULL;
    ftp_session_free(session);
}

/* The connection is gone; the session itself goes when nobody is inside it any more. */
static void end(struct ftp_session *session, enum peer_end how)
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

static void lost(struct ftp_session *session, enum peer_end how)
{
    if (!session->silent && !session->ended)
        note_entry(session, ENTRY_CLOSED, bytes_of(how == PEER_RESET ? "RST" : "FIN"));
    end(session, how);
}

static void write_failed(void *ctx, int error)
{
    lost(ctx, error == ECONNRESET || error == EPIPE ? PEER_RESET : PEER_FAILED);
}

static void linger_over(void *ctx)
{
    struct ftp_session *session = ctx;

    session->linger = NULL;
    end(session, PEER_FIN);
}

/* What the client still sends is read and dropped, so that our FIN does not become an RST. */
static void wait_for_fin(struct ftp_session *session)
{
    session->silent = true;
    shutdown(session->fd, SHUT_WR);
    if (session->ended) {
        end(session, PEER_FIN);
        return;
    }
    session->linger = loop_after(session->site->config.loop, LINGER, linger_over, session);
}

void ftp_session_close_now(struct ftp_session *session, bool reset)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (session->over || session->silent)
        return;
    session->closing = true;
    if (!session->ended)
        note_entry(session, ENTRY_CLOSED, bytes_of(reset ? "reset by us" : "closed by us"));
    if (!reset) {
        wait_for_fin(session);
        return;
    }
    session->silent = true;
    setsockopt(session->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    end(session, PEER_FIN);
}

static void close_call(void *ctx)
{
    outlet_resume(((struct ftp_session *)ctx)->outlet);
    ftp_session_close_now(ctx, false);
}

static void reset_call(void *ctx)
{
    outlet_resume(((struct ftp_session *)ctx)->outlet);
    ftp_session_close_now(ctx, true);
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
    note_entry(session, ENTRY_NOTE, bytes_of("half-closed by us"));
}

void ftp_session_half_close(struct ftp_session *session)
{
    outlet_call(session->outlet, half_close_call, session);
}

/* ---- hearing ---- */

static void take_request(struct ftp_session *session, const struct ftp_command *command)
{
    struct ftp_request *request = &session->request;
    struct bytes name =
        command->known != NULL ? bytes_of(command->known->canonical) : command->verb;
    size_t len = name.len < sizeof request->verb ? name.len : sizeof request->verb - 1;

    for (size_t i = 0; i < len; i++)
        request->verb[i] = (char)toupper((unsigned char)name.at[i]);
    request->verb[len] = '\0';
    request->traits = command->known == NULL ? 0 : command->known->traits;
    buf_clear(&request->argument);
    buf_add(&request->argument, command->argument);
    buf_text(&request->argument); /* ends it with a zero too */
}

static enum peer_claim ask_player(struct ftp_session *session, struct bytes line)
{
    const struct peer_events *events = &session->site->config.events;
    enum peer_claim claim;

    if (!ftp_session_is_told(session) || events->heard == NULL)
        return PEER_MODEL;
    session->hearing = true;
    claim = events->heard(events->ctx, line);
    session->hearing = false;
    return claim;
}

static void answer(struct ftp_session *session, struct bytes line,
                   const struct ftp_command *command)
{
    int64_t stall = misbehave_stall(session->site->faults, session->request.verb);

    if (stall > 0)
        outlet_wait(session->outlet, stall);
    if (line.len > LINE_LONGEST || command->verb.len == 0)
        ftp_session_reply(session, "500 Syntax error.");
    else
        ftp_commands_answer(session, command);
}

static void hear(struct ftp_session *session, struct bytes line)
{
    char *room = malloc(line.len);
    struct ftp_act **mark = session->acts.end;
    struct ftp_command command;
    size_t used;

    if (room == NULL)
        return;
    note_entry(session, ENTRY_HEARD, line);
    if (ftp_command_parse(line, room, &command, &used) == PARSE_DONE) {
        take_request(session, &command);
        if (ask_player(session, line) == PEER_MODEL && !session->over) {
            ftp_acts_run(session);
            answer(session, line, &command);
        } else if (session->transfer.active && strcmp(session->request.verb, "ABOR") == 0) {
            ftp_transfer_abort(session);
        } else if (session->transfer.active) {
            ftp_acts_hurry(session, mark);
        }
        ftp_acts_run(session);
    }
    free(room);
}

/* Offset and length of the n-th whole line that waits; false where there is none. */
static bool find_line(const struct ftp_session *session, size_t n, size_t *at, size_t *len)
{
    *at = 0;
    for (;;) {
        *len = ftp_line_length(bytes_from(buf_bytes(&session->input), *at));
        if (*len == 0 || n-- == 0)
            return *len > 0;
        *at += *len;
    }
}

static void hear_line(struct ftp_session *session, size_t at, size_t len)
{
    char *line = malloc(len);
    struct buf *input = &session->input;

    if (line == NULL)
        return;
    memcpy(line, input->ptr + at, len);
    memmove(input->ptr + at, input->ptr + at + len, input->len - at - len);
    input->len -= len;
    session->negotiated = session->negotiated > len ? session->negotiated - len : 0;
    hear(session, (struct bytes){line, len});
    free(line);
}

static bool line_is(const struct ftp_session *session, size_t at, size_t len, const char *verb)
{
    struct bytes line = bytes_slice(buf_bytes(&session->input), at, len);
    char *room = malloc(len);
    struct ftp_command command;
    size_t used;
    bool is = room != NULL && ftp_command_parse(line, room, &command, &used) == PARSE_DONE &&
              bytes_is_nocase(command.verb, verb);

    free(room);
    return is;
}

/* In the middle of a transfer: STAT and ABOR are heard at once; an ABOR behind others ends the
 * transfer, and is answered in its turn. True where something was done. */
static bool serve_urgent(struct ftp_session *session)
{
    size_t at, len;

    if (!find_line(session, 0, &at, &len))
        return false;
    if (line_is(session, at, len, "STAT") || line_is(session, at, len, "ABOR")) {
        hear_line(session, at, len);
        return true;
    }
    for (size_t n = 1; find_line(session, n, &at, &len); n++) {
        if (line_is(session, at, len, "ABOR")) {
            ftp_transfer_abort(session);
            return true;
        }
    }
    return false;
}

static bool is_busy(const struct ftp_session *session)
{
    return session->transfer.active || !ftp_acts_none(&session->acts);
}

static bool serve_line(struct ftp_session *session)
{
    size_t at, len;

    if (session->closing)
        return false;
    if (session->transfer.active)
        return serve_urgent(session);
    if (is_busy(session) || !find_line(session, 0, &at, &len))
        return false;
    if (ftp_session_misbehaves(session, FAULT_REPLY_ORDER) && find_line(session, 1, &at, &len)) {
        hear_line(session, at, len);
        return true;
    }
    find_line(session, 0, &at, &len);
    hear_line(session, at, len);
    return true;
}

static void tell_idle(struct ftp_session *session)
{
    const struct peer_events *events = &session->site->config.events;

    if (!session->over && !is_busy(session) && outlet_idle(session->outlet) &&
        ftp_session_is_told(session) && events->idle != NULL)
        events->idle(events->ctx);
}

/* The client's FIN: what it said before is still answered; a transfer that nothing follows ends
 * (RFC 959 section 4.1.1, QUIT). */
static void end_after_client(struct ftp_session *session)
{
    size_t at, len;

    if (session->closing || session->over)
        return;
    if (session->transfer.active && !find_line(session, 0, &at, &len))
        ftp_transfer_abort(session);
    else if (!is_busy(session))
        ftp_session_close(session, false);
}

static void watch(struct ftp_session *session);

static void serve(struct ftp_session *session)
{
    ftp_acts_run(session);
    while (!session->over && serve_line(session))
        ;
    if (session->ended)
        end_after_client(session);
    if (session->over)
        return;
    watch(session);
    tell_idle(session);
}

static void pump(void *ctx)
{
    struct ftp_session *session = ctx;

    session->pump = NULL;
    serve(session);
}

void ftp_session_pump(struct ftp_session *session)
{
    if (session->pump == NULL && !session->over)
        session->pump = loop_after(session->site->config.loop, 0, pump, session);
}

static void outlet_is_idle(void *ctx)
{
    struct ftp_session *session = ctx;

    if (!session->hearing)
        tell_idle(session);
}

/* ---- reading ---- */

static void drop_long_line(struct ftp_session *session)
{
    struct buf *input = &session->input;
    size_t len = ftp_line_length(buf_bytes(input));

    if (session->discarding) {
        session->discarding = len == 0;
        buf_drop(input, len == 0 ? input->len : len);
    } else if (len == 0 && input->len > LINE_LONGEST) {
        session->discarding = true;
        note_entry(session, ENTRY_HEARD, bytes_slice(buf_bytes(input), 0, 256));
        buf_clear(input);
        session->request.verb[0] = '\0';
        ftp_session_reply(session, "500 The line is too long.");
    } else {
        return;
    }
    session->negotiated = 0;
}

static void drain(struct ftp_session *session)
{
    char junk[4096];
    ssize_t n = recv(session->fd, junk, sizeof junk, 0);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        end(session, n == 0 ? PEER_FIN : PEER_RESET);
}

static void readable(void *ctx, int fd, unsigned events)
{
    struct ftp_session *session = ctx;
    char *room;
    ssize_t n;

    (void)events;
    if (session->linger != NULL) {
        drain(session);
        return;
    }
    room = buf_space(&session->input, READ_SIZE);
    if (room == NULL)
        return;
    n = recv(fd, room, READ_SIZE, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        lost(session, PEER_RESET);
        return;
    }
    if (n == 0) {
        session->ended = true;
        if (!session->closing)
            note_entry(session, ENTRY_CLOSED, bytes_of("FIN"));
        if (session->silent)
            end(session, PEER_FIN);
    }
    buf_grew(&session->input, (size_t)n);
    ftp_telnet_refuse(session);
    drop_long_line(session);
    serve(session);
}

/* Where lines pile up behind a transfer, the client is made to wait. */
static void watch(struct ftp_session *session)
{
    bool full = session->input.len + READ_SIZE > session->input.ceiling;
    unsigned events = session->ended || full ? 0 : LOOP_READ;

    loop_watch(session->site->config.loop, session->fd, events, readable, session);
}

/* ---- beginning ---- */

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

    note_entry(session, ENTRY_OPENED, bytes_of(""));
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
    watch(session);
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
    buf_init(&session->input, INPUT_CEILING);
    buf_init(&session->request.argument, INPUT_CEILING);
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
    buf_fini(&session->input);
    buf_fini(&session->request.argument);
    free(session);
}
