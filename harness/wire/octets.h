/* octets: numbers in network order at known places. The caller has looked that they are there.
 *
 * Inline, since they are asked a dozen times for each packet of a capture. */
#ifndef PEERSPEC_WIRE_OCTETS_H
#define PEERSPEC_WIRE_OCTETS_H

#include <string.h>

#include "base/bytes.h"

static inline uint8_t octet_at(struct bytes in, size_t at)
{
    return (uint8_t)in.at[at];
}

static inline uint16_t octets_u16(struct bytes in, size_t at)
{
    return (uint16_t)(octet_at(in, at) << 8 | octet_at(in, at + 1));
}

static inline uint32_t octets_u32(struct bytes in, size_t at)
{
    return (uint32_t)octets_u16(in, at) << 16 | octets_u16(in, at + 2);
}

/* The sum of the Internet checksum (RFC 1071), in the byte order of the machine. The loop over a
 * whole block is one that the compiler makes wide. */
static inline uint64_t octets_sum(struct bytes in)
{
    enum { WORDS = 16 };
    uint64_t sum = 0, lanes[WORDS] = {0};
    uint32_t words[WORDS] = {0};

    for (; in.len >= sizeof words; in.at += sizeof words, in.len -= sizeof words) {
        memcpy(words, in.at, sizeof words);
        for (int i = 0; i < WORDS; i++)
            lanes[i] += words[i];
    }
    memset(words, 0, sizeof words);
    if (in.len > 0)
        memcpy(words, in.at, in.len);
    for (int i = 0; i < WORDS; i++)
        sum += lanes[i] + words[i];
    return sum;
}

static inline uint16_t octets_fold(uint64_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

#endif
