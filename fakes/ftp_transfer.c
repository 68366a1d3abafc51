#include "fakes/ftp_transfer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/ftp_session.h"
#include "fakes/ftp_text.h"

#define SAY_CEILING 65536
#define MADE_CEILING (512u << 20)
/* Data before 150 needs a client that connects before it has read 150. */
#define PATIENCE (500 * CLOCK_MS)

enum moment { SAY_FIRST = 1, SAY_FINAL = 2 };

/* When the replies are said: before the data connection is used, while the sending stands still
 * behind its first octet or before its FIN, and after its end. */
struct plan {
    unsigned before, held, after; /* of enum moment */
    bool stops_first, holds_end, joins;
};

static const struct plan plans[ORDER_COUNT] = {
    [ORDER_WRITTEN] = {SAY_FIRST, 0, SAY_FINAL, false, false, false},
    [ORDER_ONE_SEGMENT] = {SAY_FIRST | SAY_FINAL, 0, 0, false, false, true},
    [ORDER_EARLY_226] = {SAY_FIRST | SAY_FINAL, 0, 0, false, false, false},
    [ORDER_MID_226] = {SAY_FIRST, SAY_FINAL, 0, true, false, false},
    [ORDER_226_FIN] = {SAY_FIRST, SAY_FINAL, 0, false, true, false},
    [ORDER_DATA_FIRST] = {0, 0, SAY_FIRST | SAY_FINAL, false, false, false},
    [ORDER_FIRST_OCTET] = {0, SAY_FIRST, SAY_FINAL, true, false, false},
};

static const struct plan *plan_of(const struct ftp_session *session)
{
    return &plans[session->transfer.order];
}

bool ftp_order_needs_final(enum peer_order order)
{
    return (plans[order].before & SAY_FINAL) != 0 || (plans[order].held & SAY_FINAL) != 0;
}

/* ---- filling in ---- */

void ftp_transfer_init(struct ftp_transfer *transfer)
{
    *transfer = (struct ftp_transfer){.fd = -1};
    transfer->content.fd = -1;
    buf_init(&transfer->first.text, SAY_CEILING);
    buf_init(&transfer->final.text, SAY_CEILING);
    buf_init(&transfer->made, MADE_CEILING);
}

static void let_go(struct ftp_session *session)
{
    struct ftp_transfer *transfer = &session->transfer;

    loop_cancel(session->site->config.loop, transfer->patience);
    transfer->patience = NULL;
    if (transfer->fd >= 0)
        close(transfer->fd);
    transfer->fd = -1;
    ftp_content_release(&transfer->content);
    buf_fini(&transfer->made);
    buf_fini(&transfer->first.text);
    buf_fini(&transfer->final.text);
}

void ftp_transfer_fini(struct ftp_session *session)
{
    let_go(session);
    session->transfer.active = false;
}

struct ftp_transfer *ftp_transfer_clear(struct ftp_session *session)
{
    unsigned begins = session->transfer.begins;

    let_go(session);
    ftp_transfer_init(&session->transfer);
    session->transfer.begins = begins;
    session->transfer.fake_sends = (session->request.traits & FTP_VERB_SENDS) != 0;
    snprintf(session->transfer.verb, sizeof session->transfer.verb, "%s", session->request.verb);
    return &session->transfer;
}

static void write_say(struct ftp_transfer_say *say, const char *fmt, va_list ap)
{
    char line[FTP_PATH + 256];

    vsnprintf(line, sizeof line, fmt, ap);
    buf_clear(&say->text);
    buf_addf(&say->text, "%s\r\n", line);
}

void ftp_transfer_say_first(struct ftp_transfer *transfer, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    write_say(&transfer->first, fmt, ap);
    va_end(ap);
}

void ftp_transfer_say_final(struct ftp_transfer *transfer, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    write_say(&transfer->final, fmt, ap);
    va_end(ap);
}

/* ---- saying ---- */

static void say_one(struct ftp_session *session, const struct ftp_transfer_say *say, bool joins)
{
    struct delivery deliveries[9];
    struct peer_say said = {.text = buf_bytes(&say->text),
                            .deliveries = deliveries,
                            .joins_next = say->joins_next,
                            .at = say->at};

    if (say->text.len == 0)
        return;
    for (; said.delivery_count < say->delivery_count && said.delivery_count < 8;
         said.delivery_count++)
        deliveries[said.delivery_count] = say->deliveries[said.delivery_count];
    if (joins)
        deliveries[said.delivery_count++] = (struct delivery){.kind = DELIVER_JOIN};
    ftp_session_say(session, session->transfer.verb, &said);
}

static void say_moment(struct ftp_session *session, unsigned moment)
{
    struct ftp_transfer *transfer = &session->transfer;
    unsigned now = moment & ~transfer->said;

    transfer->said |= now;
    if ((now & SAY_FIRST) != 0)
        say_one(session, &transfer->first, plan_of(session)->joins);
    if ((now & SAY_FINAL) != 0)
        say_one(session, &transfer->final, false);
}

