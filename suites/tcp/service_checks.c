/* The small services over TCP: discard, daytime, character generator, time. */
#include "suites/tcp/tcp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define SECOND INT64_C(1000000000)
#define SINCE_1900 INT64_C(2208988800) /* seconds from 1900 to 1970, RFC 868 */
#define CLOCK_TOLERANCE 120            /* seconds */
#define PROMPTLY (5 * SECOND)

enum service { SERVICE_DISCARD = 9, SERVICE_DAYTIME = 13, SERVICE_CHARGEN = 19, SERVICE_TIME = 37 };

/* The stream of that service, seen from its SYN on; NULL: it is none. */
static const struct timeline_flow *stream_of(const struct timeline *timeline, enum service service)
{
    const struct timeline_flow *flow = &timeline->flows[0];

    return timeline->server.port == service && flow->from_start && flow->whole && flow->ack != 0
               ? flow
               : NULL;
}

/* The next segment of the server's at or after event *n; NULL past the last. */
static const struct event *next_segment(const struct timeline *timeline, size_t *n)
{
    while (*n < timeline->event_count) {
        const struct event *event = &timeline->events[(*n)++];

        if (event->kind == EVENT_SEGMENT && event->from == SIDE_SERVER)
            return event;
    }
    return NULL;
}

void discard_stream(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *flow = stream_of(timeline, SERVICE_DISCARD);
    const struct event *event;
    size_t n = 0;

    if (flow != NULL && (event = next_segment(timeline, &n)) != NULL)
        rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "no octet", "%llu octets",
                    (unsigned long long)flow->octets[SIDE_SERVER]);
}

static bool is_text(struct bytes text)
{
    for (size_t n = 0; n < text.len; n++) {
        char c = text.at[n];

        if (c != '\r' && c != '\n' && (c < ' ' || c > '~'))
            return false;
    }
    return true;
}

void daytime_stream_text(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    if (stream_of(timeline, SERVICE_DAYTIME) == NULL)
        return;
    while ((event = next_segment(timeline, &n)) != NULL)
        if (!is_text(event->text)) {
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "printable characters alone",
                        "%s", rule_quote(run, event->text));
            return;
        }
}

static const struct event *fin_of(const struct timeline *timeline, enum side side)
{
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].kind == EVENT_FIN && timeline->events[n].from == side)
            return &timeline->events[n];
    return NULL;
}

void daytime_stream_end(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *flow = stream_of(timeline, SERVICE_DAYTIME);
    const struct event *client = fin_of(timeline, SIDE_CLIENT);
    const struct event *server = fin_of(timeline, SIDE_SERVER);

    if (flow == NULL || client == NULL || server == NULL || server->packet < client->packet ||
        flow->octets[SIDE_SERVER] == 0 || client->time - flow->last_time < PROMPTLY)
        return;
    rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(flow->last, client->packet, server->packet),
                "the connection closed by the server behind the time",
                "nothing for %lld seconds, until the client closed it",
                (long long)((client->time - flow->last_time) / SECOND));
}

void time_stream_size(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *flow = stream_of(timeline, SERVICE_TIME);
    uint64_t octets = flow == NULL ? 0 : flow->octets[SIDE_SERVER];

    if (octets > 4 || (octets > 0 && octets < 4 && flow->fin[SIDE_SERVER] != 0))
        rule_breach(run, SIDE_SERVER, PACKETS(flow->first, flow->last), "four octets", "%llu",
                    (unsigned long long)octets);
}

static uint32_t number_of(struct bytes octets)
{
    uint32_t value = 0;

    for (size_t n = 0; n < octets.len; n++)
        value = value << 8 | (uint8_t)octets.at[n];
    return value;
}

void time_stream_value(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *flow = stream_of(timeline, SERVICE_TIME);
    const struct event *event;
    size_t n = 0;
    int32_t off;

    if (flow == NULL || flow->octets[SIDE_SERVER] != 4 ||
        (event = next_segment(timeline, &n)) == NULL || event->text.len != 4)
        return;
    off = (int32_t)(number_of(event->text) - (uint32_t)(event->time / SECOND + SINCE_1900));
    if (off > CLOCK_TOLERANCE || off < -CLOCK_TOLERANCE)
        rule_breach(run, SIDE_SERVER, PACKETS(event->packet),
                    "the seconds since 1900 when it was captured",
                    "a time %ld seconds away from it", (long)off);
}

void chargen_stream_end(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *flow = stream_of(timeline, SERVICE_CHARGEN);
    const struct event *server = fin_of(timeline, SIDE_SERVER);
    const struct event *client = fin_of(timeline, SIDE_CLIENT);

    if (flow == NULL || server == NULL || client == NULL || client->packet < server->packet)
        return;
    rule_breach(run, SIDE_SERVER, PACKETS(server->packet, client->packet),
                "characters until the client closes the connection", "a FIN behind %llu octets",
                (unsigned long long)flow->octets[SIDE_SERVER]);
}
