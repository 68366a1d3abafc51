#include "wire/zlib_stream.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "wire/memory.h"

#define OUT_ROOM 16384
#define HEADER 2 /* octets of it */

struct zlib_stream {
    z_stream z;
    bool failed, ended;
    unsigned header[HEADER]; /* its first octets */
    size_t header_len;
    Bytef out[OUT_ROOM]; /* what comes out is of no interest */
};

struct zlib_stream *zlib_stream_new(void)
{
    struct zlib_stream *stream = memory_zeroed(1, sizeof *stream);

    stream->failed = inflateInit(&stream->z) != Z_OK;
    return stream;
}

void zlib_stream_free(struct zlib_stream *stream)
{
    if (stream == NULL)
        return;
    inflateEnd(&stream->z);
    free(stream);
}

bool zlib_stream_ended(const struct zlib_stream *stream)
{
    return stream->ended && !stream->failed;
}

static void header_keep(struct zlib_stream *stream, struct bytes more)
{
    for (size_t n = 0; n < more.len && stream->header_len < HEADER; n++)
        stream->header[stream->header_len++] = (uint8_t)more.at[n];
}

/* RFC 1950 section 2.2; a dictionary that nobody has agreed on is no way to begin, either. */
static bool header_is_good(const struct zlib_stream *stream)
{
    unsigned method = stream->header[0] & 15, window = stream->header[0] >> 4;

    return stream->header_len == HEADER && method == 8 && window <= 7 &&
           (stream->header[0] * 256 + stream->header[1]) % 31 == 0 && (stream->header[1] & 32) == 0;
}

/* Inflate until the input is used up; what zlib says at last. */
static int inflate_all(struct zlib_stream *stream)
{
    int said = Z_OK;

    do {
        stream->z.next_out = stream->out;
        stream->z.avail_out = OUT_ROOM;
        said = inflate(&stream->z, Z_NO_FLUSH);
    } while (said == Z_OK && (stream->z.avail_in > 0 || stream->z.avail_out == 0));
    return said;
}

enum ftp_form_flaw zlib_stream_read(struct zlib_stream *stream, struct bytes more, uint64_t *at)
{
    int said = Z_STREAM_END;

    if (stream->failed || more.len == 0 || more.len > UINT_MAX)
        return FTP_FORM_FLAWLESS;
    *at = stream->z.total_in;
    if (stream->ended)
        return FTP_FORM_ZLIB_BEHIND;
    header_keep(stream, more);
    stream->z.next_in = (Bytef *)(uintptr_t)more.at; /* zlib only reads there */
    stream->z.avail_in = (uInt)more.len;
    said = inflate_all(stream);
    *at = stream->z.total_in;
    stream->ended = said == Z_STREAM_END;
    if (stream->ended && stream->z.avail_in > 0)
        return FTP_FORM_ZLIB_BEHIND;
    if (said != Z_DATA_ERROR && said != Z_NEED_DICT)
        return FTP_FORM_FLAWLESS;
    if (header_is_good(stream))
        return FTP_FORM_ZLIB_DATA;
    *at = 0;
    return FTP_FORM_ZLIB_HEADER;
}
