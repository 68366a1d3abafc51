/* quantity: durations and sizes as scripts write them. Pure. False: the word is none. */
#ifndef PEERSPEC_EXCHANGE_QUANTITY_H
#define PEERSPEC_EXCHANGE_QUANTITY_H

#include "base/bytes.h"

/* "2s", "0.8s", "250ms": a decimal number and ns, us, ms, s or m. At most 24 hours. */
bool quantity_duration(struct bytes word, int64_t *ns);
/* "512", "64k", "1M": octets; k is 1024 and M 1024 k. */
bool quantity_octets(struct bytes word, uint64_t *octets);

#endif
