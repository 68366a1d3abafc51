/* ftp_operations: what the built-in FTP client can be asked to do: get, put, list, ... */
#ifndef PEERSPEC_FAKES_FTP_OPERATIONS_H
#define PEERSPEC_FAKES_FTP_OPERATIONS_H

#include "fakes/ftp_dialog.h"
#include "fakes/ftp_job.h"

/* A job that is being done. */
struct ftp_work {
    const struct ftp_job *job;
    struct ftp_dialog *dialog; /* logged in */
    struct diag *why;
};

typedef enum err ftp_operation_fn(struct ftp_work *work);

/* The job's operation. NULL, and a usage error in *why, where there is none of that name or it
 * needs more arguments. */
ftp_operation_fn *ftp_operation_find(const struct ftp_job *job, struct diag *why);
bool ftp_work_faulty(const struct ftp_work *work, const char *fault); /* is it switched on? */

#endif
