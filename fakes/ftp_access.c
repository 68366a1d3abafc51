#include <stdio.h>
#include <string.h>

#include "fakes/ftp_commands.h"

#define FAILURES_MOST 5 /* RFC 2577 section 5 */

/* Faults: who is told so at USER already. */
static bool is_refused(const struct ftp_session *session, bool was_in)
{
    const char *user = session->site->config.user;

    return (was_in && ftp_session_misbehaves(session, FAULT_RELOGIN_LOGS_OUT)) ||
           (user != NULL && strcmp(session->login.user, user) != 0 &&
            ftp_session_misbehaves(session, FAULT_USER_REFUSED));
}

void ftp_user(struct ftp_session *session, struct bytes argument)
{
    bool was_in;

    if (ftp_session_misbehaves(session, FAULT_CLOSE_AFTER_USER)) {
        ftp_session_close(session, false);
        return;
    }
    was_in = session->login.in;
    session->login.in = false;
    session->login.named = true;
    snprintf(session->login.user, sizeof session->login.user, BYTES_FMT, BYTES_ARG(argument));
    if (is_refused(session, was_in))
        ftp_session_reply(session, "530 Not you.");
    else
        ftp_session_reply(session, "331 Password, please.");
}

/* Any user where none is configured; otherwise that one alone, and every name is asked for a
 * password (RFC 2577 section 7). */
static bool may_log_in(const struct ftp_session *session, struct bytes password)
{
    const struct peer_config *config = &session->site->config;

    if (config->user == NULL ||
        (password.len == 0 && ftp_session_misbehaves(session, FAULT_EMPTY_PASSWORD)))
        return true;
    if (strcmp(session->login.user, config->user) != 0)
        return false;
    return config->password == NULL || bytes_is(password, config->password);
}

void ftp_pass(struct ftp_session *session, struct bytes argument)
{
    if (!session->login.named || session->login.in) {
        ftp_session_reply(session, "503 USER comes first.");
        return;
    }
    session->login.named = false;
    if (may_log_in(session, argument)) {
        session->login.in = true;
        ftp_session_reply(session, "230 Logged in.");
        if (ftp_session_misbehaves(session, FAULT_SPONTANEOUS))
            ftp_session_reply(session, "200 By the way.");
    } else if (++session->login.failures < FAILURES_MOST) {
        ftp_session_reply(session, "530 Login incorrect.");
    } else {
        ftp_session_reply(session, "421 Too many failures; closing the connection.");
        ftp_session_close(session, false);
    }
}

void ftp_acct(struct ftp_session *session, struct bytes argument)
{
    (void)argument;
    if (session->login.in)
        ftp_session_reply(session, "202 No account is needed.");
    else
        ftp_session_reply(session, "503 USER and PASS come first.");
}

void ftp_rein(struct ftp_session *session, struct bytes argument)
{
    bool was_in = session->login.in;

    (void)argument;
    ftp_session_reset(session);
    if (ftp_session_misbehaves(session, FAULT_REIN_KEEPS_LOGIN))
        session->login.in = was_in;
    ftp_session_reply(session, "220 Ready for a new user.");
}

void ftp_quit(struct ftp_session *session, struct bytes argument)
{
    (void)argument;
    ftp_session_reply(session, "221 Bye.");
    if (!ftp_session_misbehaves(session, FAULT_QUIT_STAYS))
        ftp_session_close(session, ftp_session_misbehaves(session, FAULT_QUIT_RESETS));
}
