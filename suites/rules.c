#include "suites/rules.h"

#include "suites/ftp/ftp_rules.h"
#include "suites/tcp/tcp_rules.h"
#include "suites/udp/udp_rules.h"

const struct rule *const rule_tables[] = {ftp_rules, udp_rules, tcp_rules, NULL};

const struct rule *rule_table(enum protocol protocol)
{
    switch (protocol) {
    case PROTOCOL_UDP:
        return udp_rules;
    case PROTOCOL_TCP:
        return tcp_rules;
    default:
        return ftp_rules;
    }
}
