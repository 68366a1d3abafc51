/* ftp_client_script: what the fake FTP client reads out of its exchange ahead of playing it.
 *
 * Pure. */
#ifndef PEERSPEC_FAKES_FTP_CLIENT_SCRIPT_H
#define PEERSPEC_FAKES_FTP_CLIENT_SCRIPT_H

#include "base/buf.h"
#include "exchange/exchange.h"

/* Is the script's next command after a REST a transfer? The data connection is then got before the
 * REST, which has to stand directly before the transfer (RFC 3659 section 5.3). */
bool ftp_script_rest_precedes_transfer(const struct exchange *exchange);
/* Is some cut of the data scripted? They are then not read before the script says how much. False
 * where there is no exchange. */
bool ftp_script_cuts_data(const struct exchange *exchange);
/* How long behind the command that wants one, in ns, the script has the client open a data
 * connection. */
int64_t ftp_script_data_delay(const struct exchange *exchange);
/* Append what the model sends as that file: the local one of that name, or the server's, as the
 * type has it on the wire. */
void ftp_script_add_content(const struct exchange *exchange, const char *name, bool ascii,
                            struct buf *out);

#endif
