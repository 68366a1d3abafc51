#include "wire/connection.h"

#include <netinet/in.h>
#include <string.h>

#include "wire/control.h"
#include "wire/digest.h"
#include "wire/segment.h"
#include "wire/segment_hosts.h"
#include "wire/tls.h"
#include "wire/transfer.h"

#define TLS_SEGMENTS 2 /* noted of each side after TLS began */
#define TLS_TEXT 64

/* A direction of a connection while a packet is looked at. */
struct arrival {
    struct flow_reader *reader;
    struct flow *flow;
    enum side from;
};

static struct timeline_flow *told(const struct flow *flow)
{
    return conversation_flow(flow->conversation, flow->index);
}

static struct event *note(const struct arrival *arrival, enum event_kind kind)
{
    return conversation_note(arrival->flow->conversation, kind, arrival->from, arrival->flow->index,
                             arrival->reader->now);
}

/* --- what the streams hand on --- */

/* True where the packets' text ends early because the capture was told so, and not by its snaplen.
 */
static bool was_pruned(const struct arrival *arrival)
{
    return arrival->reader->headers_only_bulk && told(arrival->flow)->role != ROLE_CONTROL;
}

static void gap_note(const struct arrival *arrival, uint64_t octets)
{
    struct flow *flow = arrival->flow;

    note(arrival, EVENT_GAP)->octets = octets;
    told(flow)->whole = false;
    if (told(flow)->role == ROLE_CONTROL)
        control_gap(flow->conversation->control, arrival->from);
    transfer_gap(flow);
    flow->after_cr[arrival->from] = true; /* nobody knows: give it the benefit of the doubt */
    flow->greeting = false;
}

/* Octets of packets that the capture was told to leave out. */
static void pruned_take(const struct arrival *arrival, uint64_t octets)
{
    told(arrival->flow)->octets[arrival->from] += octets;
    transfer_gap(arrival->flow);
    arrival->flow->kept[arrival->from] = arrival->reader->keep_payload;
    arrival->flow->after_cr[arrival->from] = true;
}

static void fin_note(const struct arrival *arrival)
{
    struct timeline_flow *flow = told(arrival->flow);

    if (flow->role == ROLE_CONTROL)
        control_close(arrival->flow->conversation->control, arrival->from, arrival->reader->now);
    note(arrival, EVENT_FIN);
    told(arrival->flow)->fin[arrival->from] = arrival->reader->now.packet;
}

static struct event *segment_note(const struct arrival *arrival, const struct stream_run *run,
                                  size_t keep)
{
    bool cut = false;
    struct bytes text = bytes_slice(run->data, 0, keep);
    struct event *event;

    text = conversation_text(arrival->flow->conversation, text, &cut);
    event = note(arrival, EVENT_SEGMENT);
    event->first_packet = run->number;
    event->octets = run->octets;
    event->text = text;
    event->cut = cut || text.len < run->octets;
    return event;
}

static void clear_note(const struct arrival *arrival, struct bytes text)
{
    bool cut = false;
    struct bytes kept =
        conversation_text(arrival->flow->conversation, bytes_slice(text, 0, TLS_TEXT), &cut);
    struct event *event = note(arrival, EVENT_CLEAR);

    event->text = kept;
    event->octets = text.len;
    event->cut = cut || kept.len < text.len;
}

static void tls_octets(const struct arrival *arrival, const struct stream_run *run)
{
    struct bytes clear = transfer_tls(arrival->flow, arrival->from, run);

    if (arrival->flow->after_tls[arrival->from]++ < TLS_SEGMENTS)
        segment_note(arrival, run, TLS_TEXT);
    if (clear.len > 0)
        clear_note(arrival, clear);
}

/* The control connection went over to TLS with these octets, or behind them. */
static void tls_start(const struct arrival *arrival, const struct stream_run *run)
{
    transfer_tls_begin(arrival->flow);
    if (tls_begins(run->data))
        transfer_tls(arrival->flow, arrival->from, run);
}

