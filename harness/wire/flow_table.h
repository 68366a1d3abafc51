/* flow_table: the flows that are open, and the reader that they belong to. Inside of wire only. */
#ifndef PEERSPEC_WIRE_FLOW_TABLE_H
#define PEERSPEC_WIRE_FLOW_TABLE_H

#include "base/buf.h"
#include "wire/announce.h"
#include "wire/conversation.h"
#include "wire/flow.h"
#include "wire/fragment.h"
#include "wire/silence.h"
#include "wire/stream.h"

/* How a connection was closed in order; `packet` is 0 where none was. */
struct flow_close {
    struct endpoint closer; /* who sent the first FIN */
    uint32_t next;          /* the sequence number behind it */
    int64_t time;           /* of the last packet */
    uint64_t packet;        /* with the FIN */
};

struct flow {
    struct flow *chain;  /* in its bucket */
    struct flow *client_chain; /* UDP: in the bucket of its client */
    uint32_t hash;
    uint8_t protocol;
    bool in_table, by_client;
    bool over;           /* closed, reset, or replaced by a new one */
    struct endpoint a, b;
    enum side side_a;    /* who is at `a` */
    struct conversation *conversation; /* NULL: handed over; the flow is a tombstone */
    unsigned index;      /* of its timeline_flow */
    struct flow *sibling; /* the next of the conversation, or of the tombstones */

    /* TCP */
    struct stream stream[2]; /* by side of the sender */
    uint32_t isn;            /* of the opener's SYN */
    bool isn_known;
    uint32_t third;          /* what the third step of the handshake acknowledges */
    bool greeting;           /* a stream that may turn out to be FTP */
    bool watched;            /* data: `keep` and `scan` are decided */
    bool keep, scan;         /* data: keep the payload; look for bare LF */
    bool after_cr[2];
    struct buf payload;      /* data: what is kept */
    struct tls *tls;         /* control, data: NULL where there is none, or octets are missing;
                                owned */
    struct form *form;       /* data: the form that is asked of it; NULL: none; owned */
    struct digest *digest;   /* data: of what was sent; NULL: not asked for, or of no use; owned */
    size_t kept[2];          /* stream: octets of text in events */
    unsigned after_tls[2];   /* control: segments noted after TLS began */
    struct segment_watch *watch; /* NULL: before its first packet, and when it is over; owned */
    bool reused;             /* the two ends had another connection before */
    struct flow_close last_close; /* of that one, and then of this */

    /* UDP */
    uint64_t datagrams[2];
    size_t sent[2]; /* 1 + the event of that side's last datagram, where it was seen going out */
};

struct flow_table {
    struct flow **buckets;
    size_t room, count; /* room is a power of two */
};

#define CLIENT_BUCKETS 4096

struct flow_reader {
    struct timeline_sink sink;
    size_t keep_payload;
    bool headers_only_bulk, hash_payload;
    bool pruning; /* bulk packets are being left out */
    uint8_t ftp_ports[65536 / 8];
    struct flow_table table;
    struct flow *by_client[CLIENT_BUCKETS];
    struct flow *recent; /* of the last packet */
    struct silence silence[3]; /* by enum protocol */
    struct flow *tombs, *tombs_tail;
    size_t tomb_count;
    struct announce_table *announce;
    struct fragments *fragments;
    struct segment_hosts *hosts;
    struct conversation *spare_conversations; /* owned */
    unsigned spare_conversation_count;
    struct segment_watch *spare_watches; /* owned */
    unsigned spare_watch_count;
    struct moment now;
};

bool flow_is_ftp_port(const struct flow_reader *reader, uint16_t port);
/* Who `src` is, one of its two ends. */
static inline enum side flow_side(const struct flow *flow, const struct endpoint *src)
{
    return endpoint_equal(&flow->a, src) ? flow->side_a : side_other(flow->side_a);
}

/* The flow between these two, whoever speaks; NULL: none. */
struct flow *flow_find(struct flow_reader *reader, uint8_t protocol, const struct endpoint *src,
                       const struct endpoint *dst);
/* A new flow of the conversation, `a` on this side; it is in the table. */
struct flow *flow_add(struct flow_reader *reader, const struct packet *packet,
                      struct conversation *conversation, unsigned index, enum side side_a);
/* Out of the table: a new flow takes its place. It is freed with its conversation. */
void flow_replace(struct flow_reader *reader, struct flow *flow);
struct flow *flow_find_client(struct flow_reader *reader, const struct endpoint *client);
void flow_add_client(struct flow_reader *reader, struct flow *flow);

/* A conversation that the reader owns, in the list of its protocol. */
struct conversation *flow_converse(struct flow_reader *reader, enum protocol protocol);
void flow_touch(struct flow_reader *reader, struct conversation *conversation);
/* It turned out to be of another protocol. */
void flow_change_protocol(struct flow_reader *reader, struct conversation *conversation,
                          enum protocol protocol);
/* The flow is over; where it was the last of its conversation, that is handed over. */
void flow_end(struct flow_reader *reader, struct flow *flow);
/* Hand the conversation over as it is. `evicted`: before its time, and so not whole. */
void flow_hand_over(struct flow_reader *reader, struct conversation *conversation, bool evicted);

#endif
