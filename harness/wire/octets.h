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

static inline uint64_t octets_halves(uint64_t sum)
{
    return (sum & UINT32_MAX) + (sum >> 32);
}

/* The sum of the Internet checksum (RFC 1071), in the byte order of the machine. Its words may be
 * of any length, as long as what they carry is added, too. */
static inline uint64_t octets_sum(struct bytes in)
{
    uint64_t even = 0, odd = 0, carry = 0, sum, words[2];
    uint16_t word = 0;

    for (; in.len >= sizeof words; in.at += sizeof words, in.len -= sizeof words) {
        memcpy(words, in.at, sizeof words);
        even += words[0];
        carry += even < words[0];
        odd += words[1];
        carry += odd < words[1];
    }
    sum = octets_halves(even) + octets_halves(odd) + carry;
    for (; in.len >= sizeof word; in.at += sizeof word, in.len -= sizeof word) {
        memcpy(&word, in.at, sizeof word);
        sum += word;
    }
    word = 0;
    if (in.len > 0)
        memcpy(&word, in.at, 1);
    return sum + word;
}

static inline uint16_t octets_fold(uint64_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

#endif
