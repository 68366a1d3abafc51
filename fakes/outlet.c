#include "fakes/outlet.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/line_cut.h"
#include "fakes/lockstep.h"

#define JOIN_WAIT CLOCK_MS   /* how long a line that joins waits for the one that it joins */
#define WRITE_AGAIN CLOCK_MS /* where a full socket cannot be watched */
#define PIECES 64

enum item_kind { ITEM_SAY, ITEM_CALL, ITEM_WAIT };

struct item {
    struct item *next;
    enum item_kind kind;
    int64_t ns;              /* SAY: the delay before it; WAIT */
    void (*call)(void *ctx); /* CALL */
    void *ctx;
    struct line_cut cut; /* SAY, and all below */
    bool joins, joined, unlisted;
    unsigned segments;
    size_t urgent; /* the octet that is, counted from 1; 0: none */
    struct place at;
    size_t len;
    char text[];
};

struct outlet {
    struct outlet_config config;
    struct item *head, **tail;
    size_t offset;       /* octets of head that have left */
    size_t segment_left; /* of the segment that is being written; 0: none */
    bool segment_urgent;
    uint64_t sent; /* octets on this socket */
    struct loop_timer *timer;
    struct lockstep lockstep;
    int writable_fd;  /* a duplicate, watched while the socket is full; -1: none */
    bool busy, freed; /* inside serve(); free when it returns */
    bool held;        /* a call has been made, and not resumed */
    bool join_waited, told_idle, unlisted;
};

static void serve(struct outlet *outlet);

static void unwatch(struct outlet *outlet)
{
    if (outlet->writable_fd < 0)
        return;
    loop_forget(outlet->config.loop, outlet->writable_fd);
    close(outlet->writable_fd);
    outlet->writable_fd = -1;
}

static void stop_timer(struct outlet *outlet)
{
    loop_cancel(outlet->config.loop, outlet->timer);
    outlet->timer = NULL;
}

static void pop(struct outlet *outlet)
{
    struct item *head = outlet->head;

    outlet->head = head->next;
    if (outlet->head == NULL)
        outlet->tail = &outlet->head;
    outlet->offset = 0;
    free(head);
}

void outlet_drop(struct outlet *outlet)
{
    while (outlet->head != NULL)
        pop(outlet);
    outlet->segment_left = 0;
    outlet->held = false;
    outlet->told_idle = true;
    stop_timer(outlet);
    lockstep_stop(&outlet->lockstep);
    unwatch(outlet);
}

void outlet_free(struct outlet *outlet)
{
    if (outlet == NULL)
        return;
    outlet_drop(outlet);
    if (outlet->busy)
        outlet->freed = true;
    else
        free(outlet);
}

bool outlet_idle(const struct outlet *outlet)
{
    return outlet->head == NULL && !outlet->held && outlet->timer == NULL;
}

static void note(struct outlet *outlet, const char *text)
{
    transcript_add(outlet->config.transcript,
                   &(struct entry){.kind = ENTRY_NOTE,
                                   .connection = outlet->config.connection,
                                   .text = bytes_of(text)});
}

/* --- queueing -------------------------------------------------------------------------------- */

static void serve_later(void *ctx)
{
    struct outlet *outlet = ctx;

    outlet->timer = NULL;
    serve(outlet);
}

static void kick(struct outlet *outlet, int64_t ns)
{
    stop_timer(outlet);
    outlet->timer = loop_after(outlet->config.loop, ns, serve_later, outlet);
}

static void append(struct outlet *outlet, struct item *item)
{
    bool was_empty = outlet->head == NULL;

    if (item == NULL) {
        note(outlet, "out of memory: a line was not sent");
        return;
    }
    *outlet->tail = item;
    outlet->tail = &item->next;
    outlet->told_idle = false;
    if (outlet->busy || outlet->held || outlet->writable_fd >= 0 ||
        lockstep_waits(&outlet->lockstep))
        return;
    if (outlet->timer == NULL || (!was_empty && outlet->join_waited))
        kick(outlet, 0);
}

static void deliver(struct item *item, const struct delivery *delivery)
{
    if (delivery->kind == DELIVER_DELAY) {
        item->ns += delivery->number;
    } else if (delivery->kind == DELIVER_URGENT) {
        item->urgent = delivery->number == 0 || (size_t)delivery->number > item->len
                           ? item->len
                           : (size_t)delivery->number;
    } else if (delivery->kind == DELIVER_TRUNCATE) {
        item->len = (size_t)delivery->number < item->len ? (size_t)delivery->number : item->len;
    } else if (delivery->kind == DELIVER_JOIN) {
        item->joins = true;
    } else {
        line_cut_heed(&item->cut, delivery);
    }
}

