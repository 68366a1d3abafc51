/* tcp_checks: the checks behind the table in tcp_rules.c. */
#ifndef PEERSPEC_SUITES_TCP_CHECKS_H
#define PEERSPEC_SUITES_TCP_CHECKS_H

#include "judge/rule.h"

void tcp_handshake(const struct timeline *timeline, struct rule_run *run);
void echo_half_close(const struct timeline *timeline, struct rule_run *run);
void echo_stream(const struct timeline *timeline, struct rule_run *run);
void echo_reset(const struct timeline *timeline, struct rule_run *run);

/* service_checks.c */
void discard_stream(const struct timeline *timeline, struct rule_run *run);
void daytime_stream_text(const struct timeline *timeline, struct rule_run *run);
void daytime_stream_end(const struct timeline *timeline, struct rule_run *run);
void time_stream_size(const struct timeline *timeline, struct rule_run *run);
void time_stream_value(const struct timeline *timeline, struct rule_run *run);
void chargen_stream_end(const struct timeline *timeline, struct rule_run *run);

#endif
