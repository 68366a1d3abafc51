#include "wire/packet.h"

#include <netinet/in.h>
#include <pcap/pcap.h>
#include <string.h>

#include "wire/octets.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define IPV6_HEADERS 12 /* more extension headers than that, and it is no honest packet */
#define UDP_HEADER 8
#define TCP_HEADER 20

/* An IP header's content. */
struct ip {
    uint8_t protocol;
    bool fragment, more, routed;
    uint32_t id;
    size_t offset;
    struct bytes body; /* captured octets of the payload */
    size_t octets;     /* all octets of the payload */
    struct endpoint src, dst;
};

/* --- IP --- */

static void addr_set(struct endpoint *to, uint8_t family, const char *at)
{
    *to = (struct endpoint){.family = family};
    memcpy(to->addr, at, family == 6 ? 16 : 4);
}

/* The payload behind a header of `head` octets, of a packet of `total` octets. */
static void body_set(struct ip *ip, struct bytes in, size_t head, size_t total)
{
    ip->octets = total - head;
    ip->body = bytes_slice(in, head, ip->octets);
}

static bool ipv4_read(struct bytes in, size_t wire, struct ip *ip)
{
    size_t head, total, place;

    if (in.len < 20)
        return false;
    head = (size_t)(octet_at(in, 0) & 15) * 4;
    total = octets_u16(in, 2);
    if (total == 0)
        total = wire; /* segmentation offload above 64 KiB */
    if (head < 20 || total < head)
        return false;
    place = octets_u16(in, 6);
    ip->protocol = octet_at(in, 9);
    ip->more = place & 0x2000;
    ip->offset = (place & 0x1fff) * 8;
    ip->fragment = ip->more || ip->offset > 0;
    ip->id = octets_u16(in, 4);
    addr_set(&ip->src, 4, in.at + 12);
    addr_set(&ip->dst, 4, in.at + 16);
    body_set(ip, in, head, total);
    return true;
}

static bool is_extension(uint8_t protocol)
{
    return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
           protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT || protocol == IPPROTO_AH ||
           protocol == 135; /* mobility */
}

/* Length of the extension header at the start of the body, which holds 8 octets. */
static size_t extension_length(uint8_t protocol, struct bytes body)
{
    if (protocol == IPPROTO_FRAGMENT)
        return 8;
    if (protocol == IPPROTO_AH)
        return ((size_t)octet_at(body, 1) + 2) * 4;
    return ((size_t)octet_at(body, 1) + 1) * 8;
}

static void fragment_header_read(struct ip *ip)
{
    size_t place = octets_u16(ip->body, 2);

    ip->more = place & 1;
    ip->offset = place & 0xfff8;
    ip->fragment = ip->more || ip->offset > 0;
    ip->id = octets_u32(ip->body, 4);
}

static bool extensions_skip(struct ip *ip)
{
    for (int i = 0; i < IPV6_HEADERS && !ip->fragment && is_extension(ip->protocol); i++) {
        uint8_t next;
        size_t len;

        if (ip->body.len < 8)
            return false;
        len = extension_length(ip->protocol, ip->body);
        if (len > ip->octets)
            return false;
        next = octet_at(ip->body, 0);
        ip->routed |= ip->protocol == IPPROTO_ROUTING;
        if (ip->protocol == IPPROTO_FRAGMENT)
            fragment_header_read(ip);
        ip->protocol = next;
        ip->octets -= len;
        ip->body = bytes_from(ip->body, len);
    }
    return true;
}

static bool ipv6_read(struct bytes in, size_t wire, struct ip *ip)
{
    size_t total;

    if (in.len < 40)
        return false;
    total = octets_u16(in, 4) + (size_t)40;
    if (total == 40 && wire > 40)
        total = wire; /* jumbogram, RFC 2675 */
    ip->protocol = octet_at(in, 6);
    addr_set(&ip->src, 6, in.at + 8);
    addr_set(&ip->dst, 6, in.at + 24);
    body_set(ip, in, 40, total);
    return extensions_skip(ip);
}

