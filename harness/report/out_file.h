/* out_file: where a report for machines goes: a file, or standard output.
 *
 * It remembers the first write that failed, so that who writes need not look until the end. */
#ifndef PEERSPEC_REPORT_OUT_FILE_H
#define PEERSPEC_REPORT_OUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/diag.h"

struct out_file {
    FILE *stream;     /* NULL: closed */
    const char *path; /* as messages call it; lent */
    int error;        /* errno of the first write that failed */
};

/* "-" is standard output; `path` is lent until the file is closed. ERR_INPUT where it cannot be
 * opened. What stood in the file is gone. */
NODISCARD enum err out_file_open(struct out_file *file, const char *path, struct diag *why);
void out_file_write(struct out_file *file, const void *octets, size_t len);
/* Hand over what was written so far. */
void out_file_flush(struct out_file *file);
/* Closes it in either case; standard output stays open. ERR_SYSTEM where not all was written. */
NODISCARD enum err out_file_close(struct out_file *file, struct diag *why);
/* Closes what an early end left open, and says nothing of it. */
void out_file_abandon(struct out_file *file);

#endif
