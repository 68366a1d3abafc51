#include "fakes/ftp_replies.h"

#include <assert.h>
#include <string.h>

#define TEXT_CEILING (1u << 20)

void ftp_replies_init(struct ftp_replies *replies)
{
    replies->count = 0;
    buf_init(&replies->last, TEXT_CEILING);
}

void ftp_replies_fini(struct ftp_replies *replies)
{
    while (replies->count > 0)
        ftp_replies_take(replies);
    buf_fini(&replies->last);
}

void ftp_replies_add(struct ftp_replies *replies, const struct ftp_reply *reply)
{
    struct buf *text;

    if (replies->count == FTP_REPLIES_MOST)
        return;
    text = &replies->queue[replies->count].text;
    replies->queue[replies->count++].code = reply->code;
    buf_init(text, TEXT_CEILING);
    buf_add(text, reply->text);
}

int ftp_replies_take(struct ftp_replies *replies)
{
    int code = replies->queue[0].code;

    assert(replies->count > 0);
    buf_fini(&replies->last);
    replies->last = replies->queue[0].text;
    replies->count--;
    memmove(replies->queue, replies->queue + 1, replies->count * sizeof replies->queue[0]);
    return code;
}

struct bytes ftp_replies_last(const struct ftp_replies *replies)
{
    struct bytes text = buf_bytes(&replies->last);

    while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
        text.len--;
    return text;
}
