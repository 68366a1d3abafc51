/* datagrams: UDP conversations, and the ICMP errors about any flow. Inside of wire only. */
#ifndef PEERSPEC_WIRE_DATAGRAMS_H
#define PEERSPEC_WIRE_DATAGRAMS_H

#include "wire/flow_table.h"

void datagrams_take(struct flow_reader *reader, const struct packet *packet);
/* False where the error is about no flow that is known. */
bool datagrams_take_error(struct flow_reader *reader, const struct packet *packet);

#endif
