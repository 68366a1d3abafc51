#include "wire/packet.h"

#include <netinet/in.h>
#include <string.h>

#include "wire/header.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/octets.h"

#define UDP_HEADER 8
#define UDP_LONGEST 65515 /* over IPv4: 65,535 without the least IP header */
#define TCP_HEADER 20

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

/* In UDP a field of 0 says that there is none. */
static enum checksum_state udp_checksum(struct bytes body, size_t octets,
                                        const struct packet *packet)
{
    uint16_t field = octets_u16(body, 6);
    enum checksum_state state = checksum_look(body, octets, field, packet);

    if (field != 0)
        return state;
    return state == CHECKSUM_GOOD ? CHECKSUM_ZERO : CHECKSUM_NONE;
}

/* What IP leaves to UDP at most. */
static void udp_length_look(struct packet *packet)
{
    if (packet->udp_length > UDP_LONGEST && packet->src.family == 4)
        packet_odd(packet, ODDITY_UDP_LENGTH, UDP_LONGEST, packet->udp_length);
}

/* The octet that a checksum over an odd length is computed with: it is not to be sent. */
static void pad_look(struct bytes body, size_t octets, struct packet *packet)
{
    size_t len = packet->udp_length;

    if (len % 2 == 1 && len >= UDP_HEADER && octets == len + 1 && body.len >= octets &&
        octet_at(body, len) == 0)
        packet_odd(packet, ODDITY_PAD_SENT, len, octets);
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
    udp_length_look(packet);
    pad_look(body, octets, packet);
    if (len < UDP_HEADER || len > octets)
        len = octets; /* it says nothing that can be: what IP carried counts */
    packet->checksum = udp_checksum(body, len, packet);
    if (packet->checksum == CHECKSUM_ZERO)
        packet_odd(packet, ODDITY_COMPUTED_ZERO, 0xffff, 0);
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

static void icmp_checksum_look(struct bytes body, size_t octets, struct packet *packet)
{
    uint64_t pseudo = packet->protocol == IPPROTO_ICMPV6 ? pseudo_sum(packet, octets) : 0;
    uint16_t field = octets_u16(body, 2);

    if (body.len < octets || (pseudo != 0 && octets_fold(pseudo) == htons(field)))
        return;
    if (octets_fold(pseudo + octets_sum(bytes_slice(body, 0, octets))) != 0xffff)
        packet_odd(packet, ODDITY_ICMP_CHECKSUM, 0, field);
}

static bool is_about_error(const struct ip *quoted)
{
    return (quoted->protocol == IPPROTO_ICMP || quoted->protocol == IPPROTO_ICMPV6) &&
           quoted->offset == 0 && quoted->body.len > 8 &&
           is_error(quoted->protocol, octet_at(quoted->body, 0));
}

/* Whose packet an error is about. Of an error about an error, whose the first one was about; of one
 * about a fragment behind the first, the ports are still to be found. */
static bool quoted_read(struct packet *packet)
{
    struct ip quoted;

    if (!ip_read(packet->payload, packet->payload.len, &quoted))
        return false;
    packet->about_error = is_about_error(&quoted);
    if (packet->about_error &&
        !ip_read(bytes_from(quoted.body, 8), bytes_from(quoted.body, 8).len, &quoted))
        return false;
    packet->about_fragment = quoted.offset > 0 && quoted.src.family == 4 && !packet->about_error;
    if (quoted.body.len < 4 || (quoted.offset > 0 && !packet->about_fragment))
        return false;
    packet->id = quoted.id;
    packet->quoted_protocol = quoted.protocol;
    packet->quoted_src = quoted.src;
    packet->quoted_dst = quoted.dst;
    if (packet->about_fragment)
        return true;
    packet->quoted_src.port = octets_u16(quoted.body, 0);
    packet->quoted_dst.port = octets_u16(quoted.body, 2);
    return true;
}

static bool icmp_read(struct bytes body, size_t octets, struct packet *packet)
{
    if (body.len < 8 || !is_error(packet->protocol, octet_at(body, 0)))
        return false;
    packet->type = octet_at(body, 0);
    packet->code = octet_at(body, 1);
    packet->payload = bytes_from(body, 8);
    packet->octets = packet->payload.len;
    if (!quoted_read(packet))
        return false;
    icmp_checksum_look(body, octets, packet);
    if (packet->about_error)
        packet_odd(packet, ODDITY_ERROR_ABOUT_ERROR, 0, packet->type * 256u + packet->code);
    if (packet->about_fragment)
        packet_odd(packet, ODDITY_ERROR_ABOUT_FRAGMENT, 0, packet->id);
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
             icmp_read(body, octets, packet))
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
        if (ip->routed) { /* checksums cover another destination */
            packet->checksum = CHECKSUM_UNKNOWN;
            packet->odd_count = 0;
        }
        return packet->kind;
    }
    packet->id = ip->id;
    packet->offset = ip->offset;
    packet->more = ip->more;
    packet->payload = ip->body;
    packet->octets = ip->octets;
    return packet->kind = PACKET_FRAGMENT;
}

void packet_odd(struct packet *packet, enum oddity oddity, uint64_t wanted, uint64_t found)
{
    if (packet->odd_count < PACKET_ODD)
        packet->odd[packet->odd_count++] =
            (struct oddness){.oddity = oddity, .wanted = wanted, .found = found};
}

bool packet_reads_link(int linktype)
{
    return link_is_read(linktype);
}

enum packet_kind packet_decode(int linktype, struct bytes frame, size_t octets,
                               struct packet *packet)
{
    size_t head;
    struct ip ip;

    packet->kind = PACKET_OTHER;
    packet->outgoing = link_was_sent(linktype, frame);
    packet->octets = 0;
    packet->payload = (struct bytes){NULL, 0};
    packet->fragments = 0;
    packet->odd_count = 0;
    if (!link_head(linktype, frame, &head) || head > octets ||
        !ip_read(bytes_from(frame, head), octets - head, &ip))
        return PACKET_OTHER;
    packet_of(&ip, packet);
    if (packet->kind == PACKET_FRAGMENT)
        packet->place = link_place(linktype, frame);
    if (packet->kind != PACKET_OTHER)
        header_look(linktype, frame, &ip, packet);
    return packet->kind;
}
