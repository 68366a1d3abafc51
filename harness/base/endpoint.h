/* endpoint: an IPv4 or IPv6 address with a port. */
#ifndef PEERSPEC_BASE_ENDPOINT_H
#define PEERSPEC_BASE_ENDPOINT_H

#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"

struct endpoint {
    uint8_t family;   /* 4, 6, or 0 for none */
    uint8_t addr[16]; /* network order; the first 4 octets for IPv4, the rest zero */
    uint16_t port;    /* host order */
};

#define ENDPOINT_TEXT 64 /* room for the text of any endpoint */

/* Whatever the port, and with it. Inline: both are asked of every packet. */
static inline bool endpoint_same_addr(const struct endpoint *a, const struct endpoint *b)
{
    return memcmp(a->addr, b->addr, sizeof a->addr) == 0 && a->family == b->family;
}

static inline bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && endpoint_same_addr(a, b);
}

/* "192.0.2.1:21", "[2001:db8::1]:21"; returns `text`, which holds ENDPOINT_TEXT octets. */
const char *endpoint_format(const struct endpoint *endpoint, char *text);
/* The address alone, without brackets; the same otherwise. */
const char *endpoint_addr(const struct endpoint *endpoint, char *text);
/* An address in numbers; false where `addr` is none. */
bool endpoint_parse(const char *addr, uint16_t port, struct endpoint *out);
/* IPv4-mapped IPv6 addresses come out as IPv4; family 0 for what is neither. */
void endpoint_from_sockaddr(const struct sockaddr *from, struct endpoint *out);
/* Returns the length of what is in *out; none (family 0) is written as 0.0.0.0. */
socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint, struct sockaddr_storage *out);

#endif
