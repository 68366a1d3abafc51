/* ftp_fill: values for the holes of what the script has the server say: where it listens for data,
 * and what the command in hand is about. */
#ifndef PEERSPEC_FAKES_FTP_FILL_H
#define PEERSPEC_FAKES_FTP_FILL_H

#include "exchange/pattern.h"

struct ftp_session;

/* HOSTPORT, P1 and PORT open the listener. False: nothing to give. */
bool ftp_fill(struct ftp_session *session, enum hole hole, struct buf *value);

#endif
