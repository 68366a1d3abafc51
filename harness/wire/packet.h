/* packet: one frame of a capture, taken apart down to its payload.
 *
 * Pure: octets in, struct out; it points into the frame. Lengths come from the IP header, never
 * from the frame: what a link layer pads is no data, and what the snaplen cut still counts. */
#ifndef PEERSPEC_WIRE_PACKET_H
#define PEERSPEC_WIRE_PACKET_H

#include "base/bytes.h"
#include "base/endpoint.h"
#include "wire/timeline.h"

#define PACKET_ODD 4 /* what is odd beyond that is not told */

enum packet_kind {
    PACKET_OTHER,      /* nothing that we read: ARP, OSPF, a header that is not all there */
    PACKET_FRAGMENT,   /* of an IP packet; `payload` is the fragment's */
    PACKET_TCP,
    PACKET_UDP,
    PACKET_ICMP_ERROR, /* type, code and quoted_... are filled */
};

enum packet_flag { PACKET_FIN = 1, PACKET_SYN = 2, PACKET_RST = 4, PACKET_ACK = 16,
                   PACKET_URG = 32 };

struct packet {
    uint64_t number; /* of the record; set by whoever reads the capture, as is `time` */
    int64_t time;    /* ns since 1970 */
    enum packet_kind kind;
    uint8_t protocol; /* IPPROTO_... */
    bool outgoing;    /* a cooked link layer says that this host sent it */
    struct endpoint src, dst;
    struct bytes payload; /* what the capture holds of it */
    size_t octets;        /* how much there was */

    uint32_t seq, ack; /* TCP */
    uint8_t flags;
    uint16_t window, urgent;
    struct bytes segment; /* TCP: header and payload, what the capture holds of them */
    size_t head;          /* TCP: length of the header */

    enum checksum_state checksum; /* UDP; TCP: NONE, packet_sum() looks, or UNKNOWN */
    unsigned udp_length;          /* UDP: as its header says */
    unsigned ip_octets;           /* UDP: what IP carried, header and all */

    uint8_t type, code; /* ICMP */
    uint8_t quoted_protocol;
    struct endpoint quoted_src, quoted_dst; /* of an error about an error: what that one quotes */
    bool about_error;    /* what it quotes is an error itself */
    bool about_fragment; /* or an IPv4 fragment behind the first: the ports are not in it */

    uint32_t id;        /* FRAGMENT, and of the one that an error quotes */
    size_t offset;
    bool more;
    uint64_t place;     /* FRAGMENT: where a capture on 'any' saw it (link_place) */
    uint16_t fragments; /* that a packet was put together from; 0: it is one */

    unsigned odd_count;
    struct oddness odd[PACKET_ODD];
};

/* False for a link type (DLT_ number of libpcap) that is not read. */
bool packet_reads_link(int linktype);
/* Take `frame` apart; it was `octets` long on the wire. Fills all of *packet but number and time. */
enum packet_kind packet_decode(int linktype, struct bytes frame, size_t octets,
                               struct packet *packet);
/* The same for the IP payload of a packet whose addresses and protocol are known. */
enum packet_kind packet_decode_transport(struct bytes body, size_t octets, struct packet *packet);
/* What the checksum of a TCP segment is worth; it takes time. */
enum checksum_state packet_sum(const struct packet *packet);
/* Note that something is odd about it, while there is room. */
void packet_odd(struct packet *packet, enum oddity oddity, uint64_t wanted, uint64_t found);

#endif
