#include "fakes/ftp_moves.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fakes/ftp_commands.h"
#include "fakes/ftp_listing.h"
#include "fakes/ftp_session.h"
#include "fakes/ftp_text.h"

/* Fill session->transfer in; answers NULL, or the reply that refuses. */
typedef const char *prepare_fn(struct ftp_session *session, struct bytes argument);

/* ---- RETR ---- */

static uint64_t length_of(const struct ftp_content *content)
{
    struct stat file;

    if (content->fd < 0)
        return content->octets.len;
    return fstat(content->fd, &file) == 0 ? (uint64_t)file.st_size : 0;
}

static const char *retr_refusal(enum ftp_tree_result result)
{
    switch (result) {
    case FTP_TREE_DIRECTORY:
        return "550 Not a plain file.";
    case FTP_TREE_DENIED:
        return "550 Permission denied.";
    default:
        return "550 No such file.";
    }
}

/* The file with its line ends as they go over the wire. */
static bool take_as_text(struct ftp_session *session)
{
    struct ftp_transfer *transfer = &session->transfer;
    bool done = ftp_text_of_content(&transfer->content, &transfer->made);

    ftp_content_release(&transfer->content);
    if (ftp_session_misbehaves(session, FAULT_ASCII_ENDS_LINE) && transfer->made.len > 0 &&
        transfer->made.ptr[transfer->made.len - 1] != '\n')
        done = done && buf_add_text(&transfer->made, "\r\n");
    transfer->octets = buf_bytes(&transfer->made);
    return done;
}

static void take_as_it_is(struct ftp_transfer *transfer)
{
    transfer->octets = transfer->content.octets;
    transfer->fd = transfer->content.fd;
    transfer->content.fd = -1;
}

/* Octets that REST has left out, as they go over the wire. */
static uint64_t where_to_start(const struct ftp_session *session)
{
    struct bytes octets = session->transfer.octets;
    uint64_t at = session->restart;

    if (ftp_session_misbehaves(session, FAULT_REST_IGNORED))
        return 0;
    if (session->image || !ftp_session_misbehaves(session, FAULT_REST_COUNTS_FILE))
        return at;
    for (size_t i = 0; i < octets.len && i < at; i++)
        at += octets.at[i] == '\r';
    return at;
}

static const char *prepare_retr(struct ftp_session *session, struct bytes argument)
{
    struct ftp_transfer *transfer = &session->transfer;
    bool text = !session->image && !ftp_session_misbehaves(session, FAULT_ASCII_BARE_LF);
    uint64_t length;
    enum ftp_tree_result result = FTP_TREE_ABSENT;

    if (ftp_path_resolve(session->cwd, argument, transfer->path))
        result = ftp_tree_read(session->site->tree, transfer->path, &transfer->content);
    if (result != FTP_TREE_OK)
        return retr_refusal(result);
    length = length_of(&transfer->content);
    if (!text)
        take_as_it_is(transfer);
    else if (take_as_text(session))
        length = transfer->octets.len;
    else
        return "550 The file is too long for TYPE A.";
    if (session->restart > length && ftp_session_misbehaves(session, FAULT_REST_UNCHECKED))
        session->restart = length;
    if (session->restart > length)
        return "554 The file is not that long: restart refused.";
    transfer->offset = where_to_start(session);
    ftp_transfer_say_first(transfer, "150 Opening the data connection for %s.",
                           ftp_path_name(transfer->path));
    ftp_transfer_say_final(transfer, "226 Transfer complete.");
    return NULL;
}

/* ---- STOR, STOU, APPE ---- */

static const char *store_refusal(enum ftp_tree_result result)
{
    switch (result) {
    case FTP_TREE_OK:
        return NULL;
    case FTP_TREE_DIRECTORY:
        return "553 That is a directory.";
    case FTP_TREE_FULL:
        return "452 No room for the file.";
    default:
        return "553 The file cannot be written there.";
    }
}

