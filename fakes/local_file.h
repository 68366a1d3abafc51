/* local_file: files of the built-in client's user. One that is received is written beside its name,
 * which it gets when it is whole; what is no plain file, as /dev/null, is written to as it is. */
#ifndef PEERSPEC_FAKES_LOCAL_FILE_H
#define PEERSPEC_FAKES_LOCAL_FILE_H

#include "base/buf.h"
#include "base/diag.h"

#define LOCAL_FILE_NAME 1024

struct local_file {
    char name[LOCAL_FILE_NAME], part[LOCAL_FILE_NAME + 8];
    int fd;     /* of `part`; -1: there is none */
    bool plain; /* else `part` is the name, and stays */
};

/* The last part of a path, whichever side's. */
const char *local_file_base(const char *path);
/* Where `name` is, in `folder` (NULL: the current one). ERR_USAGE where it is no name of a file. */
NODISCARD enum err local_file_path(const char *folder, const char *name, char path[LOCAL_FILE_NAME],
                                   struct diag *why);
/* Append all of it. Here and below ERR_SYSTEM where the system refuses. */
NODISCARD enum err local_file_read(const char *path, struct buf *out, struct diag *why);

/* An empty one. On OK and on failure, file->fd says whether one of the three below is due. */
NODISCARD enum err local_file_create(const char *folder, const char *name, struct local_file *file,
                                     struct diag *why);
NODISCARD enum err local_file_write(struct local_file *file, struct bytes octets, struct diag *why);
/* Change its last octet: a fault. */
void local_file_spoil(struct local_file *file);
/* It is whole: close it and give it its name, in place of what had it. Where that fails, nothing is
 * left of it. */
NODISCARD enum err local_file_finish(struct local_file *file, struct diag *why);
/* It is not: close it and take it away. */
void local_file_discard(struct local_file *file);

#endif
