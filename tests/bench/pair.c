#include "pair.h"

#include <netinet/in.h>

#define ISN_TICK 4000 /* ns, RFC 9293 section 3.4.1 */

static void put(struct pair *pair, struct tape *tape, enum side from, unsigned flags,
                struct bytes payload)
{
    enum side to = side_other(from);
    struct wireframe frame = {.src = pair->at[from],
                              .dst = pair->at[to],
                              .protocol = IPPROTO_TCP,
                              .seq = pair->next[from],
                              .ack = flags & TCP_ACK ? pair->next[to] : 0,
                              .flags = flags,
                              .payload = payload,
                              .sum = SUM_GOOD};

    tape_put(tape, &frame);
    pair->next[from] += (uint32_t)payload.len + ((flags & (TCP_SYN | TCP_FIN)) != 0);
}

static void put_flags(struct pair *pair, struct tape *tape, enum side from, unsigned flags)
{
    put(pair, tape, from, flags, (struct bytes){NULL, 0});
}

/* A clock, and what keeps two connections apart that begin in the same tick. */
static uint32_t isn(const struct pair *pair, const struct tape *tape, enum side from)
{
    uint32_t both = (uint32_t)pair->at[0].port << 16 | pair->at[1].port;

    return (uint32_t)(tape->now / ISN_TICK) + both * 2654435761u + (uint32_t)from * 0x5bd1e995u;
}

void pair_open(struct pair *pair, struct tape *tape, enum side opener)
{
    pair->next[SIDE_CLIENT] = isn(pair, tape, SIDE_CLIENT);
    pair->next[SIDE_SERVER] = isn(pair, tape, SIDE_SERVER);
    put_flags(pair, tape, opener, TCP_SYN);
    put_flags(pair, tape, side_other(opener), TCP_SYN | TCP_ACK);
    put_flags(pair, tape, opener, TCP_ACK);
}

void pair_say(struct pair *pair, struct tape *tape, enum side from, struct bytes payload, bool last)
{
    put(pair, tape, from, last ? TCP_ACK | TCP_PSH : TCP_ACK, payload);
}

void pair_acknowledge(struct pair *pair, struct tape *tape, enum side from)
{
    put_flags(pair, tape, from, TCP_ACK);
}

void pair_close(struct pair *pair, struct tape *tape, enum side first)
{
    put_flags(pair, tape, first, TCP_FIN | TCP_ACK);
    put_flags(pair, tape, side_other(first), TCP_ACK);
    put_flags(pair, tape, side_other(first), TCP_FIN | TCP_ACK);
    put_flags(pair, tape, first, TCP_ACK);
}
