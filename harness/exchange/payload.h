/* payload: octets that a script names: "text\r\n", x"00ff", @file, random N seed S. */
#ifndef PEERSPEC_EXCHANGE_PAYLOAD_H
#define PEERSPEC_EXCHANGE_PAYLOAD_H

#include "exchange/source.h"

#define PAYLOAD_LIMIT ((size_t)64 << 20) /* octets of one payload */

/* True where what comes next in the line has the form of a payload. */
bool payload_begins(const struct line *line);
/* Take a payload from the line. On false a problem was reported. */
bool payload_take(struct source *source, struct line *line, struct payload *payload);

/* The octets of `random N seed S`. The state x begins as S xor 9E3779B97F4A7C15 (hexadecimal; that
 * number itself where the result is 0). Each step is xorshift64*: x ^= x >> 12, x ^= x << 25,
 * x ^= x >> 27; the product x * 2545F4914F6CDD1D (modulo 2^64) gives eight octets, the lowest
 * first. */
void payload_random(uint64_t seed, char *out, size_t len);

#endif
