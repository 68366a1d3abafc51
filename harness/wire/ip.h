/* ip: the header of an IP packet, version 4 or 6, with what stands between it and the payload. */
#ifndef PEERSPEC_WIRE_IP_H
#define PEERSPEC_WIRE_IP_H

#include "base/bytes.h"
#include "base/endpoint.h"

struct ip {
    uint8_t protocol;
    uint8_t ttl;         /* or hop limit */
    bool fragment, more; /* a part of a packet; there are parts behind it */
    bool kept_whole;     /* IPv4: the Don't Fragment flag */
    bool atomic;         /* IPv6: a fragment header, and yet the whole packet */
    bool routed;         /* IPv6: a routing header, and so another destination */
    uint16_t checksum;   /* IPv4: as the header says */
    uint16_t sum; /* IPv4: of the whole header, 0xffff where that is right; of one that is not
                     all there, or that leaves its length to the network card, too */
    uint32_t id;
    size_t offset;
    struct bytes body;        /* captured octets of the payload */
    size_t octets;            /* all octets of the payload */
    struct endpoint src, dst; /* without ports */
};

/* The packet at the start of `in`, which was `wire` octets long before the capture cut it. False
 * where it is none, or the header is not all there. */
bool ip_read(struct bytes in, size_t wire, struct ip *ip);

#endif
