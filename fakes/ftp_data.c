#include "fakes/ftp_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/rendezvous.h"
#include "fakes/stream_socket.h"

#define KEPT_CEILING (64u << 20)
#define FLUSH_LEAST (CLOCK_MS / 10)
#define FLUSH_MOST (5 * CLOCK_MS)
#define NO_LIMIT UINT64_MAX

enum job { JOB_NONE, JOB_SEND, JOB_RECEIVE, JOB_FLUSH /* FIN is queued behind what was sent */ };

struct ftp_data {
    struct ftp_data_config config;
    enum ftp_data_state state;
    enum job job;
    struct rendezvous *meeting; /* until it is open */
    int fd;                     /* from then on; -1: none */
    int file;                   /* -1: none */
    struct endpoint local, remote;
    struct loop_timer *timer, *soon;
    int64_t progress; /* clock_now() of the last of it */
    int unread;       /* octets that the other side's TCP had not acknowledged, when last asked */
    int64_t flush_wait;
    struct ftp_sending sending;
    uint64_t moved; /* octets sent or received */
    uint64_t cut;   /* end the connection here */
    bool cut_reset;
    struct buf content; /* received */
};

static void serve(void *ctx, int fd, unsigned events);

static void note_between(struct ftp_data *data, enum entry_kind kind, const struct endpoint *local,
                         const struct endpoint *remote, struct bytes text)
{
    struct entry entry = {.kind = kind,
                          .connection = data->config.connection,
                          .local = *local,
                          .remote = *remote,
                          .text = text,
                          .octets = data->moved};

    if (data->config.transcript != NULL)
        transcript_add(data->config.transcript, &entry);
}

static void note(struct ftp_data *data, enum entry_kind kind, struct bytes text)
{
    note_between(data, kind, &data->local, &data->remote, text);
}

/* ---- time ---- */

static void stop_clocks(struct ftp_data *data)
{
    loop_cancel(data->config.loop, data->timer);
    loop_cancel(data->config.loop, data->soon);
    data->timer = data->soon = NULL;
}

static void close_all(struct ftp_data *data, bool reset)
{
    stop_clocks(data);
    rendezvous_free(data->meeting);
    data->meeting = NULL;
    if (data->fd >= 0) {
        loop_forget(data->config.loop, data->fd);
        stream_close(data->fd, reset);
    }
    if (data->file >= 0)
        close(data->file);
    data->fd = data->file = -1;
    data->job = JOB_NONE;
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
    bool open = data->state == FTP_DATA_OPEN;

    if (open)
        note_end(data, "closed by us: no progress");
    close_all(data, open);
    data->state = FTP_DATA_OVER;
    data->config.failed(data->config.ctx, how);
}

