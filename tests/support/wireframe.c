#include "support/wireframe.h"

#include <netinet/in.h>
#include <string.h>

#include "support/octets.h"

static size_t addr_len(const struct wireframe *frame)
{
    return frame->src.family == 6 ? 16 : 4;
}

static uint32_t pseudo_sum(const struct wireframe *frame, size_t len)
{
    uint32_t sum = (uint32_t)len + (uint32_t)frame->protocol;

    sum = octets_sum((const char *)frame->src.addr, addr_len(frame), sum);
    return octets_sum((const char *)frame->dst.addr, addr_len(frame), sum);
}

static unsigned checksum_of(const struct wireframe *frame, const char *segment, size_t len)
{
    uint32_t pseudo = frame->protocol == IPPROTO_ICMP ? 0 : pseudo_sum(frame, len);
    unsigned good = (uint16_t)~octets_fold(octets_sum(segment, len, pseudo));

    if (good == 0 && frame->protocol == IPPROTO_UDP)
        good = 0xffff; /* RFC 768: 0 says that there is none */
    switch (frame->sum) {
    case SUM_BAD:
        return good == 0x1234 ? 0x4321 : 0x1234;
    case SUM_NONE:
        return 0;
    case SUM_OFFLOADED:
        return octets_fold(pseudo);
    case SUM_GOOD:
        break;
    }
    return good;
}

static size_t tcp_header(const struct wireframe *frame, char *out)
{
    bool syn = frame->flags & TCP_SYN;
    size_t len = syn ? 24 : 20;

    memset(out, 0, len);
    octets_put16(out, frame->src.port);
    octets_put16(out + 2, frame->dst.port);
    octets_put32(out + 4, frame->seq);
    octets_put32(out + 8, frame->ack);
    octets_put16(out + 12, (unsigned)(len / 4) << 12 | frame->flags);
    octets_put16(out + 14, 65535);
    octets_put16(out + 18, frame->urgent);
    if (syn)
        octets_put32(out + 20, 0x020405b4); /* MSS 1460 */
    return len;
}

static size_t udp_header(const struct wireframe *frame, char *out)
{
    octets_put16(out, frame->src.port);
    octets_put16(out + 2, frame->dst.port);
    octets_put16(out + 4, (unsigned)frame->payload.len + 8);
    octets_put16(out + 6, 0);
    return 8;
}

static size_t icmp_header(const struct wireframe *frame, char *out)
{
    memset(out, 0, 8);
    out[0] = (char)frame->type;
    out[1] = (char)frame->code;
    return 8;
}

static size_t transport(const struct wireframe *frame, char *out)
{
    bool tcp = frame->protocol == IPPROTO_TCP, udp = frame->protocol == IPPROTO_UDP;
    size_t head = tcp   ? tcp_header(frame, out)
                  : udp ? udp_header(frame, out)
                        : icmp_header(frame, out);
    size_t sum_at = tcp ? 16 : udp ? 6 : 2;

    if (frame->payload.len > 0)
        memcpy(out + head, frame->payload.at, frame->payload.len);
    octets_put16(out + sum_at, checksum_of(frame, out, head + frame->payload.len));
    return head + frame->payload.len;
}

static size_t ipv4_packet(const struct wireframe *frame, char *out)
{
    size_t head = 20 + (frame->options + 3) / 4 * 4;
    size_t len = head + transport(frame, out + head);

    memset(out, 0, 20);
    memset(out + 20, 1, head - 20); /* no-operation options */
    out[0] = (char)(0x40 | head / 4);
    octets_put16(out + 2, (unsigned)len);
    octets_put16(out + 6, 0x4000);
    out[8] = (frame->dst.addr[0] & 0xf0) == 0xe0 ? 1 : 64; /* to a group: one hop */
    out[9] = (char)frame->protocol;
    memcpy(out + 12, frame->src.addr, 4);
    memcpy(out + 16, frame->dst.addr, 4);
    octets_ip_sum(out);
    return len;
}

static size_t ipv6_packet(const struct wireframe *frame, char *out)
{
    size_t extra = frame->options == 0 ? 0 : (frame->options + 7) / 8 * 8;
    size_t len = extra + transport(frame, out + 40 + extra);

    memset(out, 0, 40 + extra);
    out[0] = 0x60;
    octets_put16(out + 4, (unsigned)len);
    out[6] = extra > 0 ? IPPROTO_HOPOPTS : (char)frame->protocol;
    out[7] = 64;
    memcpy(out + 8, frame->src.addr, 16);
    memcpy(out + 24, frame->dst.addr, 16);
    if (extra > 0) {
        out[40] = (char)frame->protocol;
        out[41] = (char)(extra / 8 - 1);
    }
    return 40 + len;
}

