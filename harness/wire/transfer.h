/* transfer: what goes over a data connection, as far as somebody wants to know; and the greeting
 * by which a stream turns out to be an FTP session. Inside of wire only. */
#ifndef PEERSPEC_WIRE_TRANSFER_H
#define PEERSPEC_WIRE_TRANSFER_H

#include "wire/flow_table.h"

#define TRANSFER_KEPT (256u << 10) /* octets of a listing that are kept */

void transfer_octets(struct flow *flow, enum side from, const struct stream_run *run);
/* The flow is TLS from its next octets on. */
void transfer_tls_begin(struct flow *flow);
/* Octets of it; returns the first of them that are in clear again. */
struct bytes transfer_tls(struct flow *flow, enum side from, const struct stream_run *run);
/* Octets are missing here. */
void transfer_gap(struct flow *flow);
/* What was kept goes into the timeline, and the hash. */
void transfer_finish(struct flow *flow);
/* A segment of `from` was noted. True while it may still turn out that this is FTP; where it just
 * did, the conversation is one from here on. */
bool transfer_greets(struct flow_reader *reader, struct flow *flow, enum side from);

#endif
