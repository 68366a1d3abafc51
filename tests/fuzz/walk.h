/* walk: reads all that a timeline says, so that a sanitizer sees what points nowhere. */
#ifndef PEERSPEC_FUZZ_WALK_H
#define PEERSPEC_FUZZ_WALK_H

#include "wire/timeline.h"

/* Of a sink: takes the timeline, and aborts where it contradicts itself. */
void walk(void *ctx, struct timeline *timeline);

#endif
