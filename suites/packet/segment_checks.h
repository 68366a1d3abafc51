/* segment_checks: the checks behind the table in segment_rules.c. */
#ifndef PEERSPEC_SUITES_PACKET_SEGMENT_CHECKS_H
#define PEERSPEC_SUITES_PACKET_SEGMENT_CHECKS_H

#include "judge/rule.h"

typedef void segment_check_fn(const struct timeline *timeline, struct rule_run *run);

segment_check_fn segment_syn_ack, segment_third, segment_early, segment_ack_flag, segment_octets,
    segment_ack_unsent, segment_ack_back, segment_window, segment_length, segment_options,
    segment_checksum, segment_fin, segment_fin_ignored, segment_refusal, segment_reset,
    segment_time_wait, segment_syn_wait, segment_isn, segment_ack_late, segment_group;

#endif
