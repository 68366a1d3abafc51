/* segment: the numbers, flags, options, sums and waits of a TCP connection's segments, held against
 * RFC 9293; what is odd about one becomes an event. Inside of wire only.
 *
 * Little is odd that a capture which lost a packet, saw one twice, or begins late could not show
 * of two faultless hosts. So most of it waits for what proves it: that the peer refuses it, or a
 * later number of the same side, since what one side sends passes a capture in its order. */
#ifndef PEERSPEC_WIRE_SEGMENT_H
#define PEERSPEC_WIRE_SEGMENT_H

#include "wire/flow_table.h"

struct segment_watch; /* of one connection */

/* Some that are over are kept for connections to come, with the room that they have for octets. */
struct segment_watch *segment_watch_new(struct flow_reader *reader);
void segment_watch_free(struct flow_reader *reader, struct segment_watch *watch); /* takes NULL */
void segment_watches_fini(struct flow_reader *reader); /* those that are kept */

/* A packet of the flow, from that side, after it has been told to the streams. */
void segment_look(struct flow_reader *reader, struct flow *flow, enum side from,
                  const struct packet *packet);

#endif
