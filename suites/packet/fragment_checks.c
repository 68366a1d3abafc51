/* IP fragments. */
#include <inttypes.h>
#include <stdio.h>

#include "suites/packet/odd_checks.h"

static const char *uneven_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "%" PRIu64 " octets in a fragment with others behind it", event->found);
    return room;
}

static const char *beyond_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "a fragment that ends at octet %" PRIu64, event->found);
    return room;
}

static const char *ends_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "a fragment that ends at octet %" PRIu64 " of a packet of %" PRIu64,
             event->found, event->wanted);
    return room;
}

void ip_fragment_geometry(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_FRAGMENT_UNEVEN, "a multiple of 8 octets", uneven_seen});
    odd_tell(timeline, run,
             &(struct telling){ODDITY_FRAGMENT_BEYOND, "a packet of 65,535 octets at most",
                               beyond_seen});
    odd_tell(timeline, run,
             &(struct telling){ODDITY_FRAGMENT_ENDS, "one end, and nothing behind it", ends_seen});
}

static const char *offset_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "the fragment at octet %" PRIu64, event->found);
    return room;
}

static enum verdict overlap_verdict(const struct timeline *timeline)
{
    return timeline->client.family == 6 ? VERDICT_FAIL : VERDICT_WARN;
}

void ip_fragment_overlap(const struct timeline *timeline, struct rule_run *run)
{
    odd_remark(
        timeline, run, overlap_verdict(timeline),
        &(struct telling){ODDITY_FRAGMENT_OVERLAP, "fragments that do not overlap", offset_seen});
}

void ip_fragment_kept_whole(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_FRAGMENT_KEPT_WHOLE, "no Don't Fragment in a fragment",
                               offset_seen});
}

static const char *id_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "id %" PRIu64 " once more, of other octets than in packet %" PRIu64,
             event->found, event->first_packet);
    return room;
}

void ip_id_again(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_ID_AGAIN, "an id that no other datagram had in two minutes",
                               id_seen});
}

static const char *atomic_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "a fragment header with offset 0 and nothing behind it, id %" PRIu64,
             event->found);
    return room;
}

void ip_atomic_fragment(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_ATOMIC_FRAGMENT, "no fragment header on a whole packet",
                               atomic_seen});
}
