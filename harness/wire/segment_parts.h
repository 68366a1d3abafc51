/* segment_parts: what the files behind segment.h share. */
#ifndef PEERSPEC_WIRE_SEGMENT_PARTS_H
#define PEERSPEC_WIRE_SEGMENT_PARTS_H

#include "wire/segment.h"
#include "wire/segment_recall.h"

#define SEGMENT_MS INT64_C(1000000) /* ns */
#define SEGMENT_SUMMED (256u << 10) /* octets of a bulk connection's side whose sums are verified  \
                                     */
#define SEGMENT_MTU 1500

/* One side of a connection: what it sent so far. */
struct segment_side {
    bool known, isn_known, acks_known, fin_known;
    uint32_t isn;
    uint32_t end;    /* behind all that was seen, the FIN counted */
    uint32_t ack;    /* highest that it sent */
    uint16_t window; /* of its last packet, as it stands there */

    /* options of its SYN */
    bool options_known, scales;
    uint8_t scale;
    uint16_t mss;
    unsigned syn_octets; /* payload of its SYN */

    uint32_t edge; /* highest end of the window that it offered */
    bool edge_known;

    uint32_t ordered_ack;    /* of its last packet that was sent for the first time */
    uint64_t ordered_packet; /* 0: none yet */

    uint32_t fin; /* sequence number of its FIN */
    uint64_t fin_packet;
    int64_t fin_time; /* when it was last sent */
    unsigned fin_repeats;
    unsigned late; /* its ACKs that came too late */

    struct {             /* octets behind `start` that it sent, and `start` never */
        uint64_t packet; /* 0: there is no hole */
        uint32_t start, seq;
        int64_t time; /* when they were last sent */
        unsigned repeats;
        bool asked; /* the peer acknowledged up to the hole since */
    } hole;
    struct {             /* octets that it sent beyond the window that the capture saw */
        uint64_t packet; /* 0: none */
        uint32_t end;
    } beyond;
    struct {             /* an ACK of the peer's for what this side was not seen to send */
        uint64_t packet; /* 0: none */
        uint32_t ack, end;
    } unsent;
    struct {             /* a segment with a wrong checksum */
        uint64_t packet; /* 0: none */
        uint32_t seq, end;
        int64_t time;
    } bad;
    bool sum_good;        /* a right one was seen: the sums of this side are computed */
    bool sum_good_octets; /* ... with payload */
    size_t summed;        /* octets whose sums were verified */
    struct segment_recall recall;
    bool told[ODDITY_COUNT];
};

struct segment_watch {
    struct segment_watch *next;  /* where it is spare */
    struct segment_side side[2]; /* by enum side */
    bool both_opened;            /* SYNs of both sides: simultaneous open */
    bool untidy;                 /* something was sent again, or is missing */
    int64_t round_trip;          /* of the handshake, both ways; 0: not seen */

    uint64_t wrong_syn_ack; /* its packet; 0: none */
    uint32_t wrong_ack;
    uint64_t early_octets; /* the packet with the acceptor's first; 0: none */
    bool early_settled;
    bool third_looked;

    unsigned syns;
    int64_t syn_time, first_wait, last_wait; /* first_wait: 0 as long as there is none */

    struct { /* the packet before */
        uint64_t packet;
        enum side from;
        uint32_t end;
        int64_t time;
        bool asks; /* new octets, few of them, and all before was acknowledged */
    } before;
};

/* A packet while it is looked at. */
struct segment_sight {
    struct flow_reader *reader;
    struct flow *flow;
    struct segment_watch *watch;
    const struct packet *packet;
    enum side from;
    struct segment_side *own, *peer;
    bool opener;             /* `from` opened the connection */
    bool control;            /* the connection is an FTP control connection */
    bool reused;             /* the same two ends had another connection before */
    bool damaged;            /* its checksum is wrong, and this side's are known to be computed */
    enum checksum_state sum; /* NONE: not verified */
    bool syn, fin, rst, ack;
    uint32_t seq; /* of the first octet of payload: the SYN left out */
    uint32_t end; /* behind the payload, the FIN left out */
};

/* How far `a` is after `b`, by the arithmetic of RFC 9293 section 3.4. */
static inline int32_t segment_after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

/* True where an Ethernet carries it: it is surely no offload's. */
static inline bool segment_fits(const struct packet *packet)
{
    return packet->octets + packet->head + (packet->src.family == 6 ? 40 : 20) <= SEGMENT_MTU;
}

/* Note it, by that side, unless it was noted before. */
void segment_tell(const struct segment_sight *sight, enum oddity oddity, enum side by,
                  uint64_t first_packet, uint64_t wanted, uint64_t found);

/* The looks, at the state before the packet. */
void segment_look_opening(const struct segment_sight *sight);
void segment_look_numbers(const struct segment_sight *sight);
void segment_look_end(const struct segment_sight *sight);
void segment_look_size(const struct segment_sight *sight);
void segment_look_options(const struct segment_sight *sight);
void segment_look_octets(struct segment_sight *sight);

/* The options of a SYN, into *side. */
void segment_options_read(struct segment_side *side, const struct packet *packet);

#endif
