#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fakes/ftp_tree_kind.h"

#define FILE_CEILING (256u << 20)
/* Files of a script are as old in every run: 1999-09-29 00:33:55 UTC. */
#define SCRIPTED_TIME INT64_C(938565235)

/* Shared by the file and by the transfers that are sending it. */
struct blob {
    unsigned holders;
    size_t len;
    char octets[];
};

struct memory_node {
    char *path;        /* owned */
    struct blob *blob; /* NULL: a directory */
    int64_t modified;
    uint64_t number;
    unsigned mode;
};

struct memory_tree {
    struct ftp_tree tree;
    struct memory_node *nodes; /* owned */
    size_t count, room;
    uint64_t last_number;
};

static struct memory_tree *memory(struct ftp_tree *tree)
{
    return (struct memory_tree *)(void *)tree;
}

static struct blob *blob_new(struct bytes first, struct bytes second)
{
    struct blob *blob = malloc(sizeof *blob + first.len + second.len);

    if (blob == NULL)
        return NULL;
    blob->holders = 1;
    blob->len = first.len + second.len;
    if (first.len > 0)
        memcpy(blob->octets, first.at, first.len);
    if (second.len > 0)
        memcpy(blob->octets + first.len, second.at, second.len);
    return blob;
}

static void blob_release(struct blob *blob)
{
    if (blob != NULL && --blob->holders == 0)
        free(blob);
}

void ftp_content_release(struct ftp_content *content)
{
    blob_release(content->held);
    if (content->fd >= 0)
        close(content->fd);
    content->held = NULL;
    content->fd = -1;
    content->octets = (struct bytes){NULL, 0};
}

static struct memory_node *find(struct memory_tree *tree, const char *path)
{
    for (size_t i = 0; i < tree->count; i++)
        if (strcmp(tree->nodes[i].path, path) == 0)
            return &tree->nodes[i];
    return NULL;
}

static struct memory_node *add(struct memory_tree *tree, const char *path, struct blob *blob)
{
    struct memory_node *node;

    if (tree->count == tree->room) {
        size_t room = tree->room == 0 ? 16 : tree->room * 2;
        struct memory_node *grown = realloc(tree->nodes, room * sizeof *grown);

        if (grown == NULL)
            return NULL;
        tree->nodes = grown;
        tree->room = room;
    }
    node = &tree->nodes[tree->count];
    *node = (struct memory_node){.path = strdup(path),
                                 .blob = blob,
                                 .modified = time(NULL),
                                 .number = ++tree->last_number,
                                 .mode = blob == NULL ? 0755 : 0644};
    if (node->path == NULL)
        return NULL;
    tree->count++;
    return node;
}

static void drop(struct memory_tree *tree, struct memory_node *node)
{
    free(node->path);
    blob_release(node->blob);
    *node = tree->nodes[--tree->count];
}

static bool is_child(const char *directory, const char *path)
{
    size_t len = strcmp(directory, "/") == 0 ? 0 : strlen(directory);

    return strncmp(path, directory, len) == 0 && path[len] == '/' && path[len + 1] != '\0' &&
           strchr(path + len + 1, '/') == NULL;
}

static void tell(const struct memory_node *from, struct ftp_node *node)
{
    *node = (struct ftp_node){.directory = from->blob == NULL,
                              .size = from->blob == NULL ? 0 : from->blob->len,
                              .modified = from->modified,
                              .number = from->number,
                              .mode = from->mode};
}

static enum ftp_tree_result parent_is_there(struct memory_tree *tree, const char *path)
{
    char parent[FTP_PATH];
    struct memory_node *node;

    ftp_path_parent(path, parent);
    node = find(tree, parent);
    if (node == NULL)
        return FTP_TREE_ABSENT;
    return node->blob == NULL ? FTP_TREE_OK : FTP_TREE_NOT_DIRECTORY;
}

/* ---- the kind's calls ---- */

static enum ftp_tree_result memory_stat(struct ftp_tree *tree, const char *path,
                                        struct ftp_node *node)
{
    struct memory_node *found = find(memory(tree), path);

