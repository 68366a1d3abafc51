/* ftp_text: NVT-ASCII, RFC 959 section 3.1.1.1: lines end in CR LF on the wire, in LF here. */
#ifndef PEERSPEC_FAKES_FTP_TEXT_H
#define PEERSPEC_FAKES_FTP_TEXT_H

#include "base/buf.h"
#include "fakes/ftp_tree.h"

/* What came, as it is kept. False where `out` is full. */
bool ftp_text_from_wire(struct bytes wire, struct buf *out);
/* All of a file as it goes over the wire: a CR LF that is there already is not doubled. Closes
 * nothing. False where `out` is full or the file cannot be read. */
bool ftp_text_of_content(const struct ftp_content *content, struct buf *out);

#endif
