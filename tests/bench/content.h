/* content: what transfers move. Files and listings begin alike, so that they need no memory. */
#ifndef PEERSPEC_BENCH_CONTENT_H
#define PEERSPEC_BENCH_CONTENT_H

#include "base/bytes.h"

#define CONTENT_LINE 64             /* octets of a line of text or of a listing */
#define CONTENT_LISTING (64u << 10) /* octets of the longest listing */

enum content { CONTENT_BINARY, CONTENT_TEXT, CONTENT_LISTS };

/* Octets `at` to `at + len` of it; `len` is at most a packet's. */
struct bytes content_slice(enum content content, size_t at, size_t len);

#endif
