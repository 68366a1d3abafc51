#include "fakes/ftp_commands.h"

#include <string.h>

enum answer_trait { KEEPS_RENAME = 1, ANY_ARGUMENT = 2 };

static const struct answer {
    const char *verb;
    ftp_handler *handler;
    unsigned traits; /* of enum answer_trait, beside those that proto knows */
} answers[] = {
    {"USER", ftp_user, 0},
    {"PASS", ftp_pass, ANY_ARGUMENT},
    {"ACCT", ftp_acct, 0},
    {"CWD", ftp_cwd, 0},
    {"CDUP", ftp_cdup, 0},
    {"QUIT", ftp_quit, 0},
    {"REIN", ftp_rein, 0},
    {"PORT", ftp_port, 0},
    {"PASV", ftp_pasv, 0},
    {"EPRT", ftp_eprt, 0},
    {"EPSV", ftp_epsv, 0},
    {"TYPE", ftp_type, 0},
    {"STRU", ftp_stru, 0},
    {"MODE", ftp_mode, 0},
    {"RETR", ftp_move, 0},
    {"STOR", ftp_move, 0},
    {"STOU", ftp_move, ANY_ARGUMENT},
    {"APPE", ftp_move, 0},
    {"ALLO", ftp_allo, 0},
    {"REST", ftp_rest, 0},
    {"RNFR", ftp_rnfr, 0},
    {"RNTO", ftp_rnto, KEEPS_RENAME},
    {"ABOR", ftp_abor, 0},
    {"DELE", ftp_dele, 0},
    {"RMD", ftp_rmd, 0},
    {"MKD", ftp_mkd, 0},
    {"PWD", ftp_pwd, 0},
    {"LIST", ftp_move, 0},
    {"NLST", ftp_move, 0},
    {"MLST", ftp_mlst, 0},
    {"MLSD", ftp_move, 0},
    {"SITE", ftp_site, 0},
    {"SYST", ftp_syst, 0},
    {"STAT", ftp_stat, 0},
    {"HELP", ftp_help, 0},
    {"NOOP", ftp_noop, KEEPS_RENAME},
    {"FEAT", ftp_feat, 0},
    {"OPTS", ftp_opts, 0},
    {"SIZE", ftp_size, 0},
    {"MDTM", ftp_mdtm, 0},
};
#define ANSWER_COUNT (sizeof answers / sizeof answers[0])

static const struct answer *answer_to(const char *verb)
{
    for (size_t i = 0; i < ANSWER_COUNT; i++)
        if (strcmp(answers[i].verb, verb) == 0)
            return &answers[i];
    return NULL;
}

bool ftp_commands_has(const struct ftp_session *session, const char *verb)
{
    const struct ftp_verb *known = ftp_verb_find(bytes_of(verb));

    return known != NULL && answer_to(known->canonical) != NULL &&
           !ftp_session_lacks(session, verb) && !ftp_session_lacks(session, known->canonical);
}

void ftp_commands_each(const struct ftp_session *session, void (*each)(void *ctx, const char *verb),
                       void *ctx)
{
    for (const struct ftp_verb *verb = ftp_verbs(); verb->name != NULL; verb++)
        if (ftp_commands_has(session, verb->name))
            each(ctx, verb->name);
}

/* The argument is there where it must be, and not where it must not. */
static bool argument_fits(const struct ftp_command *command, const struct answer *answer)
{
    if ((answer->traits & ANY_ARGUMENT) != 0)
        return true;
    if ((command->known->traits & FTP_VERB_NEEDS_ARG) != 0)
        return command->argument.len > 0;
    if ((command->known->traits & FTP_VERB_NO_ARG) != 0)
        return bytes_trim(command->argument).len == 0;
    return true;
}

static bool may_without_login(const struct ftp_session *session, const struct ftp_command *command)
{
    return session->login.in || (command->known->traits & FTP_VERB_BEFORE_LOGIN) != 0 ||
           ftp_session_misbehaves(session, FAULT_ACCEPTS_BEFORE_LOGIN);
}

static const struct {
    int code;
    const char *text;
} stock_texts[] = {
    {421, "Service not available, closing control connection."},
    {425, "Cannot open the data connection."},
    {426, "Connection closed; transfer aborted."},
    {450, "Requested file action not taken."},
    {451, "Requested action aborted: local error in processing."},
    {452, "Requested action not taken: insufficient storage."},
    {500, "Syntax error, command unrecognized."},
    {501, "Syntax error in parameters or arguments."},
    {502, "Command not implemented."},
    {503, "Bad sequence of commands."},
    {504, "Command not implemented for that parameter."},
    {530, "Not logged in."},
    {550, "Requested action not taken: file unavailable."},
    {552, "Requested file action aborted: exceeded storage allocation."},
    {553, "Requested action not taken: file name not allowed."},
};

static const char *stock_text(int code)
{
    for (size_t i = 0; i < sizeof stock_texts / sizeof stock_texts[0]; i++)
        if (stock_texts[i].code == code)
            return stock_texts[i].text;
    return "As asked for.";
}

/* reply:VERB=CODE */
static bool answer_as_asked(struct ftp_session *session)
{
    int code = misbehave_reply(session->site->faults, session->request.verb);

    if (code == 0)
        return false;
    if (code >= 400 && (session->request.traits & FTP_VERB_TRANSFERS) != 0)
        ftp_channel_close(session);
    ftp_session_reply(session, "%d %s", code, stock_text(code));
    if (code == 421)
        ftp_session_close(session, false);
    return true;
}

void ftp_commands_answer(struct ftp_session *session, const struct ftp_command *command)
{
    const char *verb = session->request.verb;
    const struct answer *answer = command->known == NULL ? NULL : answer_to(verb);

    if (answer == NULL || (answer->traits & KEEPS_RENAME) == 0)
        session->renaming = false;
    if (answer_as_asked(session))
        return;
    if (command->argument.len > 512 && ftp_session_misbehaves(session, FAULT_LONG_ARGUMENT_ENDS)) {
        ftp_session_close(session, false);
        return;
    }
    if (command->known == NULL)
        ftp_session_reply(session, "500 Unknown command.");
    else if (answer == NULL || ftp_session_lacks(session, verb))
        ftp_session_reply(session, "502 %s is not implemented.", verb);
    else if (!argument_fits(command, answer))
        ftp_session_reply(session, "501 %s takes %s argument.", verb,
                          command->argument.len > 0 ? "no" : "an");
    else if (!may_without_login(session, command))
        ftp_session_reply(session, "530 Log in with USER and PASS first.");
    else
        answer->handler(session, buf_bytes(&session->request.argument));
}