static void control_octets(const struct arrival *arrival, const struct stream_run *run)
{
    struct control *control = arrival->flow->conversation->control;
    struct bytes text;

    if (control_is_tls(control)) {
        tls_octets(arrival, run);
        return;
    }
    text = segment_note(arrival, run, run->data.len)->text;
    if (text.len > 0)
        control_text(control, arrival->from, text, arrival->reader->now);
    if (control_is_tls(control))
        tls_start(arrival, run);
    if (text.len < run->octets && !control_is_tls(control))
        gap_note(arrival, run->octets - text.len);
}

/* Once enough was kept of a stream, packets in a row of one side share an event. */
static bool joins_last(const struct arrival *arrival, const struct stream_run *run)
{
    const struct timeline *timeline = arrival->flow->conversation->timeline;
    struct event *last = &timeline->events[timeline->event_count - 1];

    if (timeline->event_count == 0 || last->kind != EVENT_SEGMENT || last->text.len > 0 ||
        last->from != arrival->from)
        return false;
    last->packet = arrival->reader->now.packet;
    last->time = arrival->reader->now.time;
    last->octets += run->octets;
    return true;
}

static void stream_octets(const struct arrival *arrival, const struct stream_run *run)
{
    struct flow *flow = arrival->flow;
    size_t room = arrival->reader->keep_payload - flow->kept[arrival->from];
    struct event *event;

    if (room == 0 && joins_last(arrival, run))
        return;
    event = segment_note(arrival, run, room);
    flow->kept[arrival->from] += event->text.len;
    if (run->data.len < run->octets || event->text.len < bytes_slice(run->data, 0, room).len)
        flow->kept[arrival->from] = arrival->reader->keep_payload;
    if (flow->greeting)
        flow->greeting = transfer_greets(arrival->reader, flow, arrival->from);
}

static void octets_take(const struct arrival *arrival, const struct stream_run *run)
{
    struct timeline_flow *flow = told(arrival->flow);

    flow->octets[arrival->from] += run->octets;
    flow->last = arrival->reader->now.packet;
    flow->last_time = arrival->reader->now.time;
    flow->last_from = arrival->from;
    if (run->data.len < run->octets && !was_pruned(arrival))
        flow->whole = false;
    if (flow->first == 0) {
        flow->first = flow->last;
        note(arrival, EVENT_FIRST);
    }
    if (flow->role == ROLE_DATA)
        transfer_octets(arrival->flow, arrival->from, run);
    else if (flow->role == ROLE_CONTROL)
        control_octets(arrival, run);
    else
        stream_octets(arrival, run);
}

static void run_take(void *ctx, const struct stream_run *run)
{
    const struct arrival *arrival = ctx;

    if (run->gap > 0 && arrival->reader->pruning && told(arrival->flow)->role != ROLE_CONTROL)
        pruned_take(arrival, run->gap);
    else if (run->gap > 0)
        gap_note(arrival, run->gap);
    else if (run->fin)
        fin_note(arrival);
    else
        octets_take(arrival, run);
}

/* --- one packet --- */

static void handshake_take(const struct arrival *arrival, const struct packet *packet)
{
    struct timeline_flow *flow = told(arrival->flow);
    uint64_t *where = packet->flags & PACKET_ACK ? &flow->syn_ack : &flow->syn;
    struct event *event;

    stream_start(&arrival->flow->stream[arrival->from], packet->seq + 1);
    if (*where != 0)
        return;
    *where = packet->number;
    if (where == &flow->syn) {
        flow->syn_time = packet->time;
        flow->from_start = true;
        arrival->flow->isn = packet->seq;
        arrival->flow->isn_known = true;
    } else {
        arrival->flow->third = packet->seq + 1;
    }
    event = note(arrival, where == &flow->syn ? EVENT_SYN : EVENT_SYN_ACK);
    event->src = packet->src;
    event->dst = packet->dst;
}

/* The ACK of the SYN-ACK and of nothing else: what acknowledges more comes after it, whether the
 * capture has it or not, and so may octets that crossed the server's. */
