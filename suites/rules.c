#include "suites/rules.h"

#include "suites/ftp/ftp_rules.h"
#include "suites/packet/packet_rules.h"
#include "suites/tcp/tcp_rules.h"
#include "suites/udp/udp_rules.h"

#include <stddef.h>

const struct rule *const rule_tables[] = {
    ftp_reply_rules,    ftp_dialogue_rules, ftp_session_rules, ftp_command_rules,
    ftp_answer_rules,   ftp_feature_rules,  ftp_listing_rules, ftp_connection_rules,
    ftp_transfer_rules, ftp_form_rules,     ftp_tls_rules,     udp_rules,
    tcp_rules,          segment_rules,      ip_rules,          NULL};
