/* tcp_rules: the rules for TCP streams that are not FTP's, and for the old services (RFC 862 to 868)
 * over them. */
#ifndef PEERSPEC_SUITES_TCP_RULES_H
#define PEERSPEC_SUITES_TCP_RULES_H

#include "judge/rule.h"

extern const struct rule tcp_rules[]; /* ended by one whose id is NULL */

#endif
