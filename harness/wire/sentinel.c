#include "wire/sentinel.h"

#include <string.h>
#include <unistd.h>

bool sentinel_init(struct sentinel *sentinel)
{
    struct sockaddr_storage at;
    socklen_t len;

    endpoint_parse("127.0.0.1", 0, &sentinel->at);
    len = endpoint_to_sockaddr(&sentinel->at, &at);
    sentinel->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sentinel->fd >= 0 && bind(sentinel->fd, (struct sockaddr *)&at, len) == 0 &&
        getsockname(sentinel->fd, (struct sockaddr *)&at, &len) == 0) {
        endpoint_from_sockaddr((struct sockaddr *)&at, &sentinel->at);
        return true;
    }
    sentinel_fini(sentinel);
    return false;
}

void sentinel_fini(struct sentinel *sentinel)
{
    if (sentinel->fd >= 0)
        close(sentinel->fd);
    sentinel->fd = -1;
}

bool sentinel_send(struct sentinel *sentinel, uint64_t nonce)
{
    struct sockaddr_storage at;
    socklen_t len = endpoint_to_sockaddr(&sentinel->at, &at);
    char old[16];

    while (recv(sentinel->fd, old, sizeof old, MSG_DONTWAIT) > 0)
        ; /* the ones before, so that the socket never fills */
    return sendto(sentinel->fd, &nonce, sizeof nonce, 0, (struct sockaddr *)&at, len) ==
           (ssize_t)sizeof nonce;
}

bool sentinel_is(const struct sentinel *sentinel, const struct packet *packet, uint64_t *nonce)
{
    *nonce = 0;
    if (sentinel->fd < 0 || packet->kind != PACKET_UDP || packet->dst.port != sentinel->at.port ||
        !endpoint_equal(&packet->dst, &sentinel->at) ||
        !endpoint_equal(&packet->src, &sentinel->at))
        return false;
    if (packet->payload.len == sizeof *nonce)
        memcpy(nonce, packet->payload.at, sizeof *nonce);
    return true;
}