void outlet_say(struct outlet *outlet, const struct peer_say *say)
{
    enum peer_shape shape = outlet->config.shape;
    struct item *item = calloc(1, sizeof *item + say->text.len);

    if (item != NULL) {
        item->kind = ITEM_SAY;
        item->at = say->at;
        item->unlisted = outlet->unlisted;
        item->len = say->text.len;
        if (say->text.len > 0)
            memcpy(item->text, say->text.at, say->text.len);
        item->joins = say->joins_next && shape == SHAPE_COALESCED;
        item->cut = line_cut_of_shape(shape);
        for (size_t i = 0; i < say->delivery_count; i++)
            deliver(item, &say->deliveries[i]);
    }
    append(outlet, item);
}

void outlet_list(struct outlet *outlet, bool on)
{
    outlet->unlisted = !on;
}

void outlet_call(struct outlet *outlet, void (*call)(void *ctx), void *ctx)
{
    struct item *item = calloc(1, sizeof *item);

    if (item != NULL) {
        item->kind = ITEM_CALL;
        item->call = call;
        item->ctx = ctx;
    }
    append(outlet, item);
}

void outlet_wait(struct outlet *outlet, int64_t ns)
{
    struct item *item = calloc(1, sizeof *item);

    if (item != NULL) {
        item->kind = ITEM_WAIT;
        item->ns = ns;
    }
    append(outlet, item);
}

void outlet_resume(struct outlet *outlet)
{
    if (!outlet->held)
        return;
    outlet->held = false;
    if (!outlet->busy)
        kick(outlet, 0);
}

/* --- segments -------------------------------------------------------------------------------- */

/* How many octets of the item, from `at`, its next segment takes. TCP marks the last of a segment
 * as urgent. */
static size_t cut_length(const struct item *item, size_t at)
{
    size_t len = line_cut_length(&item->cut, (struct bytes){item->text + at, item->len - at});

    return item->urgent > at && item->urgent < at + len ? item->urgent - at : len;
}

static bool joins_next(const struct item *item)
{
    return item->joins && item->urgent == 0 && item->next != NULL && item->next->kind == ITEM_SAY &&
           item->next->ns == 0;
}

/* Begin the next segment: it goes on into the next line where its own line ends and joins. */
static void start_segment(struct outlet *outlet)
{
    struct item *item = outlet->head;
    size_t at = outlet->offset, len = cut_length(item, at);

    item->segments++;
    outlet->segment_left = len;
    outlet->segment_urgent = len > 0 && at + len == item->urgent;
    while (at + len == item->len && joins_next(item)) {
        item = item->next;
        item->joined = true;
        item->segments++;
        at = 0;
        len = cut_length(item, 0);
        outlet->segment_left += len;
        outlet->segment_urgent = len > 0 && len == item->urgent;
    }
}

static void add_entry(struct outlet *outlet, const struct item *item)
{
    if (item->unlisted)
        return;
    transcript_add(outlet->config.transcript,
                   &(struct entry){.kind = ENTRY_SENT,
                                   .connection = outlet->config.connection,
                                   .text = {item->text, item->len},
                                   .octets = item->len,
                                   .segments = item->segments,
                                   .joined = item->joined,
                                   .at = item->at});
}

/* `len` octets have left: lines of which none is missing are over. */
static void advance(struct outlet *outlet, size_t len)
{
    outlet->sent += len;
    outlet->segment_left -= len;
    while (outlet->head != NULL && outlet->head->kind == ITEM_SAY) {
        size_t rest = outlet->head->len - outlet->offset;
        size_t part = len < rest ? len : rest;

        outlet->offset += part;
        len -= part;
        if (part < rest)
            return;
        add_entry(outlet, outlet->head);
        pop(outlet);
        if (len == 0 && outlet->segment_left == 0)
            return;
    }
}

static ssize_t write_segment(struct outlet *outlet)
{
    struct iovec pieces[PIECES];
    struct msghdr message = {.msg_iov = pieces};
    size_t left = outlet->segment_left, at = outlet->offset, count = 0;
    bool whole = true;

    for (const struct item *item = outlet->head; left > 0; item = item->next, at = 0) {
        size_t len = item->len - at;

        if (count == PIECES) {
            whole = false;
            break;
        }
        len = len < left ? len : left;
        pieces[count++] = (struct iovec){(char *)item->text + at, len};
        left -= len;
    }
    message.msg_iovlen = count;
    return sendmsg(outlet->config.fd, &message,
                   MSG_NOSIGNAL | MSG_DONTWAIT | (whole && outlet->segment_urgent ? MSG_OOB : 0));
}

