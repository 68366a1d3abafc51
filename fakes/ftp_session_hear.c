#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fakes/ftp_commands.h"
#include "fakes/ftp_session_parts.h"
#include "fakes/ftp_telnet.h"
#include "fakes/misbehave_lines.h"
#include "proto/ftp_reply.h"

#define READ_SIZE (16u << 10)

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
    misbehave_argument(session->site->faults, command->known, &request->argument);
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
    if (ftp_line_text(line).len == 0 && ftp_session_misbehaves(session, FAULT_EMPTY_LINE_ENDS))
        ftp_session_close(session, false);
    else if (line.len > FTP_LINE_LONGEST || command->verb.len == 0)
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
    ftp_session_list(session, ENTRY_HEARD, line);
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

static void hear_line(struct ftp_session *session, const struct ftp_line *line)
{
    size_t len = line->len;
    char *text = ftp_lines_take(&session->lines, line);

    if (text == NULL)
        return;
    hear(session, (struct bytes){text, len});
    free(text);
}

/* In the middle of a transfer: STAT and ABOR are heard at once; an ABOR behind others ends the
 * transfer, and is answered in its turn. True where something was done. */
static bool serve_urgent(struct ftp_session *session)
{
    const struct ftp_lines *lines = &session->lines;
    struct ftp_line line;

    if (!ftp_lines_find(lines, 0, &line))
        return false;
    if (ftp_session_misbehaves(session, FAULT_MEANWHILE_ABORTS)) {
        ftp_transfer_abort(session);
        return true;
    }
    if (ftp_lines_hold(lines, &line, "STAT") || ftp_lines_hold(lines, &line, "ABOR")) {
        hear_line(session, &line);
        return true;
    }
    for (size_t n = 1; ftp_lines_find(lines, n, &line); n++) {
        if (ftp_lines_hold(lines, &line, "ABOR")) {
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

/* The line that is heard next: the first, or, by a fault, the second before it. */
static bool find_next(const struct ftp_session *session, struct ftp_line *line)
{
    if (ftp_session_misbehaves(session, FAULT_REPLY_ORDER) &&
        ftp_lines_find(&session->lines, 1, line))
        return true;
    return ftp_lines_find(&session->lines, 0, line);
}

static bool serve_line(struct ftp_session *session)
{
    struct ftp_line line;

    if (session->closing)
        return false;
    if (session->transfer.active)
        return serve_urgent(session);
    if (is_busy(session) || !find_next(session, &line))
        return false;
    hear_line(session, &line);
    return true;
}

void ftp_session_tell_idle(struct ftp_session *session)
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
    struct ftp_line line;

    if (session->closing || session->over || ftp_session_misbehaves(session, FAULT_FIN_STAYS))
        return;
    if (session->transfer.active && !ftp_lines_find(&session->lines, 0, &line))
        ftp_transfer_abort(session);
    else if (!is_busy(session))
        ftp_session_close(session, false);
}

static void serve(struct ftp_session *session)
{
    ftp_acts_run(session);
    while (!session->over && serve_line(session))
        ;
    if (session->ended)
        end_after_client(session);
    if (session->over)
        return;
    ftp_session_watch(session);
    ftp_session_tell_idle(session);
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

/* ---- reading ---- */

static void refuse_long_line(struct ftp_session *session)
{
    struct ftp_lines *lines = &session->lines;
    bool is_new = !lines->discarding;

    if (is_new && !ftp_lines_too_long(lines))
        return;
    if (is_new)
        ftp_session_list(session, ENTRY_HEARD, bytes_slice(buf_bytes(&lines->text), 0, 256));
    ftp_lines_discard(lines);
    if (!is_new)
        return;
    session->request.verb[0] = '\0';
    ftp_session_reply(session, "500 The line is too long.");
}

static void drain(struct ftp_session *session)
{
    char junk[4096];
    ssize_t n = recv(session->fd, junk, sizeof junk, 0);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        ftp_session_end(session, n == 0 ? PEER_FIN : PEER_RESET);
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
    room = ftp_lines_space(&session->lines, READ_SIZE);
    if (room == NULL)
        return;
    n = recv(fd, room, READ_SIZE, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        ftp_session_lost(session, PEER_RESET);
        return;
    }
    if (n == 0) {
        session->ended = true;
        if (!session->closing)
            ftp_session_list(session, ENTRY_CLOSED, bytes_of("FIN"));
        if (session->silent)
            ftp_session_end(session, PEER_FIN);
    }
    ftp_lines_grew(&session->lines, (size_t)n);
    misbehave_lines(session->site->faults, &session->lines.text,
                    session->lines.text.len - (size_t)n, session->ended);
    ftp_telnet_refuse(session);
    refuse_long_line(session);
    serve(session);
}

/* Where lines pile up behind a transfer, the client is made to wait. */
void ftp_session_watch(struct ftp_session *session)
{
    bool full = ftp_lines_are_full(&session->lines, READ_SIZE);
    unsigned events = session->ended || full ? 0 : LOOP_READ;

    loop_watch(session->site->config.loop, session->fd, events, readable, session);
}
