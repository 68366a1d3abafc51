/* sentinel: a datagram that we send through loopback to see that the capture has caught up.
 * Inside of wire only. */
#ifndef PEERSPEC_WIRE_SENTINEL_H
#define PEERSPEC_WIRE_SENTINEL_H

#include "wire/packet.h"

struct sentinel {
    int fd; /* -1: there is none */
    struct endpoint at;
};

/* False where loopback has no address. */
bool sentinel_init(struct sentinel *sentinel);
void sentinel_fini(struct sentinel *sentinel);
bool sentinel_send(struct sentinel *sentinel, uint64_t nonce);
/* True where the packet is one of ours; *nonce is what it carries. */
bool sentinel_is(const struct sentinel *sentinel, const struct packet *packet, uint64_t *nonce);

#endif
