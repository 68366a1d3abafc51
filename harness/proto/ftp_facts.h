/* ftp_facts: the answers of RFC 3659 and RFC 2389: times, sizes, MLSx entries, feature lines.
 *
 * Pure. */
#ifndef PEERSPEC_PROTO_FTP_FACTS_H
#define PEERSPEC_PROTO_FTP_FACTS_H

#include "base/bytes.h"
#include "base/parse.h"

/* time-val of RFC 3659 section 2.3: YYYYMMDDHHMMSS[.F...], ranges checked. PARSE_DONE or
 * PARSE_BAD. */
enum parse ftp_time_parse(struct bytes in, int64_t *unix_seconds, struct flaw *flaw);
/* "19990929003355" for seconds since 1970 in UTC; `text` holds 20 octets. Returns `text`. */
const char *ftp_time_format(int64_t unix_seconds, char text[20]);

struct ftp_fact {
    struct bytes name, value;
};
/* Take the next fact of an MLSx entry (RFC 3659 section 7.2) from *entry, "Size=12;" at a time.
 * PARSE_DONE  *fact is filled and *entry advanced;
 * PARSE_MORE  the facts are over: *entry is the pathname (the SP taken off);
 * PARSE_BAD   *flaw says what is wrong, its offset counted in *entry. */
enum parse ftp_fact_next(struct bytes *entry, struct ftp_fact *fact, struct flaw *flaw);

/* The pathname of a 257 reply (RFC 959 appendix II): the quoted string, doubled quotes made
 * single in `room`, which holds text.len octets and which *path points into. PARSE_DONE or
 * PARSE_BAD. */
enum parse ftp_quoted_path(struct bytes text, char *room, struct bytes *path, struct flaw *flaw);

#endif
