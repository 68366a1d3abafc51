#include "suites/tcp/tcp_checks.h"

#include <string.h>

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define PORT_ECHO 7

void tcp_handshake(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "SYN, SYN-ACK and ACK before the first octet";
    const struct timeline_flow *flow = &timeline->flows[0];

    if (!flow->from_start || !flow->whole || flow->syn_ack == 0 || flow->first == 0 ||
        flow->first == flow->syn)
        return; /* data in the SYN is TCP Fast Open */
    if (flow->syn_ack < flow->syn)
        rule_breach(run, SIDE_SERVER, PACKETS(flow->syn_ack, flow->syn), expected,
                    "the SYN-ACK before the SYN");
    else if (flow->first < flow->syn_ack)
        rule_breach(run, SIDE_CLIENT, PACKETS(flow->first, flow->syn_ack), expected,
                    "data before the SYN-ACK");
    else if (flow->first < flow->ack)
        rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(flow->syn_ack, flow->first, flow->ack),
                    expected, "data before the ACK of the SYN-ACK");
}

/* An echo whose octets were all seen. */
static bool is_judged_echo(const struct timeline *timeline)
{
    const struct timeline_flow *flow = &timeline->flows[0];

    return (timeline->echo || timeline->server.port == PORT_ECHO) && flow->from_start &&
           flow->whole;
}

static bool client_left_first(const struct timeline_flow *flow, uint64_t end)
{
    return (flow->rst[SIDE_CLIENT] != 0 && flow->rst[SIDE_CLIENT] < end) ||
           (flow->fin[SIDE_CLIENT] != 0 && flow->fin[SIDE_CLIENT] < end);
}

void echo_half_close(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *flow = &timeline->flows[0];
    uint64_t asked = flow->octets[SIDE_CLIENT], echoed = flow->octets[SIDE_SERVER];
    uint64_t end = flow->fin[SIDE_SERVER];

    if (!is_judged_echo(timeline) || end == 0 || flow->fin[SIDE_CLIENT] == 0 ||
        flow->fin[SIDE_CLIENT] > end || echoed >= asked || flow->rst[SIDE_CLIENT] != 0)
        return;
    rule_breach(run, SIDE_SERVER, PACKETS(flow->fin[SIDE_CLIENT], end),
                "all octets back before the server's FIN", "%llu of %llu octets",
                (unsigned long long)echoed, (unsigned long long)asked);
}

/* One direction of the stream while it is compared. */
struct reader {
    const struct timeline *timeline;
    enum side from;
    size_t event; /* index of the event that `rest` belongs to */
    struct bytes rest;
    bool blind; /* octets were not kept from here on */
};

static void refill(struct reader *reader)
{
    while (reader->rest.len == 0 && !reader->blind &&
           reader->event < reader->timeline->event_count) {
        const struct event *event = &reader->timeline->events[reader->event++];

        if (event->kind != EVENT_SEGMENT || event->from != reader->from)
            continue;
        reader->rest = event->text;
        reader->blind = event->text.len < event->octets;
    }
}

/* Offset of the first octet that the server sent otherwise than the client; false: none. */
static bool first_difference(const struct timeline *timeline, uint64_t *at, uint64_t *packet)
{
    struct reader asked = {timeline, SIDE_CLIENT, 0, {NULL, 0}, false};
    struct reader echoed = {timeline, SIDE_SERVER, 0, {NULL, 0}, false};

    for (*at = 0;; *at += 1) {
        refill(&asked);
        refill(&echoed);
        if (asked.rest.len == 0 || echoed.rest.len == 0)
            return false;
        *packet = timeline->events[echoed.event - 1].packet;
        if (asked.rest.at[0] != echoed.rest.at[0])
            return true;
        asked.rest = bytes_from(asked.rest, 1);
        echoed.rest = bytes_from(echoed.rest, 1);
    }
}

/* False where octets are known by their number alone: of a bulk transfer the capture leaves out
 * packets. */
static bool all_in_segments(const struct timeline *timeline)
{
    const struct timeline_flow *flow = &timeline->flows[0];
    uint64_t octets[2] = {0, 0};

    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].kind == EVENT_SEGMENT)
            octets[timeline->events[n].from] += timeline->events[n].octets;
    return octets[SIDE_CLIENT] == flow->octets[SIDE_CLIENT] &&
           octets[SIDE_SERVER] == flow->octets[SIDE_SERVER];
}

/* Packet in which the server had sent more than it had got; 0: never. */
static uint64_t ahead_of_client(const struct timeline *timeline)
{
    uint64_t octets[2] = {0, 0};

    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->kind != EVENT_SEGMENT)
            continue;
        octets[event->from] += event->octets;
        if (octets[SIDE_SERVER] > octets[SIDE_CLIENT])
            return event->packet;
    }
    return 0;
}

void echo_stream(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "the octets that the client sent, whole";
    const struct timeline_flow *flow = &timeline->flows[0];
    uint64_t asked = flow->octets[SIDE_CLIENT], echoed = flow->octets[SIDE_SERVER];
    uint64_t end = flow->rst[SIDE_SERVER] != 0 ? flow->rst[SIDE_SERVER] : flow->fin[SIDE_SERVER];
    uint64_t at, packet, ahead;
    bool all;

    if (!is_judged_echo(timeline))
        return;
    all = all_in_segments(timeline);
    ahead = all ? ahead_of_client(timeline) : 0;
    if (all && first_difference(timeline, &at, &packet))
        rule_breach(run, SIDE_SERVER, PACKETS(packet), expected, "another octet at offset %llu",
                    (unsigned long long)at);
    else if (ahead != 0)
        rule_breach(run, SIDE_SERVER, PACKETS(ahead), expected,
                    "more octets than the client had sent");
    else if (echoed < asked && end != 0 && !client_left_first(flow, end))
        rule_breach(run, SIDE_SERVER, PACKETS(flow->last, end), expected,
                    "truncated: %llu octets from the client, %llu back", (unsigned long long)asked,
                    (unsigned long long)echoed);
}

void echo_reset(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *flow = &timeline->flows[0];
    uint64_t asked = flow->octets[SIDE_CLIENT], echoed = flow->octets[SIDE_SERVER];
    uint64_t end = flow->rst[SIDE_SERVER];

    if (!is_judged_echo(timeline) || end == 0 || echoed >= asked || client_left_first(flow, end))
        return;
    rule_breach(run, SIDE_SERVER, PACKETS(end), "no reset before all octets are back",
                "an RST with %llu octets lost", (unsigned long long)(asked - echoed));
}
