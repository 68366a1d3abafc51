/* tls: what a TLS connection shows without keys, both sides of it. Inside of wire only. */
#ifndef PEERSPEC_WIRE_TLS_H
#define PEERSPEC_WIRE_TLS_H

#include "wire/stream.h"
#include "wire/timeline.h"

struct tls;

/* `told` lives as long as the timeline; what is seen is told there. */
struct tls *tls_new(struct timeline_tls *told);
void tls_free(struct tls *tls); /* takes NULL */
/* True where the octets begin a TLS handshake. */
bool tls_begins(struct bytes octets);
/* Octets in order. Returns those that are no records any more, where these are the first. */
struct bytes tls_take(struct tls *tls, enum side from, const struct stream_run *run);

#endif
