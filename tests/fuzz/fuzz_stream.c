/* Segments of four octets of head: sequence number (near the start, so that they overlap), length,
 * flags; and acknowledgements. What is handed on must be contiguous. */
#include <stdlib.h>

#include "wire/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint32_t due;
static int ended;

static void run_take(void *ctx, const struct stream_run *run)
{
    const struct stream *stream = ctx;

    if (ended || run->data.len > run->octets)
        abort();
    due += (uint32_t)run->gap + (uint32_t)run->octets + (run->fin ? 1 : 0);
    ended = run->fin;
    if (run->gap == 0 && !run->fin && due != stream->next)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char octets[256];
    struct stream stream = {0};
    const struct stream_sink sink = {&stream, run_take};

    due = 0xffffff80;
    ended = 0;
    stream_start(&stream, due);
    for (; len >= 4; data += 4, len -= 4) {
        uint32_t seq = 0xffffff80 + data[0] + (uint32_t)(data[3] & 0xf0) * 16;
        struct stream_segment segment = {.seq = seq,
                                         .data = {octets, data[1]},
                                         .number = 1,
                                         .octets = data[1] + (size_t)(data[2] & 7),
                                         .fin = (data[3] & 3) == 3,
                                         .keep = data[3] & 4};

        if (data[3] & 8)
            stream_acked(&stream, seq, &sink);
        else
            stream_add(&stream, &segment, &sink);
    }
    stream_flush(&stream, &sink);
    if (stream.held != NULL || (!ended && due != stream.next))
        abort();
    stream_fini(&stream);
    return 0;
}
