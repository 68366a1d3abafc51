/* read_ahead: one thread reads records while another takes them, in their order.
 *
 * Reading a file costs about as much as putting its packets together: side by side they take the
 * time of the longer. At most four blocks of 256 KiB are on their way. */
#ifndef PEERSPEC_WIRE_READ_AHEAD_H
#define PEERSPEC_WIRE_READ_AHEAD_H

#include "base/bytes.h"

struct read_ahead;

#define READ_AHEAD_APART 64 /* octets between what both threads write: a line of the cache */

/* Of a capture. */
struct read_record {
    uint64_t number;    /* in the file */
    int64_t time;       /* ns since 1970 */
    struct bytes frame; /* what the file has of it */
    size_t octets;      /* how long it was */
};

struct read_ahead_sides {
    void *ctx;
    /* In a thread of its own: puts each record, and returns at the end. */
    void (*read)(void *ctx, struct read_ahead *ahead);
    /* In the caller's: the record is lent for the call. */
    void (*take)(void *ctx, const struct read_record *record);
};

/* Octets of a frame that are kept: libpcap has no longer ones. */
#define READ_AHEAD_FRAME (1u << 18)

/* Returns when all that was put has been taken. `at_once`: what is put is taken before the call
 * returns, by one thread; for input that comes slowly. So it is where there is no thread to be had.
 */
void read_ahead_run(const struct read_ahead_sides *sides, bool at_once);
void read_ahead_put(struct read_ahead *ahead, const struct read_record *record); /* copies all */

#endif
