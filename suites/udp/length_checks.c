/* The lengths of datagrams: in their headers, in IP, and in fragments. */
#include <stdio.h>

#include "suites/packet/odd_checks.h"
#include "suites/udp/udp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define HEADER 8           /* octets of a UDP header */
#define LONGEST_IPV4 65515 /* 65,535 without the least IP header */

/* True where the length field is 0 and may be so: an IPv6 jumbogram, RFC 2675. */
static bool is_jumbogram(const struct event *event)
{
    return event->src.family == 6 && event->udp_length == 0;
}

/* What is judged of a datagram's length; false where it is broken. */
typedef bool length_fits_fn(const struct event *event);

static void judge_lengths(const struct timeline *timeline, struct rule_run *run,
                          length_fits_fn *fits, const char *expected)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (!is_jumbogram(event) && !fits(event))
            rule_breach(run, event->from, PACKETS(event->packet), expected,
                        "a length of %u in %u octets of IP payload", event->udp_length,
                        event->ip_octets);
}

static bool has_header(const struct event *event)
{
    return event->udp_length >= HEADER;
}

static bool is_possible(const struct event *event)
{
    return event->src.family == 6 || event->udp_length <= LONGEST_IPV4;
}

/* Of one that came in fragments, IP-09 tells. */
static bool is_all_there(const struct event *event)
{
    return event->udp_length <= event->ip_octets || event->fragments > 0 || !is_possible(event);
}

void udp_length_header(const struct timeline *timeline, struct rule_run *run)
{
    judge_lengths(timeline, run, has_header, "a length of 8 or more");
}

void udp_length_fits(const struct timeline *timeline, struct rule_run *run)
{
    judge_lengths(timeline, run, is_all_there, "at most what IP carried");
}

static const char *length_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "a length of %llu", (unsigned long long)event->found);
    return room;
}

void udp_longest(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_UDP_LENGTH, "at most 65,507 octets and the header's 8",
                               length_seen});
}

/* --- octets behind the datagram --- */

/* True where the octet behind the datagram is the pad of its checksum: UDP-12 tells. */
static bool has_pad(const struct timeline *timeline, const struct event *event)
{
    for (const struct event *at = event;
         at-- > timeline->events && at->kind != EVENT_DATAGRAM && at->kind != EVENT_ICMP;)
        if (at->kind == EVENT_ODDITY && at->oddity == ODDITY_PAD_SENT)
            return true;
    return false;
}

void udp_surplus(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (has_header(event) && event->udp_length < event->ip_octets && !has_pad(timeline, event))
            rule_breach(run, event->from, PACKETS(event->packet), "no octets behind the datagram",
                        "a length of %u in %u octets of IP payload", event->udp_length,
                        event->ip_octets);
}

static const char *pad_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "one more octet, 0, behind the %u of the datagram",
             (unsigned)event->wanted);
    return room;
}

void udp_pad(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_PAD_SENT, "an odd number of octets, as it is", pad_seen});
}

/* --- fragments -------------------------------------------------------------------------------- */

void udp_fragments_fit(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while (timeline->fragmented && (event = next_datagram(timeline, &n)) != NULL) {
        if (event->fragments == 0)
            continue;
        if (event->udp_length > event->ip_octets && is_possible(event))
            rule_breach(run, event->from, PACKETS(event->packet),
                        "fragments that make the whole datagram",
                        "a length of %u in %u octets of %u fragments", event->udp_length,
                        event->ip_octets, event->fragments);
        else if (event->checksum == CHECKSUM_BAD)
            rule_breach(run, event->from, PACKETS(event->packet),
                        "the checksum of what the fragments make",
                        "another one, in a datagram of %llu octets in %u fragments",
                        (unsigned long long)event->octets, event->fragments);
    }
}

void udp_fits_path(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    bool told[2] = {false, false};
    size_t n = 0;

    if (!timeline->fragmented || is_echo(timeline))
        return; /* who tries an echo chooses the length */
    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->fragments == 0 || told[event->from])
            continue;
        rule_breach(run, event->from, PACKETS(event->packet), "datagrams that fit the path's MTU",
                    "one of %llu octets, in %u fragments", (unsigned long long)event->octets,
                    event->fragments);
        told[event->from] = true;
    }
}
