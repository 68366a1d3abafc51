#include "fakes/ftp_control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/stream_socket.h"

#define REPLY_CEILING (1u << 20)
#define CHUNK 16384

enum control_state { CONTROL_CONNECTING, CONTROL_OPEN, CONTROL_OVER };

struct ftp_control {
    struct ftp_control_config config;
    enum control_state state;
    int fd, error;
    struct endpoint local;
    struct outlet *outlet;
    struct loop_timer *timer;
    struct buf in;
    bool busy, freed; /* inside a callback: free when it is over */
};

static void add_entry(struct ftp_control *control, enum entry_kind kind, struct bytes text)
{
    transcript_add(control->config.transcript, &(struct entry){.kind = kind,
                                                               .connection = 1,
                                                               .local = control->local,
                                                               .remote = control->config.remote,
                                                               .text = text,
                                                               .octets = text.len});
}

static void shut(struct ftp_control *control, bool reset)
{
    loop_cancel(control->config.loop, control->timer);
    control->timer = NULL;
    outlet_free(control->outlet);
    control->outlet = NULL;
    if (control->fd >= 0) {
        loop_forget(control->config.loop, control->fd);
        stream_close(control->fd, reset);
    }
    control->fd = -1;
    control->state = CONTROL_OVER;
}

/* The connection is over, and not by us. */
static void end(struct ftp_control *control, enum peer_end how)
{
    static const char *const words[] = {"FIN", "RST"};

    if (control->state == CONTROL_OVER)
        return;
    if (how != PEER_FAILED)
        add_entry(control, ENTRY_CLOSED, bytes_of(words[how]));
    shut(control, false);
    control->config.closed(control->config.ctx, how);
}

static void cannot_connect(struct ftp_control *control, int error)
{
    char text[ENDPOINT_TEXT], words[ENDPOINT_TEXT + 80];

    snprintf(words, sizeof words, "cannot connect to %s: %s",
             endpoint_format(&control->config.remote, text), strerror(error));
    add_entry(control, ENTRY_NOTE, bytes_of(words));
    end(control, error == ECONNRESET ? PEER_RESET : PEER_FAILED);
}

/* Tell the replies that are there. */
static void tell_replies(struct ftp_control *control)
{
    while (control->state == CONTROL_OPEN && control->in.len > 0) {
        struct ftp_reply reply = {0};
        struct flaw flaw;
        size_t used = 0;
        enum parse parse = ftp_reply_parse(buf_bytes(&control->in), &reply, &used, &flaw);

        if (parse == PARSE_MORE || used == 0)
            return;
        if (parse == PARSE_BAD)
            reply = (struct ftp_reply){.lines = 1,
                                       .text = bytes_slice(buf_bytes(&control->in), 0, used)};
        add_entry(control, ENTRY_HEARD, reply.text);
        control->config.replied(control->config.ctx, &reply);
        buf_drop(&control->in, used);
    }
}

static void tell_cut_reply(struct ftp_control *control)
{
    if (control->in.len == 0 || control->state != CONTROL_OPEN)
        return;
    add_entry(control, ENTRY_HEARD, buf_bytes(&control->in));
    add_entry(control, ENTRY_NOTE, bytes_of("the connection ended within a reply"));
}

static void receive(struct ftp_control *control)
{
    char *space = buf_space(&control->in, CHUNK);
    ssize_t len;

    if (space == NULL) {
        add_entry(control, ENTRY_NOTE, bytes_of("a reply of more than 1 MiB: closed by us"));
        end(control, PEER_FAILED);
        return;
    }
    len = recv(control->fd, space, CHUNK, 0);
    if (len > 0) {
        buf_grew(&control->in, (size_t)len);
        tell_replies(control);
    } else if (len == 0) {
        tell_cut_reply(control);
        end(control, PEER_FIN);
    } else if (errno != EAGAIN && errno != EINTR) {
        tell_cut_reply(control);
        end(control, PEER_RESET);
    }
}

static void enter(struct ftp_control *control)
{
    control->busy = true;
}

static void leave(struct ftp_control *control)
{
    control->busy = false;
    if (control->freed) {
        control->freed = false;
        ftp_control_free(control);
    }
}

