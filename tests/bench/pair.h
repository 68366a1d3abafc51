/* pair: the two ends of a TCP connection that does all that RFC 9293 asks, and loses nothing. */
#ifndef PEERSPEC_BENCH_PAIR_H
#define PEERSPEC_BENCH_PAIR_H

#include "base/side.h"
#include "tape.h"

#define PAIR_SEGMENT 1440 /* octets at most: below the MSS with IPv4 and IPv6 */

struct pair {
    struct endpoint at[2]; /* by enum side; set by the caller */
    uint32_t next[2];      /* sequence number of the octet that each sends next */
};

/* The handshake, begun by `opener`. */
void pair_open(struct pair *pair, struct tape *tape, enum side opener);
/* One segment, of at most PAIR_SEGMENT octets; `last` of what its sender had to say. */
void pair_say(struct pair *pair, struct tape *tape, enum side from, struct bytes payload, bool last);
/* That side acknowledges all that it got. */
void pair_acknowledge(struct pair *pair, struct tape *tape, enum side from);
/* FIN both ways, the first one by `first`. */
void pair_close(struct pair *pair, struct tape *tape, enum side first);

#endif
