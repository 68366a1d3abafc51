#include <stdlib.h>

#include "proto/ftp_form.h"
#include "wire/zlib_stream.h"

#define AT_ONCE 4096

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* In one piece, and octet by octet: the same comes out. */
static void form_both_ways(enum ftp_form form, struct bytes in)
{
    struct ftp_form_reader whole, single;

    ftp_form_start(&whole, form);
    ftp_form_start(&single, form);
    ftp_form_read(&whole, in);
    for (struct bytes rest = in; rest.len > 0; rest = bytes_from(rest, 1))
        ftp_form_read(&single, bytes_slice(rest, 0, 1));
    must(whole.flaw == single.flaw && whole.flaw_at == single.flaw_at);
    must(ftp_form_ends(&whole) == ftp_form_ends(&single));
    must(whole.flaw == FTP_FORM_FLAWLESS ? whole.at == in.len : whole.flaw_at < in.len);
}

static void zlib_both_ways(struct bytes in)
{
    struct zlib_stream *whole = zlib_stream_new(), *single = zlib_stream_new();
    enum ftp_form_flaw first, second = FTP_FORM_FLAWLESS;
    uint64_t at = 0;

    first = zlib_stream_read(whole, in, &at);
    must(at <= in.len);
    for (struct bytes rest = in; rest.len > 0 && second == FTP_FORM_FLAWLESS;
         rest = bytes_from(rest, 1))
        second = zlib_stream_read(single, bytes_slice(rest, 0, 1), &at);
    must(first == second && at <= in.len);
    must(zlib_stream_ended(whole) == zlib_stream_ended(single));
    zlib_stream_free(whole);
    zlib_stream_free(single);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bytes in = {(const char *)data, len};

    form_both_ways(FTP_FORM_RECORDS, in);
    form_both_ways(FTP_FORM_BLOCKS, in);
    form_both_ways(FTP_FORM_COMPRESSED, in);
    zlib_both_ways(bytes_slice(in, 0, AT_ONCE));
    return 0;
}
