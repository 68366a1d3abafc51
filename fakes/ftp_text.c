#include "fakes/ftp_text.h"

#include <unistd.h>

#define CHUNK 65536

static bool add_octet(struct buf *out, char octet)
{
    return buf_add(out, (struct bytes){&octet, 1});
}

static bool to_wire(struct bytes text, struct buf *out)
{
    bool after_cr = false;

    while (text.len > 0) {
        size_t len = bytes_index(text, '\n');

        if (!buf_add(out, bytes_slice(text, 0, len)))
            return false;
        if (len > 0)
            after_cr = text.at[len - 1] == '\r';
        if (len == text.len)
            break;
        if (!buf_add_text(out, after_cr ? "\n" : "\r\n"))
            return false;
        after_cr = false;
        text = bytes_from(text, len + 1);
    }
    return true;
}

bool ftp_text_from_wire(struct bytes wire, struct buf *out)
{
    for (size_t i = 0; i < wire.len; i++) {
        bool ends_line = wire.at[i] == '\r' && i + 1 < wire.len && wire.at[i + 1] == '\n';

        if (!ends_line && !add_octet(out, wire.at[i]))
            return false;
    }
    return true;
}

static bool read_all(int fd, struct buf *all)
{
    ssize_t n = 1;

    while (n > 0) {
        char *end = buf_space(all, CHUNK);

        if (end == NULL)
            return false;
        n = pread(fd, end, CHUNK, (off_t)all->len);
        if (n > 0)
            buf_grew(all, (size_t)n);
    }
    return n == 0;
}

bool ftp_text_of_content(const struct ftp_content *content, struct buf *out)
{
    struct buf all;
    bool done;

    if (content->fd < 0)
        return to_wire(content->octets, out);
    buf_init(&all, out->ceiling);
    done = read_all(content->fd, &all) && to_wire(buf_bytes(&all), out);
    buf_fini(&all);
    return done;
}
