/* ICMP errors, whatever they are about: RFC 1122 section 3.2.2, RFC 4443 section 2.4. */
#include <inttypes.h>
#include <stdio.h>

#include "suites/packet/odd_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define QUOTED_SOURCE 12 /* in an IPv4 header */

static const char *checksum_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "another one, 0x%04" PRIx64, event->found);
    return room;
}

void icmp_checksum(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_ICMP_CHECKSUM, "the checksum of the message's octets",
                               checksum_seen});
}

static const char *error_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "type %" PRIu64 ", code %" PRIu64 ", about another error",
             event->found / 256, event->found % 256);
    return room;
}

static const char *fragment_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "an error about one with id %" PRIu64, event->found);
    return room;
}

/* True where the packet that the error quotes came from no host that could be told. */
static bool has_no_source(const struct event *error)
{
    const uint8_t *source = (const uint8_t *)error->text.at + QUOTED_SOURCE;

    return error->src.family == 4 && error->text.len >= QUOTED_SOURCE + 4 &&
           (source[0] == 0 || source[0] >= 224);
}

/* True where the error comes from one of the two hosts, and not from a router between them. */
static bool is_of_side(const struct timeline *timeline, const struct event *error)
{
    return endpoint_same_addr(&error->src, &timeline->client) ||
           endpoint_same_addr(&error->src, &timeline->server);
}

static bool has_errors(const struct timeline *timeline)
{
    for (size_t n = 0; n < timeline->flow_count; n++)
        if (timeline->flows[n].icmp_error)
            return true;
    return false;
}

void icmp_cause(const struct timeline *timeline, struct rule_run *run)
{
    size_t events = has_errors(timeline) ? timeline->event_count : 0;
    char text[ENDPOINT_TEXT];

    odd_tell(timeline, run,
             &(struct telling){ODDITY_ERROR_ABOUT_ERROR, "no error about an error", error_seen});
    odd_tell(timeline, run,
             &(struct telling){ODDITY_ERROR_ABOUT_FRAGMENT,
                               "no error about a fragment behind the first", fragment_seen});
    for (size_t n = 0; n < events; n++) {
        const struct event *error = &timeline->events[n];

        if (error->kind == EVENT_ICMP && has_no_source(error) && is_of_side(timeline, error))
            rule_breach(run, error->from, PACKETS(error->packet),
                        "no error about a packet without a host as its source", "an error to %s",
                        endpoint_addr(&error->dst, text));
    }
}
