/* stream: one direction of a TCP connection, put in order (RFC 9293 section 3.4).
 *
 * Octets are handed on once each, in sequence. What came early is held, up to a ceiling; a hole
 * that the peer has acknowledged, or that outgrows the ceiling, is a gap: octets that the capture
 * did not see. Nothing is copied of what comes in order.
 *
 * Of octets that were sent twice and differ those win that are handed on first: what comes in order
 * over what comes again, what fills a hole over what was held behind it, and of what is held the
 * piece that begins earlier. (That they differ is for segment_octets.c to find.) */
#ifndef PEERSPEC_WIRE_STREAM_H
#define PEERSPEC_WIRE_STREAM_H

#include "base/bytes.h"

#define STREAM_PIECES 2048          /* held at most */
#define STREAM_HELD (4u << 20)      /* octets held at most */

struct stream {
    bool started;  /* `next` is known */
    bool ended;    /* its FIN was reached */
    uint32_t next; /* sequence number of the octet that is due */
    bool acked_known;
    uint32_t acked;             /* highest acknowledgement by the other side */
    struct stream_piece *held;  /* what came early, in order; owned */
    struct stream_piece *tail;
    size_t held_octets;
    unsigned held_count;
};

/* What is handed on: a gap, or octets, or the end. */
struct stream_run {
    uint64_t gap;      /* octets missing before this; then nothing else is set */
    struct bytes data; /* what the capture holds; lent */
    size_t octets;     /* how many there were */
    uint64_t number;   /* the record that carried them */
    bool fin;          /* the end; no octets with it */
};

struct stream_sink {
    void *ctx;
    void (*take)(void *ctx, const struct stream_run *run);
};

struct stream_segment {
    uint32_t seq;
    struct bytes data;
    size_t octets; /* payload length; data.len where nothing was cut */
    uint64_t number;
    bool fin;
    bool keep;     /* false: of what comes early, lengths alone are held */
};

void stream_start(struct stream *stream, uint32_t next);
void stream_fini(struct stream *stream);
void stream_add(struct stream *stream, const struct stream_segment *segment,
                const struct stream_sink *sink);
/* The other side acknowledged all before `ack`. */
void stream_acked(struct stream *stream, uint32_t ack, const struct stream_sink *sink);
/* No more will come: hand on what is held, with its gaps. */
void stream_flush(struct stream *stream, const struct stream_sink *sink);
/* Octets behind all that was seen that the other side acknowledged nevertheless; a FIN is one. */
size_t stream_unseen(const struct stream *stream);
/* True once the FIN was reached and acknowledged. */
bool stream_closed(const struct stream *stream);

#endif
