/* oddity: how a packet is not as IP, ICMP or TCP ask of every packet.
 *
 * Found while packets are decoded and put in order, where their headers and numbers are at hand;
 * what has no conversation is not told. A rule makes a finding of it (suites/packet).
 *
 * Where it takes a later packet to be sure (the peer refuses, the octets are sent again), that is
 * the event's `packet`, and the odd one is its `first_packet`. */
#ifndef PEERSPEC_WIRE_ODDITY_H
#define PEERSPEC_WIRE_ODDITY_H

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
    ODDITY_REFUSAL_SEQ,    /* ... has the sequence number `found` and not 0 */
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

    ODDITY_COUNT,
};

/* In words that fit behind "packet 7: ". */
const char *oddity_text(enum oddity oddity);

#endif
