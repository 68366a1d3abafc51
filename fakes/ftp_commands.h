/* ftp_commands: what the model answers to each command. A table: verb -> handler. */
#ifndef PEERSPEC_FAKES_FTP_COMMANDS_H
#define PEERSPEC_FAKES_FTP_COMMANDS_H

#include "fakes/ftp_session.h"

typedef void ftp_handler(struct ftp_session *session, struct bytes argument);

/* Answer the command in hand (session->request); `command` is as it was parsed. */
void ftp_commands_answer(struct ftp_session *session, const struct ftp_command *command);
/* Names of all verbs that the server has, each told once; X forms too. */
void ftp_commands_each(const struct ftp_session *session, void (*each)(void *ctx, const char *verb),
                       void *ctx);
/* Does the model know the verb, and has the exchange not taken it away? */
bool ftp_commands_has(const struct ftp_session *session, const char *verb);

/* Handlers, by the file that holds them. */
ftp_handler ftp_user, ftp_pass, ftp_acct, ftp_rein, ftp_quit; /* ftp_access.c */
ftp_handler ftp_port, ftp_pasv, ftp_eprt, ftp_epsv, ftp_type, ftp_stru,
    ftp_mode; /* ftp_settings.c */
ftp_handler ftp_move /* RETR STOR STOU APPE LIST NLST MLSD */, ftp_rest, ftp_allo,
    ftp_abor; /* ftp_moves.c */
ftp_handler ftp_cwd, ftp_cdup, ftp_pwd, ftp_mkd, ftp_rmd, ftp_dele, ftp_rnfr, ftp_rnto;
ftp_handler ftp_size, ftp_mdtm, ftp_mlst;                               /* ftp_names.c */
ftp_handler ftp_syst, ftp_stat, ftp_help, ftp_noop, ftp_site, ftp_feat, ftp_opts; /* ftp_about.c */

/* What PORT, EPRT, TYPE and the like mean; shared with ftp_follow. False: not understood. */
bool ftp_type_apply(struct ftp_session *session, struct bytes argument);

/* Octets that RETR would send, in the type that is set. False where that cannot be told. */
bool ftp_size_to_send(struct ftp_session *session, const char *path, const struct ftp_node *node,
                      uint64_t *size);

/* How PWD writes a path: quotes doubled. `quoted` is cleared first. */
const char *ftp_quote_path(const char *path, struct buf *quoted);

#endif
