/* ftp_dialog: an FTP session that is led step by step: say a command, hear its reply, move data.
 *
 * Each call turns a loop of its own until it has what it waits for, or until the time is up; none
 * sends a command before the reply to the one before is there. */
#ifndef PEERSPEC_FAKES_FTP_DIALOG_H
#define PEERSPEC_FAKES_FTP_DIALOG_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/endpoint.h"

struct ftp_dialog;

struct ftp_dialog_config {
    struct endpoint server;
    int64_t timeout;           /* ns to wait for each reply, and for progress of data */
    const char *const *faults; /* fakes/misbehave_client.h; may be NULL */
};

/* Connect and hear the greeting: after 120 comes 220 (RFC 959 section 5.4). On failure *out is
 * NULL: ERR_UNREACHABLE, ERR_SYSTEM. */
NODISCARD enum err ftp_dialog_open(const struct ftp_dialog_config *config, struct ftp_dialog **out,
                                   struct diag *why);
void ftp_dialog_free(struct ftp_dialog *dialog); /* closes; takes NULL */

/* Send a command (a format, without its line end) and hear its last reply: *code. What is no answer
 * - 421, a closed connection, silence, a line that is no reply - is ERR_UNREACHABLE. ERR_USAGE
 * where the line is too long or holds a line end. */
NODISCARD enum err ftp_dialog_ask(struct ftp_dialog *dialog, int *code, struct diag *why,
                                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same for a command that succeeds with `wanted` alone: another 2yz may be one too many of the
 * command before, and is passed over where one more reply follows at once. */
NODISCARD enum err ftp_dialog_ask_for(struct ftp_dialog *dialog, int wanted, int *code,
                                      struct diag *why, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The same, where nothing but an answer of that class (2 for 2yz, 3 for 3yz) will do:
 * ERR_UNREACHABLE with the reply. */
NODISCARD enum err ftp_dialog_demand(struct ftp_dialog *dialog, int code_class, struct diag *why,
                                     const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Send a command together with the one that is asked next, not before its reply: a fault. */
NODISCARD enum err ftp_dialog_hasten(struct ftp_dialog *dialog, struct diag *why, const char *fmt,
                                     ...) __attribute__((format(printf, 3, 4)));
/* The last reply, without its line ends at the end; lent until the next call. */
struct bytes ftp_dialog_reply(const struct ftp_dialog *dialog);

/* Agree on the next data connection. Passive: EPSV, then PASV, and connect to the control
 * connection's own host whatever the 227 names. Active: PORT, then EPRT. ERR_UNREACHABLE where the
 * server agrees to none. */
NODISCARD enum err ftp_dialog_passive(struct ftp_dialog *dialog, struct diag *why);
NODISCARD enum err ftp_dialog_active(struct ftp_dialog *dialog, struct diag *why);

/* One transfer by `command` over the connection agreed on. OK once all octets are through, the
 * connection has ended with FIN, and the reply is 2yz, in whichever order; else ERR_UNREACHABLE. */
struct ftp_dialog_transfer {
    const char *command;
    bool sends;          /* we do */
    struct bytes octets; /* what is sent */
    int fd;              /* received: written there (closed by the callee); -1: kept in `in` */
    struct buf *in;
    uint64_t moved; /* out: octets */
};
NODISCARD enum err ftp_dialog_move(struct ftp_dialog *dialog, struct ftp_dialog_transfer *transfer,
                                   struct diag *why);

/* QUIT where a command can still be sent, and close. */
void ftp_dialog_quit(struct ftp_dialog *dialog);

#endif
