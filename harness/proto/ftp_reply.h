/* ftp_reply: one reply of an FTP server, as RFC 959 section 4.2 frames it.
 *
 * Pure: octets in, struct out. No socket, no allocation, no global. Lenient where the world is:
 * what is odd but can be read is told in `quirks`, for the rules to judge. */
#ifndef PEERSPEC_PROTO_FTP_REPLY_H
#define PEERSPEC_PROTO_FTP_REPLY_H

#include "base/bytes.h"
#include "base/parse.h"

enum ftp_reply_quirk {
    FTP_REPLY_BARE_LF = 1 << 0,        /* a line ends in LF without CR */
    FTP_REPLY_BARE_CR = 1 << 1,        /* a CR is followed by neither LF nor NUL */
    FTP_REPLY_NUL = 1 << 2,            /* a NUL that no CR precedes */
    FTP_REPLY_NO_SPACE = 1 << 3,       /* "220\r\n": the single or first line has a code alone */
    FTP_REPLY_LAST_NO_SPACE = 1 << 4,  /* the last of several lines is a code alone */
    FTP_REPLY_OTHER_CODE = 1 << 5,     /* "230-" was closed by a line with another code; for
                                          readers who learn it later: the parser never sets it */
    FTP_REPLY_INNER_CODE = 1 << 6,     /* an inner line begins with another code and SP */
    FTP_REPLY_INNER_HYPHEN = 1 << 7,   /* an inner line begins with another code and "-" */
    FTP_REPLY_8BIT = 1 << 8,           /* an octet above 127 */
    FTP_REPLY_CONTROL = 1 << 9,        /* a control octet other than HT, CR, LF, NUL */
    FTP_REPLY_TELNET = 1 << 10,        /* an IAC sequence */
};

struct ftp_reply {
    int code;          /* the three digits, 000 to 999 */
    unsigned lines;    /* 1 unless the reply was opened with "NNN-" */
    unsigned quirks;   /* of enum ftp_reply_quirk */
    struct bytes text; /* all lines with their line ends; points into the input */
};

/* Parse the reply that `in` starts with. Telnet commands before the code are skipped.
 *
 * PARSE_DONE  *reply is filled and *used says how many octets it took.
 * PARSE_MORE  a line end is still to come; call again with more octets.
 * PARSE_BAD   the first line is no reply: *flaw says why and where, and *used is the length
 *             of that line, after which a reader may go on.
 *
 * A multi-line reply ends at the line that begins with its own code and SP (or that is its own
 * code alone), RFC 959 section 4.2; a line with another code and SP is an inner line. */
enum parse ftp_reply_parse(struct bytes in, struct ftp_reply *reply, size_t *used,
                           struct flaw *flaw);

/* Length of the line at the start of `in` with its LF, or 0 if it is not all there. CR NUL LF is
 * inside of a line (RFC 2640 section 3.1). */
size_t ftp_line_length(struct bytes in);
/* `line` without its line end (CR LF or LF). */
struct bytes ftp_line_text(struct bytes line);

/* Line `n` (from 0) of the reply, without its line end; empty past the last. Looks at all before it:
 * whoever goes through them takes them. */
struct bytes ftp_reply_line(const struct ftp_reply *reply, unsigned n);
/* Take the line that *lines begins with: *line is it, without its line end. False at the end. */
bool ftp_reply_take_line(struct bytes *lines, struct bytes *line);
/* The lines between the first and the last, with their line ends. */
struct bytes ftp_reply_inner(const struct ftp_reply *reply);

#endif