static void fail(struct outlet *outlet, int error)
{
    outlet_drop(outlet);
    if (outlet->config.failed != NULL)
        outlet->config.failed(outlet->config.ctx, error);
}

static void writable(void *ctx, int fd, unsigned events)
{
    struct outlet *outlet = ctx;

    (void)fd;
    (void)events;
    unwatch(outlet);
    serve(outlet);
}

/* The owner watches the socket itself for reading, so a duplicate is watched for writing. */
static void wait_writable(struct outlet *outlet)
{
    outlet->writable_fd = dup(outlet->config.fd);
    if (outlet->writable_fd < 0)
        kick(outlet, WRITE_AGAIN);
    else
        loop_watch(outlet->config.loop, outlet->writable_fd, LOOP_WRITE, writable, outlet);
}

/* --- serving --------------------------------------------------------------------------------- */

static bool join_is_awaited(struct outlet *outlet)
{
    const struct item *item = outlet->head;

    while (item->joins && item->next != NULL && item->next->kind == ITEM_SAY)
        item = item->next;
    if (!item->joins || item->next != NULL || outlet->join_waited)
        return false;
    outlet->join_waited = true;
    kick(outlet, JOIN_WAIT);
    return true;
}

static void serve_say(struct outlet *outlet)
{
    ssize_t len = 0;

    if (outlet->segment_left == 0) {
        if (outlet->offset == 0 && join_is_awaited(outlet))
            return;
        start_segment(outlet);
    }
    if (outlet->segment_left > 0)
        len = write_segment(outlet);
    if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        wait_writable(outlet);
    } else if (len < 0 && errno != EINTR) {
        fail(outlet, errno);
    } else if (len >= 0) {
        advance(outlet, (size_t)len);
        outlet->join_waited = false;
        if (outlet->segment_left == 0 && outlet->offset > 0)
            lockstep_start(&outlet->lockstep, outlet->sent);
    }
}

static void serve_item(struct outlet *outlet)
{
    struct item *item = outlet->head;
    int64_t ns = item->ns;

    if (ns > 0) {
        item->ns = 0;
        kick(outlet, ns);
    } else if (item->kind == ITEM_SAY) {
        serve_say(outlet);
    } else if (item->kind == ITEM_WAIT) {
        pop(outlet);
    } else {
        void (*call)(void *ctx) = item->call;
        void *ctx = item->ctx;

        pop(outlet);
        outlet->held = true;
        call(ctx);
    }
}

static bool blocked(const struct outlet *outlet)
{
    return outlet->freed || outlet->held || outlet->timer != NULL || outlet->writable_fd >= 0 ||
           lockstep_waits(&outlet->lockstep);
}

static void serve(struct outlet *outlet)
{
    if (outlet->busy)
        return;
    outlet->busy = true;
    while (!blocked(outlet)) {
        if (outlet->head != NULL) {
            serve_item(outlet);
        } else if (!outlet->told_idle) {
            outlet->told_idle = true;
            if (outlet->config.idle != NULL)
                outlet->config.idle(outlet->config.ctx);
        } else {
            break;
        }
    }
    outlet->busy = false;
    if (outlet->freed)
        free(outlet);
}

/* --- making ---------------------------------------------------------------------------------- */

static void go_on(void *ctx)
{
    serve(ctx);
}

enum err outlet_new(const struct outlet_config *config, struct outlet **out, struct diag *why)
{
    struct outlet *outlet = calloc(1, sizeof *outlet);
    int on = 1;

    *out = NULL;
    if (outlet == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory for a connection");
    outlet->config = *config;
    outlet->tail = &outlet->head;
    outlet->writable_fd = -1;
    outlet->told_idle = true;
    lockstep_init(&outlet->lockstep, &(struct lockstep_config){.loop = config->loop,
                                                               .transcript = config->transcript,
                                                               .connection = config->connection,
                                                               .fd = config->fd,
                                                               .drained = config->drained,
                                                               .drained_ctx = config->drained_ctx,
                                                               .ctx = outlet,
                                                               .go_on = go_on});
    setsockopt(config->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    *out = outlet;
    return OK;
}
