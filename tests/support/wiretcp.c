#include "support/wiretcp.h"

#include <netinet/in.h>
#include <string.h>

static const struct bytes nothing = {NULL, 0};

/* --- connections --- */

struct wiretcp_connection *wiretcp_named(struct wiretcp *tcp, struct bytes name)
{
    for (size_t i = tcp->count; i > 0; i--)
        if (bytes_is(name, tcp->connections[i - 1].name))
            return &tcp->connections[i - 1];
    return NULL;
}

struct wiretcp_connection *wiretcp_add(struct wiretcp *tcp, struct bytes name,
                                       const struct endpoint end[2])
{
    struct wiretcp_connection *c = wiretcp_named(tcp, name);
    uint32_t number = tcp->opened++;

    if (c == NULL && tcp->count < WIRETCP_CONNECTIONS)
        c = &tcp->connections[tcp->count++];
    if (c == NULL || name.len >= WIRETCP_NAME)
        return NULL;
    *c = (struct wiretcp_connection){.next = {1000 + number * 1000000, 5000 + number * 1000000},
                                     .open = true};
    memcpy(c->name, name.at, name.len);
    memcpy(c->end, end, sizeof c->end);
    for (int side = 0; side < 2; side++)
        if (tcp->isn_set[side])
            c->next[side] = tcp->isn[side];
    tcp->isn_set[0] = tcp->isn_set[1] = false;
    return c;
}

/* --- segments --- */

void wiretcp_at(struct wiretcp *tcp, const struct wiretcp_connection *c, enum side from,
                uint32_t seq, unsigned flags, struct bytes payload)
{
    enum side to = side_other(from);
    struct wireframe frame = {.src = c->end[from],
                              .dst = c->end[to],
                              .protocol = IPPROTO_TCP,
                              .seq = seq,
                              .ack = flags & TCP_ACK ? c->next[to] : 0,
                              .flags = flags,
                              .payload = payload};

    if (tcp->out->manner.urgent) {
        frame.flags |= TCP_URG;
        frame.urgent = tcp->out->manner.pointer;
    }
    wireout_packet(tcp->out, &frame);
}

void wiretcp_segment(struct wiretcp *tcp, struct wiretcp_connection *c, enum side from,
                     unsigned flags, struct bytes payload)
{
    uint32_t seq = c->next[from];

    c->next[from] += (uint32_t)payload.len + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    if (payload.len > 0) {
        c->last[from] = arena_bytes(tcp->out->arena, payload);
        c->last_seq[from] = seq;
    }
    wiretcp_at(tcp, c, from, seq, flags, payload);
}

void wiretcp_send(struct wiretcp *tcp, struct wiretcp_connection *c, enum side from,
                  struct bytes octets)
{
    static struct bytes pieces[65536];
    const struct wiremanner *manner = &tcp->out->manner;
    size_t count = wiremanner_cut(manner, octets, pieces, sizeof pieces / sizeof *pieces);
    size_t start = 0;

    if (manner->swap && count > 1) {
        uint32_t seq = c->next[from];

        c->next[from] += (uint32_t)pieces[0].len;
        wiretcp_segment(tcp, c, from, TCP_ACK | TCP_PSH, pieces[1]);
        wiretcp_at(tcp, c, from, seq, TCP_ACK | TCP_PSH, pieces[0]);
        start = 2;
    }
    for (size_t i = start; i < count; i++)
        wiretcp_segment(tcp, c, from, TCP_ACK | TCP_PSH, pieces[i]);
}

/* --- the beginning and the end --- */

void wiretcp_handshake(struct wiretcp *tcp, struct wiretcp_connection *c, enum side opener)
{
    wiretcp_segment(tcp, c, opener, TCP_SYN, nothing);
    wiretcp_segment(tcp, c, side_other(opener), TCP_SYN | TCP_ACK, nothing);
    wiretcp_segment(tcp, c, opener, TCP_ACK, nothing);
}

void wiretcp_fin(struct wiretcp *tcp, struct wiretcp_connection *c, enum side from)
{
    wiretcp_segment(tcp, c, from, TCP_ACK | TCP_FIN, nothing);
    c->fin[from] = true;
}

void wiretcp_close(struct wiretcp *tcp, struct wiretcp_connection *c, enum side first)
{
    if (!c->fin[first])
        wiretcp_fin(tcp, c, first);
    if (!c->fin[side_other(first)])
        wiretcp_fin(tcp, c, side_other(first));
    wiretcp_segment(tcp, c, first, TCP_ACK, nothing);
    c->open = false;
}
