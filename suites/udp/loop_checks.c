/* Services that answer each other: one forged datagram keeps them busy for ever. */
#include "suites/udp/udp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define ROUND 20                       /* datagrams of a loop */
#define QUICK (100 * INT64_C(1000000)) /* ns in which they pass */

/* A run of datagrams with one payload that go to and fro. */
struct run {
    const struct event *events[ROUND + 1]; /* the last ones, as a ring */
    size_t count;
};

static bool goes_on(const struct run *run, const struct event *event)
{
    const struct event *last = run->events[(run->count - 1) % (ROUND + 1)];

    return event->from != last->from && same_payload(last, event);
}

/* True where with `event` more than ROUND datagrams have passed quickly. */
static bool run_take(struct run *run, const struct event *event)
{
    if (run->count > 0 && !goes_on(run, event))
        run->count = 0;
    run->events[run->count++ % (ROUND + 1)] = event;
    return run->count > ROUND && event->time - run->events[run->count % (ROUND + 1)]->time <= QUICK;
}

/* The datagram by which a loop is one; NULL: there is none. */
static const struct event *loop_find(const struct timeline *timeline, struct run *run)
{
    const struct event *event;
    size_t n = 0;

    if (!is_echo(timeline) || !is_small_service(timeline->client.port))
        return NULL;
    while ((event = next_datagram(timeline, &n)) != NULL)
        if (run_take(run, event))
            return event;
    return NULL;
}

void echo_loop(const struct timeline *timeline, struct rule_run *run)
{
    struct run turns = {.count = 0};
    const struct event *event = loop_find(timeline, &turns);

    if (event != NULL)
        rule_breach(run, SIDE_SERVER,
                    PACKETS(turns.events[turns.count % (ROUND + 1)]->packet, event->packet),
                    "no datagram that two services send each other again and again",
                    "one of %llu octets, more than %d times in 0.1 s",
                    (unsigned long long)event->octets, ROUND);
}

void echo_to_service(const struct timeline *timeline, struct rule_run *run)
{
    struct run turns = {.count = 0};
    const struct event *event;
    size_t n = 0;

    if (!is_echo(timeline) || !is_small_service(timeline->client.port) ||
        loop_find(timeline, &turns) != NULL)
        return;
    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->from != SIDE_SERVER)
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(event->packet),
                    "no reply to the port of another such service", "a reply to port %u",
                    timeline->client.port);
        return;
    }
}
