#include "wire/datagrams.h"

#include <netinet/in.h>

#define QUOTED_TEXT 576

static struct flow *conversation_begin(struct flow_reader *reader, const struct packet *packet,
                                       bool from_start)
{
    struct conversation *conversation = flow_converse(reader, PROTOCOL_UDP);
    struct timeline *timeline = conversation->timeline;
    unsigned index = conversation_add_flow(conversation, ROLE_DATAGRAMS);
    struct flow *flow;

    timeline->client = timeline->flows[index].client = packet->src;
    timeline->server = timeline->flows[index].server = packet->dst;
    timeline->flows[index].opener = SIDE_CLIENT;
    timeline->flows[index].from_start = timeline->from_start = from_start;
    flow = flow_add(reader, packet, conversation, index, SIDE_CLIENT);
    flow_add_client(reader, flow);
    return flow;
}

/* The flow that a datagram from a stranger answers: one whose client still waits, and whose server
 * has the same address or the same port. NULL: none. */
static struct flow *answered_by(struct flow_reader *reader, const struct packet *packet)
{
    struct flow *flow = flow_find_client(reader, &packet->dst);
    const struct endpoint *server;

    if (flow == NULL || flow->conversation == NULL)
        return NULL;
    server = &conversation_flow(flow->conversation, flow->index)->server;
    if (flow->datagrams[SIDE_CLIENT] <= flow->datagrams[SIDE_SERVER] ||
        server->port == packet->dst.port ||
        (server->port != packet->src.port && !endpoint_same_addr(server, &packet->src)))
        return NULL;
    return flow;
}

static struct flow *flow_for(struct flow_reader *reader, const struct packet *packet)
{
    struct flow *flow = flow_find(reader, IPPROTO_UDP, &packet->src, &packet->dst);
    bool evicted = flow != NULL && flow->conversation == NULL;

    if (flow != NULL && !evicted)
        return flow;
    if (evicted)
        flow_replace(reader, flow);
    flow = evicted ? NULL : answered_by(reader, packet);
    if (flow != NULL)
        return flow_add(reader, packet, flow->conversation, flow->index, SIDE_SERVER);
    return conversation_begin(reader, packet, !evicted);
}

static void told(struct flow *flow, enum side from, const struct packet *packet)
{
    struct timeline_flow *at = conversation_flow(flow->conversation, flow->index);

    at->packets++;
    at->end_time = at->last_time = packet->time;
    at->octets[from] += packet->octets;
    at->last = packet->number;
    at->last_from = from;
    if (packet->payload.len < packet->octets)
        at->whole = false;
    if (at->first == 0) {
        at->first = packet->number;
        conversation_note(flow->conversation, EVENT_FIRST, from, flow->index,
                          (struct moment){packet->number, packet->time});
    }
}

static void datagram_note(struct flow_reader *reader, struct flow *flow, enum side from,
                          const struct packet *packet)
{
    bool cut = false;
    struct bytes text = conversation_text(
        flow->conversation, bytes_slice(packet->payload, 0, reader->keep_payload), &cut);
    struct event *event =
        conversation_note(flow->conversation, EVENT_DATAGRAM, from, flow->index, reader->now);

    event->text = text;
    event->octets = packet->octets;
    event->cut = cut || text.len < packet->octets;
    event->src = packet->src;
    event->dst = packet->dst;
    event->checksum = packet->checksum;
    event->udp_length = packet->udp_length;
    event->ip_octets = packet->ip_octets;
    event->fragments = packet->fragments;
    flow->conversation->timeline->fragmented |= packet->fragments > 0;
}

/* True where the datagram was seen already when it left by another interface of this host: a
 * capture on 'any' shows it once more where it comes in. TCP needs no such care. */
static bool is_second_look(const struct flow *flow, enum side from, const struct packet *packet)
{
    const struct event *sent;

    if (packet->outgoing || flow->sent[from] == 0)
        return false;
    sent = &flow->conversation->timeline->events[flow->sent[from] - 1];
    return sent->octets == packet->octets && endpoint_equal(&sent->src, &packet->src) &&
           bytes_equal(sent->text, bytes_slice(packet->payload, 0, sent->text.len));
}

/* What goes from a port to that same port, as in a loop, is question and answer in turn. */
static enum side sender(const struct flow *flow, const struct packet *packet)
{
    const struct timeline_flow *at = conversation_flow(flow->conversation, flow->index);

    if (!endpoint_equal(&packet->src, &packet->dst))
        return flow_side(flow, &packet->src);
    return at->first == 0 ? SIDE_CLIENT : side_other(at->last_from);
}

void datagrams_take(struct flow_reader *reader, const struct packet *packet)
{
    struct flow *flow = flow_for(reader, packet);
    enum side from = sender(flow, packet);
    struct flow *asked;

    if (conversation_is_full(flow->conversation)) { /* it goes on as another piece */
        flow_hand_over(reader, flow->conversation, true);
        flow = flow_for(reader, packet);
        from = sender(flow, packet);
    }
    flow_touch(reader, flow->conversation);
    if (is_second_look(flow, from, packet))
        return;
    asked = flow->by_client ? flow : flow_find_client(reader, &packet->dst);
    if (asked != NULL)
        asked->datagrams[from]++;
    if (packet->odd_count > 0)
        conversation_note_odd(flow->conversation, from, flow->index, packet);
    told(flow, from, packet);
    datagram_note(reader, flow, from, packet);
    flow->sent[from] = packet->outgoing ? conversation_last_event(flow->conversation) + 1 : 0;
}

static void error_note(struct flow_reader *reader, struct flow *flow, enum side from,
                       const struct packet *packet)
{
    bool cut = false;
    struct bytes text =
        conversation_text(flow->conversation, bytes_slice(packet->payload, 0, QUOTED_TEXT), &cut);
    struct event *event =
        conversation_note(flow->conversation, EVENT_ICMP, from, flow->index, reader->now);

    event->code = packet->type * 256 + packet->code;
    event->text = text;
    event->octets = packet->octets;
    event->cut = cut;
    event->src = packet->src;
    event->dst = packet->dst;
    conversation_flow(flow->conversation, flow->index)->icmp_error = true;
}

bool datagrams_take_error(struct flow_reader *reader, const struct packet *packet)
{
    const struct endpoint *own = packet->about_error ? &packet->quoted_src : &packet->quoted_dst;
    struct flow *flow =
        flow_find(reader, packet->quoted_protocol, &packet->quoted_src, &packet->quoted_dst);
    enum side from;

    if (flow == NULL || flow->conversation == NULL)
        return false;
    from = flow_side(flow, own);
    if (endpoint_same_addr(own, &packet->src)) /* what a router does is no side's */
        conversation_note_odd(flow->conversation, from, flow->index, packet);
    if (!packet->about_error && !packet->about_fragment)
        error_note(reader, flow, from, packet);
    return true;
}
