/* capture: sees what passes an interface, live, and knows when it saw less than all.
 *
 * A thread of its own reads the ring and puts conversations together as they come, so that memory
 * does not grow with the traffic. One capture serves many cases: each lies between two marks. */
#ifndef PEERSPEC_WIRE_CAPTURE_H
#define PEERSPEC_WIRE_CAPTURE_H

#include "base/diag.h"
#include "wire/timeline.h"

struct capture;

/* What was seen between the last two marks. */
struct recording {
    struct timeline **timelines; /* owned, in order of their first packet */
    size_t count;
    uint64_t packets;
    bool complete;               /* the sentinel came, and the kernel dropped nothing */
    char why_not[160];           /* one sentence where it is not complete */
};

/* Start to capture on `interface` ("lo"). ERR_PERMISSION where the system forbids it: *why says
 * what to do. Packets are seen from the moment this returns. */
NODISCARD enum err capture_open(const char *interface, const struct timeline_options *options,
                                struct capture **out, struct diag *why);
void capture_free(struct capture *capture);

/* A case begins: forget what was seen before. `savefile` gets the packets (pcap, nanoseconds);
 * NULL: none. */
NODISCARD enum err capture_begin(struct capture *capture, const char *savefile, struct diag *why);
/* A case is over: send the sentinel, wait until it came through (at most 2 s), and hand over what
 * lies before it. *out is freed with recording_fini(). ERR_SYSTEM where the savefile could not be
 * written (disk full). */
NODISCARD enum err capture_end(struct capture *capture, struct recording *out, struct diag *why);
void recording_fini(struct recording *recording);

#endif
