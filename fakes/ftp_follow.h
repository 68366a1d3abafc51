/* ftp_follow: the model follows what the script has the server say, so that its later answers are
 * right. */
#ifndef PEERSPEC_FAKES_FTP_FOLLOW_H
#define PEERSPEC_FAKES_FTP_FOLLOW_H

#include "base/bytes.h"

struct ftp_session;

/* `reply` is about to be said to the command in hand. */
void ftp_follow(struct ftp_session *session, struct bytes reply);

#endif
