/* wiretcp: the TCP connections of wiretext: their numbers go on from segment to segment. */
#ifndef PEERSPEC_SUPPORT_WIRETCP_H
#define PEERSPEC_SUPPORT_WIRETCP_H

#include "base/side.h"
#include "support/wireout.h"

#define WIRETCP_CONNECTIONS 64
#define WIRETCP_NAME 24 /* with its zero */

struct wiretcp_connection {
    char name[WIRETCP_NAME];
    struct endpoint end[2]; /* by enum side */
    uint32_t next[2];       /* sequence numbers */
    bool open, fin[2];
    struct bytes last[2]; /* payload that was sent last; in the arena */
    uint32_t last_seq[2];
};

struct wiretcp {
    struct wireout *out; /* borrowed */
    struct wiretcp_connection connections[WIRETCP_CONNECTIONS];
    size_t count;
    uint32_t opened; /* connections with a name that was used before count, too */
    uint32_t isn[2]; /* of the next connection, where set */
    bool isn_set[2];
};

/* Lent until the next is added; NULL: there is none. */
struct wiretcp_connection *wiretcp_named(struct wiretcp *tcp, struct bytes name);
/* A new connection between these ends, which takes the place of one of that name; open, and without
 * a packet yet. NULL: too many, or too long a name. */
struct wiretcp_connection *wiretcp_add(struct wiretcp *tcp, struct bytes name,
                                       const struct endpoint end[2]);

/* SYN, SYN and ACK, ACK. */
void wiretcp_handshake(struct wiretcp *tcp, struct wiretcp_connection *c, enum side opener);
/* One segment, with the next number of its side (wiretcp_at: with `seq`, and the next number
 * stays). */
void wiretcp_segment(struct wiretcp *tcp, struct wiretcp_connection *c, enum side from,
                     unsigned flags, struct bytes payload);
void wiretcp_at(struct wiretcp *tcp, const struct wiretcp_connection *c, enum side from,
                uint32_t seq, unsigned flags, struct bytes payload);
/* Octets, in segments as the manner cuts them. */
void wiretcp_send(struct wiretcp *tcp, struct wiretcp_connection *c, enum side from,
                  struct bytes octets);
void wiretcp_fin(struct wiretcp *tcp, struct wiretcp_connection *c, enum side from);
/* The FINs that are not there yet, and the last ACK. */
void wiretcp_close(struct wiretcp *tcp, struct wiretcp_connection *c, enum side first);

#endif
