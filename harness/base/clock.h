/* clock: time for time-outs. Monotonic; not the clock of the capture. */
#ifndef PEERSPEC_BASE_CLOCK_H
#define PEERSPEC_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_US INT64_C(1000)
#define CLOCK_MS INT64_C(1000000)
#define CLOCK_SECOND INT64_C(1000000000)

int64_t clock_now(void); /* nanoseconds since some point in the past */

#endif
