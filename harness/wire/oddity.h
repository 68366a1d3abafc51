/* oddity: how a packet is not as IP, ICMP or TCP ask of every packet.
 *
 * Found while packets are decoded and put in order, where their headers and numbers are at hand;
 * what has no conversation is not told. A rule makes a finding of it (suites/packet).
 *
 * Where it takes a later packet to be sure (the peer refuses, the octets are sent again), that is
 * the event's `packet`, and the odd one is its `first_packet`. */
#ifndef PEERSPEC_WIRE_ODDITY_H
#define PEERSPEC_WIRE_ODDITY_H

#include <stdint.h>

/* Behind each: what `wanted` and `found` count, where they count anything. */
enum oddity {
    ODDITY_NONE,

    /* TCP, of one connection: the first of each kind, of each side */
    ODDITY_SYN_ACK_NUMBER, /* acknowledges `found` and not the SYN's `wanted` */
    ODDITY_THIRD_SEQ,      /* the third step has the sequence number `found`, `wanted` was due */
    ODDITY_THIRD_ACK,      /* ... acknowledges `found` */
    ODDITY_EARLY_OCTETS,   /* `first_packet` has octets that were sent before this third step */
    ODDITY_NO_ACK_FLAG,
    ODDITY_HOLE_KEPT,    /* octets behind a hole at `wanted` are sent time and again from `found` */
    ODDITY_OTHER_OCTETS, /* sent again: octet `found` where `first_packet` has `wanted` */
    ODDITY_ACK_UNSENT,   /* `first_packet` acknowledges `found`, `wanted` is next, as this shows */
    ODDITY_ACK_BACK,     /* acknowledges `found` where `first_packet`, sent before, has `wanted` */
    ODDITY_BEYOND_WINDOW,  /* `first_packet` ends at `found`, the window still does at `wanted` */
    ODDITY_LONG_SEGMENT,   /* `found` octets with options where the peer takes `wanted` */
    ODDITY_LATE_OPTION,    /* option `found` without SYN */
    ODDITY_BAD_SUM,        /* of `first_packet`; this is the same again, and right */
    ODDITY_BAD_SUM_AGAIN,  /* of `first_packet`, and of this, which is the same again */
    ODDITY_BEHIND_FIN,     /* octets at `found`, behind the FIN at `wanted` in `first_packet` */
    ODDITY_ACK_BEHIND_FIN, /* acknowledges `found`, the FIN in `first_packet` is `wanted` - 1 */
    ODDITY_FIN_IGNORED,    /* the FIN of `first_packet` was sent again and is not acknowledged */
    ODDITY_REFUSAL_ACK,    /* an RST that answers a SYN acknowledges `found` and not `wanted` */
    ODDITY_REFUSAL_FLAG,   /* ... has no ACK */
    ODDITY_RST_NUMBER, /* an RST with the sequence number `found`, far from the next, `wanted` */
    ODDITY_SYN_SOON,   /* the SYN again after `found` ms */
    ODDITY_SYN_STEADY, /* the SYN `wanted` times, and the last wait of `found` ms no longer */
    ODDITY_ACK_LATE,   /* `first_packet` acknowledged after `found` ms */

    /* TCP, of several connections */
    ODDITY_TIME_WAIT_CUT,  /* `found`: ms since the same two ends closed in `first_packet` */
    ODDITY_ISN_AGAIN,      /* the first sequence number `found` is that of `first_packet` */
    ODDITY_ISN_LOW,        /* the first sequence number is `found`: 0 or 1 */
    ODDITY_GROUP_ANSWERED, /* an answer to the SYN in `first_packet`, which went to a group */

    /* headers */
    ODDITY_IP_CHECKSUM, /* the right one; the one in the header */
    ODDITY_TTL_ZERO,
    ODDITY_GROUP_TTL,           /* of a datagram to a group: 1; the TTL, which is that of unicast */
    ODDITY_LOOPBACK,            /* a loopback address on another interface */
    ODDITY_GROUP_MAC,           /* the Ethernet address of the group; the one of the frame */
    ODDITY_BROADCAST_FRAME,     /* what it carries goes to one host */
    ODDITY_FRAGMENT_KEPT_WHOLE, /* the flag Don't Fragment in one; its offset */
    ODDITY_ATOMIC_FRAGMENT,     /* the only one of its packet; its id */
    /* fragments of one packet */
    ODDITY_FRAGMENT_UNEVEN,  /* not the last one, and its octets are no multiple of 8: `found` */
    ODDITY_FRAGMENT_BEYOND,  /* the most octets of a packet; where the fragment ends */
    ODDITY_FRAGMENT_ENDS,    /* where the others end; where this one does */
    ODDITY_FRAGMENT_OVERLAP, /* its offset */
    ODDITY_ID_AGAIN,         /* of another datagram, `other`, not long ago: the id */
    /* datagrams and errors */
    ODDITY_UDP_LENGTH,           /* that no IPv4 packet holds: the most; the length in the header */
    ODDITY_COMPUTED_ZERO,        /* a UDP checksum that comes out as 0, and is 0 */
    ODDITY_PAD_SENT,             /* an octet that belongs to the checksum: UDP's length; IP's */
    ODDITY_ICMP_CHECKSUM,        /* found: the one in the header */
    ODDITY_ERROR_ABOUT_ERROR,    /* found: type * 256 + code */
    ODDITY_ERROR_ABOUT_FRAGMENT, /* one behind the first; its id */
    ODDITY_COUNT,
};

struct oddness {
    enum oddity oddity;
    uint64_t packet; /* 0: the one at hand */
    uint64_t other;  /* the packet that it stands against; 0: none */
    uint64_t wanted, found;
};

/* In words that fit behind "packet 7: ". */
const char *oddity_text(enum oddity oddity);

#endif