/* ---- beginning ---- */

/* The client does not connect: it may wait for 150. */
static void give_way(void *ctx)
{
    struct ftp_session *session = ctx;

    session->transfer.patience = NULL;
    session->transfer.order = ORDER_WRITTEN;
    ftp_session_note(session, "the client waits for 150: it is sent before the data");
    say_moment(session, SAY_FIRST);
}

static void begin(struct ftp_session *session)
{
    struct ftp_transfer *transfer = &session->transfer;

    transfer->begun = true;
    if (plan_of(session)->before == 0 && session->channel.way == FTP_WAY_PASSIVE)
        transfer->patience = loop_after(session->site->config.loop, PATIENCE, give_way, session);
    ftp_channel_want(session);
}

static void begin_call(void *ctx)
{
    struct ftp_session *session = ctx;

    outlet_resume(session->outlet);
    if (--session->transfer.begins == 0 && session->transfer.active && !session->transfer.begun)
        begin(session);
}

static const struct {
    enum fault fault;
    enum peer_order order;
} fault_orders[] = {{FAULT_EARLY_226, ORDER_EARLY_226},
                    {FAULT_226_BEFORE_FIN, ORDER_226_FIN},
                    {FAULT_DATA_FIRST, ORDER_DATA_FIRST}};

static void choose_order(struct ftp_session *session)
{
    struct ftp_transfer *transfer = &session->transfer;

    if (!transfer->fake_sends)
        return;
    if (!transfer->scripted)
        transfer->order = session->site->config.order;
    for (size_t i = 0; i < sizeof fault_orders / sizeof fault_orders[0]; i++)
        if (ftp_session_misbehaves(session, fault_orders[i].fault))
            transfer->order = fault_orders[i].order;
}

void ftp_transfer_start(struct ftp_session *session)
{
    struct ftp_transfer *transfer = &session->transfer;

    transfer->active = true;
    choose_order(session);
    if (ftp_session_misbehaves(session, FAULT_NO_150))
        buf_clear(&transfer->first.text);
    if (ftp_session_misbehaves(session, FAULT_NO_226))
        buf_clear(&transfer->final.text);
    say_moment(session, plan_of(session)->before);
    if (plan_of(session)->before == 0 || outlet_idle(session->outlet)) {
        begin(session);
        return;
    }
    transfer->begins++;
    outlet_call(session->outlet, begin_call, session);
}

static void send_all(struct ftp_session *session)
{
    struct ftp_transfer *transfer = &session->transfer;
    const struct plan *plan = plan_of(session);
    struct ftp_data_source source = {.octets = transfer->octets,
                                     .fd = transfer->fd,
                                     .offset = transfer->offset,
                                     .first = plan->stops_first ? 1 : 0,
                                     .deliveries = transfer->deliveries,
                                     .delivery_count = transfer->delivery_count,
                                     .hold_open = plan->holds_end};

    if (ftp_session_misbehaves(session, FAULT_DATA_NOT_CLOSED) ||
        ftp_session_misbehaves(session, FAULT_DATA_RESET))
        source.hold_open = true;
    if (ftp_session_misbehaves(session, FAULT_TRUNCATES) && strcmp(transfer->verb, "RETR") == 0) {
        struct ftp_node node = {.size = transfer->octets.len};

        if (transfer->fd >= 0 && ftp_tree_stat(session->site->tree, transfer->path, &node))
            node.size = 0;
        ftp_data_cut(session->channel.data, node.size / 2, false);
    }
    transfer->fd = -1; /* the data connection's now */
    ftp_data_send(session->channel.data, &source);
}

void ftp_transfer_opened(struct ftp_session *session)
{
    struct ftp_transfer *transfer = &session->transfer;
    int fd = transfer->fd;

    loop_cancel(session->site->config.loop, transfer->patience);
    transfer->patience = NULL;
    transfer->opened = true;
    if (transfer->fake_sends) {
        send_all(session);
        return;
    }
    ftp_data_heed(session->channel.data, transfer->deliveries, transfer->delivery_count);
    transfer->fd = -1;
    ftp_data_receive(session->channel.data, fd);
}

/* ---- ending ---- */

static const char *store_failure(enum ftp_tree_result result)
{
    return result == FTP_TREE_FULL ? "552 No room for the file."
                                   : "451 The file cannot be written.";
}

/* REST in TYPE A counts octets as they went over the wire. */
static enum ftp_tree_result store_text(struct ftp_session *session, struct bytes wire)
{
    struct ftp_transfer *transfer = &session->transfer;
    struct ftp_content before;
    struct buf all, text;
    enum ftp_tree_result result = FTP_TREE_FULL;

