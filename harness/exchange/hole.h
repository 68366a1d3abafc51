/* hole: which octets can stand in a hole of each type. */
#ifndef PEERSPEC_EXCHANGE_HOLE_H
#define PEERSPEC_EXCHANGE_HOLE_H

#include "exchange/pattern.h"

/* True where `text` is a value of the hole's type. */
bool hole_accepts(enum hole hole, struct bytes text);
/* No value of the type is longer; SIZE_MAX where there is no such bound. */
size_t hole_longest(enum hole hole);

#endif
