/* wireframe: makes packets, octet by octet, and puts them into a capture file.
 *
 * What the wire stage takes apart is put together here, by code that shares nothing with it. */
#ifndef PEERSPEC_SUPPORT_WIREFRAME_H
#define PEERSPEC_SUPPORT_WIREFRAME_H

#include <stdio.h>

#include "base/bytes.h"
#include "base/endpoint.h"

enum wireframe_sum { SUM_GOOD, SUM_BAD, SUM_NONE, SUM_OFFLOADED };
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

struct wireframe {
    struct endpoint src, dst;
    int protocol;            /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 */
    uint32_t seq, ack;       /* TCP */
    unsigned flags;          /* TCP */
    unsigned urgent;         /* TCP: the pointer */
    unsigned type, code;     /* ICMP */
    struct bytes payload;    /* ICMP errors: the packet that they quote */
    enum wireframe_sum sum;
    unsigned options;        /* octets of IPv4 options, or of an IPv6 hop-by-hop header */
};

#define WIREFRAME_ROOM 70000 /* holds any frame that is made here */

/* The IP packet; `out` holds WIREFRAME_ROOM octets. Returns its length. */
size_t wireframe_packet(const struct wireframe *frame, char *out);
/* Fragment of `packet` that carries `len` octets from `offset` (a multiple of 8). */
size_t wireframe_fragment(struct bytes packet, size_t offset, size_t len, uint16_t id, char *out);

enum wireframe_link { LINK_ETHERNET, LINK_VLAN, LINK_QINQ, LINK_RAW, LINK_SLL, LINK_SLL2,
                      LINK_NULL, LINK_LOOP, LINK_IP, LINK_COUNT };

/* `packet` behind the header of a link layer. Returns the length. */
size_t wireframe_link(enum wireframe_link link, struct bytes packet, char *out);
int wireframe_linktype(enum wireframe_link link, bool ipv6); /* as capture files number them */
/* By name: "ethernet", "vlan", "qinq", "raw", "sll", "sll2", "null", "loop", "ip"; false: none. */
bool wireframe_link_find(struct bytes name, enum wireframe_link *out);

/* A capture file with nanoseconds: its head, and one record. */
void wireframe_file(FILE *out, int linktype, uint32_t snaplen);
void wireframe_record(FILE *out, int64_t time, struct bytes frame, uint32_t snaplen);

#endif