    buf_init(&all, MADE_CEILING);
    buf_init(&text, MADE_CEILING);
    if (transfer->keep > 0 &&
        ftp_tree_read(session->site->tree, transfer->path, &before) == FTP_TREE_OK) {
        ftp_text_of_content(&before, &all);
        if (all.len > transfer->keep)
            all.len = (size_t)transfer->keep;
        ftp_content_release(&before);
    }
    if (buf_add(&all, wire) && ftp_text_from_wire(buf_bytes(&all), &text))
        result = ftp_tree_write(session->site->tree, transfer->path, 0, buf_bytes(&text));
    buf_fini(&all);
    buf_fini(&text);
    return result;
}

static enum ftp_tree_result store(struct ftp_session *session, const struct peer_data_end *end)
{
    struct ftp_transfer *transfer = &session->transfer;
    struct bytes octets = end->content;

    if (!transfer->stores || transfer->to_file)
        return FTP_TREE_OK;
    if (end->octets > octets.len)
        return FTP_TREE_FULL;
    if (octets.len > 0 && ftp_session_misbehaves(session, FAULT_STORES_WRONG))
        octets.len--;
    if (transfer->text)
        return store_text(session, octets);
    return ftp_tree_write(session->site->tree, transfer->path, transfer->keep, octets);
}

void ftp_transfer_forget_type(struct ftp_session *session)
{
    if (ftp_session_misbehaves(session, FAULT_TYPE_FORGOTTEN))
        session->image = false;
    if (strcmp(session->transfer.verb, "MLSD") == 0 &&
        ftp_session_misbehaves(session, FAULT_MLSD_SETS_TYPE))
        session->image = true;
}

static void finish(struct ftp_session *session, const struct peer_data_end *end)
{
    struct ftp_transfer *transfer = &session->transfer;
    bool told = transfer->scripted && ftp_session_is_told(session);

    /* An end before its time leaves no reply unsaid. */
    say_moment(session, SAY_FIRST);
    say_moment(session, SAY_FINAL);
    transfer->active = transfer->begun = false;
    if (!ftp_session_misbehaves(session, FAULT_REST_STICKY))
        session->restart = 0;
    ftp_transfer_forget_type(session);
    if (told && session->site->config.events.data_ended != NULL)
        session->site->config.events.data_ended(session->site->config.events.ctx, end);
    if (!ftp_session_misbehaves(session, FAULT_DATA_NOT_CLOSED))
        ftp_channel_close(session);
    let_go(session);
    ftp_session_pump(session);
}

void ftp_transfer_failed(struct ftp_session *session, const char *how)
{
    struct ftp_transfer *transfer = &session->transfer;
    struct peer_data_end end = {
        .opened = transfer->opened, .how = PEER_FAILED, .fake_sent = transfer->fake_sends};

    if (transfer->scripted || ftp_session_misbehaves(session, FAULT_NO_226))
        ;
    else if (transfer->opened)
        ftp_transfer_say_final(transfer, "426 Transfer aborted: %s.", how);
    else
        ftp_transfer_say_final(transfer, "425 Cannot open the data connection: %s.", how);
    finish(session, &end);
}

static void go_on_call(void *ctx)
{
    struct ftp_session *session = ctx;

    outlet_resume(session->outlet);
    if (session->transfer.active && session->channel.data != NULL)
        ftp_data_go_on(session->channel.data);
}

void ftp_transfer_held(struct ftp_session *session)
{
    struct peer_data_end end = {.opened = true, .fake_sent = true};

    if (ftp_session_misbehaves(session, FAULT_DATA_NOT_CLOSED)) {
        finish(session, &end);
        return;
    }
    if (ftp_session_misbehaves(session, FAULT_DATA_RESET)) {
        ftp_data_abort(session->channel.data, true);
        finish(session, &end);
        return;
    }
    say_moment(session, plan_of(session)->held);
    outlet_call(session->outlet, go_on_call, session);
}

void ftp_transfer_ended(struct ftp_session *session, const struct peer_data_end *end)
{
    struct ftp_transfer *transfer = &session->transfer;
    enum ftp_tree_result stored = FTP_TREE_OK;

    if (!end->fake_sent)
        stored = store(session, end);
    if (!transfer->scripted && transfer->final.text.len > 0) {
        if (end->how == PEER_RESET && !ftp_session_misbehaves(session, FAULT_RESET_226))
            ftp_transfer_say_final(transfer, "426 Data connection closed; transfer aborted.");
        else if (stored != FTP_TREE_OK)
            ftp_transfer_say_final(transfer, "%s", store_failure(stored));
    }
    finish(session, end);
}

void ftp_transfer_abort(struct ftp_session *session)
{
    struct ftp_transfer *transfer = &session->transfer;
    struct peer_data_end end = {
        .opened = transfer->opened, .how = PEER_FIN, .fake_sent = transfer->fake_sends};

    if (session->channel.data != NULL)
        ftp_data_abort(session->channel.data, false);
    if (!transfer->scripted)
        ftp_transfer_say_final(transfer, "426 Data connection closed; transfer aborted.");
    finish(session, &end);
}
