/* ftp_telnet: what the control connection has of Telnet. */
#ifndef PEERSPEC_FAKES_FTP_TELNET_H
#define PEERSPEC_FAKES_FTP_TELNET_H

#include "base/buf.h"

struct ftp_session;

/* Append text that may hold octets of 255: they are doubled (RFC 3659 section 2.2). */
void ftp_telnet_add(struct buf *out, struct bytes text);
/* Refuse the options that the client offers or asks for, RFC 1123 section 4.1.2.12: WILL is answered
 * by DONT, DO by WONT. Looks at what has come since the last call. */
void ftp_telnet_refuse(struct ftp_session *session);

#endif
