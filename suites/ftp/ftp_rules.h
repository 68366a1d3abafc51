/* ftp_rules: the rules for FTP, RFC 959 and its extensions, by what they are about. Each table is
 * ended by a rule whose id is NULL. */
#ifndef PEERSPEC_SUITES_FTP_RULES_H
#define PEERSPEC_SUITES_FTP_RULES_H

#include "judge/rule.h"

extern const struct rule ftp_reply_rules[];      /* the form of a reply */
extern const struct rule ftp_dialogue_rules[];   /* commands and replies, in their order */
extern const struct rule ftp_session_rules[];    /* the login, and commands that belong together */
extern const struct rule ftp_command_rules[];    /* the form of a command */
extern const struct rule ftp_answer_rules[];     /* replies that programs read */
extern const struct rule ftp_feature_rules[];    /* FEAT and OPTS */
extern const struct rule ftp_listing_rules[];    /* MLST, MLSD, NLST, LIST */
extern const struct rule ftp_connection_rules[]; /* who connects where, and when */
extern const struct rule ftp_transfer_rules[];   /* transfers, and what interrupts them */
extern const struct rule ftp_form_rules[];       /* how a file goes over a data connection */
extern const struct rule ftp_tls_rules[];        /* AUTH, PBSZ, PROT, and TLS itself */

#endif
