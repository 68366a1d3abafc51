#include <stdlib.h>

#include "proto/ftp_hostport.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What was parsed and is written again must parse to the same. */
static void round_trip(const struct endpoint *endpoint)
{
    char text[FTP_HOSTPORT_TEXT];
    struct endpoint again;
    struct flaw flaw;

    if (endpoint->port > 0) {
        ftp_eprt_format(endpoint, text);
        must(ftp_eprt_parse(bytes_of(text), &again, &flaw) == PARSE_DONE);
        must(endpoint_equal(endpoint, &again));
    }
    if (endpoint->family == 4) {
        ftp_hostport_format(endpoint, text);
        must(ftp_port_parse(bytes_of(text), &again, &flaw) == PARSE_DONE);
        must(endpoint_equal(endpoint, &again));
    }
}

static void one(enum parse parse, const struct endpoint *endpoint, const struct flaw *flaw,
                size_t len)
{
    if (parse == PARSE_DONE)
        round_trip(endpoint);
    else
        must(parse == PARSE_BAD && flaw->what != NULL && flaw->at <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bytes in = {(const char *)data, len};
    struct endpoint endpoint = {0};
    struct flaw flaw = {0};
    uint16_t port = 0;

    one(ftp_port_parse(in, &endpoint, &flaw), &endpoint, &flaw, len);
    one(ftp_pasv_parse(in, &endpoint, &flaw), &endpoint, &flaw, len);
    one(ftp_eprt_parse(in, &endpoint, &flaw), &endpoint, &flaw, len);
    must(ftp_epsv_parse(in, &port, &flaw) == PARSE_DONE ? port > 0 : flaw.at <= len);
    return 0;
}
