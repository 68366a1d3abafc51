/* ftp_job: the built-in FTP client as a program does it: one operation, then the end.
 *
 * Strict: an operation has succeeded when the server's last reply says so, every octet is there and
 * the data connection has ended with FIN. Where it failed, no file is left that was not there
 * before, and none is changed. */
#ifndef PEERSPEC_FAKES_FTP_JOB_H
#define PEERSPEC_FAKES_FTP_JOB_H

#include <stdint.h>

#include "base/diag.h"
#include "base/endpoint.h"

/* Operations and their arguments (what is in brackets may be left out or be empty):
 *
 *   login
 *   get, get-active, resume     REMOTE [LOCAL]
 *   put, append                 REMOTE [LOCAL]
 *   list, nlst, mlsd            [FOLDER]
 *   delete, rmdir, mkdir, size, mtime   REMOTE
 *   rename                      FROM TO
 *   mget                        NAME-OR-PATTERN...
 *
 * LOCAL is the last part of REMOTE where it is left out. */
struct ftp_job {
    struct endpoint server;
    const char *user, *password;   /* NULL: anonymous */
    const char *operation;
    const char *const *arguments;
    size_t argument_count;
    const char *folder;            /* where local files are; NULL: the current one */
    const char *const *faults;     /* ended by NULL; may be NULL */
    int64_t timeout;               /* ns for each reply; 0: 5 s */
    FILE *out;                     /* listings, sizes, times */
};

/* 0 where the operation succeeded. 1 where it did not, 2 where there is no such operation: *why then
 * says it in a sentence. */
int ftp_job_run(const struct ftp_job *job, struct diag *why);

#endif
