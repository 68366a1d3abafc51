/* rules: all tables of rules, for whoever lists, explains or runs them. */
#ifndef PEERSPEC_SUITES_RULES_H
#define PEERSPEC_SUITES_RULES_H

#include "judge/rule.h"

extern const struct rule *const rule_tables[]; /* ended by NULL */

#endif