/* What a slow reader takes out of our socket's queue is progress too. */
static void look_at_queue(struct ftp_data *data)
{
    int unread;

    if (data->job != JOB_SEND && data->job != JOB_FLUSH)
        return;
    unread = stream_unread(data->fd);
    if (unread != data->unread)
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
    fail(data, "no progress in time");
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

/* Ours or theirs. */
struct ending {
    enum peer_end how;
    bool reset; /* by us */
    const char *text;
};

static const struct ending they_reset = {PEER_RESET, false, "RST"};
static const struct ending they_closed = {PEER_FIN, false, "FIN"};
static const struct ending we_closed = {PEER_FIN, false, "closed by us"};
static const struct ending we_reset = {PEER_FIN, true, "reset by us"};

static void end(struct ftp_data *data, const struct ending *ending)
{
    struct peer_data_end told = {.opened = true,
                                 .how = ending->how,
                                 .fake_sent = data->job == JOB_SEND || data->job == JOB_FLUSH,
                                 .content = buf_bytes(&data->content),
                                 .octets = data->moved};

    note_end(data, ending->text);
    close_all(data, ending->reset);
    data->state = FTP_DATA_OVER;
    data->config.ended(data->config.ctx, &told);
}

static void cut_short(struct ftp_data *data)
{
    end(data, data->cut_reset ? &we_reset : &we_closed);
}

/* ---- sending ---- */

/* The FIN has left when nothing is unsent any more: a 226 said before would overtake it. */
static void flush(void *ctx)
{
    struct ftp_data *data = ctx;

    data->soon = NULL;
    if (stream_error(data->fd) != 0) {
        end(data, &they_reset);
        return;
    }
    if (stream_has_left(data->fd)) {
        end(data, &we_closed);
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

static void stand_still(struct ftp_data *data)
{
    loop_watch(data->config.loop, data->fd, LOOP_READ, serve, data);
    stop_clock(data);
    if (data->config.held != NULL)
        data->config.held(data->config.ctx);
}

static void go_on_sending(struct ftp_data *data)
{
    uint64_t before = data->moved;
    enum ftp_pushed pushed = ftp_sending_push(&data->sending, data->fd, data->cut, &data->moved);

    if (data->moved != before)
        data->progress = clock_now();
    if (pushed == FTP_PUSHED_LOST)
        end(data, &they_reset);
    if (pushed != FTP_PUSHED_ALL)
        return;
    if (data->moved == data->cut)
        cut_short(data);
    else if (ftp_sending_stands_still(&data->sending))
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
        end(data, &they_reset);
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
        cut_short(data);
        return;
    }
    n = recv(data->fd, chunk, len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        end(data, n < 0 ? &they_reset : &they_closed);
        return;
    }
    data->moved += (uint64_t)n;
    data->progress = clock_now();
    if (!keep(data, (struct bytes){chunk, (size_t)n}))
        fail(data, "the file cannot be written");
    else if (data->moved == data->cut)
        cut_short(data);
}

/* ---- the connection ---- */

static void was_reset(void *ctx)
{
    struct ftp_data *data = ctx;

    data->soon = NULL;
    end(data, &they_reset);
}

static void met(void *ctx, const struct rendezvous_end *met)
{
    struct ftp_data *data = ctx;

    rendezvous_free(data->meeting);
    data->meeting = NULL;
    data->fd = met->fd;
    data->local = met->local;
    data->remote = met->remote;
    if (met->reset)
        data->soon = loop_after(data->config.loop, 0, was_reset, data);
    data->state = FTP_DATA_OPEN;
    note(data, ENTRY_DATA_OPENED, bytes_of(""));
    data->config.opened(data->config.ctx);
}

static void did_not_meet(void *ctx, const char *how)
{
    fail(ctx, how);
}

static void turned_away(void *ctx, const struct endpoint *local, const struct endpoint *remote)
{
    note_between(ctx, ENTRY_NOTE, local, remote,
                 bytes_of("data connection from another host refused"));
}

static void serve(void *ctx, int fd, unsigned events)
{
    struct ftp_data *data = ctx;

    (void)fd;
    if (data->job == JOB_RECEIVE)
        receive_some(data);
    else if (data->job == JOB_SEND && (events & LOOP_WRITE) != 0)
        go_on_sending(data);
    else
        look_for_reset(data);
}

/* ---- the calls ---- */

static struct ftp_data *data_new(const struct ftp_data_config *config, struct diag *why)
{
    struct ftp_data *data = calloc(1, sizeof *data);

    if (data == NULL) {
        diag_set(why, ERR_SYSTEM, "out of memory");
        return NULL;
    }
    data->config = *config;
    data->fd = data->file = -1;
    data->cut = NO_LIMIT;
    buf_init(&data->content, KEPT_CEILING);
    return data;
}

static struct rendezvous_config meeting_config(struct ftp_data *data)
{
    return (struct rendezvous_config){.loop = data->config.loop,
                                      .only_from = data->config.only_from,
                                      .timeout = data->config.timeout,
                                      .patient = data->config.patient,
                                      .ctx = data,
                                      .met = met,
                                      .failed = did_not_meet,
                                      .turned_away = turned_away};
}

/* The new one to its owner, or away with it. */
static enum err hand_out(enum err err, struct ftp_data *data, struct ftp_data **out)
{
    *out = err == OK ? data : NULL;
    if (err != OK)
        ftp_data_free(data);
    return err;
}

enum err ftp_data_listen(const struct ftp_data_config *config, const struct endpoint *at,
                         struct ftp_data **out, struct endpoint *bound, struct diag *why)
{
    struct ftp_data *data = data_new(config, why);
    struct rendezvous_config meeting;

    *out = NULL;
    if (data == NULL)
        return why->code;
    meeting = meeting_config(data);
    return hand_out(rendezvous_listen(&meeting, at, &data->meeting, bound, why), data, out);
}

enum err ftp_data_connect(const struct ftp_data_config *config, const struct endpoint *from,
                          const struct endpoint *to, struct ftp_data **out, struct diag *why)
{
    struct ftp_data *data = data_new(config, why);
    struct rendezvous_config meeting;

    *out = NULL;
    if (data == NULL)
        return why->code;
    meeting = meeting_config(data);
    return hand_out(rendezvous_connect(&meeting, from, to, &data->meeting, why), data, out);
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
    if (data->meeting != NULL)
        rendezvous_await(data->meeting);
}

void ftp_data_cut(struct ftp_data *data, uint64_t octets, bool reset)
{
    data->cut = octets;
    data->cut_reset = reset;
}

void ftp_data_heed(struct ftp_data *data, const struct delivery *deliveries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (deliveries[i].kind == DELIVER_AFTER_RESET || deliveries[i].kind == DELIVER_AFTER_CLOSE)
            ftp_data_cut(data, (uint64_t)deliveries[i].number,
                         deliveries[i].kind == DELIVER_AFTER_RESET);
}

void ftp_data_send(struct ftp_data *data, const struct ftp_data_source *source)
{
    ftp_sending_init(&data->sending, source);
    ftp_data_heed(data, source->deliveries, source->delivery_count);
    data->file = source->fd;
    data->job = JOB_SEND;
    data->moved = 0;
    start_clock(data);
    loop_watch(data->config.loop, data->fd, LOOP_WRITE, serve, data);
}

void ftp_data_go_on(struct ftp_data *data)
{
    if (data->job != JOB_SEND)
        return;
    ftp_sending_go_on(&data->sending);
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
    bool open = data->state == FTP_DATA_OPEN;

    if (open)
        note_end(data, reset ? "reset by us" : "closed by us");
    close_all(data, open && reset);
    data->state = FTP_DATA_OVER;
}
