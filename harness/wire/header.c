#include "wire/header.h"

#include <string.h>

#include "wire/link.h"
#include "wire/octets.h"

#define MAC 6

/* --- addresses --- */

static bool is_loopback(const struct endpoint *address)
{
    static const uint8_t loopback6[16] = {[15] = 1};

    if (address->family == 4)
        return address->addr[0] == 127;
    return address->addr[0] == 0 && memcmp(address->addr, loopback6, sizeof loopback6) == 0;
}

static bool is_multicast(const struct endpoint *address)
{
    return address->family == 6 ? address->addr[0] == 0xff : (address->addr[0] & 0xf0) == 0xe0;
}

static bool is_broadcast(const struct endpoint *address)
{
    return address->family == 4 && memcmp(address->addr, "\xff\xff\xff\xff", 4) == 0;
}

/* True where the address may be a network's broadcast address: it ends in ones or zeros. */
static bool may_be_broadcast(const struct endpoint *address)
{
    unsigned end = address->addr[3] & 3;

    return end == 3 || end == 0;
}

/* --- Ethernet --- */

static uint64_t mac_number(const uint8_t *mac)
{
    uint64_t number = 0;

    for (int i = 0; i < MAC; i++)
        number = number << 8 | mac[i];
    return number;
}

/* The group address of Ethernet that stands for `address`; 0: it is of one host. */
static uint64_t group_mac(const struct endpoint *address)
{
    const uint8_t *a = address->addr;

    if (is_broadcast(address))
        return UINT64_C(0xffffffffffff);
    if (!is_multicast(address))
        return 0;
    if (address->family == 6)
        return UINT64_C(0x333300000000) | (uint64_t)a[12] << 24 | (uint64_t)a[13] << 16 |
               (uint64_t)a[14] << 8 | a[15];
    return UINT64_C(0x01005e000000) | (uint64_t)(a[1] & 0x7f) << 16 | (uint64_t)a[2] << 8 | a[3];
}

/* A frame to a group. One to a host is not looked at, whatever is in it: access points and bridges
 * make such frames of those to groups, and IPv6 allows them (RFC 6085). */
static void target_look(const uint8_t *target, struct packet *packet)
{
    uint64_t wanted = group_mac(&packet->dst), found = mac_number(target);

    if (wanted != 0 && wanted != found)
        packet_odd(packet, ODDITY_GROUP_MAC, wanted, found);
    else if (wanted == 0 && found == UINT64_C(0xffffffffffff) && packet->dst.family == 4 &&
             !may_be_broadcast(&packet->dst))
        packet_odd(packet, ODDITY_BROADCAST_FRAME, 0, found);
}

/* --- IP --- */

/* True of a datagram to a group with the TTL that systems give those to one host: nobody chose it.
 * What goes to 224.0.0.x is forwarded by no router, and many protocols want 255 there. */
static bool has_unicast_ttl(const struct ip *ip)
{
    bool local = ip->dst.addr[0] == 224 && ip->dst.addr[1] == 0 && ip->dst.addr[2] == 0;

    return ip->dst.family == 4 && is_multicast(&ip->dst) && !local &&
           (ip->ttl == 64 || ip->ttl == 128 || ip->ttl == 255);
}

/* The checksum that the header would have had to say. */
static uint16_t right_checksum(const struct ip *ip)
{
    uint16_t field = ip->checksum, sum = ip->sum;
    uint32_t without;
    uint8_t octets[2];

    memcpy(octets, &sum, 2); /* the sum is in the byte order of the machine */
    sum = (uint16_t)(octets[0] << 8 | octets[1]);
    without = (uint32_t)sum + (uint16_t)~field;
    without = (without & 0xffff) + (without >> 16);
    return (uint16_t)~without;
}

void header_look(int linktype, struct bytes frame, const struct ip *ip, struct packet *packet)
{
    const uint8_t *target;

    if (ip->sum != 0xffff && ip->checksum != 0) /* 0: the network card computes it */
        packet_odd(packet, ODDITY_IP_CHECKSUM, right_checksum(ip), ip->checksum);
    if (ip->ttl == 0)
        packet_odd(packet, ODDITY_TTL_ZERO, 1, 0);
    if (ip->fragment && ip->kept_whole)
        packet_odd(packet, ODDITY_FRAGMENT_KEPT_WHOLE, 0, ip->offset);
    if (ip->atomic)
        packet_odd(packet, ODDITY_ATOMIC_FRAGMENT, 0, ip->id);
    if (has_unicast_ttl(ip))
        packet_odd(packet, ODDITY_GROUP_TTL, 1, ip->ttl);
    if (is_loopback(&ip->src) != is_loopback(&ip->dst) && link_is_off_host(linktype, frame))
        packet_odd(packet, ODDITY_LOOPBACK, 0, 0);
    if ((target = link_target(linktype, frame)) != NULL && target[0] & 1)
        target_look(target, packet);
}
