#include "wire/ip.h"

#include <netinet/in.h>
#include <string.h>

#include "wire/octets.h"

#define IPV6_HEADERS 12 /* more extension headers than that, and it is no honest packet */

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
    if (total != 0 && head <= in.len)
        ip->sum = octets_fold(octets_sum(bytes_slice(in, 0, head)));
    else if (total == 0)
        total = wire; /* segmentation offload above 64 KiB */
    if (head < 20 || total < head)
        return false;
    place = octets_u16(in, 6);
    ip->protocol = octet_at(in, 9);
    ip->ttl = octet_at(in, 8);
    ip->checksum = octets_u16(in, 10);
    ip->kept_whole = place & 0x4000;
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
    ip->atomic = !ip->fragment;
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
    ip->ttl = octet_at(in, 7);
    addr_set(&ip->src, 6, in.at + 8);
    addr_set(&ip->dst, 6, in.at + 24);
    body_set(ip, in, 40, total);
    return extensions_skip(ip);
}

bool ip_read(struct bytes in, size_t wire, struct ip *ip)
{
    unsigned version = in.len == 0 ? 0 : octet_at(in, 0) >> 4;

    ip->fragment = ip->more = ip->routed = ip->kept_whole = ip->atomic = false;
    ip->sum = 0xffff;
    ip->offset = 0;
    if (version == 4)
        return ipv4_read(in, wire, ip);
    return version == 6 && ipv6_read(in, wire, ip);
}