static bool ip_read(struct bytes in, size_t wire, struct ip *ip)
{
    unsigned version = in.len == 0 ? 0 : octet_at(in, 0) >> 4;

    ip->fragment = ip->more = ip->routed = false;
    ip->offset = 0;
    if (version == 4)
        return ipv4_read(in, wire, ip);
    return version == 6 && ipv6_read(in, wire, ip);
}

/* --- transport --- */

static bool tcp_read(struct bytes body, size_t octets, struct packet *packet)
{
    size_t head;

    if (body.len < TCP_HEADER)
        return false;
    head = (size_t)(octet_at(body, 12) >> 4) * 4;
    if (head < TCP_HEADER || head > octets)
        return false;
    packet->src.port = octets_u16(body, 0);
    packet->dst.port = octets_u16(body, 2);
    packet->seq = octets_u32(body, 4);
    packet->ack = octets_u32(body, 8);
    packet->flags = octet_at(body, 13);
    packet->window = octets_u16(body, 14);
    packet->urgent = octets_u16(body, 18);
    packet->octets = octets - head;
    packet->payload = bytes_from(body, head);
    packet->segment = body;
    packet->head = head;
    packet->checksum = CHECKSUM_NONE;
    return true;
}

static uint64_t pseudo_sum(const struct packet *packet, size_t octets)
{
    size_t len = packet->src.family == 6 ? 16 : 4;
    uint64_t sum = htonl((uint32_t)octets) + (uint64_t)htons(packet->protocol);

    sum += octets_sum((struct bytes){(const char *)packet->src.addr, len});
    return sum + octets_sum((struct bytes){(const char *)packet->dst.addr, len});
}

/* What the checksum `field` of the datagram or segment in `body` is worth. One that equals the
 * pseudo-header's own sum was left to the network card, which never got to compute it. */
static enum checksum_state checksum_look(struct bytes body, size_t octets, uint16_t field,
                                         const struct packet *packet)
{
    uint64_t pseudo = pseudo_sum(packet, octets);

    if (octets_fold(pseudo) == htons(field))
        return CHECKSUM_OFFLOADED;
    if (body.len < octets)
        return CHECKSUM_UNKNOWN;
    return octets_fold(pseudo + octets_sum(bytes_slice(body, 0, octets))) == 0xffff ? CHECKSUM_GOOD
                                                                                    : CHECKSUM_BAD;
}

enum checksum_state packet_sum(const struct packet *packet)
{
    if (packet->checksum == CHECKSUM_UNKNOWN || packet->segment.len < TCP_HEADER)
        return CHECKSUM_UNKNOWN;
    return checksum_look(packet->segment, packet->head + packet->octets,
                         octets_u16(packet->segment, 16), packet);
}

static bool udp_read(struct bytes body, size_t octets, struct packet *packet)
{
    size_t len;

    if (body.len < UDP_HEADER)
        return false;
    packet->src.port = octets_u16(body, 0);
    packet->dst.port = octets_u16(body, 2);
    len = octets_u16(body, 4);
    packet->udp_length = (unsigned)len;
    packet->ip_octets = (unsigned)octets;
    if (len < UDP_HEADER || len > octets)
        len = octets; /* it says nothing that can be: what IP carried counts */
    packet->checksum = octets_u16(body, 6) == 0
                           ? CHECKSUM_NONE
                           : checksum_look(body, len, octets_u16(body, 6), packet);
    packet->octets = len - UDP_HEADER;
    packet->payload = bytes_slice(body, UDP_HEADER, packet->octets);
    return true;
}

