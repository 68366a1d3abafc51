#include "fakes/ftp_data.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define KEPT_CEILING (64u << 20)
#define CHUNK (1u << 20)
#define CHUNKS_A_TURN 8
#define FLUSH_LEAST (CLOCK_MS / 10)
#define FLUSH_MOST (5 * CLOCK_MS)
#define NO_LIMIT UINT64_MAX

enum job { JOB_NONE, JOB_SEND, JOB_RECEIVE, JOB_FLUSH /* FIN is queued behind what was sent */ };

struct ftp_data {
    struct ftp_data_config config;
    enum ftp_data_state state;
    enum job job;
    int fd;
    int file; /* -1: none */
    struct endpoint local, remote;
    struct loop_timer *timer, *soon;
    int64_t progress; /* clock_now() of the last of it */
    int unread;       /* octets that the other side's TCP had not acknowledged, when last asked */
    int64_t flush_wait;
    struct ftp_data_source source;
    size_t split;    /* octets a write; 0: as many as fit */
    uint64_t length; /* octets to send; NO_LIMIT: to the end of the file */
    uint64_t moved;  /* octets sent or received */
    uint64_t limit;  /* stand still here: `first` */
    uint64_t cut;    /* end the connection here */
    bool cut_reset;
    struct buf content; /* received */
    const char *failure;
};

static void serve(void *ctx, int fd, unsigned events);

static void note(struct ftp_data *data, enum entry_kind kind, struct bytes text)
{
    struct entry entry = {.kind = kind,
                          .connection = data->config.connection,
                          .local = data->local,
                          .remote = data->remote,
                          .text = text,
                          .octets = data->moved};

    if (data->config.transcript != NULL)
        transcript_add(data->config.transcript, &entry);
}

/* ---- time ---- */

static void stop_clocks(struct ftp_data *data)
{
    loop_cancel(data->config.loop, data->timer);
    loop_cancel(data->config.loop, data->soon);
    data->timer = data->soon = NULL;
}

static void close_all(struct ftp_data *data)
{
    stop_clocks(data);
    if (data->fd >= 0) {
        loop_forget(data->config.loop, data->fd);
        close(data->fd);
    }
    if (data->file >= 0)
        close(data->file);
    data->fd = data->file = -1;
    data->job = JOB_NONE;
}

