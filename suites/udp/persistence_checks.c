/* Clients that do not hear that nobody answers: RFC 8085 sections 3.1.3 and 3.1.10.
 *
 * That a capture shows no answer may be its own fault: it is one of a single direction. So only
 * what comes after something of the server's was seen counts. */
#include "suites/udp/udp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define SECOND INT64_C(1000000000)
#define BURST (SECOND / 50) /* nearer than this they were sent at once, not again */
#define TIMES 10
#define LONG_ENOUGH (9 * SECOND)
#define INTERVAL (27 * SECOND / 10) /* RFC 8085: 3 s, and some jitter */

/* Requests in a row without an answer. */
struct silence {
    const struct event *first, *last;
    size_t count;
    bool heard; /* something of the server, some time before */
};

static void silence_begin(struct silence *silence, const struct event *event)
{
    silence->first = silence->last = event;
    silence->count = 1;
}

/* True where `event` goes on with the silence: sent later, as a copy of the one before or, for
 * `others`, as anything else. */
static bool goes_on(const struct silence *silence, const struct event *event, bool others)
{
    return silence->count > 0 && event->time - silence->last->time >= BURST &&
           same_payload(silence->last, event) != others;
}

/* Take the next event. True where it is a request that goes on with the silence. */
static bool silence_take(struct silence *silence, const struct event *event, bool others)
{
    bool request = event->kind == EVENT_DATAGRAM && event->from == SIDE_CLIENT;

    if (request && !goes_on(silence, event, others)) {
        silence_begin(silence, event);
        return false;
    }
    if (request) {
        silence->last = event;
        silence->count++;
    } else if (event->from == SIDE_SERVER &&
               (event->kind == EVENT_DATAGRAM || event->kind == EVENT_ICMP)) {
        silence->heard = true;
        silence->count = event->kind == EVENT_DATAGRAM ? 0 : silence->count;
    }
    return request;
}

static double seconds(const struct silence *silence)
{
    return (double)(silence->last->time - silence->first->time) / 1e9;
}

void retry_gives_up(const struct timeline *timeline, struct rule_run *run)
{
    struct silence silence = {.first = NULL};

    if (!is_echo(timeline) || is_group(&timeline->server))
        return;
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (!silence_take(&silence, event, false) || silence.count <= TIMES || !silence.heard)
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(silence.first->packet, event->packet),
                    "a request that is sent 10 times at most",
                    "once more, after %.1f s without an answer", seconds(&silence));
        return;
    }
}

void retry_rate(const struct timeline *timeline, struct rule_run *run)
{
    struct silence silence = {.first = NULL};

    if (!is_echo(timeline) || is_group(&timeline->server))
        return;
    for (size_t n = 0; n < timeline->event_count; n++) {
        int64_t lasted;

        if (!silence_take(&silence, &timeline->events[n], true) || !silence.heard)
            continue;
        lasted = silence.last->time - silence.first->time;
        if (lasted < LONG_ENOUGH || lasted >= (int64_t)(silence.count - 1) * INTERVAL)
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(silence.first->packet, silence.last->packet),
                    "one datagram in three seconds while nobody answers",
                    "%zu datagrams in %.1f s, and no answer", silence.count, seconds(&silence));
        return;
    }
}
