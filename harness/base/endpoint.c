#include "base/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

const char *endpoint_addr(const struct endpoint *endpoint, char *text)
{
    if (endpoint->family == 0)
        return strcpy(text, "-");
    inet_ntop(endpoint->family == 6 ? AF_INET6 : AF_INET, endpoint->addr, text, ENDPOINT_TEXT);
    return text;
}

const char *endpoint_format(const struct endpoint *endpoint, char *text)
{
    char addr[ENDPOINT_TEXT];

    endpoint_addr(endpoint, addr);
    snprintf(text, ENDPOINT_TEXT, endpoint->family == 6 ? "[%.45s]:%u" : "%.45s:%u", addr,
             endpoint->port);
    return text;
}

bool endpoint_parse(const char *addr, uint16_t port, struct endpoint *out)
{
    *out = (struct endpoint){.port = port};
    if (inet_pton(AF_INET, addr, out->addr) == 1)
        out->family = 4;
    else if (inet_pton(AF_INET6, addr, out->addr) == 1)
        out->family = 6;
    return out->family != 0;
}

static void from_in6(const struct sockaddr_in6 *from, struct endpoint *out)
{
    *out = (struct endpoint){.family = 6, .port = ntohs(from->sin6_port)};
    if (IN6_IS_ADDR_V4MAPPED(&from->sin6_addr)) {
        out->family = 4;
        memcpy(out->addr, from->sin6_addr.s6_addr + 12, 4);
    } else {
        memcpy(out->addr, from->sin6_addr.s6_addr, 16);
    }
}

void endpoint_from_sockaddr(const struct sockaddr *from, struct endpoint *out)
{
    *out = (struct endpoint){0};
    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)from;

        out->family = 4;
        out->port = ntohs(in->sin_port);
        memcpy(out->addr, &in->sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        from_in6((const void *)from, out);
    }
}

socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (endpoint->family == 6) {
        struct sockaddr_in6 *in6 = (void *)out;

        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(endpoint->port);
        memcpy(&in6->sin6_addr, endpoint->addr, 16);
        return sizeof *in6;
    }
    struct sockaddr_in *in = (void *)out;

    in->sin_family = AF_INET;
    in->sin_port = htons(endpoint->port);
    memcpy(&in->sin_addr, endpoint->addr, 4);
    return sizeof *in;
}