static void reset_on_close(int fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void note_end(struct ftp_data *data, const char *how)
{
    if (data->job == JOB_SEND || data->job == JOB_FLUSH)
        note(data, ENTRY_DATA_SENT, bytes_of(""));
    else if (data->job == JOB_RECEIVE)
        note(data, ENTRY_DATA_HEARD, buf_bytes(&data->content));
    note(data, ENTRY_DATA_CLOSED, bytes_of(how));
}

static void fail(struct ftp_data *data, const char *how)
{
    if (data->state == FTP_DATA_OPEN) {
        reset_on_close(data->fd);
        note_end(data, "closed by us: no progress");
    }
    close_all(data);
    data->state = FTP_DATA_OVER;
    data->config.failed(data->config.ctx, how);
}

/* What a slow reader takes out of our socket's queue is progress too. */
static void look_at_queue(struct ftp_data *data)
{
    int unread = 0;

    if (data->job != JOB_SEND && data->job != JOB_FLUSH)
        return;
    if (ioctl(data->fd, SIOCOUTQ, &unread) == 0 && unread != data->unread)
        data->progress = clock_now();
    data->unread = unread;
}

static void time_is_up(void *ctx)
{
    struct ftp_data *data = ctx;
    int64_t left;

    data->timer = NULL;
    look_at_queue(data);
    left = data->progress + data->config.timeout - clock_now();
    if (left > 0) {
        data->timer = loop_after(data->config.loop, left, time_is_up, data);
        return;
    }
    fail(data, data->state == FTP_DATA_OPEN ? "no progress in time" : "no connection in time");
}

static void start_clock(struct ftp_data *data)
{
    data->progress = clock_now();
    if (data->timer == NULL && data->config.timeout > 0)
        data->timer = loop_after(data->config.loop, data->config.timeout, time_is_up, data);
}

static void stop_clock(struct ftp_data *data)
{
    loop_cancel(data->config.loop, data->timer);
    data->timer = NULL;
}

/* ---- the end ---- */

static void end(struct ftp_data *data, enum peer_end how, bool sent, const char *text)
{
    struct peer_data_end told = {.opened = true,
                                 .how = how,
                                 .fake_sent = sent,
                                 .content = buf_bytes(&data->content),
                                 .octets = data->moved};

    note_end(data, text);
    close_all(data);
    data->state = FTP_DATA_OVER;
    data->config.ended(data->config.ctx, &told);
}

static void cut_short(struct ftp_data *data, bool sent)
{
    bool reset = data->cut_reset;

    if (reset)
        reset_on_close(data->fd);
    end(data, PEER_FIN, sent, reset ? "reset by us" : "closed by us");
}

/* ---- sending ---- */

static int socket_error(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;

    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
    return error;
}

/* The FIN has left when nothing is unsent any more: a 226 said before would overtake it. */
static bool all_has_left(int fd)
{
    int unsent = 0;

    return ioctl(fd, SIOCOUTQNSD, &unsent) != 0 || unsent == 0;
}

static void flush(void *ctx)
{
    struct ftp_data *data = ctx;

    data->soon = NULL;
    if (socket_error(data->fd) != 0) {
        end(data, PEER_RESET, true, "RST");
        return;
    }
    if (all_has_left(data->fd)) {
        end(data, PEER_FIN, true, "closed by us");
        return;
    }
    data->soon = loop_after(data->config.loop, data->flush_wait, flush, data);
    if (data->flush_wait < FLUSH_MOST)
        data->flush_wait *= 2;
}

static void finish_sending(struct ftp_data *data)
{
    shutdown(data->fd, SHUT_WR);
    data->job = JOB_FLUSH;
    data->flush_wait = FLUSH_LEAST;
    loop_watch(data->config.loop, data->fd, LOOP_READ, serve, data);
    data->soon = loop_after(data->config.loop, 0, flush, data);
}

static uint64_t stop_at(const struct ftp_data *data)
{
    uint64_t stop = data->length < data->limit ? data->length : data->limit;

    return stop < data->cut ? stop : data->cut;
}

static ssize_t send_some(struct ftp_data *data)
{
    uint64_t room = stop_at(data) - data->moved;
    size_t len = room < CHUNK ? (size_t)room : CHUNK;
    off_t at = (off_t)(data->source.offset + data->moved);

    if (data->split > 0 && len > data->split)
        len = data->split;
    if (data->file >= 0)
        return sendfile(data->fd, data->file, &at, len);
    return send(data->fd, data->source.octets.at + data->source.offset + data->moved, len,
                MSG_NOSIGNAL);
}

enum pushed { PUSHED_ALL, PUSHED_SOME, PUSHED_LOST };

static enum pushed push(struct ftp_data *data)
{
    ssize_t n;

    for (unsigned chunk = 0; data->moved < stop_at(data); chunk++) {
        if (data->split == 0 && chunk == CHUNKS_A_TURN)
            return PUSHED_SOME;
        n = send_some(data);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? PUSHED_SOME : PUSHED_LOST;
        if (n == 0 && data->file >= 0)
            data->length = data->moved; /* the file's end */
        data->moved += (uint64_t)n;
        data->progress = clock_now();
    }
    return PUSHED_ALL;
}

static void stand_still(struct ftp_data *data)
{
    loop_watch(data->config.loop, data->fd, LOOP_READ, serve, data);
    stop_clock(data);
    if (data->config.held != NULL)
        data->config.held(data->config.ctx);
}

static void go_on_sending(struct ftp_data *data)
{
    switch (push(data)) {
    case PUSHED_SOME:
        return;
    case PUSHED_LOST:
        end(data, PEER_RESET, true, "RST");
        return;
    case PUSHED_ALL:
        break;
    }
    if (data->moved == data->cut)
        cut_short(data, true);
    else if (data->limit != NO_LIMIT || data->source.hold_open)
        stand_still(data);
    else
        finish_sending(data);
}

/* What the other side sends while we send is none of the file; its end is no end of ours, but a
 * reset is. */
static void look_for_reset(struct ftp_data *data)
{
    char junk[4096];
    ssize_t n = recv(data->fd, junk, sizeof junk, 0);

    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    if (n < 0) {
        end(data, PEER_RESET, true, "RST");
        return;
    }
    loop_forget(data->config.loop, data->fd); /* flush() and go_on know how to continue */
}

/* ---- receiving ---- */

static bool keep(struct ftp_data *data, struct bytes more)
{
    if (data->file < 0) {
        buf_add(&data->content, bytes_slice(more, 0, KEPT_CEILING - data->content.len));
        return true;
    }
    while (more.len > 0) {
        ssize_t n = write(data->file, more.at, more.len);

        if (n < 0)
            return false;
        more = bytes_from(more, (size_t)n);
    }
    return true;
}

static void receive_some(struct ftp_data *data)
{
    static char chunk[256 * 1024];
    uint64_t room = data->cut - data->moved;
    size_t len = room < sizeof chunk ? (size_t)room : sizeof chunk;
    ssize_t n;

    if (room == 0) {
        cut_short(data, false);
        return;
    }
    n = recv(data->fd, chunk, len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        end(data, n < 0 ? PEER_RESET : PEER_FIN, false, n < 0 ? "RST" : "FIN");
        return;
    }
    data->moved += (uint64_t)n;
    data->progress = clock_now();
    if (!keep(data, (struct bytes){chunk, (size_t)n}))
        fail(data, "the file cannot be written");
    else if (data->moved == data->cut)
        cut_short(data, false);
}

/* ---- the connection ---- */

static void became_open(struct ftp_data *data)
{
    int on = 1;

    stop_clock(data);
    loop_forget(data->config.loop, data->fd);
    setsockopt(data->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    data->state = FTP_DATA_OPEN;
    note(data, ENTRY_DATA_OPENED, bytes_of(""));
    data->config.opened(data->config.ctx);
}

static void addresses(int fd, struct endpoint *local, struct endpoint *remote)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof name;

    if (local != NULL && getsockname(fd, (struct sockaddr *)&name, &len) == 0)
        endpoint_from_sockaddr((struct sockaddr *)&name, local);
    len = sizeof name;
    if (remote != NULL && getpeername(fd, (struct sockaddr *)&name, &len) == 0)
        endpoint_from_sockaddr((struct sockaddr *)&name, remote);
}

static bool is_welcome(const struct ftp_data *data, const struct endpoint *from)
{
    return data->config.only_from.family == 0 || endpoint_same_addr(&data->config.only_from, from);
}

static void accept_one(struct ftp_data *data)
{
    struct endpoint local = {0}, remote = {0};
    int fd = accept4(data->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0)
        return;
    addresses(fd, &local, &remote);
    if (!is_welcome(data, &remote)) {
        struct entry entry = {.kind = ENTRY_NOTE,
                              .connection = data->config.connection,
                              .local = local,
                              .remote = remote,
                              .text = bytes_of("data connection from another host refused")};

        if (data->config.transcript != NULL)
            transcript_add(data->config.transcript, &entry);
        close(fd);
        return;
    }
    loop_forget(data->config.loop, data->fd);
    close(data->fd);
    data->fd = fd;
    data->local = local;
    data->remote = remote;
    became_open(data);
}

static const char *connect_failure(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "refused";
    case ETIMEDOUT:
        return "no connection in time";
    default:
        return "unreachable";
    }
}

