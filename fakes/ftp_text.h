/* ftp_text: NVT-ASCII, RFC 959 section 3.1.1.1: lines end in CR LF on the wire, in LF here. */
#ifndef PEERSPEC_FAKES_FTP_TEXT_H
#define PEERSPEC_FAKES_FTP_TEXT_H

#include "base/buf.h"
#include "fakes/ftp_tree.h"

/* A CR LF that is there already is not doubled. False where `out` is full. */
bool ftp_text_to_wire(struct bytes text, struct buf *out);
bool ftp_text_from_wire(struct bytes wire, struct buf *out);
/* The same for all of a file; closes nothing. */
bool ftp_text_of_content(const struct ftp_content *content, struct buf *out);
/* Octets that ftp_text_to_wire() would write. */
uint64_t ftp_text_wire_length(struct bytes text);

#endif
