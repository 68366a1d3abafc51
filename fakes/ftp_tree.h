/* ftp_tree: the files that a fake FTP server has: in memory, as an exchange lists them, or on disk
 * below a root that no name gets out of.
 *
 * Names are octets, case-sensitive, absolute and in normal form ("/pub/a", "/"), as
 * ftp_path_resolve() makes them. */
#ifndef PEERSPEC_FAKES_FTP_TREE_H
#define PEERSPEC_FAKES_FTP_TREE_H

#include "base/buf.h"
#include "base/diag.h"
#include "exchange/exchange.h"

#define FTP_PATH 4096

struct ftp_tree;

enum ftp_tree_result {
    FTP_TREE_OK,
    FTP_TREE_ABSENT, /* no such name */
    FTP_TREE_EXISTS,
    FTP_TREE_DIRECTORY,     /* a directory, where a file was asked for */
    FTP_TREE_NOT_DIRECTORY, /* the reverse */
    FTP_TREE_NOT_EMPTY,
    FTP_TREE_DENIED,
    FTP_TREE_FULL, /* no room, in memory or on disk */
};

struct ftp_node {
    bool directory;
    uint64_t size;           /* octets as they are kept */
    int64_t modified;        /* seconds since 1970 */
    uint64_t device, number; /* together unique among the tree's nodes */
    unsigned mode;           /* permission bits */
};

/* What a file holds: octets of a snapshot, or a descriptor. */
struct ftp_content {
    struct bytes octets;
    int fd;     /* -1: octets; otherwise opened for reading */
    void *held; /* what keeps the octets; ftp_content_release() */
};

/* A copy of `files`, with the directories above them; or what is below `root`. ERR_SYNTAX where a
 * name is too long, ERR_INPUT where the root cannot be opened, ERR_SYSTEM; *out is NULL then. */
NODISCARD enum err ftp_tree_new_memory(const struct exchange_file *files, size_t count,
                                       struct ftp_tree **out, struct diag *why);
NODISCARD enum err ftp_tree_new_disk(const char *root, struct ftp_tree **out, struct diag *why);
void ftp_tree_free(struct ftp_tree *tree); /* takes NULL */
bool ftp_tree_on_disk(const struct ftp_tree *tree);

/* `name` as seen from `cwd`, in normal form; ".." at the root stays there. False where the name is
 * too long or holds a NUL, CR or LF. An empty name is `cwd`. */
bool ftp_path_resolve(const char *cwd, struct bytes name, char path[FTP_PATH]);
/* The last name of a path; "/" for the root. */
const char *ftp_path_name(const char *path);

enum ftp_tree_result ftp_tree_stat(struct ftp_tree *tree, const char *path, struct ftp_node *node);
/* Calls `each` for every name in the directory, sorted by octets, without "." and "..". */
enum ftp_tree_result
ftp_tree_list(struct ftp_tree *tree, const char *path,
              void (*each)(void *ctx, const char *name, const struct ftp_node *node), void *ctx);
/* What the file holds now; whoever writes to it in memory then does not change this. */
enum ftp_tree_result ftp_tree_read(struct ftp_tree *tree, const char *path,
                                   struct ftp_content *content);
/* Due after each FTP_TREE_OK of the above: the octets stay until then; closes the descriptor. */
void ftp_content_release(struct ftp_content *content);
/* Could a file be written there? Makes none in memory; on disk `fd` (if not NULL) is opened for
 * writing, made where it was not, and cut at `keep` octets, where it also stands. */
enum ftp_tree_result ftp_tree_open_write(struct ftp_tree *tree, const char *path, uint64_t keep,
                                         int *fd);
/* Put `octets` there from offset `keep` on; what was behind that is gone. */
enum ftp_tree_result ftp_tree_write(struct ftp_tree *tree, const char *path, uint64_t keep,
                                    struct bytes octets);
/* A file, or an empty directory; never the root. */
enum ftp_tree_result ftp_tree_remove(struct ftp_tree *tree, const char *path, bool directory);
enum ftp_tree_result ftp_tree_mkdir(struct ftp_tree *tree, const char *path);
/* Replaces a file at `to`; never a directory. What is below `from` goes along. */
enum ftp_tree_result ftp_tree_rename(struct ftp_tree *tree, const char *from, const char *to);
enum ftp_tree_result ftp_tree_chmod(struct ftp_tree *tree, const char *path,
                                    unsigned mode); /* permission bits */
/* A name that nothing in the directory has yet. */
void ftp_tree_unique(struct ftp_tree *tree, const char *directory, char path[FTP_PATH]);

#endif
