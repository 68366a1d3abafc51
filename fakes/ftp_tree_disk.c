#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fakes/ftp_tree_kind.h"

struct disk_tree {
    struct ftp_tree tree;
    int root;
};

static int root_of(struct ftp_tree *tree)
{
    return ((struct disk_tree *)(void *)tree)->root;
}

static enum ftp_tree_result result_of(int error)
{
    switch (error) {
    case ENOENT:
        return FTP_TREE_ABSENT;
    case EEXIST:
        return FTP_TREE_EXISTS;
    case EISDIR:
        return FTP_TREE_DIRECTORY;
    case ENOTDIR:
        return FTP_TREE_NOT_DIRECTORY;
    case ENOTEMPTY:
        return FTP_TREE_NOT_EMPTY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return FTP_TREE_FULL;
    default:
        return FTP_TREE_DENIED;
    }
}

/* ---- opening without getting out ---- */

/* Name by name, following no symbolic link: for kernels and sandboxes without openat2(). */
static int walk_beneath(int root, const char *path, int flags, mode_t mode)
{
    char part[NAME_MAX + 1];
    int at = dup(root);

    while (at >= 0 && *path == '/' && path[1] != '\0') {
        size_t len = strcspn(++path, "/");
        bool last = path[len] == '\0';
        int next = -1;

        errno = ENAMETOOLONG;
        if (len <= NAME_MAX) {
            memcpy(part, path, len);
            part[len] = '\0';
            next = openat(at, part, (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC,
                          mode);
        }
        close(at);
        at = next;
        path += len;
        if (last)
            return at;
    }
    if (at >= 0)
        close(at);
    return at < 0 ? -1 : openat(root, ".", flags | O_CLOEXEC, mode);
}

/* Symbolic links are followed as if `root` were the file system's. */
static int open_beneath(int root, const char *path, int flags, mode_t mode)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .mode = (flags & O_CREAT) != 0 ? mode : 0,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, root, path, &how, sizeof how);

    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return walk_beneath(root, path, flags, mode);
    return (int)fd;
}

/* The directory that holds `path`, opened; *name is the name in it. */
static int open_parent(int root, const char *path, const char **name)
{
    char parent[FTP_PATH];

    ftp_path_parent(path, parent);
    *name = ftp_path_name(path);
    return open_beneath(root, parent, O_PATH | O_DIRECTORY, 0);
}

/* ---- the kind's calls ---- */

static void tell(const struct stat *from, struct ftp_node *node)
{
    *node = (struct ftp_node){.directory = S_ISDIR(from->st_mode),
                              .size = (uint64_t)from->st_size,
                              .modified = from->st_mtime,
                              .device = from->st_dev,
                              .number = from->st_ino,
                              .mode = from->st_mode & 07777};
}

static enum ftp_tree_result disk_stat(struct ftp_tree *tree, const char *path,
                                      struct ftp_node *node)
{
    struct stat found;
    int fd = open_beneath(root_of(tree), path, O_PATH, 0);

    if (fd < 0 || fstat(fd, &found) != 0) {
        enum ftp_tree_result result = result_of(errno);

        if (fd >= 0)
            close(fd);
        return result == FTP_TREE_NOT_DIRECTORY ? FTP_TREE_ABSENT : result;
    }
    close(fd);
    if (!S_ISDIR(found.st_mode) && !S_ISREG(found.st_mode))
        return FTP_TREE_DENIED;
    tell(&found, node);
    return FTP_TREE_OK;
}

static enum ftp_tree_result disk_list(struct ftp_tree *tree, const char *path,
                                      ftp_tree_each_fn *each, void *ctx)
{
    int fd = open_beneath(root_of(tree), path, O_RDONLY | O_DIRECTORY, 0);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (directory == NULL) {
        enum ftp_tree_result result = result_of(errno);

        if (fd >= 0)
            close(fd);
        return result;
    }
    while ((entry = readdir(directory)) != NULL) {
        char inside[FTP_PATH];
        struct ftp_node node;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (ftp_path_resolve(path, bytes_of(entry->d_name), inside) &&
            disk_stat(tree, inside, &node) == FTP_TREE_OK)
            each(ctx, entry->d_name, &node);
    }
    closedir(directory);
    return FTP_TREE_OK;
}

static enum ftp_tree_result disk_read(struct ftp_tree *tree, const char *path,
                                      struct ftp_content *content)
{
    struct stat found;
    int fd = open_beneath(root_of(tree), path, O_RDONLY | O_NONBLOCK, 0);

