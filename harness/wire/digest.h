/* digest: the SHA-256 (FIPS 180-4) of octets that come piece by piece. Inside of wire only. */
#ifndef PEERSPEC_WIRE_DIGEST_H
#define PEERSPEC_WIRE_DIGEST_H

#include "base/bytes.h"

#define DIGEST_OCTETS 32

struct digest;

struct digest *digest_new(void);         /* never NULL */
void digest_free(struct digest *digest); /* takes NULL */
void digest_add(struct digest *digest, struct bytes more);
/* The hash of all that was added; nothing may be added after that. */
void digest_end(struct digest *digest, uint8_t out[DIGEST_OCTETS]);

#endif
