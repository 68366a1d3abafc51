#include "wire/digest.h"

#include <nettle/sha2.h>
#include <stdlib.h>

#include "wire/memory.h"

_Static_assert(DIGEST_OCTETS == SHA256_DIGEST_SIZE, "a SHA-256 has 32 octets");

struct digest {
    struct sha256_ctx sha256;
};

struct digest *digest_new(void)
{
    struct digest *digest = memory_zeroed(1, sizeof *digest);

    sha256_init(&digest->sha256);
    return digest;
}

void digest_free(struct digest *digest)
{
    free(digest);
}

void digest_add(struct digest *digest, struct bytes more)
{
    sha256_update(&digest->sha256, more.len, (const uint8_t *)more.at);
}

void digest_end(struct digest *digest, uint8_t out[DIGEST_OCTETS])
{
    sha256_digest(&digest->sha256, DIGEST_OCTETS, out);
}
