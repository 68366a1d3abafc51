/* odd_checks: the checks behind the table in ip_rules.c. */
#ifndef PEERSPEC_SUITES_PACKET_ODD_CHECKS_H
#define PEERSPEC_SUITES_PACKET_ODD_CHECKS_H

#include "judge/rule.h"

typedef void odd_check_fn(const struct timeline *timeline, struct rule_run *run);

/* header_checks.c */
odd_check_fn ip_checksum, ip_ttl, ip_group_ttl, ip_loopback, ip_group_mac, ip_broadcast_frame;
/* fragment_checks.c */
odd_check_fn ip_fragment_geometry, ip_fragment_overlap, ip_fragment_kept_whole, ip_id_again,
    ip_atomic_fragment;
/* error_checks.c */
odd_check_fn icmp_checksum, icmp_cause;

/* port_checks.c */
odd_check_fn client_port;

/* How a rule speaks of an oddity. */
struct telling {
    enum oddity oddity;
    const char *expected;
    const char *(*seen)(const struct event *event, char *room, size_t len); /* returns `room` */
};

#define TELLING_ROOM 200

/* One breach for each side whose packets are odd: the first of them, and how many more. */
void odd_tell(const struct timeline *timeline, struct rule_run *run, const struct telling *telling);
/* The same with a verdict of its own. */
void odd_remark(const struct timeline *timeline, struct rule_run *run, enum verdict verdict,
                const struct telling *telling);
/* The same of a side where packets of the other show that they are not: where all are odd, somebody
 * wrote these headers anew. */
void odd_tell_one_side(const struct timeline *timeline, struct rule_run *run,
                       const struct telling *telling);

#endif