/* Octets of the file as the transfer's type counts them; 0 where there is none. */
static uint64_t wire_size(struct ftp_session *session, const char *path)
{
    struct ftp_content content;
    struct ftp_node node;
    struct buf wire;
    uint64_t size;

    if (ftp_tree_stat(session->site->tree, path, &node) != FTP_TREE_OK || node.directory)
        return 0;
    if (session->image || ftp_tree_read(session->site->tree, path, &content) != FTP_TREE_OK)
        return node.size;
    buf_init(&wire, session->transfer.made.ceiling);
    ftp_text_of_content(&content, &wire);
    size = wire.len;
    buf_fini(&wire);
    ftp_content_release(&content);
    return size;
}

static const char *prepare_store(struct ftp_session *session, uint64_t keep)
{
    struct ftp_transfer *transfer = &session->transfer;
    struct ftp_tree *tree = session->site->tree;
    enum ftp_tree_result result;

    transfer->keep = keep;
    transfer->text = !session->image && !ftp_session_misbehaves(session, FAULT_STORES_CR);
    transfer->to_file = ftp_tree_on_disk(tree) && session->image &&
                        !ftp_session_misbehaves(session, FAULT_STORES_WRONG);
    result =
        ftp_tree_open_write(tree, transfer->path, keep, transfer->to_file ? &transfer->fd : NULL);
    transfer->stores = result == FTP_TREE_OK;
    ftp_transfer_say_first(transfer, "150 Ready to take %s.", ftp_path_name(transfer->path));
    ftp_transfer_say_final(transfer, "226 Transfer complete.");
    return store_refusal(result);
}

static const char *prepare_stor(struct ftp_session *session, struct bytes argument)
{
    struct ftp_transfer *transfer = &session->transfer;

    if (!ftp_path_resolve(session->cwd, argument, transfer->path))
        return "553 The name is not allowed.";
    if (session->restart > wire_size(session, transfer->path))
        return "554 The file is not that long: restart refused.";
    return prepare_store(session, session->restart);
}

static const char *prepare_appe(struct ftp_session *session, struct bytes argument)
{
    struct ftp_transfer *transfer = &session->transfer;

    if (!ftp_path_resolve(session->cwd, argument, transfer->path))
        return "553 The name is not allowed.";
    return prepare_store(session, wire_size(session, transfer->path));
}

static const char *prepare_stou(struct ftp_session *session, struct bytes argument)
{
    const char *refusal;

    (void)argument;
    ftp_tree_unique(session->site->tree, session->cwd, session->transfer.path);
    if (ftp_session_misbehaves(session, FAULT_STOU_SAME))
        ftp_path_resolve(session->cwd, bytes_of("unique"), session->transfer.path);
    refusal = prepare_store(session, 0);
    ftp_transfer_say_first(&session->transfer, "150 FILE: %s",
                           ftp_path_name(session->transfer.path));
    return refusal;
}

/* ---- LIST, NLST, MLSD ---- */

/* Clients add the options of ls: LIST -la pub. */
static struct bytes without_options(struct bytes argument)
{
    while (argument.len > 1 && argument.at[0] == '-') {
        size_t end = bytes_index(argument, ' ');

        argument = bytes_from(argument, end < argument.len ? end + 1 : end);
    }
    return argument;
}

/* What goes before the names so that RETR takes them (RFC 1123 section 4.1.2.7). */
static void name_prefix(struct bytes argument, char prefix[FTP_PATH])
{
    prefix[0] = '\0';
    if (argument.len == 0 || argument.len + 2 > FTP_PATH)
        return;
    snprintf(prefix, FTP_PATH, BYTES_FMT "%s", BYTES_ARG(argument),
             argument.at[argument.len - 1] == '/' ? "" : "/");
}

/* Servers expand what is a pattern of the shell's and no name. Its folder as it was written, and
 * the pattern, which is empty where there is none. */
