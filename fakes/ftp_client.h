/* ftp_client: the fake FTP client.
 *
 * With an exchange it says what the script says, logs in where the script starts behind the login,
 * and gets a data connection for a transfer whose script names none. Without one it greets, logs
 * in and ends. */
#ifndef PEERSPEC_FAKES_FTP_CLIENT_H
#define PEERSPEC_FAKES_FTP_CLIENT_H

#include "play/peer.h"

/* A peer_new_fn. */
NODISCARD enum err ftp_client_new(const struct peer_config *config, struct peer **out,
                                  struct diag *why);

#endif
