#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t ceiling)
{
    *buf = (struct buf){NULL, 0, 0, ceiling};
}

void buf_fini(struct buf *buf)
{
    free(buf->ptr);
    *buf = (struct buf){NULL, 0, 0, buf->ceiling};
}

char *buf_space(struct buf *buf, size_t len)
{
    size_t want, room = buf->room < 128 ? 128 : buf->room;
    char *grown;

    if (len > buf->ceiling || buf->len > buf->ceiling - len)
        return NULL;
    want = buf->len + len + 1;
    if (want <= buf->room)
        return buf->ptr + buf->len;
    while (room < want)
        room *= 2;
    grown = realloc(buf->ptr, room);
    if (grown == NULL)
        return NULL;
    buf->ptr = grown;
    buf->room = room;
    return buf->ptr + buf->len;
}

void buf_grew(struct buf *buf, size_t len)
{
    buf->len += len;
}

bool buf_add(struct buf *buf, struct bytes more)
{
    char *end = buf_space(buf, more.len);

    if (end == NULL)
        return false;
    if (more.len > 0)
        memcpy(end, more.at, more.len);
    buf->len += more.len;
    return true;
}

bool buf_add_text(struct buf *buf, const char *text)
{
    return buf_add(buf, bytes_of(text));
}

bool buf_addf(struct buf *buf, const char *fmt, ...)
{
    va_list ap;
    int len;
    char *end;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len < 0)
        return false;
    end = buf_space(buf, (size_t)len);
    if (end == NULL)
        return false;
    va_start(ap, fmt);
    vsnprintf(end, (size_t)len + 1, fmt, ap);
    va_end(ap);
    buf->len += (size_t)len;
    return true;
}

void buf_drop(struct buf *buf, size_t len)
{
    if (len >= buf->len) {
        buf->len = 0;
        return;
    }
    memmove(buf->ptr, buf->ptr + len, buf->len - len);
    buf->len -= len;
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
}

struct bytes buf_bytes(const struct buf *buf)
{
    return (struct bytes){buf->ptr, buf->len};
}

const char *buf_text(struct buf *buf)
{
    if (buf->ptr == NULL && buf_space(buf, 0) == NULL)
        return "";
    buf->ptr[buf->len] = '\0';
    return buf->ptr;
}
