/* fragment: puts IP fragments together again.
 *
 * Bounded: at most FRAGMENT_PACKETS packets at a time; the one begun first makes room. */
#ifndef PEERSPEC_WIRE_FRAGMENT_H
#define PEERSPEC_WIRE_FRAGMENT_H

#include "wire/packet.h"

#define FRAGMENT_PACKETS 32

struct fragments; /* packets in the making */

struct fragments *fragments_new(void);
void fragments_free(struct fragments *fragments); /* takes NULL */
/* Take a PACKET_FRAGMENT. True where it completes its packet: *packet is then the whole one, with
 * the number and time of this last fragment; its payload is lent until the next call. */
bool fragments_add(struct fragments *fragments, struct packet *packet);

#endif
