/* segment_hosts: what shows over several connections: first sequence numbers, a pair of ports that
 * is used again, SYNs to groups. Inside of wire only. */
#ifndef PEERSPEC_WIRE_SEGMENT_HOSTS_H
#define PEERSPEC_WIRE_SEGMENT_HOSTS_H

#include "wire/flow_table.h"

struct segment_hosts;
struct segment_sight;

struct segment_hosts *segment_hosts_new(void);
void segment_hosts_free(struct segment_hosts *hosts); /* takes NULL */

/* A SYN or an RST, before it finds its flow: whether it answers a SYN to a group address. */
void segment_hosts_group(struct flow_reader *reader, const struct packet *packet);
/* The first SYN or SYN-ACK of its side. */
void segment_hosts_isn(const struct segment_sight *sight);
/* The handshake is done: its numbers are those that others are compared with. */
void segment_hosts_opened(const struct segment_sight *sight);
/* The connection is over: who closed it, and when. Nothing more of it is looked at. */
void segment_hosts_closed(struct flow_reader *reader, struct flow *flow,
                          const struct packet *packet);

#endif
