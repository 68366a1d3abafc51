#include "exchange/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static const char *read_all(int fd, struct buf *buf)
{
    ssize_t got;

    do {
        char *space = buf_space(buf, 65536);

        if (space == NULL)
            return "it is too large";
        got = read(fd, space, 65536);
        if (got > 0)
            buf_grew(buf, (size_t)got);
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got < 0 ? strerror(errno) : NULL;
}

static const char *read_regular(int fd, size_t limit, struct arena *arena, struct bytes *octets)
{
    struct stat about;
    struct buf buf;
    const char *why;

    if (fstat(fd, &about) != 0)
        return strerror(errno);
    if (S_ISDIR(about.st_mode))
        return "it is a directory";
    if (!S_ISREG(about.st_mode))
        return "it is not a regular file";
    buf_init(&buf, limit + 65536);
    why = read_all(fd, &buf);
    if (why == NULL && buf.len > limit)
        why = "it is too large";
    if (why == NULL)
        *octets = arena_bytes(arena, buf_bytes(&buf));
    buf_fini(&buf);
    return why;
}

const char *file_read(const char *path, size_t limit, struct arena *arena, struct bytes *octets)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const char *why;

    if (fd < 0)
        return strerror(errno);
    why = read_regular(fd, limit, arena, octets);
    close(fd);
    return why;
}
