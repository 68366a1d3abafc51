#include "fakes/ftp_fill.h"

#include <string.h>

#include "fakes/ftp_commands.h"
#include "proto/ftp_facts.h"
#include "proto/ftp_hostport.h"

static bool fill_hostport(struct ftp_session *session, struct buf *value)
{
    char text[FTP_HOSTPORT_TEXT];
    struct endpoint told;

    if (session->local.family != 4 || !ftp_channel_listen(session))
        return false;
    told = ftp_channel_told_227(session);
    return buf_add_text(value, ftp_hostport_format(&told, text));
}

static bool fill_p1(struct ftp_session *session, struct buf *value)
{
    return session->local.family == 4 && ftp_channel_listen(session) &&
           buf_addf(value, "%u", ftp_channel_told_227(session).port >> 8);
}

/* Of the listener that p1 opened. */
static bool fill_p2(struct ftp_session *session, struct buf *value)
{
    return session->channel.way == FTP_WAY_PASSIVE &&
           buf_addf(value, "%u", ftp_channel_told_227(session).port & 255);
}

static bool fill_port(struct ftp_session *session, struct buf *value)
{
    return ftp_channel_listen(session) && buf_addf(value, "%u", ftp_channel_told_229(session));
}

static bool fill_host(struct ftp_session *session, struct buf *value)
{
    char text[ENDPOINT_TEXT];

    return buf_add_text(value, endpoint_addr(&session->local, text));
}

static bool fill_client(struct ftp_session *session, struct buf *value)
{
    char text[ENDPOINT_TEXT];

    return buf_add_text(value, endpoint_addr(&session->remote, text));
}

static bool fill_host_number(struct ftp_session *session, struct buf *value)
{
    char text[FTP_HOSTPORT_TEXT];

    return session->remote.family == 4 &&
           buf_add_text(value, ftp_host_number_format(&session->remote, text));
}

/* The file that the command in hand names. */
static bool named_node(struct ftp_session *session, char path[FTP_PATH], struct ftp_node *node)
{
    return ftp_path_resolve(session->cwd, buf_bytes(&session->request.argument), path) &&
           ftp_tree_stat(session->site->tree, path, node) == FTP_TREE_OK && !node->directory;
}

static bool fill_size(struct ftp_session *session, struct buf *value)
{
    char path[FTP_PATH];
    struct ftp_node node;
    uint64_t size;

    return named_node(session, path, &node) && ftp_size_to_send(session, path, &node, &size) &&
           buf_addf(value, "%llu", (unsigned long long)size);
}

static bool fill_time(struct ftp_session *session, struct buf *value)
{
    char path[FTP_PATH], text[20];
    struct ftp_node node;

    return named_node(session, path, &node) &&
           buf_add_text(value, ftp_time_format(node.modified, text));
}

/* PWD: the directory; STOU: the name that the file will get; otherwise what the command names. */
static bool fill_file(struct ftp_session *session, struct buf *value)
{
    char path[FTP_PATH];
    struct buf quoted;

    if (strcmp(session->request.verb, "STOU") == 0) {
        ftp_tree_unique(session->site->tree, session->cwd, path);
        return buf_add_text(value, ftp_path_name(path));
    }
    if (!ftp_path_resolve(session->cwd, buf_bytes(&session->request.argument), path))
        return false;
    buf_init(&quoted, 2 * FTP_PATH);
    buf_add_text(value, ftp_quote_path(path, &quoted));
    buf_fini(&quoted);
    return true;
}

static const struct {
    enum hole hole;
    bool (*fill)(struct ftp_session *session, struct buf *value);
} fills[] = {
    {HOLE_HOSTPORT, fill_hostport},
    {HOLE_PORT, fill_port},
    {HOLE_HOST, fill_host},
    {HOLE_CLIENT, fill_client},
    {HOLE_NUMBER, fill_host_number},
    {HOLE_SIZE, fill_size},
    {HOLE_TIME, fill_time},
    {HOLE_FILE, fill_file},
    {HOLE_P1, fill_p1},
    {HOLE_P2, fill_p2},
};

bool ftp_fill(struct ftp_session *session, enum hole hole, struct buf *value)
{
    for (size_t i = 0; i < sizeof fills / sizeof fills[0]; i++)
        if (fills[i].hole == hole)
            return fills[i].fill(session, value);
    return false;
}
