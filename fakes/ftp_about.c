#include <stdlib.h>
#include <string.h>

#include "fakes/ftp_commands.h"
#include "fakes/ftp_listing.h"

#define TEXT_CEILING (1u << 20)

void ftp_syst(struct ftp_session *session, struct bytes argument)
{
    (void)argument;
    ftp_session_reply(session, "215 UNIX Type: L8");
}

void ftp_noop(struct ftp_session *session, struct bytes argument)
{
    (void)argument;
    if (ftp_session_misbehaves(session, FAULT_NO_REPLY_TO_NOOP))
        return;
    if (ftp_session_misbehaves(session, FAULT_421_GOES_ON))
        ftp_session_reply(session, "421 Closing soon.");
    else
        ftp_session_reply(session, "200 Here I am.");
}

/* ---- STAT ---- */

static void stat_session(struct ftp_session *session)
{
    char text[ENDPOINT_TEXT];
    const struct ftp_transfer *transfer = &session->transfer;

    ftp_session_reply(session,
                      "211-Status of the peerspec server\r\n"
                      " Connected to %s\r\n"
                      " %s%.80s\r\n"
                      " TYPE %s; STRU F; MODE S\r\n"
                      " %s%s\r\n"
                      "211 End",
                      endpoint_addr(&session->remote, text),
                      session->login.in ? "Logged in as " : "Not logged in",
                      session->login.in ? session->login.user : "", session->image ? "I" : "A",
                      transfer->active ? "In transfer: " : "No transfer",
                      transfer->active ? transfer->verb : "");
}

/* A line that begins with a digit could be taken for the end (RFC 959 section 4.2). */
static void add_padded(struct buf *out, struct bytes lines)
{
    while (lines.len > 0) {
        size_t end = bytes_index(lines, '\n');

        buf_addf(out, " " BYTES_FMT "\n", BYTES_ARG(bytes_slice(lines, 0, end)));
        lines = bytes_from(lines, end < lines.len ? end + 1 : end);
    }
}

static void stat_path(struct ftp_session *session, struct bytes argument)
{
    char path[FTP_PATH];
    struct ftp_node node;
    struct buf lines, reply;
    struct ftp_listing listing = {
        .form = FTP_LISTING_LONG, .prefix = "", .line_end = "\r\n", .out = &lines};

    if (!ftp_path_resolve(session->cwd, argument, path) ||
        ftp_tree_stat(session->site->tree, path, &node) != FTP_TREE_OK) {
        ftp_session_reply(session, "450 No such file or directory.");
        return;
    }
    buf_init(&lines, TEXT_CEILING);
    buf_init(&reply, TEXT_CEILING);
    ftp_listing_make(&listing, session->site->tree, path, ftp_path_name(path));
    buf_addf(&reply, "%d-Status of %s\r\n", node.directory ? 212 : 213, path);
    add_padded(&reply, buf_bytes(&lines));
    buf_addf(&reply, "%d End", node.directory ? 212 : 213);
    ftp_session_reply(session, "%s", buf_text(&reply));
    buf_fini(&lines);
    buf_fini(&reply);
}

void ftp_stat(struct ftp_session *session, struct bytes argument)
{
    if (argument.len == 0)
        stat_session(session);
    else
        stat_path(session, argument);
}

/* ---- HELP, SITE ---- */

struct help {
    struct buf text;
    unsigned count;
};

static void add_verb(void *ctx, const char *verb)
{
    struct help *help = ctx;

    buf_addf(&help->text, "%s %s", help->count % 8 == 0 && help->count > 0 ? "\r\n" : "", verb);
    help->count++;
}

void ftp_help(struct ftp_session *session, struct bytes argument)
{
    struct help help = {.count = 0};
    const struct ftp_verb *verb = ftp_verb_find(argument);

    if (argument.len > 0 && (verb == NULL || !ftp_commands_has(session, verb->name))) {
        ftp_session_reply(session, "501 No such command.");
        return;
    }
    if (verb != NULL) {
        ftp_session_reply(session, "214 %s: see %s.", verb->name, verb->spec);
        return;
    }
    buf_init(&help.text, TEXT_CEILING);
    ftp_commands_each(session, add_verb, &help);
    ftp_session_reply(session, "214-These commands are served:\r\n%s\r\n214 End",
                      buf_text(&help.text));
    buf_fini(&help.text);
}

