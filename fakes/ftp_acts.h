/* ftp_acts: what the script has the server do, in the order of the script.
 *
 * Lines go to the outlet at once; a transfer holds up what is behind it until it is over. */
#ifndef PEERSPEC_FAKES_FTP_ACTS_H
#define PEERSPEC_FAKES_FTP_ACTS_H

#include "play/peer.h"

struct ftp_session;

struct ftp_acts {
    struct ftp_act *first, **end; /* owned */
};

void ftp_acts_init(struct ftp_acts *acts);
void ftp_acts_fini(struct ftp_acts *acts);
bool ftp_acts_none(const struct ftp_acts *acts);
/* Queue, until ftp_acts_run(): the text of a line is copied, its deliveries and payloads are the
 * exchange's. */
void ftp_acts_say(struct ftp_acts *acts, const struct peer_say *say);
void ftp_acts_transfer(struct ftp_acts *acts, const struct peer_transfer *transfer);
void ftp_acts_act(struct ftp_acts *acts, const struct delivery *act);
/* Say at once what was queued behind `mark`, which was acts->end before: the answer to a command
 * that does not wait for the transfer. */
void ftp_acts_hurry(struct ftp_session *session, struct ftp_act **mark);
/* Do all that can be done now. */
void ftp_acts_run(struct ftp_session *session);

#endif