static void was_reset(void *ctx)
{
    struct ftp_data *data = ctx;

    data->soon = NULL;
    end(data, PEER_RESET, data->job == JOB_SEND, "RST");
}

/* ECONNRESET: it stood, and was reset before the loop came to look. */
static void connected(struct ftp_data *data)
{
    int error = socket_error(data->fd);

    if (error == ECONNRESET) {
        data->soon = loop_after(data->config.loop, 0, was_reset, data);
    } else if (error != 0) {
        fail(data, connect_failure(error));
        return;
    }
    addresses(data->fd, &data->local, NULL);
    became_open(data);
}

static void serve(void *ctx, int fd, unsigned events)
{
    struct ftp_data *data = ctx;

    (void)fd;
    if (data->state == FTP_DATA_LISTENING)
        accept_one(data);
    else if (data->state == FTP_DATA_CONNECTING)
        connected(data);
    else if (data->job == JOB_RECEIVE)
        receive_some(data);
    else if (data->job == JOB_SEND && (events & LOOP_WRITE) != 0)
        go_on_sending(data);
    else
        look_for_reset(data);
}

/* ---- the calls ---- */

static struct ftp_data *data_new(const struct ftp_data_config *config, enum ftp_data_state state)
{
    struct ftp_data *data = calloc(1, sizeof *data);

    if (data == NULL)
        return NULL;
    data->config = *config;
    data->state = state;
    data->fd = data->file = -1;
    data->length = data->limit = data->cut = NO_LIMIT;
    buf_init(&data->content, KEPT_CEILING);
    return data;
}

