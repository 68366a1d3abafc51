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

/* The sum of the Internet checksum (RFC 1071), in the byte order of the machine. */
static inline uint64_t octets_sum(struct bytes in)
{
    uint64_t sum = 0;
    uint32_t word;
    uint8_t tail[4] = {0};

    for (; in.len >= 4; in.at += 4, in.len -= 4) {
        memcpy(&word, in.at, 4);
        sum += word;
    }
    if (in.len > 0)
        memcpy(tail, in.at, in.len);
    memcpy(&word, tail, 4);
    return sum + word;
}

static inline uint16_t octets_fold(uint64_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

#endif