static void third_step_look(const struct arrival *arrival, const struct packet *packet)
{
    struct timeline_flow *flow = told(arrival->flow);

    if (flow->ack != 0 || flow->syn_ack == 0 || arrival->from != flow->opener ||
        !(packet->flags & PACKET_ACK) || packet->flags & PACKET_RST ||
        packet->ack != arrival->flow->third || (flow->first != 0 && packet->octets > 0))
        return;
    flow->ack = packet->number;
    note(arrival, EVENT_ACK);
}

static void ack_take(struct arrival arrival, uint32_t ack)
{
    struct stream *stream;

    arrival.from = side_other(arrival.from);
    stream = &arrival.flow->stream[arrival.from];
    if (stream->started)
        stream_acked(stream, ack, &(struct stream_sink){&arrival, run_take});
}

/* Of a data connection that is neither looked at nor kept nor hashed, lengths alone matter. */
static bool octets_matter(const struct flow *flow)
{
    return told(flow)->role != ROLE_DATA || !flow->watched || flow->keep || flow->scan ||
           flow->digest != NULL || flow->form != NULL || flow->tls != NULL;
}

static void payload_take(struct arrival *arrival, const struct packet *packet)
{
    bool syn = packet->flags & PACKET_SYN;
    struct stream_segment segment = {packet->seq + (syn ? 1 : 0),
                                     packet->payload,
                                     packet->octets,
                                     packet->number,
                                     packet->flags & PACKET_FIN,
                                     octets_matter(arrival->flow)};

    stream_add(&arrival->flow->stream[arrival->from], &segment,
               &(struct stream_sink){arrival, run_take});
}

static void held_flush(struct flow_reader *reader, struct flow *flow)
{
    for (int side = 0; side < 2; side++) {
        struct arrival arrival = {reader, flow, (enum side)side};

        if (flow->stream[side].held != NULL)
            stream_flush(&flow->stream[side], &(struct stream_sink){&arrival, run_take});
    }
}

/* A reset has the number of the octet that is due: what lies before that was sent, seen or not. */
static void reset_take(struct arrival *arrival, const struct packet *packet)
{
    struct stream *stream = &arrival->flow->stream[arrival->from];

    if (stream->started)
        stream_add(stream, &(struct stream_segment){.seq = packet->seq, .number = packet->number},
                   &(struct stream_sink){arrival, run_take});
    held_flush(arrival->reader, arrival->flow);
    if (told(arrival->flow)->rst[arrival->from] != 0)
        return;
    told(arrival->flow)->rst[arrival->from] = packet->number;
    note(arrival, EVENT_RST);
}

static bool is_over(const struct flow *flow)
{
    const struct timeline_flow *at = told(flow);

    return at->rst[0] || at->rst[1] ||
           (stream_closed(&flow->stream[0]) && stream_closed(&flow->stream[1]));
}

/* The octet before the one that the pointer names is urgent (RFC 9293 section 3.8.5, and what all
 * hosts do); segments before it have the flag, too. Told only where it comes in its turn, so that
 * what it belongs to is what comes next. */
static bool brings_urgent(const struct arrival *arrival, const struct packet *packet)
{
    const struct stream *stream = &arrival->flow->stream[arrival->from];

    return packet->flags & PACKET_URG && told(arrival->flow)->role == ROLE_CONTROL &&
           stream->started && packet->seq == stream->next && packet->urgent > 0 &&
           packet->urgent <= packet->octets;
}

static void segment_take(struct arrival *arrival, const struct packet *packet)
{
    struct timeline_flow *flow = told(arrival->flow);

    flow->packets++;
    flow->end_time = packet->time;
    if (packet->flags & PACKET_SYN)
        handshake_take(arrival, packet);
    else
        third_step_look(arrival, packet);
    if (packet->flags & PACKET_ACK)
        ack_take(*arrival, packet->ack);
    if (brings_urgent(arrival, packet))
        note(arrival, EVENT_URGENT);
    if (packet->octets > 0 || packet->flags & PACKET_FIN)
        payload_take(arrival, packet);
    else if (!arrival->flow->stream[arrival->from].started && !(packet->flags & PACKET_RST))
        stream_start(&arrival->flow->stream[arrival->from], packet->seq);
    if (packet->flags & PACKET_RST)
        reset_take(arrival, packet);
    if (!arrival->flow->over)
        segment_look(arrival->reader, arrival->flow, arrival->from, packet);
}

