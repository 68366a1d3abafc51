/* data has "2003.pdf", S:257 lacks "..": octets of a listing, or of what was said. */
#include "judge/expect_parts.h"

/* What is searched. */
struct text {
    struct bytes octets;
    uint64_t all; /* octets that there were: of other transfers than listings none is kept */
    enum side from;
    uint64_t packet;
};

static struct text listing(const struct sighting *seen)
{
    const struct timeline_flow *flow = seen->flow;

    return (struct text){flow->payload, flow->octets[SIDE_SERVER], SIDE_SERVER, flow->last};
}

static struct text said(const struct sighting *seen)
{
    const struct event *event = seen->event;

    return (struct text){event->text, event->octets, event->from, event->packet};
}

static void tell(struct hearing *hearing, const struct text *text, bool has)
{
    char expected[300];
    bool listed = hearing->expectation->events[0].channel == CHANNEL_DATA;

    snprintf(expected, sizeof expected, BYTES_FMT, BYTES_ARG(hearing->expectation->source));
    hearing_packet(hearing, text->packet);
    hearing_breach(hearing, expected, "%s of %zu octets %s it", listed ? "a listing" : "a line",
                   text->octets.len, has ? "with" : "without");
}

static void tell_missing(struct hearing *hearing)
{
    char expected[300];

    if (hearing->expectation->kind == EXPECT_LACKS)
        return; /* what is not there lacks everything */
    snprintf(expected, sizeof expected, BYTES_FMT, BYTES_ARG(hearing->expectation->source));
    hearing_breach(hearing, expected,
                   hearing->expectation->events[0].channel == CHANNEL_DATA
                       ? "no such data connection"
                       : "that was not said");
}

/* Why a text that was not found may be there; NULL: it is not. */
static const char *doubt_about(const struct sighting *seen, const struct text *text)
{
    if (seen->flow != NULL && !seen->flow->whole)
        return "the capture does not show all octets of the connection";
    if (text->octets.len < text->all)
        return "what went over the data connection is no listing, or too long to be kept";
    return NULL;
}

static void judge(struct hearing *hearing, const struct sighting *seen, const struct text *text)
{
    struct bytes wanted = hearing->expectation->content.octets;
    bool has = bytes_search(text->octets, wanted) < text->octets.len;
    const char *doubt = has ? NULL : doubt_about(seen, text);

    if (doubt != NULL)
        hearing_inconclusive(hearing, doubt);
    else if (has != (hearing->expectation->kind == EXPECT_HAS))
        tell(hearing, text, has);
}

/* A listing is the server's. */
void expect_text(struct hearing *hearing)
{
    const struct event_ref *ref = &hearing->expectation->events[0];
    bool listed = ref->channel == CHANNEL_DATA;
    struct text text = {.from = listed ? SIDE_SERVER : ref->side};
    struct sighting seen;
    const char *doubt;

    expect_sight(hearing->evidence, ref, &seen);
    doubt = expect_doubt(hearing->evidence, ref, &seen);
    if (seen.event != NULL)
        text = listed ? listing(&seen) : said(&seen);
    if (text.from != hearing->evidence->iut || hearing->expectation->content.octets.len == 0)
        return;
    if (doubt != NULL)
        hearing_inconclusive(hearing, doubt);
    else if (seen.event == NULL)
        tell_missing(hearing);
    else
        judge(hearing, &seen, &text);
}
