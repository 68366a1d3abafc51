/* ftp_lines: the command lines that have come on a control connection and wait to be heard.
 *
 * They need not be taken in order: an ABOR may overtake. */
#ifndef PEERSPEC_FAKES_FTP_LINES_H
#define PEERSPEC_FAKES_FTP_LINES_H

#include "base/buf.h"

#define FTP_LINE_LONGEST 8192u

struct ftp_lines {
    struct buf text;
    size_t negotiated; /* octets of it whose Telnet options have been answered */
    bool discarding;   /* what comes is the rest of a line that is too long */
};

/* One that is whole, with its line end: where in `text`. Gone with the next take. */
struct ftp_line {
    size_t at, len;
};

void ftp_lines_init(struct ftp_lines *lines); /* none has come */
void ftp_lines_fini(struct ftp_lines *lines);
/* Where more octets go, as buf_space(); ftp_lines_are_full() where there is no such room. */
char *ftp_lines_space(struct ftp_lines *lines, size_t len);
bool ftp_lines_are_full(const struct ftp_lines *lines, size_t len);
/* So many came. */
void ftp_lines_grew(struct ftp_lines *lines, size_t len);
/* Has a line begun that is longer than any may be? */
bool ftp_lines_too_long(const struct ftp_lines *lines);
/* Away with the first line, as far as it is there; `discarding` until its line end has come. */
void ftp_lines_discard(struct ftp_lines *lines);

/* The n-th line that waits, from 0; false where there are not so many. */
bool ftp_lines_find(const struct ftp_lines *lines, size_t n, struct ftp_line *line);
/* Does it hold this command? */
bool ftp_lines_hold(const struct ftp_lines *lines, const struct ftp_line *line, const char *verb);
/* Take it out: a copy for the caller to free, or NULL, and it stays, where memory is out. */
char *ftp_lines_take(struct ftp_lines *lines, const struct ftp_line *line);

#endif
