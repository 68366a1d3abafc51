/* wiremanner: how the next packet of wiretext leaves, as its `!` lines say. */
#ifndef PEERSPEC_SUPPORT_WIREMANNER_H
#define PEERSPEC_SUPPORT_WIREMANNER_H

#include "support/retouch.h"
#include "support/tamper.h"
#include "support/wireframe.h"
#include "support/wireline.h"

#define WIREMANNER_SPLITS 16
#define WIREMANNER_SEGMENT 60000 /* octets of a segment that nobody splits */

/* Set to zero: as it is. */
struct wiremanner {
    bool lost, twice, swap;
    unsigned late; /* packets that go before it */
    unsigned splits[WIREMANNER_SPLITS];
    size_t split_count;
    bool split_on; /* the last number goes on */
    enum wireframe_sum sum;
    bool urgent;
    unsigned pointer;
    size_t fragment; /* octets of each; 0: whole */
    struct retouch retouch;
    struct tamper tamper;
};

/* Take what stands behind the `!`. */
bool wiremanner_take(struct wiremanner *manner, struct wireline *line);
/* The pieces of `payload`, in order, as `! split` says: at least one, at most `room`. */
size_t wiremanner_cut(const struct wiremanner *manner, struct bytes payload, struct bytes *pieces,
                      size_t room);

#endif
