#include "fakes/ftp_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/ftp_tree_kind.h"

/* ---- paths ---- */

/* Cut the last name off. */
static size_t step_up(const char *path, size_t len)
{
    while (len > 0 && path[len - 1] != '/')
        len--;
    return len > 0 ? len - 1 : 0;
}

static bool step_down(char *path, size_t *len, struct bytes name)
{
    if (*len + 1 + name.len >= FTP_PATH)
        return false;
    path[(*len)++] = '/';
    memcpy(path + *len, name.at, name.len);
    *len += name.len;
    return true;
}

/* A listing is no place for a line end (RFC 3659 section 2.2), nor the disk for a NUL. */
static bool may_be_named(struct bytes name)
{
    return bytes_index(name, '\0') == name.len && bytes_index(name, '\r') == name.len &&
           bytes_index(name, '\n') == name.len;
}

bool ftp_path_resolve(const char *cwd, struct bytes name, char path[FTP_PATH])
{
    size_t len = 0;

    if (!may_be_named(name))
        return false;
    if (name.len == 0 || name.at[0] != '/')
        len = strcmp(cwd, "/") == 0 ? 0 : strlen(cwd);
    memcpy(path, cwd, len);
    while (name.len > 0) {
        size_t end = bytes_index(name, '/');
        struct bytes part = bytes_slice(name, 0, end);

        name = bytes_from(name, end < name.len ? end + 1 : end);
        if (part.len == 0 || bytes_is(part, "."))
            continue;
        if (bytes_is(part, ".."))
            len = step_up(path, len);
        else if (!step_down(path, &len, part))
            return false;
    }
    if (len == 0)
        path[len++] = '/';
    path[len] = '\0';
    return true;
}

const char *ftp_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

void ftp_path_parent(const char *path, char parent[FTP_PATH])
{
    size_t len = step_up(path, strlen(path));

    memcpy(parent, path, len);
    if (len == 0)
        parent[len++] = '/';
    parent[len] = '\0';
}

/* ---- sorted listing ---- */

struct listed {
    char *name; /* owned */
    struct ftp_node node;
};

struct listed_names {
    struct listed *at; /* owned */
    size_t count, room;
};

static void collect(void *ctx, const char *name, const struct ftp_node *node)
{
    struct listed_names *names = ctx;

    if (names->count == names->room) {
        size_t room = names->room == 0 ? 16 : names->room * 2;
        struct listed *grown = realloc(names->at, room * sizeof *grown);

        if (grown == NULL)
            return;
        names->at = grown;
        names->room = room;
    }
    names->at[names->count].name = strdup(name);
    names->at[names->count].node = *node;
    if (names->at[names->count].name != NULL)
        names->count++;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

enum ftp_tree_result ftp_tree_list(struct ftp_tree *tree, const char *path, ftp_tree_each_fn *each,
                                   void *ctx)
{
    struct listed_names names = {NULL, 0, 0};
    enum ftp_tree_result result = tree->kind->list(tree, path, collect, &names);

    if (names.count > 0)
        qsort(names.at, names.count, sizeof *names.at, by_name);
    for (size_t i = 0; i < names.count; i++) {
        each(ctx, names.at[i].name, &names.at[i].node);
        free(names.at[i].name);
    }
    free(names.at);
    return result;
}

/* ---- the rest ---- */

bool ftp_tree_on_disk(const struct ftp_tree *tree)
{
    return tree->kind->on_disk;
}

enum ftp_tree_result ftp_tree_stat(struct ftp_tree *tree, const char *path, struct ftp_node *node)
{
    return tree->kind->stat(tree, path, node);
}

enum ftp_tree_result ftp_tree_read(struct ftp_tree *tree, const char *path,
                                   struct ftp_content *content)
{
    *content = (struct ftp_content){.fd = -1};
    return tree->kind->read(tree, path, content);
}

enum ftp_tree_result ftp_tree_open_write(struct ftp_tree *tree, const char *path, uint64_t keep,
                                         int *fd)
{
    return tree->kind->open_write(tree, path, keep, fd);
}

enum ftp_tree_result ftp_tree_write(struct ftp_tree *tree, const char *path, uint64_t keep,
                                    struct bytes octets)
{
    return tree->kind->write(tree, path, keep, octets);
}

enum ftp_tree_result ftp_tree_remove(struct ftp_tree *tree, const char *path, bool directory)
{
    if (strcmp(path, "/") == 0)
        return FTP_TREE_DENIED;
    return tree->kind->remove(tree, path, directory);
}

enum ftp_tree_result ftp_tree_mkdir(struct ftp_tree *tree, const char *path)
{
    return tree->kind->mkdir(tree, path);
}

enum ftp_tree_result ftp_tree_rename(struct ftp_tree *tree, const char *from, const char *to)
{
    size_t len = strlen(from);
    struct ftp_node node;

    if (strcmp(from, "/") == 0 || (strncmp(from, to, len) == 0 && to[len] == '/'))
        return FTP_TREE_DENIED;
    if (ftp_tree_stat(tree, to, &node) == FTP_TREE_OK && node.directory)
        return FTP_TREE_EXISTS;
    return tree->kind->rename(tree, from, to);
}

enum ftp_tree_result ftp_tree_chmod(struct ftp_tree *tree, const char *path, unsigned mode)
{
    return tree->kind->chmod(tree, path, mode);
}

void ftp_tree_unique(struct ftp_tree *tree, const char *directory, char path[FTP_PATH])
{
    struct ftp_node node;

    for (unsigned n = 1;; n++) {
        char name[32];
        int len = snprintf(name, sizeof name, "unique.%u", n);

        if (!ftp_path_resolve(directory, (struct bytes){name, (size_t)len}, path) ||
            ftp_tree_stat(tree, path, &node) == FTP_TREE_ABSENT)
            return;
    }
}

void ftp_tree_free(struct ftp_tree *tree)
{
    if (tree != NULL)
        tree->kind->free(tree);
}
