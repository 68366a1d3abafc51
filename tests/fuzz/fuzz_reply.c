#include <stdlib.h>

#include "proto/ftp_reply.h"

/* Walks over the input as a reader of the control connection does. */
static void read_replies(struct bytes in)
{
    struct ftp_reply reply;
    struct flaw flaw;
    size_t used;
    enum parse parse;

    while ((parse = ftp_reply_parse(in, &reply, &used, &flaw)) != PARSE_MORE) {
        if (used == 0 || used > in.len)
            abort();
        if (parse == PARSE_BAD && (flaw.what == NULL || flaw.at >= used))
            abort();
        if (parse == PARSE_DONE) {
            if (reply.code < 0 || reply.code > 999 || reply.lines == 0 || reply.text.len > used)
                abort();
            if (ftp_reply_line(&reply, reply.lines - 1).len < 3 ||
                ftp_reply_line(&reply, reply.lines).len != 0)
                abort();
        }
        in = bytes_from(in, used);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    read_replies((struct bytes){(const char *)data, len});
    return 0;
}
