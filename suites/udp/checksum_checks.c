/* The checksums of datagrams, and what becomes of those that are wrong. */
#include "suites/udp/udp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})

static void judge_checksums(const struct timeline *timeline, struct rule_run *run, int family)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->checksum == CHECKSUM_BAD && event->src.family == family && event->fragments == 0)
            rule_breach(run, event->from, PACKETS(event->packet),
                        "the checksum of the octets that were sent",
                        "another one, in a datagram of %llu octets",
                        (unsigned long long)event->octets);
}

void udp_checksum(const struct timeline *timeline, struct rule_run *run)
{
    judge_checksums(timeline, run, 4);
}

void udp6_checksum(const struct timeline *timeline, struct rule_run *run)
{
    judge_checksums(timeline, run, 6);
}

/* True where a side computes the checksums of its datagrams, here or in its network card. */
static bool computes(const struct timeline *timeline, enum side side)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->from == side && event->checksum != CHECKSUM_NONE &&
            event->checksum != CHECKSUM_ZERO)
            return true;
    return false;
}

/* True of a 0 that was computed, and should have been sent as all ones. */
static bool is_computed_zero(const struct timeline *timeline, const struct event *event)
{
    return event->checksum == CHECKSUM_ZERO && computes(timeline, event->from);
}

static bool has_none(const struct timeline *timeline, const struct event *event)
{
    return event->checksum == CHECKSUM_NONE ||
           (event->checksum == CHECKSUM_ZERO && !is_computed_zero(timeline, event));
}

void udp_no_checksum(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->src.family != 4 || !has_none(timeline, event))
            continue;
        rule_breach(run, event->from, PACKETS(event->packet), "a checksum", "none (0)");
        return;
    }
}

static bool is_tunnel(const struct event *event)
{
    static const uint16_t ports[] = {4789, 6081, 6080, 4754, 2152, 0};

    for (const uint16_t *port = ports; *port != 0; port++)
        if (event->dst.port == *port)
            return true;
    return false;
}

void udp6_no_checksum(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->src.family != 6 || is_tunnel(event) || !has_none(timeline, event))
            continue;
        rule_breach(run, event->from, PACKETS(event->packet), "a checksum", "none (0)");
        return;
    }
}

void udp_computed_zero(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while (timeline->odd_count > 0 && (event = next_datagram(timeline, &n)) != NULL) {
        if (is_tunnel(event) || !is_computed_zero(timeline, event))
            continue;
        rule_remark(run, event->from, event->src.family == 6 ? VERDICT_FAIL : VERDICT_WARN,
                    PACKETS(event->packet), "0xffff where the checksum comes out as 0", "0");
        return;
    }
}

/* --- damaged datagrams ------------------------------------------------------------------------ */

/* True where some checksum of the client's is right: of one whose checksums are all wrong, the
 * network card computes them after the capture. */
static bool computes_checksums(const struct timeline *timeline)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->from == SIDE_CLIENT && event->checksum == CHECKSUM_GOOD)
            return true;
    return false;
}

/* True where `answer` echoes or quotes the damaged datagram, and so is about no other one. */
static bool is_about(const struct event *answer, const struct event *damaged)
{
    size_t at = bytes_search(answer->text, damaged->text);

    return damaged->text.len > 0 && !damaged->cut && at < answer->text.len &&
           (answer->kind == EVENT_ICMP || answer->octets == damaged->octets);
}

void udp_bad_discarded(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *damaged = NULL;

    if (!computes_checksums(timeline))
        return;
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->kind == EVENT_DATAGRAM && event->from == SIDE_CLIENT) {
            if (event->checksum == CHECKSUM_BAD)
                damaged = event;
            else if (damaged != NULL && bytes_equal(event->text, damaged->text))
                damaged = NULL; /* sent again, undamaged */
        } else if ((event->kind == EVENT_DATAGRAM || event->kind == EVENT_ICMP) &&
                   event->from == SIDE_SERVER && damaged != NULL && is_about(event, damaged)) {
            rule_breach(run, SIDE_SERVER, PACKETS(damaged->packet, event->packet),
                        "no answer to a datagram with a wrong checksum", "%s",
                        event->kind == EVENT_ICMP ? "an ICMP error" : "a reply");
            damaged = NULL;
        }
    }
}
