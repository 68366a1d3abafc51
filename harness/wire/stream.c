#include "wire/stream.h"

#include <stdlib.h>
#include <string.h>

#include "wire/memory.h"

struct stream_piece {
    struct stream_piece *next; /* the one after it in sequence; owned */
    uint32_t seq;
    size_t octets, kept;
    uint64_t number;
    bool fin, keep;
    char data[];
};

/* How far `a` is after `b`, by the arithmetic of RFC 9293 section 3.4. */
static int32_t after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

void stream_start(struct stream *stream, uint32_t next)
{
    stream->started = true;
    stream->next = next;
}

static void piece_drop(struct stream *stream)
{
    struct stream_piece *piece = stream->held;

    stream->held = piece->next;
    if (stream->held == NULL)
        stream->tail = NULL;
    stream->held_octets -= piece->kept;
    stream->held_count--;
    free(piece);
}

void stream_fini(struct stream *stream)
{
    while (stream->held != NULL)
        piece_drop(stream);
}

static uint32_t piece_end(const struct stream_piece *piece)
{
    return piece->seq + (uint32_t)piece->octets;
}

/* Hand on what of the segment is new; it begins at or before what is due. */
static void deliver(struct stream *stream, const struct stream_segment *segment,
                    const struct stream_sink *sink)
{
    size_t old = stream->next - segment->seq;
    struct stream_run run = {.number = segment->number};

    if (stream->ended || old > segment->octets)
        return;
    run.octets = segment->octets - old;
    run.data = bytes_from(segment->data, old);
    if (run.octets > 0) {
        stream->next += (uint32_t)run.octets;
        sink->take(sink->ctx, &run);
    }
    if (segment->fin) {
        stream->next++;
        stream->ended = true;
        sink->take(sink->ctx, &(struct stream_run){.number = segment->number, .fin = true});
    }
}

/* Hand on held pieces for as long as they follow without a hole. */
static void drain(struct stream *stream, const struct stream_sink *sink)
{
    while (stream->held != NULL && after(stream->held->seq, stream->next) <= 0) {
        struct stream_piece *piece = stream->held;
        struct stream_segment segment = {piece->seq,    {piece->data, piece->kept},
                                         piece->octets, piece->number,
                                         piece->fin,    piece->keep};

        deliver(stream, &segment, sink);
        piece_drop(stream);
    }
}

/* The hole before the first held piece will not be filled. */
static void skip_hole(struct stream *stream, const struct stream_sink *sink)
{
    struct stream_run run = {.gap = stream->held->seq - stream->next};

    stream->next = stream->held->seq;
    sink->take(sink->ctx, &run);
    drain(stream, sink);
}

/* A segment of which lengths alone count grows the piece that it follows. */
static bool joined(struct stream *stream, const struct stream_segment *segment)
{
    struct stream_piece *tail = stream->tail;

    if (tail == NULL || tail->keep || segment->keep || tail->fin || piece_end(tail) != segment->seq)
        return false;
    tail->octets += segment->octets;
    tail->fin = segment->fin;
    return true;
}

static struct stream_piece *piece_new(const struct stream_segment *segment)
{
    size_t kept = segment->keep ? segment->data.len : 0;
    struct stream_piece *piece = memory_zeroed(1, sizeof *piece + kept);

    piece->seq = segment->seq;
    piece->octets = segment->octets;
    piece->kept = kept;
    piece->number = segment->number;
    piece->fin = segment->fin;
    piece->keep = segment->keep;
    if (kept > 0)
        memcpy(piece->data, segment->data.at, kept);
    return piece;
}

static void hold(struct stream *stream, const struct stream_segment *segment)
{
    struct stream_piece **at = &stream->held, *piece;

    if (joined(stream, segment))
        return;
    if (stream->tail != NULL && after(segment->seq, stream->tail->seq) >= 0)
        at = &stream->tail->next;
    while (*at != NULL && after((*at)->seq, segment->seq) <= 0)
        at = &(*at)->next;
    piece = piece_new(segment);
    piece->next = *at;
    *at = piece;
    if (piece->next == NULL)
        stream->tail = piece;
    stream->held_octets += piece->kept;
    stream->held_count++;
}

static bool hole_acked(const struct stream *stream)
{
    return stream->held != NULL && stream->acked_known &&
           after(stream->acked, stream->held->seq) >= 0;
}

static void holes_settle(struct stream *stream, const struct stream_sink *sink)
{
    while (stream->held != NULL && !stream->ended &&
           (hole_acked(stream) || stream->held_count > STREAM_PIECES ||
            stream->held_octets > STREAM_HELD))
        skip_hole(stream, sink);
    if (stream->ended)
        stream_fini(stream); /* what lies beyond the end */
}

void stream_add(struct stream *stream, const struct stream_segment *segment,
                const struct stream_sink *sink)
{
    if (!stream->started)
        stream_start(stream, segment->seq);
    if (after(segment->seq, stream->next) <= 0) {
        deliver(stream, segment, sink);
        if (stream->held != NULL)
            drain(stream, sink);
    } else if (!stream->ended) {
        hold(stream, segment);
    }
    if (stream->held != NULL)
        holes_settle(stream, sink);
}

void stream_acked(struct stream *stream, uint32_t ack, const struct stream_sink *sink)
{
    if (stream->acked_known && after(ack, stream->acked) <= 0)
        return;
    stream->acked_known = true;
    stream->acked = ack;
    if (stream->held != NULL)
        holes_settle(stream, sink);
}

void stream_flush(struct stream *stream, const struct stream_sink *sink)
{
    while (stream->held != NULL && !stream->ended)
        skip_hole(stream, sink);
    stream_fini(stream);
}

size_t stream_unseen(const struct stream *stream)
{
    bool behind = stream->started && !stream->ended && stream->held == NULL &&
                  stream->acked_known && after(stream->acked, stream->next) > 0;

    return behind ? (size_t)(stream->acked - stream->next) : 0;
}

bool stream_closed(const struct stream *stream)
{
    return stream->ended && stream->acked_known && after(stream->acked, stream->next) >= 0;
}
