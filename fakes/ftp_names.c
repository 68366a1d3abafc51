#include <string.h>

#include "fakes/ftp_commands.h"
#include "fakes/ftp_listing.h"
#include "fakes/ftp_text.h"
#include "proto/ftp_facts.h"

#define TEXT_CEILING (512u << 20)

const char *ftp_quote_path(const char *path, struct buf *quoted)
{
    buf_clear(quoted);
    for (; *path != '\0'; path++)
        buf_addf(quoted, *path == '"' ? "\"\"" : "%c", *path);
    return buf_text(quoted);
}

/* The path that the argument names, and what is there. */
static enum ftp_tree_result look_up(struct ftp_session *session, struct bytes argument,
                                    char path[FTP_PATH], struct ftp_node *node)
{
    if (!ftp_path_resolve(session->cwd, argument, path))
        return FTP_TREE_ABSENT;
    return ftp_tree_stat(session->site->tree, path, node);
}

static const char *failure_text(enum ftp_tree_result result)
{
    static const char *const texts[] = {
        [FTP_TREE_OK] = "Done",
        [FTP_TREE_ABSENT] = "No such file or directory",
        [FTP_TREE_EXISTS] = "That name is taken",
        [FTP_TREE_DIRECTORY] = "That is a directory",
        [FTP_TREE_NOT_DIRECTORY] = "Not a directory",
        [FTP_TREE_NOT_EMPTY] = "The directory is not empty",
        [FTP_TREE_DENIED] = "Permission denied",
        [FTP_TREE_FULL] = "No room",
    };

    return texts[result];
}

static void reply_result(struct ftp_session *session, enum ftp_tree_result result,
                         const char *success)
{
    if (result == FTP_TREE_OK)
        ftp_session_reply(session, "250 %s.", success);
    else
        ftp_session_reply(session, "550 %s.", failure_text(result));
}

/* ---- directories ---- */

static bool change_to(struct ftp_session *session, struct bytes argument)
{
    char path[FTP_PATH];
    struct ftp_node node;
    enum ftp_tree_result result = look_up(session, argument, path, &node);

    if (result == FTP_TREE_OK && !node.directory)
        result = FTP_TREE_NOT_DIRECTORY;
    if (result != FTP_TREE_OK) {
        reply_result(session, result, "");
        return false;
    }
    memcpy(session->cwd, path, sizeof path);
    return true;
}

void ftp_cwd(struct ftp_session *session, struct bytes argument)
{
    if (change_to(session, argument))
        ftp_session_reply(session, "250 Directory changed.");
}

void ftp_cdup(struct ftp_session *session, struct bytes argument)
{
    (void)argument;
    if (change_to(session, bytes_of("..")))
        ftp_session_reply(session, "200 Directory changed.");
}

static void reply_path(struct ftp_session *session, const char *path, const char *rest)
{
    struct buf quoted;

    buf_init(&quoted, 2 * FTP_PATH);
    ftp_session_reply(session, "257 \"%s\" %s.", ftp_quote_path(path, &quoted), rest);
    buf_fini(&quoted);
}

void ftp_pwd(struct ftp_session *session, struct bytes argument)
{
    (void)argument;
    reply_path(session, session->cwd, "is the current directory");
}

void ftp_mkd(struct ftp_session *session, struct bytes argument)
{
    char path[FTP_PATH];
    enum ftp_tree_result result = FTP_TREE_DENIED;

    if (ftp_path_resolve(session->cwd, argument, path))
        result = ftp_tree_mkdir(session->site->tree, path);
    if (result == FTP_TREE_OK)
        reply_path(session, path, "is made");
    else
        reply_result(session, result, "");
}

static void remove_it(struct ftp_session *session, struct bytes argument, bool directory)
{
    char path[FTP_PATH];
    enum ftp_tree_result result = FTP_TREE_ABSENT;

    if (ftp_path_resolve(session->cwd, argument, path))
        result = ftp_tree_remove(session->site->tree, path, directory);
    reply_result(session, result, "Removed");
}

void ftp_rmd(struct ftp_session *session, struct bytes argument)
{
    remove_it(session, argument, true);
}

/* ---- files ---- */

void ftp_dele(struct ftp_session *session, struct bytes argument)
{
    remove_it(session, argument, false);
}

