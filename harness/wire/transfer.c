#include "wire/transfer.h"

#include <string.h>
#include <strings.h>

#include "wire/control.h"
#include "wire/digest.h"
#include "wire/form.h"
#include "wire/tls.h"

#define BLOCK 64

/* --- bare LF --- */

/* True where `at[i]` is an LF without CR before it, for any i below `len`; at[-1] is there. The
 * loop over a whole block has no branch, so that the compiler makes it wide. */
static bool block_has_bare_lf(const char *at, size_t len)
{
    unsigned found = 0;

    for (; len >= BLOCK; at += BLOCK, len -= BLOCK) {
        uint8_t bad = 0;

        for (int i = 0; i < BLOCK; i++)
            bad |= (uint8_t)((at[i] == '\n') & (at[i - 1] != '\r'));
        found |= bad;
    }
    for (size_t i = 0; i < len; i++)
        found |= (at[i] == '\n') & (at[(ptrdiff_t)i - 1] != '\r');
    return found != 0;
}

static bool has_bare_lf(struct bytes data, bool *after_cr)
{
    bool found = data.at[0] == '\n' && !*after_cr;

    *after_cr = data.at[data.len - 1] == '\r';
    return found || block_has_bare_lf(data.at + 1, data.len - 1);
}

/* --- octets of a data connection --- */

/* From the first octet on, without a hole so far. */
static bool seen_from_start(const struct flow *flow)
{
    const struct timeline_flow *told = conversation_flow(flow->conversation, flow->index);

    return told->from_start && told->whole;
}

static void watch_decide(struct flow *flow)
{
    struct control_transfer transfer = control_transfer(flow->conversation->control, flow->index);

    flow->watched = true;
    flow->keep = transfer.lists;
    flow->scan = transfer.lists || transfer.ascii;
    if (seen_from_start(flow))
        flow->form = form_new(transfer.form);
}

void transfer_tls_begin(struct flow *flow)
{
    struct timeline_flow *told = conversation_flow(flow->conversation, flow->index);

    told->tls = arena_take(&flow->conversation->timeline->arena, sizeof *told->tls);
    flow->tls = tls_new(told->tls);
}

static void tls_drop(struct flow *flow)
{
    if (flow->tls == NULL)
        return;
    conversation_flow(flow->conversation, flow->index)->tls = NULL;
    tls_free(flow->tls);
    flow->tls = NULL;
}

struct bytes transfer_tls(struct flow *flow, enum side from, const struct stream_run *run)
{
    if (run->data.len < run->octets)
        tls_drop(flow);
    return flow->tls == NULL ? (struct bytes){NULL, 0} : tls_take(flow->tls, from, run);
}

static void form_drop(struct flow *flow)
{
    form_free(flow->form);
    flow->form = NULL;
}

/* Nothing can be said of what both sides sent, or of what has a hole. */
static void form_octets(struct flow *flow, enum side from, const struct stream_run *run)
{
    struct timeline_flow *told = conversation_flow(flow->conversation, flow->index);

    if (run->data.len < run->octets || told->octets[side_other(from)] > 0)
        form_drop(flow);
    else
        form_read(flow->form, from, run, &told->form);
}

static void form_finish(struct flow *flow)
{
    struct timeline_flow *told = conversation_flow(flow->conversation, flow->index);

    if (flow->form != NULL && told->fin[told->form.from] != 0)
        form_end(flow->form, &told->form);
    form_drop(flow);
}

static void digest_drop(struct flow *flow)
{
    digest_free(flow->digest);
    flow->digest = NULL;
}

/* A hash of both sides' octets, or with some missing, says nothing. */
static void digest_octets(struct flow *flow, enum side from, const struct stream_run *run)
{
    const struct timeline_flow *told = conversation_flow(flow->conversation, flow->index);

    if (run->data.len < run->octets || told->octets[side_other(from)] > 0)
        digest_drop(flow);
    else
        digest_add(flow->digest, run->data);
}

void transfer_gap(struct flow *flow)
{
    flow->keep = false;
    digest_drop(flow);
    form_drop(flow);
    tls_drop(flow);
}