static bool is_error(uint8_t protocol, uint8_t type)
{
    if (protocol == IPPROTO_ICMPV6)
        return type >= 1 && type <= 4;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static bool icmp_read(struct bytes body, struct packet *packet)
{
    struct ip quoted;

    if (body.len < 8 || !is_error(packet->protocol, octet_at(body, 0)))
        return false;
    packet->type = octet_at(body, 0);
    packet->code = octet_at(body, 1);
    packet->payload = bytes_from(body, 8);
    packet->octets = packet->payload.len;
    if (!ip_read(packet->payload, packet->payload.len, &quoted) || quoted.body.len < 4 ||
        quoted.offset > 0)
        return false;
    packet->quoted_protocol = quoted.protocol;
    packet->quoted_src = quoted.src;
    packet->quoted_dst = quoted.dst;
    packet->quoted_src.port = octets_u16(quoted.body, 0);
    packet->quoted_dst.port = octets_u16(quoted.body, 2);
    return true;
}

enum packet_kind packet_decode_transport(struct bytes body, size_t octets, struct packet *packet)
{
    packet->kind = PACKET_OTHER;
    if (packet->protocol == IPPROTO_TCP && tcp_read(body, octets, packet))
        packet->kind = PACKET_TCP;
    else if (packet->protocol == IPPROTO_UDP && udp_read(body, octets, packet))
        packet->kind = PACKET_UDP;
    else if ((packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6) &&
             icmp_read(body, packet))
        packet->kind = PACKET_ICMP_ERROR;
    return packet->kind;
}

static enum packet_kind packet_of(const struct ip *ip, struct packet *packet)
{
    packet->protocol = ip->protocol;
    packet->src = ip->src;
    packet->dst = ip->dst;
    if (!ip->fragment) {
        packet_decode_transport(ip->body, ip->octets, packet);
        if (ip->routed)
            packet->checksum = CHECKSUM_UNKNOWN; /* it covers another destination */
        return packet->kind;
    }
    packet->id = ip->id;
    packet->offset = ip->offset;
    packet->more = ip->more;
    packet->payload = ip->body;
    packet->octets = ip->octets;
    return packet->kind = PACKET_FRAGMENT;
}

/* --- link layers --- */

static bool is_vlan(unsigned type)
{
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* Octets before the IP packet where its Ethertype is at `at` and what follows begins at `head`;
 * 0: no IP packet. */
static size_t behind_ethertype(struct bytes frame, size_t at, size_t head)
{
    unsigned type;

    if (frame.len < at + 2)
        return 0;
    type = octets_u16(frame, at);
    for (int tags = 0; tags < 2 && is_vlan(type) && frame.len >= head + 4; tags++) {
        type = octets_u16(frame, head + 2);
        head += 4;
    }
    return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 ? head : 0;
}

static bool has_link_header(int linktype, size_t *at, size_t *head)
{
    static const struct {
        int linktype;
        size_t at, head;
    } kinds[] = {{DLT_EN10MB, 12, 14}, {DLT_LINUX_SLL, 14, 16}, {DLT_LINUX_SLL2, 0, 20}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].linktype == linktype) {
            *at = kinds[i].at;
            *head = kinds[i].head;
            return true;
        }
    return false;
}

static bool is_null(int linktype)
{
    return linktype == DLT_NULL || linktype == DLT_LOOP;
}

static bool is_raw(int linktype)
{
    return linktype == 12 || linktype == 14 || linktype == 101 || linktype == DLT_IPV4 ||
           linktype == DLT_IPV6;
}

/* True where a cooked header says PACKET_OUTGOING. */
static bool was_sent(int linktype, struct bytes frame)
{
    if (linktype == DLT_LINUX_SLL)
        return frame.len >= 2 && octets_u16(frame, 0) == 4;
    return linktype == DLT_LINUX_SLL2 && frame.len >= 11 && octet_at(frame, 10) == 4;
}

bool packet_reads_link(int linktype)
{
    size_t at, head;

    return has_link_header(linktype, &at, &head) || is_null(linktype) || is_raw(linktype);
}

enum packet_kind packet_decode(int linktype, struct bytes frame, size_t octets,
                               struct packet *packet)
{
    size_t at, head = is_null(linktype) ? 4 : 0;
    struct ip ip;

    packet->kind = PACKET_OTHER;
    packet->outgoing = was_sent(linktype, frame);
    packet->octets = 0;
    packet->payload = (struct bytes){NULL, 0};
    if (has_link_header(linktype, &at, &head) && (head = behind_ethertype(frame, at, head)) == 0)
        return PACKET_OTHER;
    if (head > frame.len || head > octets || !ip_read(bytes_from(frame, head), octets - head, &ip))
        return PACKET_OTHER;
    return packet_of(&ip, packet);
}