void ftp_rnfr(struct ftp_session *session, struct bytes argument)
{
    bool keeps =
        session->rename_from[0] != '\0' && ftp_session_misbehaves(session, FAULT_RNFR_FIRST);
    char path[FTP_PATH];
    struct ftp_node node;
    enum ftp_tree_result result = look_up(session, argument, path, &node);

    if (result == FTP_TREE_OK && !keeps)
        memcpy(session->rename_from, path, sizeof path);
    session->renaming = result == FTP_TREE_OK;
    if (session->renaming)
        ftp_session_reply(session, "350 RNTO comes next.");
    else
        reply_result(session, result, "");
}

void ftp_rnto(struct ftp_session *session, struct bytes argument)
{
    char path[FTP_PATH];
    enum ftp_tree_result result = FTP_TREE_DENIED;

    if (!session->renaming) {
        if (ftp_session_misbehaves(session, FAULT_RNTO_WITHOUT_RNFR))
            ftp_session_reply(session, "250 Renamed.");
        else
            ftp_session_reply(session, "503 RNFR comes first.");
        return;
    }
    session->renaming = false;
    if (ftp_path_resolve(session->cwd, argument, path))
        result = ftp_tree_rename(session->site->tree, session->rename_from, path);
    if (result == FTP_TREE_OK)
        ftp_session_reply(session, "250 Renamed.");
    else
        ftp_session_reply(session, "553 %s.", failure_text(result));
}

bool ftp_size_to_send(struct ftp_session *session, const char *path, const struct ftp_node *node,
                      uint64_t *size)
{
    struct ftp_content content;
    struct buf wire;
    bool done;

    *size = node->size;
    if (session->image || ftp_session_misbehaves(session, FAULT_SIZE_OF_FILE))
        return true;
    if (ftp_tree_read(session->site->tree, path, &content) != FTP_TREE_OK)
        return false;
    buf_init(&wire, TEXT_CEILING);
    done = ftp_text_of_content(&content, &wire);
    *size = wire.len;
    buf_fini(&wire);
    ftp_content_release(&content);
    return done;
}

static enum ftp_tree_result look_up_file(struct ftp_session *session, struct bytes argument,
                                         char *path, struct ftp_node *node)
{
    enum ftp_tree_result result = look_up(session, argument, path, node);

    return result == FTP_TREE_OK && node->directory ? FTP_TREE_DIRECTORY : result;
}

void ftp_size(struct ftp_session *session, struct bytes argument)
{
    char path[FTP_PATH];
    struct ftp_node node;
    uint64_t size;
    enum ftp_tree_result result = look_up_file(session, argument, path, &node);

    if (result != FTP_TREE_OK)
        reply_result(session, result, "");
    else if (!ftp_size_to_send(session, path, &node, &size))
        ftp_session_reply(session, "550 The size in TYPE A cannot be told.");
    else
        ftp_session_reply(session, "213 %llu", (unsigned long long)size);
}

void ftp_mdtm(struct ftp_session *session, struct bytes argument)
{
    char path[FTP_PATH], text[20];
    struct ftp_node node;
    enum ftp_tree_result result = look_up_file(session, argument, path, &node);

    if (result != FTP_TREE_OK)
        reply_result(session, result, "");
    else
        ftp_session_reply(session, "213 %s", ftp_time_format(node.modified, text));
}

void ftp_mlst(struct ftp_session *session, struct bytes argument)
{
    const char *told;
    char path[FTP_PATH];
    struct ftp_node node;
    struct buf facts;
    struct ftp_listing listing = {
        .form = FTP_LISTING_FACTS,
        .facts = session->facts,
        .out = &facts,
        .short_times = ftp_session_misbehaves(session, FAULT_MLSD_BAD_TIME),
        .spaced_facts = ftp_session_misbehaves(session, FAULT_MLSD_SPACE_IN_FACT)};
    enum ftp_tree_result result = look_up(session, argument, path, &node);

    if (result != FTP_TREE_OK) {
        reply_result(session, result, "");
        return;
    }
    buf_init(&facts, FTP_PATH);
    ftp_listing_facts(&listing, &node);
    told = ftp_session_misbehaves(session, FAULT_MLST_DOT) ? "." : path;
    ftp_session_reply(session, "250-Facts of %s\r\n %s %s\r\n250 End", told, buf_text(&facts),
                      told);
    buf_fini(&facts);
}
