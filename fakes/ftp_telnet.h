/* ftp_telnet: refuses the Telnet options that a client offers or asks for on the control
 * connection, RFC 1123 section 4.1.2.12: WILL is answered by DONT, DO by WONT. */
#ifndef PEERSPEC_FAKES_FTP_TELNET_H
#define PEERSPEC_FAKES_FTP_TELNET_H

struct ftp_session;

/* Look at what has come since the last call. */
void ftp_telnet_refuse(struct ftp_session *session);

#endif
