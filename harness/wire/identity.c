#include "wire/identity.h"

#include <string.h>

#include "wire/hash.h"

bool fragment_key_equal(const struct fragment_key *a, const struct fragment_key *b)
{
    return a->id == b->id && a->protocol == b->protocol && endpoint_same_addr(&a->src, &b->src) &&
           endpoint_same_addr(&a->dst, &b->dst);
}

static size_t index_of(const struct fragment_key *key)
{
    return (hash_pair(&key->src, &key->dst) ^ key->id * 2654435761u) % IDENTITY_ROOM;
}

uint64_t identity_hash(struct bytes octets)
{
    uint64_t hash = octets.len, word = 0;

    for (; octets.len >= 8; octets = bytes_from(octets, 8)) {
        memcpy(&word, octets.at, 8);
        hash = hash_mix(hash ^ word);
    }
    word = 0;
    if (octets.len > 0)
        memcpy(&word, octets.at, octets.len);
    return hash_mix(hash ^ word);
}

const struct identity *identity_find(const struct identities *identities,
                                     const struct fragment_key *key)
{
    const struct identity *at = &identities->items[index_of(key)];

    return at->packet != 0 && fragment_key_equal(&at->key, key) ? at : NULL;
}

void identity_put(struct identities *identities, const struct identity *identity)
{
    identities->items[index_of(&identity->key)] = *identity;
}