    if (fd < 0)
        return result_of(errno);
    if (fstat(fd, &found) == 0 && S_ISREG(found.st_mode)) {
        content->fd = fd;
        return FTP_TREE_OK;
    }
    close(fd);
    return S_ISDIR(found.st_mode) ? FTP_TREE_DIRECTORY : FTP_TREE_DENIED;
}

static enum ftp_tree_result disk_open_write(struct ftp_tree *tree, const char *path, uint64_t keep,
                                            int *fd)
{
    struct ftp_node node;
    int file;

    if (disk_stat(tree, path, &node) == FTP_TREE_OK && node.directory)
        return FTP_TREE_DIRECTORY;
    file = open_beneath(root_of(tree), path, O_WRONLY | O_CREAT | O_NONBLOCK, 0644);
    if (file < 0)
        return result_of(errno);
    if (fd == NULL) {
        close(file);
        return FTP_TREE_OK;
    }
    if (ftruncate(file, (off_t)keep) != 0 || lseek(file, (off_t)keep, SEEK_SET) < 0) {
        enum ftp_tree_result result = result_of(errno);

        close(file);
        return result;
    }
    *fd = file;
    return FTP_TREE_OK;
}

static enum ftp_tree_result disk_write(struct ftp_tree *tree, const char *path, uint64_t keep,
                                       struct bytes octets)
{
    int fd;
    enum ftp_tree_result result = disk_open_write(tree, path, keep, &fd);

    if (result != FTP_TREE_OK)
        return result;
    while (octets.len > 0) {
        ssize_t n = write(fd, octets.at, octets.len);

        if (n < 0) {
            result = result_of(errno);
            break;
        }
        octets = bytes_from(octets, (size_t)n);
    }
    close(fd);
    return result;
}

static enum ftp_tree_result disk_remove(struct ftp_tree *tree, const char *path, bool directory)
{
    const char *name;
    struct ftp_node node;
    enum ftp_tree_result result = FTP_TREE_OK;
    int parent = open_parent(root_of(tree), path, &name);

    if (parent < 0)
        return result_of(errno);
    if (!directory && disk_stat(tree, path, &node) == FTP_TREE_OK && node.directory)
        result = FTP_TREE_DIRECTORY;
    else if (unlinkat(parent, name, directory ? AT_REMOVEDIR : 0) != 0)
        result = result_of(errno);
    close(parent);
    return result;
}

static enum ftp_tree_result disk_mkdir(struct ftp_tree *tree, const char *path)
{
    const char *name;
    enum ftp_tree_result result = FTP_TREE_OK;
    int parent = open_parent(root_of(tree), path, &name);

    if (parent < 0)
        return result_of(errno);
    if (mkdirat(parent, name, 0755) != 0)
        result = result_of(errno);
    close(parent);
    return result;
}

static enum ftp_tree_result disk_rename(struct ftp_tree *tree, const char *from, const char *to)
{
    const char *old_name, *new_name;
    enum ftp_tree_result result = FTP_TREE_OK;
    int old_parent = open_parent(root_of(tree), from, &old_name);
    int new_parent = old_parent < 0 ? -1 : open_parent(root_of(tree), to, &new_name);

    if (new_parent < 0 || renameat(old_parent, old_name, new_parent, new_name) != 0)
        result = result_of(errno);
    if (old_parent >= 0)
        close(old_parent);
    if (new_parent >= 0)
        close(new_parent);
    return result;
}

static enum ftp_tree_result disk_chmod(struct ftp_tree *tree, const char *path, unsigned mode)
{
    enum ftp_tree_result result = FTP_TREE_OK;
    int fd = open_beneath(root_of(tree), path, O_RDONLY | O_NONBLOCK, 0);

    if (fd < 0)
        return result_of(errno);
    if (fchmod(fd, mode & 0777) != 0)
        result = result_of(errno);
    close(fd);
    return result;
}

static void disk_free(struct ftp_tree *tree)
{
    close(root_of(tree));
    free(tree);
}

static const struct ftp_tree_kind disk_kind = {
    true,        disk_stat,  disk_list,   disk_read,  disk_open_write, disk_write,
    disk_remove, disk_mkdir, disk_rename, disk_chmod, disk_free};

enum err ftp_tree_new_disk(const char *root, struct ftp_tree **out, struct diag *why)
{
    struct disk_tree *tree = calloc(1, sizeof *tree);

    *out = NULL;
    if (tree == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    tree->tree.kind = &disk_kind;
    tree->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (tree->root < 0) {
        free(tree);
        return diag_set(why, ERR_INPUT, "cannot serve the folder '%s': %s", root, strerror(errno));
    }
    *out = &tree->tree;
    return OK;
}
