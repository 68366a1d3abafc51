/* udp_checks: the checks behind the table in udp_rules.c. */
#ifndef PEERSPEC_SUITES_UDP_CHECKS_H
#define PEERSPEC_SUITES_UDP_CHECKS_H

#include "judge/rule.h"

typedef void udp_check_fn(const struct timeline *timeline, struct rule_run *run);

/* udp_checks.c */
udp_check_fn udp_source_port, udp_dest_port, udp_source_address, discard_silent, chargen_size,
    chargen_count, daytime_text, time_size, time_value;
/* checksum_checks.c */
udp_check_fn udp_checksum, udp6_checksum, udp_no_checksum, udp6_no_checksum, udp_computed_zero,
    udp_bad_discarded;
/* length_checks.c */
udp_check_fn udp_length_header, udp_length_fits, udp_longest, udp_surplus, udp_pad,
    udp_fragments_fit, udp_fits_path;
/* icmp_checks.c */
udp_check_fn icmp_quotes, icmp_not_to_group;
/* echo_checks.c */
udp_check_fn echo_payload, echo_ports, echo_source, echo_group, echo_unsolicited, echo_order;
/* boundary_checks.c */
udp_check_fn echo_boundaries;
/* loop_checks.c */
udp_check_fn echo_loop, echo_to_service;
/* retry_checks.c */
udp_check_fn retry_backoff, retry_first, retry_answered;
/* persistence_checks.c */
udp_check_fn retry_gives_up, retry_rate;

/* The n-th datagram at or after event `from`; NULL past the last. *from is then behind it. */
const struct event *next_datagram(const struct timeline *timeline, size_t *from);
/* True where the service is known to be an echo. */
bool is_echo(const struct timeline *timeline);
/* True for the ports of echo, discard, daytime, qotd, chargen and time. */
bool is_small_service(uint16_t port);
/* True where the payloads are the same, as far as the capture kept them. */
bool same_payload(const struct event *a, const struct event *b);
/* True where some request, before it or after it, has the payload of this reply of an echo, and where
 * there is no request before it at all. */
bool echo_has_request(const struct timeline *timeline, const struct event *reply);

/* What became of the boundaries between datagrams in a reply that is no request's. */
enum boundary {
    BOUNDARY_KEPT,
    BOUNDARY_JOINED, /* it is two requests or more */
    BOUNDARY_CUT,    /* it is a part of a request, and the replies around it are the others */
    BOUNDARY_UNKNOWN /* one of the two, or the work of a network card */
};
struct boundary_event {
    const struct event *first, *last; /* of the parts */
    const struct event *whole;
    size_t count; /* of parts */
};
/* Fills in *found unless the boundaries are kept. */
enum boundary boundary_of(const struct timeline *timeline, const struct event *reply,
                          struct boundary_event *found);
/* True for broadcast and multicast addresses, as far as the address alone shows it. */
bool is_group(const struct endpoint *endpoint);

#endif
