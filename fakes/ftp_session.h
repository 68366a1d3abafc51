/* ftp_session: one control connection of the fake FTP server: hears commands, says replies, in
 * order, and remembers what they have set.
 *
 * ftp_session.c makes it and says replies, ftp_session_hear.c hears, ftp_session_end.c ends. Its
 * parts: ftp_lines (what has come and waits), ftp_channel (where the data connection goes),
 * ftp_transfer (what goes over it), ftp_acts (what the script has it do), ftp_follow (how the model
 * follows what the script says), ftp_commands (what the model answers). */
#ifndef PEERSPEC_FAKES_FTP_SESSION_H
#define PEERSPEC_FAKES_FTP_SESSION_H

#include "fakes/ftp_acts.h"
#include "fakes/ftp_channel.h"
#include "fakes/ftp_lines.h"
#include "fakes/ftp_transfer.h"
#include "fakes/ftp_tree.h"
#include "fakes/misbehave.h"
#include "fakes/outlet.h"
#include "proto/ftp_command.h"

#define FTP_NAME 256

struct ftp_session;

/* What all sessions of a server share. */
struct ftp_site {
    struct peer_config config;
    struct ftp_tree *tree;
    struct misbehave *faults;
    struct ftp_session *told;  /* the session whose events the player is told; NULL: none */
    struct ftp_session *first; /* all that are not over, the newest first */
    unsigned opened;           /* control connections so far */
};

/* The command in hand. Its verb also says which command a reply is for. */
struct ftp_request {
    char verb[16];   /* upper case, the canonical form (MKD for XMKD); "" before the first */
    unsigned traits; /* of enum ftp_verb_trait */
    struct buf argument;
};

struct ftp_login {
    char user[FTP_NAME];
    bool named, in; /* USER came; logged in */
    unsigned failures;
};

struct ftp_session {
    struct ftp_session *next;
    struct ftp_site *site;
    unsigned number; /* from 1 */
    int fd;
    struct endpoint local, remote;
    struct outlet *outlet;
    struct ftp_lines lines;
    bool ended;   /* the client's FIN came */
    bool closing; /* our end is queued: no more lines are heard */
    bool silent;  /* our FIN was sent: nothing more is said */
    bool quit;    /* the script said 221 or 421: close behind it */
    bool over;    /* closed: to be freed */
    bool hearing; /* the player is being told a line */
    struct loop_timer *pump, *linger;

    struct ftp_request request;
    struct ftp_login login;
    char cwd[FTP_PATH];
    bool image;       /* TYPE I or L 8 */
    uint64_t restart; /* REST; one-shot */
    bool renaming;    /* RNFR was accepted just before */
    char rename_from[FTP_PATH];
    bool epsv_all;
    unsigned facts; /* of enum ftp_fact_bit: OPTS MLST */
    struct ftp_channel channel;
    struct ftp_transfer transfer;
    struct ftp_acts acts;
};

/* Serve an accepted connection; greets. Takes `fd` over. NULL where memory is out. */
struct ftp_session *ftp_session_new(struct ftp_site *site, int fd);
void ftp_session_free(struct ftp_session *session); /* takes it off the site's list */
/* Back to what holds before a login; the connection's own state stays. */
void ftp_session_reset(struct ftp_session *session);

/* Reply to the command in hand; printf. All lines without the last line end. */
void ftp_session_reply(struct ftp_session *session, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Say lines with their line ends; `verb` says whose reply it is, for the faults. */
void ftp_session_say(struct ftp_session *session, const char *verb, const struct peer_say *say);
/* Something has ended that lines or acts waited for: go on soon. */
void ftp_session_pump(struct ftp_session *session);
/* Close once all that was said has left: FIN and wait for the client's, or RST. */
void ftp_session_close(struct ftp_session *session, bool reset);
/* Our FIN behind all that was said; the client is still heard. */
void ftp_session_half_close(struct ftp_session *session);
void ftp_session_note(struct ftp_session *session, const char *text); /* in the transcript */
/* Is it the one whose events the player is told? */
bool ftp_session_is_told(const struct ftp_session *session);
/* Has the exchange taken the feature away (model: lacks)? In any case of its letters. */
bool ftp_session_lacks(const struct ftp_session *session, const char *feature);
bool ftp_session_misbehaves(const struct ftp_session *session, enum fault fault);

#endif
