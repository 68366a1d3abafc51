#include "workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536 /* octets read at once */

enum err workspace_new(char *path, struct diag *why)
{
    const char *parent = getenv("TMPDIR");

    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    snprintf(path, WORKSPACE_PATH, "%s/peerspec-XXXXXX", parent);
    if (mkdtemp(path) == NULL)
        return diag_set(why, ERR_SYSTEM, "no temporary folder can be made in %s: %s", parent,
                        strerror(errno));
    if (chmod(path, 0755) != 0)
        return diag_set(why, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    return OK;
}

enum err workspace_folder(const char *path, struct diag *why)
{
    char partial[PATH_MAX];

    snprintf(partial, sizeof partial, "%s", path);
    for (char *slash = strchr(partial + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(partial, 0777) != 0 && errno != EEXIST)
            return diag_set(why, ERR_SYSTEM, "the folder %s cannot be made: %s", partial,
                            strerror(errno));
        *slash = '/';
    }
    if (mkdir(partial, 0777) != 0 && errno != EEXIST)
        return diag_set(why, ERR_SYSTEM, "the folder %s cannot be made: %s", partial,
                        strerror(errno));
    return OK;
}

static enum err parents_of(const char *path, struct diag *why)
{
    char parent[PATH_MAX];
    char *slash;

    snprintf(parent, sizeof parent, "%s", path);
    slash = strrchr(parent, '/');
    if (slash == NULL || slash == parent)
        return OK;
    *slash = '\0';
    return workspace_folder(parent, why);
}

static enum err write_all(int fd, struct bytes content, const char *path, struct diag *why)
{
    while (content.len > 0) {
        ssize_t written = write(fd, content.at, content.len);

        if (written < 0)
            return diag_set(why, ERR_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
        content = bytes_from(content, (size_t)written);
    }
    return OK;
}

enum err workspace_write(const char *path, struct bytes content, struct diag *why)
{
    enum err err = parents_of(path, why);
    int fd;

    if (err != OK)
        return err;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return diag_set(why, ERR_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
    err = write_all(fd, content, path, why);
    if (close(fd) != 0 && err == OK)
        err = diag_set(why, ERR_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
    return err;
}

enum err workspace_files(const char *folder, const struct exchange_file *files, size_t count,
                         struct diag *why)
{
    enum err err = OK;

    for (size_t i = 0; i < count && err == OK; i++) {
        char path[PATH_MAX];

        if (strstr(files[i].name, "..") != NULL)
            return diag_at(why, ERR_SYNTAX, files[i].at, "a file's name may not hold '..'");
        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        if (files[i].directory)
            err = workspace_folder(path, why);
        else
            err = workspace_write(path, files[i].content.octets, why);
    }
    return err;
}

void workspace_read(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = 1;

    while (fd >= 0 && got > 0 && out->len < out->ceiling) {
        size_t room = out->ceiling - out->len, len = room < CHUNK ? room : CHUNK;
        char *space = buf_space(out, len);

        got = space == NULL ? 0 : read(fd, space, len);
        if (got > 0)
            buf_grew(out, (size_t)got);
    }
    if (fd >= 0)
        close(fd);
}

void workspace_remove(const char *path)
{
    char *const roots[] = {(char *)path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    FTSENT *found;

    if (walk == NULL)
        return;
    while ((found = fts_read(walk)) != NULL) {
        if (found->fts_info == FTS_DP)
            rmdir(found->fts_accpath);
        else if (found->fts_info == FTS_D)
            chmod(found->fts_accpath, 0700);
        else if (found->fts_info != FTS_NS && found->fts_info != FTS_ERR)
            unlink(found->fts_accpath);
    }
    fts_close(walk);
}
