/* identity: which IPv4 ids the datagrams that came in fragments had, and what was in them.
 *
 * Bounded: the last one for each of IDENTITY_ROOM places that a hash leads to. */
#ifndef PEERSPEC_WIRE_IDENTITY_H
#define PEERSPEC_WIRE_IDENTITY_H

#include "base/bytes.h"
#include "base/endpoint.h"

#define IDENTITY_ROOM 1024

/* What all fragments of a datagram share. */
struct fragment_key {
    struct endpoint src, dst; /* without ports */
    uint8_t protocol;
    uint32_t id;
};

struct identity {
    struct fragment_key key;
    uint64_t place;  /* where a capture on 'any' saw it */
    uint64_t packet; /* 0: nothing is here */
    int64_t time;
    uint64_t hash, octets; /* of its payload */
    uint16_t src_port, dst_port;
};

struct identities {
    struct identity items[IDENTITY_ROOM];
};

bool fragment_key_equal(const struct fragment_key *a, const struct fragment_key *b);
/* The same for the same octets. */
uint64_t identity_hash(struct bytes octets);
/* The last datagram with this key; NULL: none that is known. Lent until the next put. */
const struct identity *identity_find(const struct identities *identities,
                                     const struct fragment_key *key);
void identity_put(struct identities *identities, const struct identity *identity);

#endif
