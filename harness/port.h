/* port: where the server of a case listens, and whose port that is. */
#ifndef PEERSPEC_PORT_H
#define PEERSPEC_PORT_H

#include "rig.h"

/* As the command line says, or the exchange; else the protocol's own, or a free one where the
 * network is not ours alone. */
uint16_t port_of_case(const struct rig *rig, const struct exchange *exchange);
/* The small service that has this port, "echo", "discard" and the like; NULL: none. */
const char *port_service(uint16_t port);

#endif
