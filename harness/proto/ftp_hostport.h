/* ftp_hostport: the addresses that PORT, EPRT and the replies to PASV and EPSV carry.
 *
 * Pure. Each parser answers PARSE_DONE, or PARSE_BAD, and then *flaw says how; never PARSE_MORE. */
#ifndef PEERSPEC_PROTO_FTP_HOSTPORT_H
#define PEERSPEC_PROTO_FTP_HOSTPORT_H

#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/parse.h"

/* The argument of PORT: h1,h2,h3,h4,p1,p2 and nothing else (RFC 959 section 5.3.2). */
enum parse ftp_port_parse(struct bytes argument, struct endpoint *out, struct flaw *flaw);
/* True where it is the host-number of PORT: h1,h2,h3,h4. */
bool ftp_is_host_number(struct bytes text);
/* The text of a 227 reply: scans for the first digit that begins six numbers (RFC 1123 section
 * 4.1.2.6). */
enum parse ftp_pasv_parse(struct bytes text, struct endpoint *out, struct flaw *flaw);
/* The argument of EPRT: |1|132.235.1.2|6275| or |2|1080::8:800:200C:417A|5282| (RFC 2428 section
 * 2).
 */
enum parse ftp_eprt_parse(struct bytes argument, struct endpoint *out, struct flaw *flaw);
/* The text of a 229 reply: "(|||6446|)", any delimiter of 33 to 126; the port alone (RFC 2428
 * section 3). */
enum parse ftp_epsv_parse(struct bytes text, uint16_t *port, struct flaw *flaw);

#define FTP_HOSTPORT_TEXT 80
/* "192,0,2,1"; IPv4 only. Returns `text`. */
const char *ftp_host_number_format(const struct endpoint *endpoint, char text[FTP_HOSTPORT_TEXT]);
/* "192,0,2,1,4,1"; IPv4 only. Returns `text`. */
const char *ftp_hostport_format(const struct endpoint *endpoint, char text[FTP_HOSTPORT_TEXT]);
/* "|2|2001:db8::1|5282|". Returns `text`. */
const char *ftp_eprt_format(const struct endpoint *endpoint, char text[FTP_HOSTPORT_TEXT]);

#endif
