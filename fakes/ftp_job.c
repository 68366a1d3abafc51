#include "fakes/ftp_job.h"

#include <string.h>

#include "base/clock.h"
#include "fakes/ftp_operations.h"
#include "fakes/misbehave_client.h"

#define TIMEOUT_DEFAULT (5 * CLOCK_SECOND)

static enum err answer_to_login(struct ftp_work *work, int code, const char *password)
{
    struct bytes reply;
    enum err err = OK;

    if (code / 100 == 3 && code != 332)
        err = ftp_dialog_ask(work->dialog, &code, work->why, "PASS %s", password);
    if (err == OK && code == 332)
        err = ftp_dialog_ask(work->dialog, &code, work->why, "ACCT peerspec");
    if (err != OK || code / 100 == 2)
        return err;
    reply = ftp_dialog_reply(work->dialog);
    return diag_set(work->why, ERR_UNREACHABLE, "the login was refused: %.*s",
                    reply.len > 200 ? 200 : (int)reply.len, reply.at);
}

static enum err log_in(struct ftp_work *work)
{
    const char *user = work->job->user, *password = work->job->password;
    int code = 331;
    enum err err = OK;

    if (user == NULL || *user == '\0')
        user = "anonymous";
    if (password == NULL)
        password = "peerspec@";
    if (ftp_work_faulty(work, "command-before-reply"))
        err = ftp_dialog_hasten(work->dialog, work->why, "USER %s", user);
    else if (!ftp_work_faulty(work, "pass-without-user"))
        err = ftp_dialog_ask(work->dialog, &code, work->why, "USER %s", user);
    return err == OK ? answer_to_login(work, code, password) : err;
}

static enum err do_job(struct ftp_work *work, ftp_operation_fn *run)
{
    struct ftp_dialog_config config = {
        .server = work->job->server, .timeout = work->job->timeout, .faults = work->job->faults};
    enum err err;

    if (config.timeout == 0)
        config.timeout = TIMEOUT_DEFAULT;
    err = ftp_dialog_open(&config, &work->dialog, work->why);
    if (err != OK)
        return err;
    err = log_in(work);
    if (err == OK)
        err = run(work);
    ftp_dialog_quit(work->dialog);
    ftp_dialog_free(work->dialog);
    return err;
}

int ftp_job_run(const struct ftp_job *job, struct diag *why)
{
    struct ftp_work work = {.job = job, .why = why};
    ftp_operation_fn *run = ftp_operation_find(job, why);

    if (run == NULL || client_faults_check(job->faults, PROTOCOL_FTP, SIDE_CLIENT, why) != OK)
        return 2;
    if (do_job(&work, run) == OK || ftp_work_faulty(&work, "exits-zero"))
        return 0;
    return 1;
}