    if (found == NULL)
        return FTP_TREE_ABSENT;
    tell(found, node);
    return FTP_TREE_OK;
}

static enum ftp_tree_result memory_list(struct ftp_tree *tree, const char *path,
                                        ftp_tree_each_fn *each, void *ctx)
{
    struct memory_tree *all = memory(tree);
    struct memory_node *found = find(all, path);
    struct ftp_node node;

    if (found == NULL)
        return FTP_TREE_ABSENT;
    if (found->blob != NULL)
        return FTP_TREE_NOT_DIRECTORY;
    for (size_t i = 0; i < all->count; i++) {
        if (!is_child(path, all->nodes[i].path))
            continue;
        tell(&all->nodes[i], &node);
        each(ctx, ftp_path_name(all->nodes[i].path), &node);
    }
    return FTP_TREE_OK;
}

static enum ftp_tree_result memory_read(struct ftp_tree *tree, const char *path,
                                        struct ftp_content *content)
{
    struct memory_node *found = find(memory(tree), path);

    if (found == NULL)
        return FTP_TREE_ABSENT;
    if (found->blob == NULL)
        return FTP_TREE_DIRECTORY;
    found->blob->holders++;
    content->held = found->blob;
    content->octets = (struct bytes){found->blob->octets, found->blob->len};
    return FTP_TREE_OK;
}

static enum ftp_tree_result memory_open_write(struct ftp_tree *tree, const char *path,
                                              uint64_t keep, int *fd)
{
    struct memory_node *found = find(memory(tree), path);

    (void)keep;
    if (fd != NULL)
        *fd = -1;
    if (found != NULL)
        return found->blob == NULL ? FTP_TREE_DIRECTORY : FTP_TREE_OK;
    return parent_is_there(memory(tree), path);
}

static enum ftp_tree_result memory_write(struct ftp_tree *tree, const char *path, uint64_t keep,
                                         struct bytes octets)
{
    struct memory_node *found = find(memory(tree), path);
    enum ftp_tree_result result = memory_open_write(tree, path, keep, NULL);
    struct bytes kept = {NULL, 0};
    struct blob *blob;

    if (result != FTP_TREE_OK)
        return result;
    if (found != NULL)
        kept = bytes_slice((struct bytes){found->blob->octets, found->blob->len}, 0, (size_t)keep);
    if (kept.len + octets.len > FILE_CEILING)
        return FTP_TREE_FULL;
    blob = blob_new(kept, octets);
    if (blob == NULL)
        return FTP_TREE_FULL;
    if (found == NULL) {
        if (add(memory(tree), path, blob) != NULL)
            return FTP_TREE_OK;
        free(blob);
        return FTP_TREE_FULL;
    }
    blob_release(found->blob);
    found->blob = blob;
    found->modified = time(NULL);
    return FTP_TREE_OK;
}

static bool has_children(const struct memory_tree *tree, const char *path)
{
    for (size_t i = 0; i < tree->count; i++)
        if (is_child(path, tree->nodes[i].path))
            return true;
    return false;
}

static enum ftp_tree_result memory_remove(struct ftp_tree *tree, const char *path, bool directory)
{
    struct memory_node *found = find(memory(tree), path);

    if (found == NULL)
        return FTP_TREE_ABSENT;
    if (directory != (found->blob == NULL))
        return directory ? FTP_TREE_NOT_DIRECTORY : FTP_TREE_DIRECTORY;
    if (directory && has_children(memory(tree), path))
        return FTP_TREE_NOT_EMPTY;
    drop(memory(tree), found);
    return FTP_TREE_OK;
}

static enum ftp_tree_result memory_mkdir(struct ftp_tree *tree, const char *path)
{
    enum ftp_tree_result result = parent_is_there(memory(tree), path);

    if (find(memory(tree), path) != NULL)
        return FTP_TREE_EXISTS;
    if (result != FTP_TREE_OK)
        return result;
    return add(memory(tree), path, NULL) == NULL ? FTP_TREE_FULL : FTP_TREE_OK;
}

/* Everything at and below `from` gets its new name. */
static enum ftp_tree_result move_all(struct memory_tree *tree, const char *from, const char *to)
{
    size_t len = strlen(from);

