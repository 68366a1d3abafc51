#include "exchange/hole.h"

#include <string.h>

#include "proto/ftp_facts.h"
#include "proto/ftp_hostport.h"

static bool is_anything(struct bytes text)
{
    (void)text;
    return true;
}

static bool is_something(struct bytes text)
{
    return text.len > 0;
}

static bool is_host(struct bytes text)
{
    char addr[ENDPOINT_TEXT] = "";
    struct endpoint endpoint;

    if (text.len >= sizeof addr || memchr(text.at, '\0', text.len) != NULL)
        return false;
    memcpy(addr, text.at, text.len);
    return endpoint_parse(addr, 0, &endpoint);
}

static bool is_hostport(struct bytes text)
{
    struct endpoint endpoint;
    struct flaw flaw;

    return ftp_port_parse(text, &endpoint, &flaw) == PARSE_DONE;
}

static bool is_octet(struct bytes text)
{
    uint64_t value;

    return bytes_to_u64(text, &value) && value <= 255;
}

static bool is_eprt(struct bytes text)
{
    struct endpoint endpoint;
    struct flaw flaw;

    return ftp_eprt_parse(text, &endpoint, &flaw) == PARSE_DONE;
}

static bool is_port(struct bytes text)
{
    uint64_t port;

    return bytes_to_u64(text, &port) && port > 0 && port <= 65535;
}

static bool is_size(struct bytes text)
{
    uint64_t size;

    return bytes_to_u64(text, &size);
}

static bool is_time(struct bytes text)
{
    int64_t seconds;
    struct flaw flaw;

    return ftp_time_parse(text, &seconds, &flaw) == PARSE_DONE;
}

static const struct type {
    const char *name;
    bool (*accepts)(struct bytes text);
    size_t longest;
} types[HOLE_COUNT] = {
    [HOLE_NONE] = {"", is_anything, SIZE_MAX},
    [HOLE_USER] = {"user", is_something, SIZE_MAX},
    [HOLE_PASSWORD] = {"password", is_anything, SIZE_MAX},
    [HOLE_HOST] = {"host", is_host, ENDPOINT_TEXT},
    [HOLE_CLIENT] = {"client", is_host, ENDPOINT_TEXT},
    [HOLE_NUMBER] = {"host-number", ftp_is_host_number, 16},
    [HOLE_HOSTPORT] = {"hostport", is_hostport, 32},
    [HOLE_P1] = {"p1", is_octet, 3},
    [HOLE_P2] = {"p2", is_octet, 3},
    [HOLE_EPRT] = {"eprt", is_eprt, FTP_HOSTPORT_TEXT},
    [HOLE_PORT] = {"port", is_port, 8},
    [HOLE_SIZE] = {"size", is_size, 24},
    [HOLE_TIME] = {"time", is_time, 48},
    [HOLE_FILE] = {"file", is_something, SIZE_MAX},
    [HOLE_ANY] = {"any", is_anything, SIZE_MAX},
};

const char *hole_name(enum hole hole)
{
    return types[hole].name;
}

bool hole_accepts(enum hole hole, struct bytes text)
{
    return types[hole].accepts(text);
}

size_t hole_longest(enum hole hole)
{
    return types[hole].longest;
}