/* --- new connections --- */

/* Who opened it, as far as the packet shows: of one met in its middle, the side whose port is
 * higher. */
static bool src_opened(const struct flow_reader *reader, const struct packet *packet)
{
    if (packet->flags & PACKET_SYN)
        return !(packet->flags & PACKET_ACK);
    if (flow_is_ftp_port(reader, packet->dst.port) != flow_is_ftp_port(reader, packet->src.port))
        return flow_is_ftp_port(reader, packet->dst.port);
    return packet->src.port >= packet->dst.port;
}

static void ends_set(struct timeline_flow *flow, const struct packet *packet, bool src_is_client)
{
    flow->client = src_is_client ? packet->src : packet->dst;
    flow->server = src_is_client ? packet->dst : packet->src;
}

static struct flow *session_new(struct flow_reader *reader, const struct packet *packet,
                                bool opened)
{
    const struct endpoint *server = opened ? &packet->dst : &packet->src;
    bool ftp = flow_is_ftp_port(reader, server->port);
    bool whole = (packet->flags & (PACKET_SYN | PACKET_ACK)) == PACKET_SYN;
    struct conversation *conversation = flow_converse(reader, ftp ? PROTOCOL_FTP : PROTOCOL_TCP);
    struct timeline *timeline = conversation->timeline;
    unsigned index = conversation_add_flow(conversation, ftp ? ROLE_CONTROL : ROLE_STREAM);
    struct flow *flow;

    ends_set(&timeline->flows[index], packet, opened);
    timeline->flows[index].opener = SIDE_CLIENT;
    timeline->client = timeline->flows[index].client;
    timeline->server = timeline->flows[index].server;
    timeline->from_start = whole;
    if (ftp)
        conversation->control =
            control_new(conversation, reader->announce, packet->flags & PACKET_SYN);
    flow = flow_add(reader, packet, conversation, index, opened ? SIDE_CLIENT : SIDE_SERVER);
    flow->greeting = !ftp && whole;
    return flow;
}

/* Which role the opener of a data connection has. Where both hosts are the same one, the way in
 * which it was announced decides. */
static enum side data_opener(const struct announcement *what)
{
    return what->opening == OPENED_PASV || what->opening == OPENED_EPSV ? SIDE_CLIENT : SIDE_SERVER;
}

static struct flow *data_new(struct flow_reader *reader, const struct packet *packet, bool opened,
                             const struct announcement *what)
{
    struct conversation *session = what->session;
    unsigned index = conversation_add_flow(session, ROLE_DATA);
    struct timeline_flow *told_flow = conversation_flow(session, index);
    enum side opener = data_opener(what);
    enum side src = opened ? opener : side_other(opener);
    struct flow *flow;

    ends_set(told_flow, packet, src == SIDE_CLIENT);
    told_flow->opener = opener;
    control_tie(session->control, index, what);
    flow = flow_add(reader, packet, session, index, src);
    buf_init(&flow->payload, TRANSFER_KEPT);
    flow->digest = reader->hash_payload ? digest_new() : NULL;
    return flow;
}

/* What announced the connection that this packet opens, or that it was met in the middle of. */
static const struct announcement *announced(struct flow_reader *reader, const struct packet *packet,
                                            bool *opened)
{
    const struct endpoint *src = *opened ? &packet->src : &packet->dst;
    const struct endpoint *dst = *opened ? &packet->dst : &packet->src;
    const struct announcement *what = announce_find(reader->announce, src, dst);

    if (what != NULL || packet->flags & PACKET_SYN)
        return what;
    what = announce_find(reader->announce, dst, src);
    if (what != NULL)
        *opened = !*opened;
    return what;
}

