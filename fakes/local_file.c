#include "fakes/local_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (1u << 16)

static enum err cannot(const char *what, const char *name, struct diag *why)
{
    return diag_set(why, ERR_SYSTEM, "cannot %s %s: %s", what, name, strerror(errno));
}

const char *local_file_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

enum err local_file_path(const char *folder, const char *name, char path[LOCAL_FILE_NAME],
                         struct diag *why)
{
    bool as_it_is = folder == NULL || *name == '/';
    int len = snprintf(path, LOCAL_FILE_NAME, "%s%s%s", as_it_is ? "" : folder, as_it_is ? "" : "/",
                       name);

    if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        len >= LOCAL_FILE_NAME)
        return diag_set(why, ERR_USAGE, "'%s' is no name for a local file", name);
    return OK;
}

enum err local_file_read(const char *path, struct buf *out, struct diag *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = 1;

    if (fd < 0)
        return cannot("open", path, why);
    while (len > 0) {
        char *space = buf_space(out, CHUNK);

        len = space == NULL ? -1 : read(fd, space, CHUNK);
        if (len > 0)
            buf_grew(out, (size_t)len);
    }
    close(fd);
    return len < 0 ? cannot("read", path, why) : OK;
}

/* Where there is nothing a plain file will be. */
static bool is_plain(const char *path)
{
    struct stat there;

    return stat(path, &there) != 0 || S_ISREG(there.st_mode) || S_ISDIR(there.st_mode);
}

static void drop(const struct local_file *file)
{
    if (file->plain)
        unlink(file->part);
}

enum err local_file_create(const char *folder, const char *name, struct local_file *file,
                           struct diag *why)
{
    enum err err = local_file_path(folder, name, file->name, why);

    file->fd = -1;
    if (err != OK)
        return err;
    file->plain = is_plain(file->name);
    snprintf(file->part, sizeof file->part, "%s%s", file->name, file->plain ? ".part" : "");
    file->fd = open(file->part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return file->fd < 0 ? cannot("create", file->part, why) : OK;
}

enum err local_file_write(struct local_file *file, struct bytes octets, struct diag *why)
{
    while (octets.len > 0) {
        ssize_t len = write(file->fd, octets.at, octets.len);

        if (len < 0)
            return cannot("write", file->part, why);
        octets = bytes_from(octets, (size_t)len);
    }
    return OK;
}

void local_file_spoil(struct local_file *file)
{
    char octet;
    off_t last = lseek(file->fd, -1, SEEK_END);

    if (last >= 0 && pread(file->fd, &octet, 1, last) == 1) {
        octet ^= 1;
        (void)!pwrite(file->fd, &octet, 1, last);
    }
}

enum err local_file_finish(struct local_file *file, struct diag *why)
{
    enum err err = OK;

    if (close(file->fd) < 0)
        err = cannot("write", file->part, why);
    file->fd = -1;
    if (err == OK && file->plain && rename(file->part, file->name) < 0)
        err = cannot("name", file->name, why);
    if (err != OK)
        drop(file);
    return err;
}

void local_file_discard(struct local_file *file)
{
    close(file->fd);
    file->fd = -1;
    drop(file);
}
