/* ftp_rules: the rules for FTP, RFC 959 and its extensions. */
#ifndef PEERSPEC_SUITES_FTP_RULES_H
#define PEERSPEC_SUITES_FTP_RULES_H

#include "judge/rule.h"

extern const struct rule ftp_rules[]; /* ended by one whose id is NULL */

#endif
