/* escape: what a peer sent, made fit for a terminal and for a given number of columns. */
#ifndef PEERSPEC_ESCAPE_H
#define PEERSPEC_ESCAPE_H

#include "base/bytes.h"

/* Write `in` to `out` in at most `columns` characters and a zero, for which there is room. What is
 * not printable ASCII comes out as in C (\r \n \t \\ \xNN); where not all fits the end is "...".
 * Returns the length. */
size_t escape_bytes(struct bytes in, char *out, size_t columns);

#endif