static struct bytes take_pattern(struct ftp_session *session, struct bytes argument,
                                 char pattern[FTP_PATH])
{
    char path[FTP_PATH];
    struct ftp_node node;
    size_t folder = argument.len;

    pattern[0] = '\0';
    while (folder > 0 && argument.at[folder - 1] != '/')
        folder--;
    if (argument.len >= FTP_PATH || !ftp_path_resolve(session->cwd, argument, path) ||
        ftp_tree_stat(session->site->tree, path, &node) != FTP_TREE_ABSENT)
        return argument;
    snprintf(pattern, FTP_PATH, BYTES_FMT, BYTES_ARG(bytes_from(argument, folder)));
    if (strpbrk(pattern, "*?[") != NULL)
        return bytes_slice(argument, 0, folder);
    pattern[0] = '\0';
    return argument;
}

static const char *make_listing(struct ftp_session *session, struct bytes argument,
                                enum ftp_listing_form form)
{
    struct ftp_transfer *transfer = &session->transfer;
    char prefix[FTP_PATH], name[FTP_PATH], pattern[FTP_PATH] = "";
    struct bytes folder =
        form == FTP_LISTING_FACTS ? argument : take_pattern(session, argument, pattern);
    struct ftp_listing listing = {
        .form = form,
        .prefix = prefix,
        .pattern = pattern[0] == '\0' ? NULL : pattern,
        .facts = session->facts,
        .line_end = ftp_session_misbehaves(session, FAULT_LIST_BARE_LF) ? "\n" : "\r\n",
        .gap = ftp_session_misbehaves(session, FAULT_MLSD_NO_SPACE) ? "" : " ",
        .short_times = ftp_session_misbehaves(session, FAULT_MLSD_BAD_TIME),
        .spaced_facts = ftp_session_misbehaves(session, FAULT_MLSD_SPACE_IN_FACT),
        .out = &transfer->made};

    name_prefix(ftp_session_misbehaves(session, FAULT_NLST_BARE_NAMES) ? bytes_of("") : folder,
                prefix);
    snprintf(name, sizeof name, BYTES_FMT, BYTES_ARG(folder));
    if (!ftp_path_resolve(session->cwd, folder, transfer->path) ||
        ftp_listing_make(&listing, session->site->tree, transfer->path, name) != FTP_TREE_OK ||
        (listing.pattern != NULL && transfer->made.len == 0))
        return form == FTP_LISTING_FACTS ? "550 No such directory."
                                         : "450 No such file or directory.";
    transfer->octets = buf_bytes(&transfer->made);
    ftp_transfer_say_first(transfer, "150 Here comes the listing.");
    ftp_transfer_say_final(transfer, "226 Listing complete.");
    return NULL;
}

static const char *prepare_list(struct ftp_session *session, struct bytes argument)
{
    return make_listing(session, without_options(argument), FTP_LISTING_LONG);
}

static const char *prepare_nlst(struct ftp_session *session, struct bytes argument)
{
    return make_listing(session, without_options(argument),
                        ftp_session_misbehaves(session, FAULT_NLST_LONG) ? FTP_LISTING_LONG
                                                                         : FTP_LISTING_NAMES);
}

static const char *prepare_mlsd(struct ftp_session *session, struct bytes argument)
{
    struct ftp_node node;

    if (ftp_path_resolve(session->cwd, argument, session->transfer.path) &&
        ftp_tree_stat(session->site->tree, session->transfer.path, &node) == FTP_TREE_OK &&
        !node.directory)
        return "501 MLSD lists directories only.";
    return make_listing(session, argument, FTP_LISTING_FACTS);
}

/* ---- the commands ---- */

static const struct {
    const char *verb;
    prepare_fn *prepare;
} moves[] = {
    {"RETR", prepare_retr}, {"STOR", prepare_stor}, {"STOU", prepare_stou}, {"APPE", prepare_appe},
    {"LIST", prepare_list}, {"NLST", prepare_nlst}, {"MLSD", prepare_mlsd},
};