static int stream_socket(const struct endpoint *at)
{
    int on = 1;
    int fd =
        socket(at->family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at->family == 6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return fd;
}

static bool bind_to(int fd, const struct endpoint *at)
{
    struct sockaddr_storage name;
    socklen_t len = endpoint_to_sockaddr(at, &name);

    return bind(fd, (struct sockaddr *)&name, len) == 0;
}

static enum err cannot(const char *what, const struct endpoint *at, struct diag *why)
{
    int error = errno;
    char text[ENDPOINT_TEXT];

    return diag_set(why, error == EACCES || error == EPERM ? ERR_PERMISSION : ERR_SYSTEM,
                    "cannot %s %s for data: %s", what, endpoint_format(at, text), strerror(error));
}

enum err ftp_data_listen(const struct ftp_data_config *config, const struct endpoint *at,
                         struct ftp_data **out, struct endpoint *bound, struct diag *why)
{
    struct ftp_data *data = data_new(config, FTP_DATA_LISTENING);
    enum err err;

    *out = NULL;
    if (data == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    data->fd = stream_socket(at);
    if (data->fd < 0 || !bind_to(data->fd, at) || listen(data->fd, 8) != 0) {
        err = cannot("listen at", at, why);
        ftp_data_free(data);
        return err;
    }
    addresses(data->fd, &data->local, NULL);
    *bound = data->local;
    loop_watch(config->loop, data->fd, LOOP_READ, serve, data);
    if (!config->patient)
        start_clock(data);
    *out = data;
    return OK;
}

static void fail_soon(void *ctx)
{
    struct ftp_data *data = ctx;

    data->soon = NULL;
    fail(data, data->failure);
}

static bool is_ours(int error)
{
    return error == EADDRNOTAVAIL || error == EACCES || error == EPERM || error == EINVAL ||
           error == EAFNOSUPPORT;
}

enum err ftp_data_connect(const struct ftp_data_config *config, const struct endpoint *from,
                          const struct endpoint *to, struct ftp_data **out, struct diag *why)
{
    struct ftp_data *data = data_new(config, FTP_DATA_CONNECTING);
    struct sockaddr_storage name;
    socklen_t len = endpoint_to_sockaddr(to, &name);
    enum err err;

    *out = NULL;
    if (data == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    data->remote = *to;
    data->fd = stream_socket(to);
    if (data->fd < 0 || (from->family != 0 && !bind_to(data->fd, from))) {
        err = cannot("bind", from, why);
        ftp_data_free(data);
        return err;
    }
    if (connect(data->fd, (struct sockaddr *)&name, len) != 0 && errno != EINPROGRESS) {
        if (is_ours(errno)) {
            err = cannot("connect to", to, why);
            ftp_data_free(data);
            return err;
        }
        data->failure = connect_failure(errno);
        data->soon = loop_after(config->loop, 0, fail_soon, data);
    } else {
        loop_watch(config->loop, data->fd, LOOP_WRITE, serve, data);
        start_clock(data);
    }
    *out = data;
    return OK;
}

void ftp_data_free(struct ftp_data *data)
{
    if (data == NULL)
        return;
    ftp_data_abort(data, false);
    buf_fini(&data->content);
    free(data);
}

enum ftp_data_state ftp_data_state(const struct ftp_data *data)
{
    return data->state;
}

void ftp_data_await(struct ftp_data *data)
{
    if (data->state == FTP_DATA_LISTENING)
        start_clock(data);
}

void ftp_data_cut(struct ftp_data *data, uint64_t octets, bool reset)
{
    data->cut = octets;
    data->cut_reset = reset;
}

static void heed(struct ftp_data *data, const struct delivery *delivery)
{
    if (delivery->kind == DELIVER_SPLIT)
        data->split = (size_t)delivery->number;
    else if (delivery->kind == DELIVER_AFTER_RESET || delivery->kind == DELIVER_AFTER_CLOSE)
        ftp_data_cut(data, (uint64_t)delivery->number, delivery->kind == DELIVER_AFTER_RESET);
}

void ftp_data_send(struct ftp_data *data, const struct ftp_data_source *source)
{
    data->source = *source;
    data->file = source->fd;
    data->job = JOB_SEND;
    data->moved = 0;
    if (source->fd >= 0)
        data->length = NO_LIMIT;
    else
        data->length =
            source->octets.len > source->offset ? source->octets.len - source->offset : 0;
    for (size_t i = 0; i < source->delivery_count; i++)
        heed(data, &source->deliveries[i]);
    data->limit = source->first > 0 ? source->first : NO_LIMIT;
    start_clock(data);
    loop_watch(data->config.loop, data->fd, LOOP_WRITE, serve, data);
}

void ftp_data_go_on(struct ftp_data *data)
{
    if (data->job != JOB_SEND)
        return;
    if (data->limit != NO_LIMIT)
        data->limit = NO_LIMIT; /* past `first`, there may still be an end to hold */
    else
        data->source.hold_open = false;
    start_clock(data);
    loop_watch(data->config.loop, data->fd, LOOP_WRITE, serve, data);
}

void ftp_data_receive(struct ftp_data *data, int fd)
{
    data->file = fd;
    data->job = JOB_RECEIVE;
    data->moved = 0;
    buf_clear(&data->content);
    start_clock(data);
    loop_watch(data->config.loop, data->fd, LOOP_READ, serve, data);
}

void ftp_data_abort(struct ftp_data *data, bool reset)
{
    if (data->state == FTP_DATA_OPEN) {
        if (reset)
            reset_on_close(data->fd);
        note_end(data, reset ? "reset by us" : "closed by us");
    }
    close_all(data);
    data->state = FTP_DATA_OVER;
}
