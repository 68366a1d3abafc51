/* fragment: puts IP fragments together again, and sees where they do not fit.
 *
 * Bounded: at most FRAGMENT_PACKETS packets at a time; the one begun first makes room. What did not
 * come together in FRAGMENT_SECONDS never will. */
#ifndef PEERSPEC_WIRE_FRAGMENT_H
#define PEERSPEC_WIRE_FRAGMENT_H

#include "wire/packet.h"

#define FRAGMENT_PACKETS 32
#define FRAGMENT_SECONDS 30

struct fragments; /* packets in the making */

enum fragment_outcome {
    FRAGMENT_KEPT,
    FRAGMENT_ODD,      /* kept, and its packet is odd: *packet has the ports of its flow, and the
                          oddities, until fragments_told() */
    FRAGMENT_COMPLETES /* *packet is the whole one, oddities of its fragments and all, with the
                          number and time of this last one; its payload is lent until the next call
                        */
};

struct fragments *fragments_new(void);
void fragments_free(struct fragments *fragments); /* takes NULL */
/* Take a PACKET_FRAGMENT. */
enum fragment_outcome fragments_add(struct fragments *fragments, struct packet *packet);
/* The oddities of the last FRAGMENT_ODD found their conversation. */
void fragments_told(struct fragments *fragments);
/* Fill in the ports of the flow that an error about a fragment is about. False where the fragment
 * is of no packet that is known. */
bool fragments_find_ports(const struct fragments *fragments, struct packet *error);

#endif
