/* hash: of endpoints. */
#ifndef PEERSPEC_WIRE_HASH_H
#define PEERSPEC_WIRE_HASH_H

#include <string.h>

#include "base/endpoint.h"

static inline uint64_t hash_mix(uint64_t x)
{
    x *= UINT64_C(0x9e3779b97f4a7c15);
    x ^= x >> 29;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ x >> 32;
}

static inline uint64_t hash_endpoint(const struct endpoint *endpoint)
{
    uint64_t high, low;

    memcpy(&high, endpoint->addr, 8);
    memcpy(&low, endpoint->addr + 8, 8);
    return hash_mix(high ^ (low << 23 | low >> 41) ^ (uint64_t)endpoint->port << 40);
}

/* Both ways alike. */
static inline uint32_t hash_pair(const struct endpoint *a, const struct endpoint *b)
{
    return (uint32_t)(hash_endpoint(a) + hash_endpoint(b));
}

#endif
