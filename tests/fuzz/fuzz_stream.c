/* Segments of four octets of head: sequence number (near the start, so that they overlap), length,
 * flags; and acknowledgements. What is handed on must be contiguous, and each octet, which is a
 * function of its sequence number, at its place. */
#include <stdlib.h>

#include "wire/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define FIRST 0xffffff80u /* so that sequence numbers wrap */

static uint32_t due;
static bool ended;

static void run_take(void *ctx, const struct stream_run *run)
{
    const struct stream *stream = ctx;

    if (ended || run->data.len > run->octets)
        abort();
    due += (uint32_t)run->gap;
    for (size_t i = 0; i < run->data.len; i++)
        if ((uint8_t)run->data.at[i] != (uint8_t)(due + i))
            abort();
    due += (uint32_t)run->octets + (run->fin ? 1 : 0);
    ended = run->fin;
    if (run->gap == 0 && !run->fin && due != stream->next)
        abort();
}

static struct stream_segment segment_make(const uint8_t *head, const char *octets)
{
    uint32_t seq = FIRST + head[0] + (uint32_t)(head[3] & 0xf0) * 16;

    return (struct stream_segment){.seq = seq,
                                   .data = {octets + (uint8_t)seq, head[1]},
                                   .number = 1,
                                   .octets = head[1] + (size_t)(head[2] & 7),
                                   .fin = (head[3] & 3) == 3,
                                   .keep = head[3] & 4};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static char octets[512];
    struct stream stream = {0};
    const struct stream_sink sink = {&stream, run_take};

    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (char)i;
    due = FIRST;
    ended = false;
    stream_start(&stream, due);
    for (; len >= 4; data += 4, len -= 4) {
        struct stream_segment segment = segment_make(data, octets);

        if (data[3] & 8)
            stream_acked(&stream, segment.seq, &sink);
        else
            stream_add(&stream, &segment, &sink);
    }
    stream_flush(&stream, &sink);
    if (stream.held != NULL || (!ended && due != stream.next))
        abort();
    stream_fini(&stream);
    return 0;
}