size_t wireframe_packet(const struct wireframe *frame, char *out)
{
    return frame->src.family == 6 ? ipv6_packet(frame, out) : ipv4_packet(frame, out);
}

static size_t ipv6_fragment(struct bytes packet, size_t offset, size_t len, uint16_t id, char *out)
{
    bool more = 40 + offset + len < packet.len;

    memcpy(out, packet.at, 40);
    octets_put16(out + 4, (unsigned)len + 8);
    out[6] = IPPROTO_FRAGMENT;
    memset(out + 40, 0, 8);
    out[40] = packet.at[6];
    octets_put16(out + 42, (unsigned)offset | (more ? 1 : 0));
    octets_put32(out + 44, id);
    memcpy(out + 48, packet.at + 40 + offset, len);
    return 48 + len;
}

size_t wireframe_fragment(struct bytes packet, size_t offset, size_t len, uint16_t id, char *out)
{
    size_t head = octets_ip_head(packet.at);

    if (octets_ipv6(packet.at))
        return ipv6_fragment(packet, offset, len, id, out);
    memcpy(out, packet.at, head);
    octets_put16(out + 2, (unsigned)(head + len));
    octets_put16(out + 4, id);
    octets_put16(out + 6, (unsigned)(offset / 8) | (head + offset + len < packet.len ? 0x2000 : 0));
    octets_ip_sum(out);
    memcpy(out + head, packet.at + head + offset, len);
    return head + len;
}

static const struct {
    const char *name;
    int linktype;
    size_t head;      /* octets before the packet, without the protocol's number */
    size_t number_at; /* where the Ethertype is */
    size_t tags;      /* octets of VLAN tags */
} links[LINK_COUNT] = {
    [LINK_ETHERNET] = {"ethernet", 1, 14, 12, 0},
    [LINK_VLAN] = {"vlan", 1, 18, 16, 4},
    [LINK_QINQ] = {"qinq", 1, 22, 20, 8},
    [LINK_RAW] = {"raw", 101, 0, 0, 0},
    [LINK_SLL] = {"sll", 113, 16, 14, 0},
    [LINK_SLL2] = {"sll2", 276, 20, 0, 0},
    [LINK_NULL] = {"null", 0, 4, 0, 0},
    [LINK_LOOP] = {"loop", 108, 4, 0, 0},
    [LINK_IP] = {"ip", 228, 0, 0, 0},
};

static void link_header(enum wireframe_link link, bool ipv6, char *out)
{
    uint32_t family = ipv6 ? 10 : 2;

    memset(out, 0, links[link].head);
    if (link == LINK_NULL) {
        memcpy(out, &family, 4); /* in the byte order of the machine */
    } else if (link == LINK_LOOP) {
        octets_put32(out, family);
    } else if (links[link].head > 0) {
        for (size_t tag = 0; tag < links[link].tags; tag += 4)
            octets_put32(out + 12 + tag, tag + 4 < links[link].tags ? 0x88a80005 : 0x81000007);
        octets_put16(out + links[link].number_at, ipv6 ? 0x86dd : 0x0800);
    }
}

size_t wireframe_link(enum wireframe_link link, struct bytes packet, char *out)
{
    bool ipv6 = packet.len > 0 && octets_ipv6(packet.at);

    link_header(link, ipv6, out);
    memcpy(out + links[link].head, packet.at, packet.len);
    return links[link].head + packet.len;
}

int wireframe_linktype(enum wireframe_link link, bool ipv6)
{
    return links[link].linktype + (link == LINK_IP && ipv6 ? 1 : 0);
}

bool wireframe_link_find(struct bytes name, enum wireframe_link *out)
{
    for (int i = 0; i < LINK_COUNT; i++)
        if (bytes_is(name, links[i].name)) {
            *out = (enum wireframe_link)i;
            return true;
        }
    return false;
}

void wireframe_file(FILE *out, int linktype, uint32_t snaplen)
{
    const uint32_t head[6] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, snaplen, (uint32_t)linktype};

    fwrite(head, sizeof head, 1, out);
}

void wireframe_record(FILE *out, int64_t time, struct bytes frame, uint32_t snaplen)
{
    uint32_t kept = frame.len < snaplen ? (uint32_t)frame.len : snaplen;
    const uint32_t head[4] = {(uint32_t)(time / 1000000000), (uint32_t)(time % 1000000000), kept,
                              (uint32_t)frame.len};

    fwrite(head, sizeof head, 1, out);
    fwrite(frame.at, 1, kept, out);
}
