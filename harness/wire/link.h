/* link: what the link layer of a frame says, by the capture's link type (DLT_ number of libpcap).
 */
#ifndef PEERSPEC_WIRE_LINK_H
#define PEERSPEC_WIRE_LINK_H

#include "base/bytes.h"

/* False for a link type that is not read. */
bool link_is_read(int linktype);
/* Octets before the IP packet; false where there is none. */
bool link_head(int linktype, struct bytes frame, size_t *head);
/* True where a cooked header says that this host sent it. */
bool link_was_sent(int linktype, struct bytes frame);
/* At which interface, and in which direction, a capture on 'any' saw it, as far as the cooked
 * header tells; 0 of other captures, which have one interface. */
uint64_t link_place(int linktype, struct bytes frame);
/* True where it was certainly on no loopback interface. */
bool link_is_off_host(int linktype, struct bytes frame);
/* The six octets of the Ethernet address that it went to; NULL where the capture has none, or an
 * interface without addresses. */
const uint8_t *link_target(int linktype, struct bytes frame);

#endif
