/* udp_rules: the rules for UDP, its old services (RFC 862 to 868) and for clients that ask again.
 */
#ifndef PEERSPEC_SUITES_UDP_RULES_H
#define PEERSPEC_SUITES_UDP_RULES_H

#include "judge/rule.h"

extern const struct rule udp_rules[]; /* ended by one whose id is NULL */

#endif
