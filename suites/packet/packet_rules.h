/* packet_rules: what every packet is held to, whatever it carries. */
#ifndef PEERSPEC_SUITES_PACKET_PACKET_RULES_H
#define PEERSPEC_SUITES_PACKET_PACKET_RULES_H

#include "judge/rule.h"

extern const struct rule segment_rules[]; /* TCP; ended by a NULL id */
extern const struct rule ip_rules[];      /* IP, ICMP; ended by a NULL id */

#endif
