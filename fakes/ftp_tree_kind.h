/* ftp_tree_kind: what the two kinds of a tree each bring. For ftp_tree*.c alone. */
#ifndef PEERSPEC_FAKES_FTP_TREE_KIND_H
#define PEERSPEC_FAKES_FTP_TREE_KIND_H

#include "fakes/ftp_tree.h"

typedef void ftp_tree_each_fn(void *ctx, const char *name, const struct ftp_node *node);

struct ftp_tree_kind {
    bool on_disk;
    enum ftp_tree_result (*stat)(struct ftp_tree *tree, const char *path, struct ftp_node *node);
    enum ftp_tree_result (*list)(struct ftp_tree *tree, const char *path, ftp_tree_each_fn *each,
                                 void *ctx); /* in any order */
    enum ftp_tree_result (*read)(struct ftp_tree *tree, const char *path,
                                 struct ftp_content *content);
    enum ftp_tree_result (*open_write)(struct ftp_tree *tree, const char *path, uint64_t keep,
                                       int *fd);
    enum ftp_tree_result (*write)(struct ftp_tree *tree, const char *path, uint64_t keep,
                                  struct bytes octets);
    enum ftp_tree_result (*remove)(struct ftp_tree *tree, const char *path, bool directory);
    enum ftp_tree_result (*mkdir)(struct ftp_tree *tree, const char *path);
    enum ftp_tree_result (*rename)(struct ftp_tree *tree, const char *from, const char *to);
    enum ftp_tree_result (*chmod)(struct ftp_tree *tree, const char *path, unsigned mode);
    void (*free)(struct ftp_tree *tree);
};

struct ftp_tree {
    const struct ftp_tree_kind *kind;
};

/* The directory that holds `path`; "/" for the root itself. */
void ftp_path_parent(const char *path, char parent[FTP_PATH]);

#endif
