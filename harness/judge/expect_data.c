/* data has "2003.pdf": what a listing holds. */
#include "judge/expect_parts.h"

/* Of other transfers the timeline keeps no octets. */
static const char *doubt_about(const struct timeline_flow *flow)
{
    if (!flow->whole)
        return "the capture does not show all octets of the connection";
    if (flow->payload.len < flow->octets[SIDE_SERVER])
        return "what went over the data connection is no listing, or too long to be kept";
    return NULL;
}

static void tell_missing(struct hearing *hearing, const struct sighting *seen)
{
    char expected[300];

    snprintf(expected, sizeof expected, BYTES_FMT, BYTES_ARG(hearing->expectation->source));
    if (seen->flow == NULL) {
        hearing_breach(hearing, expected, "no such data connection");
        return;
    }
    hearing_packet(hearing, seen->flow->last);
    hearing_breach(hearing, expected, "a listing of %zu octets without it",
                   seen->flow->payload.len);
}

/* A listing is the server's. */
void expect_data(struct hearing *hearing)
{
    const struct event_ref *ref = &hearing->expectation->events[0];
    struct bytes wanted = hearing->expectation->content.octets;
    struct sighting seen;
    const char *doubt;

    if (hearing->evidence->iut != SIDE_SERVER || wanted.len == 0)
        return;
    expect_sight(hearing->evidence, ref, &seen);
    doubt = expect_doubt(hearing->evidence, ref, &seen);
    if (doubt == NULL && seen.flow != NULL &&
        bytes_search(seen.flow->payload, wanted) < seen.flow->payload.len)
        return;
    if (doubt == NULL && seen.flow != NULL)
        doubt = doubt_about(seen.flow);
    if (doubt != NULL)
        hearing_inconclusive(hearing, doubt);
    else
        tell_missing(hearing, &seen);
}
