/* prune: a kernel filter for bulk transfers: long TCP packets which are no control connection's, and
 * carry no flag but ACK, are left out, and of those with another flag (PSH at the end of a write, FIN)
 * the first octets alone are kept. Without it a transfer costs a wake-up and a copy a packet. Inside
 * of wire only. */
#ifndef PEERSPEC_WIRE_PRUNE_H
#define PEERSPEC_WIRE_PRUNE_H

#include "base/bytes.h"

#define PRUNE_PORTS 32   /* control ports that can be named */
#define PRUNE_ABOVE 1200 /* octets of a frame; shorter ones are kept whole */
#define PRUNE_KEPT 512   /* octets of payload that are kept at least */

/* Attach it to the packet socket `fd` of an Ethernet-like interface. `ftp_ports` is ended by 0 or
 * NULL; 21 is always among them. False, with errno, where the kernel refuses. */
bool prune_attach(int fd, const uint16_t *ftp_ports);
/* Keep everything again. */
void prune_detach(int fd);

#endif
