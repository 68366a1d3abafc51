/* tcp_peer: the fake TCP server, which echoes what the script does not claim and closes after the
 * client's FIN (RFC 862), and the fake TCP client.
 *
 * A server serves any number of connections; the script follows one at a time, and the model serves
 * the others. A client opens one, and another where the script says so: it follows the last. */
#ifndef PEERSPEC_FAKES_TCP_PEER_H
#define PEERSPEC_FAKES_TCP_PEER_H

#include "play/peer.h"

/* Both are peer_new_fn. */
NODISCARD enum err tcp_server_new(const struct peer_config *config, struct peer **out,
                                  struct diag *why);
NODISCARD enum err tcp_client_new(const struct peer_config *config, struct peer **out,
                                  struct diag *why);

#endif
