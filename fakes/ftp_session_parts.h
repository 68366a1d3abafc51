/* ftp_session_parts: what the parts of a session share. Inside of ftp_session only. */
#ifndef PEERSPEC_FAKES_FTP_SESSION_PARTS_H
#define PEERSPEC_FAKES_FTP_SESSION_PARTS_H

#include "fakes/ftp_session.h"

/* ftp_session.c: an entry in the transcript, with the addresses of both ends. */
void ftp_session_list(struct ftp_session *session, enum entry_kind kind, struct bytes text);

/* ftp_session_hear.c: begin to read, and go on after what has held it up. */
void ftp_session_watch(struct ftp_session *session);
/* Tell the player where all that was queued has been done. */
void ftp_session_tell_idle(struct ftp_session *session);

/* ftp_session_end.c: the connection is gone; `lost`: by the other side, which is listed. The
 * session itself goes when nobody is inside it any more. */
void ftp_session_end(struct ftp_session *session, enum peer_end how);
void ftp_session_lost(struct ftp_session *session, enum peer_end how);

#endif
