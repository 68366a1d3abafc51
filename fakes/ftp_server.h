/* ftp_server: the fake FTP server: by itself complete and correct, over files in memory or on disk;
 * with a player it does what the script says. */
#ifndef PEERSPEC_FAKES_FTP_SERVER_H
#define PEERSPEC_FAKES_FTP_SERVER_H

#include "play/peer.h"

/* A peer_new_fn. */
NODISCARD enum err ftp_server_new(const struct peer_config *config, struct peer **out,
                                  struct diag *why);

#endif
