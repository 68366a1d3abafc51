/* udp_peer: the fake UDP server, which echoes what the script does not claim (RFC 862), and the
 * fake UDP client.
 *
 * What the script says goes to the sender of the last datagram heard, or, from a client, to the
 * server. An ICMP error is a note in the transcript. */
#ifndef PEERSPEC_FAKES_UDP_PEER_H
#define PEERSPEC_FAKES_UDP_PEER_H

#include "play/peer.h"

/* Would an answer to `from` be answered in turn, for ever? So it is with other small services, and
 * with the server itself; and a port of zero wants no answer. The server's model leaves them be. */
bool udp_answers_loop(const struct endpoint *from, const struct endpoint *to);

/* Both are peer_new_fn. */
NODISCARD enum err udp_server_new(const struct peer_config *config, struct peer **out,
                                  struct diag *why);
NODISCARD enum err udp_client_new(const struct peer_config *config, struct peer **out,
                                  struct diag *why);

#endif
