/* ftp_replies: the replies that came and were not read yet, in order, and the one read last. */
#ifndef PEERSPEC_FAKES_FTP_REPLIES_H
#define PEERSPEC_FAKES_FTP_REPLIES_H

#include "base/buf.h"
#include "proto/ftp_reply.h"

#define FTP_REPLIES_MOST 64 /* of a server that speaks without end, no more are kept */

struct ftp_replies {
    struct {
        int code; /* 0: it was none */
        struct buf text;
    } queue[FTP_REPLIES_MOST];
    size_t count;
    struct buf last;
};

void ftp_replies_init(struct ftp_replies *replies);
void ftp_replies_fini(struct ftp_replies *replies);
/* A copy, unless there are too many. */
void ftp_replies_add(struct ftp_replies *replies, const struct ftp_reply *reply);
/* Read the first of those that are there, at least one: its code. */
int ftp_replies_take(struct ftp_replies *replies);
/* The text of the one that was taken last, without its line ends at the end; lent until the next
 * take.
 */
struct bytes ftp_replies_last(const struct ftp_replies *replies);

#endif