void transfer_octets(struct flow *flow, enum side from, const struct stream_run *run)
{
    struct timeline_flow *told = conversation_flow(flow->conversation, flow->index);

    if (!flow->watched) {
        watch_decide(flow);
        if (seen_from_start(flow) && tls_begins(run->data))
            transfer_tls_begin(flow);
    }
    if (flow->tls != NULL)
        transfer_tls(flow, from, run);
    if (flow->keep) {
        size_t room = TRANSFER_KEPT - flow->payload.len;

        flow->keep = buf_add(&flow->payload, bytes_slice(run->data, 0, room)) &&
                     run->data.len == run->octets && flow->payload.len < TRANSFER_KEPT;
    }
    if (flow->digest != NULL)
        digest_octets(flow, from, run);
    if (flow->form != NULL)
        form_octets(flow, from, run);
    if (!flow->scan || run->data.len == 0)
        return;
    if (has_bare_lf(run->data, &flow->after_cr[from])) {
        told->bare_lf = true;
        flow->scan = false;
    }
    if (run->data.len < run->octets)
        flow->after_cr[from] = true;
}

void transfer_finish(struct flow *flow)
{
    struct conversation *conversation = flow->conversation;
    struct timeline_flow *told = conversation_flow(conversation, flow->index);
    struct bytes payload = buf_bytes(&flow->payload);

    if (flow->digest != NULL && told->from_start) {
        digest_end(flow->digest, told->sha256);
        told->has_hash = true;
    }
    digest_drop(flow);
    form_finish(flow);
    if (payload.len == 0)
        return;
    told->payload = arena_bytes(&conversation->timeline->arena, payload);
    buf_fini(&flow->payload);
}

/* --- a greeting --- */

/* The first octets of that side, put together from the segments noted. */
static size_t first_octets(const struct timeline *timeline, enum side from, char *out, size_t room)
{
    size_t len = 0;

    for (size_t i = 0; i < timeline->event_count && len < room; i++) {
        const struct event *event = &timeline->events[i];
        struct bytes text = bytes_slice(event->text, 0, room - len);

        if (event->kind != EVENT_SEGMENT || event->from != from || text.len == 0)
            continue;
        memcpy(out + len, text.at, text.len);
        len += text.len;
    }
    return len;
}

/* Mail servers greet with 220, too. */
static bool is_mail(const struct timeline *timeline, struct bytes greeting)
{
    static const uint16_t ports[] = {25, 465, 587, 2525};

    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if (timeline->server.port == ports[i])
            return true;
    for (; greeting.len >= 4; greeting = bytes_from(greeting, 1))
        if (strncasecmp(greeting.at, "SMTP", 4) == 0 || strncasecmp(greeting.at, "LMTP", 4) == 0)
            return true;
    return false;
}

/* What was noted as a stream is read as a control connection. */
static void become_ftp(struct flow_reader *reader, struct flow *flow)
{
    struct conversation *conversation = flow->conversation;
    struct timeline *timeline = conversation->timeline;
    size_t count = timeline->event_count;

    flow_change_protocol(reader, conversation, PROTOCOL_FTP);
    timeline->flows[0].role = ROLE_CONTROL;
    conversation->control = control_new(conversation, reader->announce, true);
    for (size_t i = 0; i < count; i++) {
        struct event event = timeline->events[i];

        if (event.kind == EVENT_SEGMENT && event.text.len > 0)
            control_text(conversation->control, event.from, event.text,
                         (struct moment){event.packet, event.time});
    }
}

bool transfer_greets(struct flow_reader *reader, struct flow *flow, enum side from)
{
    struct timeline *timeline = flow->conversation->timeline;
    char text[256];
    struct bytes greeting = {text, first_octets(timeline, SIDE_SERVER, text, sizeof text)};

    if (from == SIDE_CLIENT || (timeline->flows[0].octets[SIDE_CLIENT] > 0))
        return false;
    if (strncmp(text, "220", greeting.len < 3 ? greeting.len : 3) != 0 ||
        (greeting.len > 3 && text[3] != ' ' && text[3] != '-') || is_mail(timeline, greeting))
        return false;
    if (bytes_index(greeting, '\n') == greeting.len && greeting.len < sizeof text)
        return true;
    become_ftp(reader, flow);
    return false;
}