static bool to_mode(struct bytes text, unsigned *mode)
{
    *mode = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '7')
            return false;
        *mode = *mode * 8 + (unsigned)(text.at[i] - '0');
    }
    return text.len > 0 && text.len <= 4;
}

static void site_chmod(struct ftp_session *session, struct bytes argument)
{
    size_t space = bytes_index(argument, ' ');
    char path[FTP_PATH];
    unsigned mode;

    if (space == argument.len || !to_mode(bytes_slice(argument, 0, space), &mode))
        ftp_session_reply(session, "501 SITE CHMOD takes an octal mode and a name.");
    else if (ftp_path_resolve(session->cwd, bytes_from(argument, space + 1), path) &&
             ftp_tree_chmod(session->site->tree, path, mode) == FTP_TREE_OK)
        ftp_session_reply(session, "200 Mode is changed.");
    else
        ftp_session_reply(session, "550 No such file or directory.");
}

static void site_help(struct ftp_session *session, struct bytes argument)
{
    (void)argument;
    ftp_session_reply(session, "200-These are served:\r\n CHMOD mode name\r\n HELP\r\n200 End");
}

static const struct {
    const char *name;
    ftp_handler *handler;
} site_commands[] = {{"HELP", site_help}, {"CHMOD", site_chmod}};

void ftp_site(struct ftp_session *session, struct bytes argument)
{
    size_t space = bytes_index(argument, ' ');
    struct bytes name = bytes_slice(argument, 0, space);
    struct bytes rest = bytes_from(argument, space < argument.len ? space + 1 : space);

    for (size_t i = 0; i < sizeof site_commands / sizeof site_commands[0]; i++) {
        if (bytes_is_nocase(name, site_commands[i].name)) {
            site_commands[i].handler(session, rest);
            return;
        }
    }
    ftp_session_reply(session, "500 No such SITE command.");
}

/* ---- FEAT, OPTS ---- */

static const struct {
    const char *line;
    const char *needs; /* a verb; NULL: itself a feature that can be lacking */
} features[] = {
    {"EPRT", "EPRT"},        {"EPSV", "EPSV"}, {"MDTM", "MDTM"}, {"MLST ", "MLST"},
    {"REST STREAM", "REST"}, {"SIZE", "SIZE"}, {"TVFS", NULL},   {"UTF8", NULL},
};

static bool offers(const struct ftp_session *session, size_t i)
{
    if (features[i].needs == NULL)
        return !ftp_session_lacks(session, features[i].line);
    return ftp_commands_has(session, features[i].needs);
}

void ftp_feat(struct ftp_session *session, struct bytes argument)
{
    struct buf lines;

    (void)argument;
    buf_init(&lines, TEXT_CEILING);
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        if (!offers(session, i))
            continue;
        buf_addf(&lines, " %s", features[i].line);
        if (strcmp(features[i].line, "MLST ") == 0)
            ftp_listing_fact_names(&lines, session->facts, true);
        buf_add_text(&lines, "\r\n");
    }
    if (lines.len == 0)
        ftp_session_reply(session, "211 No features"); /* RFC 2389 section 3.2 */
    else
        ftp_session_reply(session, "211-Features:\r\n%s211 End", buf_text(&lines));
    buf_fini(&lines);
}

static void opts_mlst(struct ftp_session *session, struct bytes argument)
{
    struct buf names;

    session->facts = ftp_listing_facts_parse(argument);
    buf_init(&names, 256);
    ftp_listing_fact_names(&names, session->facts, false);
    ftp_session_reply(session, "200 MLST OPTS%s%s", names.len > 0 ? " " : "", buf_text(&names));
    buf_fini(&names);
}

void ftp_opts(struct ftp_session *session, struct bytes argument)
{
    size_t space = bytes_index(argument, ' ');
    struct bytes name = bytes_slice(argument, 0, space);
    struct bytes rest = bytes_from(argument, space < argument.len ? space + 1 : space);

    if (bytes_is_nocase(name, "MLST") && bytes_index(rest, ' ') == rest.len &&
        ftp_commands_has(session, "MLST"))
        opts_mlst(session, rest);
    else if (bytes_is_nocase(name, "UTF8") && bytes_is_nocase(rest, "ON"))
        ftp_session_reply(session, "200 Names are UTF-8.");
    else
        ftp_session_reply(session, "501 No such option.");
}
