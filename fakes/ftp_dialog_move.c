#include <stdio.h>

#include "base/clock.h"
#include "fakes/ftp_dialog_parts.h"

#define AFTERMATH_WAIT (CLOCK_SECOND / 2) /* for the reply to a transfer that has failed */

/* How far a transfer has come. */
struct progress {
    const char *when;
    int final;         /* the last reply; 0: not there yet */
    bool data_noticed; /* that they are over */
};

/* Without the control connection nobody opens a data connection any more; one that stands may still
 * bring the rest. */
static bool is_forlorn(const struct ftp_dialog *dialog, const struct progress *progress)
{
    return dialog->closed && (progress->final == 0 || !dialog->data.open);
}

static bool has_news(const struct ftp_dialog *dialog, const struct progress *progress)
{
    return dialog->replies.count > 0 || is_forlorn(dialog, progress) ||
           (dialog->data.over && !progress->data_noticed);
}

/* While data move, they have a clock of their own; else something has to come in time. */
static bool wait_for_news(struct ftp_dialog *dialog, const struct progress *progress)
{
    int64_t end = clock_now() + dialog->config.timeout;

    while (!has_news(dialog, progress)) {
        int64_t left =
            ftp_dialog_data_moves(&dialog->data) ? dialog->config.timeout : end - clock_now();

        if (left <= 0)
            return false;
        loop_turn(dialog->loop, left);
    }
    return true;
}

/* Where the data have failed, the last reply is still heard, so that QUIT can be said. */
static void hear_aftermath(struct ftp_dialog *dialog, const struct progress *progress)
{
    int code = progress->final == 0 ? 100 : progress->final;
    struct diag ignored;

    while (progress->data_noticed && code / 100 == 1 && !dialog->closed &&
           ftp_dialog_next_reply(dialog, progress->when, AFTERMATH_WAIT, &code, &ignored) == OK)
        ;
}

static enum err notice_reply(struct ftp_dialog *dialog, struct progress *progress, struct diag *why)
{
    int code = 0;
    enum err err = ftp_dialog_next_reply(dialog, progress->when, 0, &code, why);

    if (err != OK)
        return err;
    if (code / 100 == 1) {
        ftp_dialog_data_permit(&dialog->data);
        return OK;
    }
    progress->final = code;
    if (code / 100 != 2 && !ftp_dialog_faulty(dialog, "ignores-226"))
        return ftp_dialog_fail_with_reply(dialog, "the transfer failed", why);
    return OK;
}

static enum err notice_data(struct ftp_dialog *dialog, struct progress *progress, struct diag *why)
{
    progress->data_noticed = true;
    return ftp_dialog_data_verdict(&dialog->data, why);
}

static enum err notice(struct ftp_dialog *dialog, struct progress *progress, struct diag *why)
{
    if (!wait_for_news(dialog, progress))
        return diag_set(why, ERR_UNREACHABLE, "no %s in %lld ms %s",
                        progress->final == 0 ? "reply" : "data connection",
                        (long long)(dialog->config.timeout / CLOCK_MS), progress->when);
    if (dialog->replies.count > 0)
        return notice_reply(dialog, progress, why);
    if (dialog->data.over && !progress->data_noticed)
        return notice_data(dialog, progress, why);
    return ftp_dialog_lost(dialog, progress->when, why);
}

static bool is_done(const struct ftp_dialog *dialog, const struct progress *progress)
{
    return progress->data_noticed &&
           (progress->final != 0 || ftp_dialog_faulty(dialog, "ignores-226"));
}

enum err ftp_dialog_move(struct ftp_dialog *dialog, struct ftp_dialog_transfer *transfer,
                         struct diag *why)
{
    char when[24];
    struct progress progress = {.when = ftp_dialog_after(transfer->command, when)};
    enum err err = ftp_dialog_pass_over_unasked(dialog, why);

    if (err == OK)
        err = ftp_dialog_say(dialog, why, "%s", transfer->command);
    if (err == OK)
        ftp_dialog_data_begin(&dialog->data, transfer);
    while (err == OK && !is_done(dialog, &progress))
        err = notice(dialog, &progress, why);
    if (err != OK)
        hear_aftermath(dialog, &progress);
    transfer->moved = dialog->data.moved;
    ftp_dialog_data_drop(&dialog->data);
    return err;
}
