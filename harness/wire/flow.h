/* flow: packets in, conversations out.
 *
 * Each packet finds its flow (a TCP connection, or the datagrams of two endpoints), each flow its
 * conversation. A conversation is handed over when it is over, or when flow_reader_finish() says
 * that the capture is. Memory grows with the conversations that are open; where there are too many
 * of them the one that was silent for longest is handed over, and is then not whole. */
#ifndef PEERSPEC_WIRE_FLOW_H
#define PEERSPEC_WIRE_FLOW_H

#include "wire/packet.h"
#include "wire/timeline.h"

struct flow_reader;

/* Copies the options and the sink. */
struct flow_reader *flow_reader_new(const struct timeline_options *options,
                                    const struct timeline_sink *sink);
void flow_reader_free(struct flow_reader *reader); /* takes NULL; hands over nothing more */
/* False where the packet is of no protocol that is read. */
bool flow_reader_take(struct flow_reader *reader, struct packet *packet);
/* From now on the capture leaves out bulk packets (timeline_options.headers_only_bulk), or no more. */
void flow_reader_prune(struct flow_reader *reader, bool pruning);
/* Hand over all conversations, in order of their first packets. What still comes of their TCP
 * connections is then ignored. */
void flow_reader_finish(struct flow_reader *reader);

#endif
