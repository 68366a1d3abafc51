/* ftp_moves: the commands that move data: RETR STOR STOU APPE LIST NLST MLSD, and what they need.
 */
#ifndef PEERSPEC_FAKES_FTP_MOVES_H
#define PEERSPEC_FAKES_FTP_MOVES_H

#include "exchange/exchange.h"

struct ftp_session;

/* Fill session->transfer, which the script plays: with `payload` where one is given, otherwise with
 * what the model would move for the command in hand; nothing where it would refuse. */
void ftp_moves_prepare(struct ftp_session *session, const struct payload *payload);

#endif
