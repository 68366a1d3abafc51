#include "suites/rules.h"

#include "suites/ftp/ftp_rules.h"
#include "suites/packet/packet_rules.h"
#include "suites/tcp/tcp_rules.h"
#include "suites/udp/udp_rules.h"

const struct rule *const rule_tables[] = {ftp_rules,     udp_rules, tcp_rules,
                                          segment_rules, ip_rules,  NULL};
