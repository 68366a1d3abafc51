/* connection: a TCP connection, from SYN to the last acknowledgement. Inside of wire only. */
#ifndef PEERSPEC_WIRE_CONNECTION_H
#define PEERSPEC_WIRE_CONNECTION_H

#include "wire/flow_table.h"

void connection_take(struct flow_reader *reader, const struct packet *packet);
/* No more of it will be seen: what is held back is handed on. */
void connection_finish(struct flow_reader *reader, struct flow *flow);

#endif
