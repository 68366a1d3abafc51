/* udp_forge: datagrams that no socket would send: from anybody's address and port, with a checksum
 * or a length that is wrong. Built octet by octet and put on a raw socket, which needs the
 * privilege that a network of our own gives. IPv4 alone, and one packet each. */
#ifndef PEERSPEC_FAKES_UDP_FORGE_H
#define PEERSPEC_FAKES_UDP_FORGE_H

#include "fakes/udp_outlet.h"

#define UDP_FORGE_MOST 1472 /* octets of payload that fit into a packet of 1500 */

/* The packet that the parcel asks for, headers and all, in `room`; its length. At most
 * UDP_FORGE_MOST octets of text, and two IPv4 endpoints. */
size_t udp_forge_packet(const struct udp_parcel *parcel, unsigned char room[28 + UDP_FORGE_MOST]);
/* Send it. False: errno says why not. */
bool udp_forge_send(const struct udp_parcel *parcel);

#endif
