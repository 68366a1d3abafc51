/* ftp_channel: where the next data connection of a session goes: PORT, PASV, EPRT, EPSV. */
#ifndef PEERSPEC_FAKES_FTP_CHANNEL_H
#define PEERSPEC_FAKES_FTP_CHANNEL_H

#include "fakes/ftp_data.h"

struct ftp_session;

enum ftp_way { FTP_WAY_NONE, FTP_WAY_PASSIVE, FTP_WAY_ACTIVE };

struct ftp_channel {
    enum ftp_way way;
    struct endpoint to;    /* active */
    struct endpoint bound; /* passive */
    struct ftp_data *data; /* passive, or connecting, or connected; owned */
};

/* Drop what was announced before: listener, unused connection. */
void ftp_channel_close(struct ftp_session *session);
/* Listen for the client at the control connection's address, any port; channel.bound says where.
 * False where there is none, which is noted in the transcript. */
bool ftp_channel_listen(struct ftp_session *session);
/* The same at an address and port that the script names. */
bool ftp_channel_listen_at(struct ftp_session *session, const struct endpoint *at);
/* What the client is told of where we listen: the 227 (RFC 959 section 4.1.2) names the address,
 * the 229 (RFC 2428 section 3) the port alone. It is not true where a fault says so. */
struct endpoint ftp_channel_told_227(const struct ftp_session *session);
unsigned ftp_channel_told_229(const struct ftp_session *session);
/* The next data connection goes there. */
void ftp_channel_aim(struct ftp_session *session, const struct endpoint *to);
/* A transfer wants the connection: the transfer is told when it is there, or that it failed. */
void ftp_channel_want(struct ftp_session *session);
/* RFC 2577 section 3: may data go there? NULL, or why not, as a reply. */
const char *ftp_channel_refusal(const struct ftp_session *session, const struct endpoint *to);

#endif
