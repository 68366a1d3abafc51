#include "fakes/ftp_follow.h"

#include <stdio.h>
#include <string.h>

#include "fakes/ftp_commands.h"
#include "fakes/ftp_listing.h"
#include "fakes/ftp_session.h"
#include "proto/ftp_hostport.h"

typedef void follow_fn(struct ftp_session *session, struct bytes argument, struct bytes reply);

static bool path_of(struct ftp_session *session, struct bytes argument, char path[FTP_PATH])
{
    return ftp_path_resolve(session->cwd, argument, path);
}

static void user_known(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    (void)reply;
    session->login.named = true;
    snprintf(session->login.user, sizeof session->login.user, BYTES_FMT, BYTES_ARG(argument));
}

static void logged_in(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    (void)argument;
    (void)reply;
    session->login.named = session->login.in = true;
}

static void type_set(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    (void)reply;
    ftp_type_apply(session, argument);
}

static void port_set(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    struct endpoint to;
    struct flaw flaw;

    (void)reply;
    if (ftp_port_parse(argument, &to, &flaw) == PARSE_DONE)
        ftp_channel_aim(session, &to);
}

static void eprt_set(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    struct endpoint to;
    struct flaw flaw;

    (void)reply;
    if (ftp_eprt_parse(argument, &to, &flaw) == PARSE_DONE)
        ftp_channel_aim(session, &to);
}

/* The hole of the line has opened the listener; a literal address is tried, unless the script
 * deviates on purpose. */
static void listen_where_said(struct ftp_session *session, const struct endpoint *at)
{
    const struct exchange *exchange = session->site->config.exchange;

    if (exchange != NULL && exchange->deviates)
        return;
    if (session->channel.way == FTP_WAY_PASSIVE && session->channel.bound.port == at->port)
        return;
    if (endpoint_same_addr(at, &session->local))
        ftp_channel_listen_at(session, at);
}

static void pasv_set(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    struct endpoint at;
    struct flaw flaw;

    (void)argument;
    if (ftp_pasv_parse(bytes_from(reply, 4), &at, &flaw) == PARSE_DONE)
        listen_where_said(session, &at);
}

static void epsv_set(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    struct endpoint at = session->local;
    struct flaw flaw;

    (void)argument;
    if (ftp_epsv_parse(bytes_from(reply, 4), &at.port, &flaw) == PARSE_DONE)
        listen_where_said(session, &at);
}

static void epsv_all_set(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    (void)reply;
    session->epsv_all = session->epsv_all || bytes_is_nocase(argument, "ALL");
}

static void facts_set(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    (void)reply;
    if (bytes_is_nocase(bytes_slice(argument, 0, 5), "MLST "))
        session->facts = ftp_listing_facts_parse(bytes_from(argument, 5));
}

static void restart_set(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    uint64_t at;

    (void)reply;
    if (bytes_to_u64(argument, &at))
        session->restart = at;
}

static void rename_begun(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    (void)reply;
    session->renaming = path_of(session, argument, session->rename_from);
}

static void rename_done(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    char path[FTP_PATH];

    (void)reply;
    if (session->renaming && path_of(session, argument, path))
        (void)ftp_tree_rename(session->site->tree, session->rename_from, path);
    session->renaming = false;
}

static void moved_to(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    char path[FTP_PATH];

    (void)reply;
    if (path_of(session, argument, path))
        memcpy(session->cwd, path, sizeof path);
}

static void moved_up(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    (void)argument;
    moved_to(session, bytes_of(".."), reply);
}

static void deleted(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    char path[FTP_PATH];

    (void)reply;
    if (path_of(session, argument, path))
        (void)ftp_tree_remove(session->site->tree, path, strcmp(session->request.verb, "RMD") == 0);
}

static void made(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    char path[FTP_PATH];

    (void)reply;
    if (path_of(session, argument, path))
        (void)ftp_tree_mkdir(session->site->tree, path);
}

static void reset(struct ftp_session *session, struct bytes argument, struct bytes reply)
{
    (void)argument;
    (void)reply;
    ftp_session_reset(session);
}

static const struct {
    const char *verb;
    int least, most; /* codes */
    follow_fn *follow;
} rows[] = {
    {"", 230, 230, logged_in}, /* the greeting */
    {"USER", 331, 332, user_known},   {"USER", 230, 232, logged_in},
    {"PASS", 202, 232, logged_in},    {"ACCT", 230, 230, logged_in},
    {"TYPE", 200, 299, type_set},     {"PORT", 200, 299, port_set},
    {"EPRT", 200, 299, eprt_set},     {"PASV", 227, 227, pasv_set},
    {"EPSV", 229, 229, epsv_set},     {"EPSV", 200, 299, epsv_all_set},
    {"OPTS", 200, 200, facts_set},    {"REST", 300, 399, restart_set},
    {"RNFR", 300, 399, rename_begun}, {"RNTO", 200, 299, rename_done},
    {"CWD", 200, 299, moved_to},      {"CDUP", 200, 299, moved_up},
    {"DELE", 200, 299, deleted},      {"RMD", 200, 299, deleted},
    {"MKD", 200, 299, made},          {"REIN", 220, 220, reset},
};

static int code_of(struct bytes reply)
{
    int code = 0;

    for (size_t i = 0; i < 3; i++) {
        if (i >= reply.len || reply.at[i] < '0' || reply.at[i] > '9')
            return 0;
        code = code * 10 + (reply.at[i] - '0');
    }
    return code;
}

static bool has_code(int code, int least, int most)
{
    return code >= least && code <= most;
}

void ftp_follow(struct ftp_session *session, struct bytes reply)
{
    const char *verb = session->request.verb;
    struct bytes argument = buf_bytes(&session->request.argument);
    int code = code_of(reply);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].verb, verb) == 0 && has_code(code, rows[i].least, rows[i].most))
            rows[i].follow(session, argument, reply);
    if (code == 421 || (code == 221 && strcmp(verb, "QUIT") == 0))
        session->quit = true;
    /* Refused: nobody will come to the data port any more. After 1yz it is closed already. */
    if (code >= 400 && (session->request.traits & FTP_VERB_TRANSFERS) != 0) {
        ftp_channel_close(session);
        session->restart = 0;
    }
}
