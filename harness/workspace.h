/* workspace: the temporary folders of a run, and the files put into them. */
#ifndef PEERSPEC_WORKSPACE_H
#define PEERSPEC_WORKSPACE_H

#include "base/buf.h"
#include "base/diag.h"
#include "exchange/exchange.h"

#define WORKSPACE_PATH 512

/* A new folder below TMPDIR (or /tmp) that is this run's own; `path` holds WORKSPACE_PATH octets. */
NODISCARD enum err workspace_new(char *path, struct diag *why);
/* A folder in a folder, with its parents; fine where it is there already. */
NODISCARD enum err workspace_folder(const char *path, struct diag *why);
/* Write a file; its parent folders are made. */
NODISCARD enum err workspace_write(const char *path, struct bytes content, struct diag *why);
/* Write the files and folders that an exchange names, below `folder`. */
NODISCARD enum err workspace_files(const char *folder, const struct exchange_file *files,
                                   size_t count, struct diag *why);
/* Append to `out` what the file has, up to the ceiling of `out`; nothing where it cannot be read.
 */
void workspace_read(const char *path, struct buf *out);
/* Remove a folder with all in it; never follows a link out of it. Takes a path that is not there. */
void workspace_remove(const char *path);

#endif
