/* header: what is odd about the headers of one packet: oddities that no other packet is needed for.
 */
#ifndef PEERSPEC_WIRE_HEADER_H
#define PEERSPEC_WIRE_HEADER_H

#include "wire/ip.h"
#include "wire/packet.h"

/* Note what is odd about the packet `ip` and the frame that it came in. */
void header_look(int linktype, struct bytes frame, const struct ip *ip, struct packet *packet);

#endif