    for (size_t i = 0; i < tree->count; i++) {
        struct memory_node *node = &tree->nodes[i];
        char *moved;

        if (strncmp(node->path, from, len) != 0 || (node->path[len] != '/' && node->path[len]))
            continue;
        if (asprintf(&moved, "%s%s", to, node->path + len) < 0)
            return FTP_TREE_FULL;
        free(node->path);
        node->path = moved;
    }
    return FTP_TREE_OK;
}

static enum ftp_tree_result memory_rename(struct ftp_tree *tree, const char *from, const char *to)
{
    struct memory_tree *all = memory(tree);
    struct memory_node *node = find(all, from);
    struct memory_node *old;
    enum ftp_tree_result result = parent_is_there(all, to);

    if (node == NULL)
        return FTP_TREE_ABSENT;
    if (result != FTP_TREE_OK)
        return result;
    old = find(all, to);
    if (old == node)
        return FTP_TREE_OK;
    if (old != NULL && node->blob == NULL)
        return FTP_TREE_EXISTS;
    if (old != NULL)
        drop(all, old);
    return move_all(all, from, to);
}

static enum ftp_tree_result memory_chmod(struct ftp_tree *tree, const char *path, unsigned mode)
{
    struct memory_node *found = find(memory(tree), path);

    if (found == NULL)
        return FTP_TREE_ABSENT;
    found->mode = mode;
    return FTP_TREE_OK;
}

static void memory_free(struct ftp_tree *tree)
{
    struct memory_tree *all = memory(tree);

    for (size_t i = 0; i < all->count; i++) {
        free(all->nodes[i].path);
        blob_release(all->nodes[i].blob);
    }
    free(all->nodes);
    free(all);
}

static const struct ftp_tree_kind memory_kind = {
    false,         memory_stat,  memory_list,   memory_read,  memory_open_write, memory_write,
    memory_remove, memory_mkdir, memory_rename, memory_chmod, memory_free};

/* ---- filling it ---- */

/* Make the directories above `path` that are not there. */
static void make_parents(struct memory_tree *tree, const char *path)
{
    char parent[FTP_PATH];
    struct memory_node *node;

    ftp_path_parent(path, parent);
    if (find(tree, parent) != NULL)
        return;
    make_parents(tree, parent);
    node = add(tree, parent, NULL);
    if (node != NULL)
        node->modified = SCRIPTED_TIME;
}

static enum err put_file(struct memory_tree *tree, const struct exchange_file *file,
                         struct diag *why)
{
    static const struct bytes nothing = {NULL, 0};
    char path[FTP_PATH];
    struct memory_node *node;
    struct blob *blob = NULL;

    if (!ftp_path_resolve("/", bytes_of(file->name), path))
        return diag_at(why, ERR_SYNTAX, file->at, "the name of the file is too long");
    if (find(tree, path) != NULL)
        return OK;
    make_parents(tree, path);
    if (!file->directory)
        blob = blob_new(file->content.octets, nothing);
    node = !file->directory && blob == NULL ? NULL : add(tree, path, blob);
    if (node == NULL) {
        free(blob);
        return diag_set(why, ERR_SYSTEM, "out of memory for the files of the server");
    }
    node->modified = SCRIPTED_TIME;
    return OK;
}

enum err ftp_tree_new_memory(const struct exchange_file *files, size_t count, struct ftp_tree **out,
                             struct diag *why)
{
    struct memory_tree *tree = calloc(1, sizeof *tree);
    struct memory_node *root;
    enum err err = OK;

    *out = NULL;
    if (tree == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    tree->tree.kind = &memory_kind;
    root = add(tree, "/", NULL);
    if (root == NULL)
        err = diag_set(why, ERR_SYSTEM, "out of memory");
    else
        root->modified = SCRIPTED_TIME;
    for (size_t i = 0; err == OK && i < count; i++)
        err = put_file(tree, &files[i], why);
    if (err != OK)
        memory_free(&tree->tree);
    else
        *out = &tree->tree;
    return err;
}