static prepare_fn *prepare_of(const char *verb)
{
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
        if (strcmp(moves[i].verb, verb) == 0)
            return moves[i].prepare;
    return NULL;
}

void ftp_moves_prepare(struct ftp_session *session, const struct payload *payload)
{
    struct ftp_transfer *transfer = &session->transfer;
    prepare_fn *prepare = prepare_of(session->request.verb);

    if (transfer->fake_sends && payload != NULL)
        transfer->octets = payload->octets;
    else if (prepare != NULL)
        prepare(session, buf_bytes(&session->request.argument));
    buf_clear(&transfer->first.text);
    buf_clear(&transfer->final.text);
}

/* A fault: data, and then the refusal. */
static void refuse_with_data(struct ftp_session *session, const char *refusal)
{
    struct ftp_transfer *transfer = &session->transfer;

    buf_clear(&transfer->first.text);
    transfer->octets = bytes_of("These data were refused.\r\n");
    transfer->offset = 0;
    ftp_transfer_say_final(transfer, "%s", refusal);
    ftp_transfer_start(session);
}

static void refuse(struct ftp_session *session, const char *refusal)
{
    if (session->transfer.fake_sends &&
        ftp_session_misbehaves(session, FAULT_DATA_THOUGH_REFUSED)) {
        refuse_with_data(session, refusal);
        return;
    }
    ftp_channel_close(session);
    session->restart = 0;
    ftp_transfer_forget_type(session);
    ftp_session_reply(session, "%s", refusal);
}

void ftp_move(struct ftp_session *session, struct bytes argument)
{
    const char *refusal;

    ftp_transfer_clear(session);
    refusal = prepare_of(session->request.verb)(session, argument);
    if (refusal != NULL)
        refuse(session, refusal);
    else
        ftp_transfer_start(session);
}

/* The fault: what is no digit counts too, and so does what there is no room for. */
static uint64_t wrapped(struct bytes argument)
{
    uint64_t number = 0;

    for (size_t i = 0; i < argument.len; i++)
        number = number * 10 + (unsigned char)argument.at[i] % 16 % 10;
    return number;
}

void ftp_rest(struct ftp_session *session, struct bytes argument)
{
    uint64_t at;

    if (ftp_session_misbehaves(session, FAULT_REST_WRAPS)) {
        at = wrapped(argument);
    } else if (!bytes_to_u64(argument, &at) || at > INT64_MAX) {
        ftp_session_reply(session, "501 REST takes a number of octets.");
        return;
    }
    session->restart = at;
    ftp_session_reply(session, "350 The next transfer starts at %llu.", (unsigned long long)at);
}

void ftp_allo(struct ftp_session *session, struct bytes argument)
{
    size_t end = bytes_index(argument, ' ');
    struct bytes record = bytes_from(argument, end);
    uint64_t number;

    if (!bytes_to_u64(bytes_slice(argument, 0, end), &number) ||
        (record.len > 0 &&
         (!bytes_starts(record, " R ") || !bytes_to_u64(bytes_from(record, 3), &number))))
        ftp_session_reply(session, "501 ALLO takes a number of octets.");
    else
        ftp_session_reply(session, "202 No storage allocation necessary.");
}

void ftp_abor(struct ftp_session *session, struct bytes argument)
{
    (void)argument;
    if (session->transfer.active && ftp_session_misbehaves(session, FAULT_ABOR_KEEPS_DATA)) {
        buf_clear(&session->transfer.final.text);
        ftp_session_reply(session, "426 Transfer aborted.");
    } else if (session->transfer.active) {
        ftp_transfer_abort(session);
        ftp_acts_run(session);
    } else {
        ftp_channel_close(session);
    }
    if (ftp_session_misbehaves(session, FAULT_ABOR_FORGETS_ALL))
        session->epsv_all = false;
    ftp_session_reply(session, "226 Abort successful.");
    if (ftp_session_misbehaves(session, FAULT_ABOR_CLOSES_CONTROL))
        ftp_session_close(session, false);
}
