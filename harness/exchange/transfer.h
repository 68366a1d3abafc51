/* transfer: the lines D>, what goes over a data connection. */
#ifndef PEERSPEC_EXCHANGE_TRANSFER_H
#define PEERSPEC_EXCHANGE_TRANSFER_H

#include "exchange/steps.h"

/* `line` stands behind the marker. On false a problem was reported. */
bool transfer_read(struct steps_reader *steps, struct line *line);
/* The lines are over: the step gets its octets. */
void transfer_settle(struct steps_reader *steps);

#endif
