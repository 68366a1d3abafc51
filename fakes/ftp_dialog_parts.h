/* ftp_dialog_parts: what the parts of a dialogue share. Inside of ftp_dialog only. */
#ifndef PEERSPEC_FAKES_FTP_DIALOG_PARTS_H
#define PEERSPEC_FAKES_FTP_DIALOG_PARTS_H

#include "fakes/ftp_control.h"
#include "fakes/ftp_dialog_data.h"
#include "fakes/ftp_replies.h"

struct ftp_dialog {
    struct ftp_dialog_config config;
    struct loop *loop;
    struct transcript *transcript;
    struct ftp_control *control;
    struct ftp_replies replies;
    struct buf line;
    bool opened, closed; /* the control connection */
    enum peer_end how;
    bool out_of_step; /* a reply is still owed: nothing more can be asked */
    bool hastened;    /* a command was sent whose reply was not waited for */
    bool negotiated;  /* the fault: telnet-negotiates */
    struct ftp_dialog_data data;
};

bool ftp_dialog_faulty(const struct ftp_dialog *dialog, const char *name); /* is it switched on? */

/* Turn the loop until `met`; false where `ns` have passed before. */
typedef bool ftp_dialog_met_fn(const struct ftp_dialog *dialog);
bool ftp_dialog_wait(struct ftp_dialog *dialog, ftp_dialog_met_fn *met, int64_t ns);

/* The next reply, of whatever class; `when` says in messages after which command. */
enum err ftp_dialog_next_reply(struct ftp_dialog *dialog, const char *when, int64_t ns, int *code,
                               struct diag *why);
/* Replies that nobody asked for are passed over (RFC 1123 section 4.1.4.4); 421 ends the session. */
enum err ftp_dialog_pass_over_unasked(struct ftp_dialog *dialog, struct diag *why);
/* Failures: with the last reply, and for a control connection that is over. */
enum err ftp_dialog_fail_with_reply(struct ftp_dialog *dialog, const char *what, struct diag *why);
enum err ftp_dialog_lost(struct ftp_dialog *dialog, const char *when, struct diag *why);
/* Send a command and wait for nothing. */
enum err ftp_dialog_say(struct ftp_dialog *dialog, struct diag *why, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "after PASS" of that command: never with the password. */
const char *ftp_dialog_after(const char *command, char text[24]);

#endif