static void readable(void *ctx, int fd, unsigned events)
{
    struct ftp_control *control = ctx;

    (void)fd;
    (void)events;
    enter(control);
    receive(control);
    leave(control);
}

static void outlet_is_idle(void *ctx)
{
    struct ftp_control *control = ctx;

    control->config.idle(control->config.ctx);
}

/* What the server said before it closed is still to be read: the reader meets the end. */
static void write_failed(void *ctx, int error)
{
    struct ftp_control *control = ctx;
    char words[120];

    snprintf(words, sizeof words, "cannot send: %s", strerror(error));
    add_entry(control, ENTRY_NOTE, bytes_of(words));
}

static bool make_outlet(struct ftp_control *control)
{
    struct outlet_config config = {.loop = control->config.loop,
                                   .transcript = control->config.transcript,
                                   .connection = 1,
                                   .fd = control->fd,
                                   .shape = control->config.shape,
                                   .drained = control->config.drained,
                                   .drained_ctx = control->config.drained_ctx,
                                   .ctx = control,
                                   .idle = outlet_is_idle,
                                   .failed = write_failed};
    struct diag why;

    return outlet_new(&config, &control->outlet, &why) == OK;
}

static void open_up(struct ftp_control *control)
{
    int error = control->error != 0 ? control->error : stream_error(control->fd);

    if (error != 0 || !make_outlet(control)) {
        cannot_connect(control, error != 0 ? error : ENOMEM);
        return;
    }
    loop_cancel(control->config.loop, control->timer);
    control->timer = NULL;
    control->state = CONTROL_OPEN;
    stream_endpoints(control->fd, &control->local, NULL);
    add_entry(control, ENTRY_OPENED, bytes_of(""));
    loop_watch(control->config.loop, control->fd, LOOP_READ, readable, control);
    control->config.opened(control->config.ctx);
}

static void writable(void *ctx, int fd, unsigned events)
{
    struct ftp_control *control = ctx;

    (void)fd;
    (void)events;
    enter(control);
    open_up(control);
    leave(control);
}

static void refused_at_once(void *ctx)
{
    struct ftp_control *control = ctx;

    control->timer = NULL;
    enter(control);
    cannot_connect(control, control->error);
    leave(control);
}

static void too_late(void *ctx)
{
    struct ftp_control *control = ctx;

    control->timer = NULL;
    enter(control);
    cannot_connect(control, ETIMEDOUT);
    leave(control);
}

enum err ftp_control_connect(const struct ftp_control_config *config, struct ftp_control **out,
                             struct diag *why)
{
    struct ftp_control *control = calloc(1, sizeof *control);
    enum err err;

    *out = NULL;
    if (control == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory for a connection");
    control->config = *config;
    buf_init(&control->in, REPLY_CEILING);
    err = stream_connect(&config->local, &config->remote, &control->fd, &control->error, why);
    if (err != OK) {
        free(control);
        return err;
    }
    if (control->error != 0) {
        control->timer = loop_after(config->loop, 0, refused_at_once, control);
    } else {
        control->timer = loop_after(config->loop, config->timeout, too_late, control);
        loop_watch(config->loop, control->fd, LOOP_WRITE, writable, control);
    }
    *out = control;
    return OK;
}

void ftp_control_free(struct ftp_control *control)
{
    if (control == NULL)
        return;
    shut(control, false);
    if (control->busy) {
        control->freed = true;
        return;
    }
    buf_fini(&control->in);
    free(control);
}

struct outlet *ftp_control_outlet(struct ftp_control *control)
{
    return control->outlet;
}

const struct endpoint *ftp_control_local(const struct ftp_control *control)
{
    return &control->local;
}

bool ftp_control_is_open(const struct ftp_control *control)
{
    return control != NULL && control->state == CONTROL_OPEN;
}

void ftp_control_close(struct ftp_control *control, bool reset)
{
    if (control->state == CONTROL_OPEN)
        add_entry(control, ENTRY_CLOSED, bytes_of(reset ? "reset by us" : "closed by us"));
    shut(control, reset);
}

void ftp_control_half_close(struct ftp_control *control)
{
    if (control->state == CONTROL_OPEN)
        shutdown(control->fd, SHUT_WR);
}