static struct flow *connection_new(struct flow_reader *reader, const struct packet *packet)
{
    bool opened = src_opened(reader, packet);
    const struct announcement *what = NULL;

    if (!flow_is_ftp_port(reader, opened ? packet->dst.port : packet->src.port))
        what = announced(reader, packet, &opened);
    return what == NULL ? session_new(reader, packet, opened)
                        : data_new(reader, packet, opened, what);
}

/* A SYN of a connection that is known already: sent again, or of both sides at once. */
static bool syn_belongs(const struct flow *flow, const struct packet *packet)
{
    bool opener = flow->conversation == NULL ? endpoint_equal(&flow->a, &packet->src)
                                             : flow_side(flow, &packet->src) == told(flow)->opener;

    if (opener)
        return flow->isn_known && flow->isn == packet->seq;
    return flow->conversation != NULL && !flow->over && told(flow)->syn_ack == 0;
}

/* The two endpoints begin anew: the old connection is gone, whatever was seen of its end. */
static void make_room(struct flow_reader *reader, struct flow *flow)
{
    flow_replace(reader, flow);
    if (flow->conversation != NULL)
        flow_end(reader, flow);
}

/* A packet of an unknown connection that says nothing: the end of one that is over. */
static bool is_late(const struct packet *packet)
{
    return !(packet->flags & PACKET_SYN) && packet->octets == 0;
}

/* A SYN that opens the connection of another one's two ends. */
static bool opens_anew(const struct flow *flow, const struct packet *packet)
{
    return flow != NULL && (packet->flags & (PACKET_SYN | PACKET_ACK)) == PACKET_SYN &&
           !syn_belongs(flow, packet);
}

static struct flow *connection_renew(struct flow_reader *reader, struct flow *old,
                                     const struct packet *packet)
{
    struct flow_close last_close = {.packet = 0};
    struct flow *flow;

    if (old->conversation == NULL) /* else its end was not seen, and that is an older one's */
        last_close = old->last_close;
    make_room(reader, old);
    flow = connection_new(reader, packet);
    flow->reused = true;
    flow->last_close = last_close;
    return flow;
}

void connection_take(struct flow_reader *reader, const struct packet *packet)
{
    struct flow *flow;
    struct arrival arrival;

    if (packet->flags & (PACKET_SYN | PACKET_RST))
        segment_hosts_group(reader, packet);
    flow = flow_find(reader, IPPROTO_TCP, &packet->src, &packet->dst);
    if (flow == NULL && is_late(packet))
        return;
    if (opens_anew(flow, packet))
        flow = connection_renew(reader, flow, packet);
    else if (flow == NULL)
        flow = connection_new(reader, packet);
    if (flow->conversation == NULL) {
        if (packet->flags & PACKET_SYN) /* of a connection whose beginning was not seen */
            flow->last_close.packet = 0;
        return;
    }
    flow_touch(reader, flow->conversation);
    arrival = (struct arrival){reader, flow, flow_side(flow, &packet->src)};
    if (packet->odd_count > 0)
        conversation_note_odd(flow->conversation, arrival.from, flow->index, packet);
    segment_take(&arrival, packet);
    if (is_over(flow)) {
        segment_hosts_closed(reader, flow, packet);
        flow_end(reader, flow);
    }
}

/* What a side said last may be missing, and nothing of its own comes after it to show that. */
static void unseen_note(struct flow_reader *reader, struct flow *flow)
{
    for (int side = 0; side < 2; side++) {
        struct arrival arrival = {reader, flow, (enum side)side};
        size_t unseen = stream_unseen(&flow->stream[side]);

        if (unseen > 0)
            run_take(&arrival, &(struct stream_run){.gap = unseen});
    }
}

void connection_finish(struct flow_reader *reader, struct flow *flow)
{
    held_flush(reader, flow);
    if (told(flow)->role != ROLE_DATA)
        unseen_note(reader, flow);
    transfer_finish(flow);
}
