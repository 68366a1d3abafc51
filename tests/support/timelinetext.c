#include "support/timelinetext.h"

static void quoted(struct buf *out, struct bytes text)
{
    buf_add_text(out, " \"");
    for (size_t i = 0; i < text.len && i < 200; i++) {
        unsigned octet = (unsigned char)text.at[i];

        if (octet == '\r')
            buf_add_text(out, "\\r");
        else if (octet == '\n')
            buf_add_text(out, "\\n");
        else if (octet == '"' || octet == '\\')
            buf_addf(out, "\\%c", octet);
        else if (octet < 32 || octet > 126)
            buf_addf(out, "\\x%02x", octet);
        else
            buf_addf(out, "%c", octet);
    }
    buf_add_text(out, text.len > 200 ? "\"..." : "\"");
}

static void ends(struct buf *out, const struct endpoint *from, const struct endpoint *to)
{
    char a[ENDPOINT_TEXT], b[ENDPOINT_TEXT];

    buf_addf(out, " %s > %s", endpoint_format(from, a), endpoint_format(to, b));
}

static const char *const kinds[] = {[EVENT_SYN] = "SYN",
                                    [EVENT_SYN_ACK] = "SYN-ACK",
                                    [EVENT_ACK] = "ACK",
                                    [EVENT_SEGMENT] = "SEGMENT",
                                    [EVENT_FIRST] = "FIRST",
                                    [EVENT_LAST] = "LAST",
                                    [EVENT_FIN] = "FIN",
                                    [EVENT_RST] = "RST",
                                    [EVENT_COMMAND] = "COMMAND",
                                    [EVENT_REPLY] = "REPLY",
                                    [EVENT_BAD_REPLY] = "BAD-REPLY",
                                    [EVENT_DATAGRAM] = "DATAGRAM",
                                    [EVENT_ICMP] = "ICMP",
                                    [EVENT_GAP] = "GAP",
                                    [EVENT_TLS] = "TLS",
                                    [EVENT_CLEAR] = "CLEAR",
                                    [EVENT_URGENT] = "URGENT",
                                    [EVENT_ODDITY] = "ODDITY"};

void timelinetext_event(struct buf *out, const struct event *event)
{
    static const char *const sums[] = {"good", "bad", "none", "offloaded", "unknown"};

    buf_addf(out, "%u %s %s", event->flow, side_name(event->from), kinds[event->kind]);
    if (event->kind == EVENT_REPLY)
        buf_addf(out, " %d", event->code);
    if (event->kind == EVENT_ICMP)
        buf_addf(out, " %d/%d", event->code / 256, event->code % 256);
    if (event->kind == EVENT_GAP)
        buf_addf(out, " %llu", (unsigned long long)event->octets);
    if (event->kind == EVENT_DATAGRAM) {
        ends(out, &event->src, &event->dst);
        buf_addf(out, " %s", sums[event->checksum]);
    }
    if (event->kind == EVENT_DATAGRAM || event->kind == EVENT_SEGMENT ||
        event->kind == EVENT_COMMAND || event->kind == EVENT_REPLY ||
        event->kind == EVENT_BAD_REPLY) {
        quoted(out, event->text);
        if (event->cut)
            buf_addf(out, " cut of %llu", (unsigned long long)event->octets);
    }
}

static void index_add(struct buf *out, const char *name, size_t index)
{
    if (index != SIZE_MAX)
        buf_addf(out, " %s=#%zu", name, index);
}

static void flow_write(struct buf *out, size_t n, const struct timeline_flow *flow)
{
    static const char *const roles[] = {"control", "data", "stream", "datagrams"};
    static const char *const openings[] = {"PASV", "EPSV", "PORT", "EPRT", "unannounced"};
    char text[ENDPOINT_TEXT];

    buf_addf(out, "flow %zu %s", n, roles[flow->role]);
    ends(out, &flow->client, &flow->server);
    buf_addf(out, " opener=%s", side_name(flow->opener));
    if (flow->role == ROLE_DATA)
        buf_addf(out, " %s %s", openings[flow->opening], endpoint_format(&flow->announced, text));
    index_add(out, "by", flow->announced_by);
    index_add(out, "command", flow->command);
    buf_addf(out, " octets=%llu/%llu", (unsigned long long)flow->octets[SIDE_CLIENT],
             (unsigned long long)flow->octets[SIDE_SERVER]);
    if (flow->payload.len > 0)
        buf_addf(out, " payload=%zu", flow->payload.len);
    buf_addf(out, "%s%s%s%s\n", flow->from_start ? "" : " not-from-start",
             flow->whole ? "" : " not-whole", flow->bare_lf ? " bare-lf" : "",
             flow->icmp_error ? " icmp-error" : "");
}

void timelinetext_write(struct buf *out, const struct timeline *timeline)
{
    buf_addf(out, "%s", protocol_name(timeline->protocol));
    ends(out, &timeline->client, &timeline->server);
    buf_addf(out, "%s%s%s\n", timeline->from_start ? " from-start" : "",
             timeline->whole ? " whole" : "", timeline->ended ? " ended" : "");
    for (size_t i = 0; i < timeline->flow_count; i++)
        flow_write(out, i, &timeline->flows[i]);
    for (size_t i = 0; i < timeline->event_count; i++) {
        buf_addf(out, "#%zu %llu ", i, (unsigned long long)timeline->events[i].packet);
        timelinetext_event(out, &timeline->events[i]);
        buf_add_text(out, "\n");
    }
}
