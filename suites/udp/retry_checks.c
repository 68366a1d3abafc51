/* Clients that send a request again: RFC 8085 sections 3.1 and 3.3. */
#include "suites/udp/udp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define MILLISECOND INT64_C(1000000)
#define SECOND (1000 * MILLISECOND)
#define JITTER (50 * MILLISECOND) /* of the client's timers and of the capture's stamps */
#define BURST (20 * MILLISECOND)  /* nearer than this they were sent at once, not again */
#define LONG_ENOUGH (3 * SECOND)

/* Copies of one request in a row, and the answer. */
struct attempts {
    const struct event *first, *before,
        *last;           /* the last two; `before` is NULL where there is one */
    int64_t wait;        /* between the last two */
    int64_t wait_before; /* and between the two before; 0: none */
    unsigned count;
    bool answered;
};

static bool same(const struct event *a, const struct event *b)
{
    return a->octets == b->octets && bytes_equal(a->text, b->text);
}

/* True for what was sent twice at once, or was captured twice. */
static bool is_double(const struct attempts *attempts, const struct event *event)
{
    return attempts->last != NULL && same(attempts->last, event) &&
           event->time - attempts->last->time < BURST;
}

/* Take the next datagram into account. True where it is another copy of the request. */
static bool attempt(struct attempts *attempts, const struct event *event)
{
    if (event->from == SIDE_SERVER) {
        attempts->answered = true;
        return false;
    }
    if (is_double(attempts, event))
        return false;
    if (attempts->last == NULL || attempts->answered || !same(attempts->last, event)) {
        *attempts = (struct attempts){.first = event, .last = event, .count = 1};
        return false;
    }
    attempts->wait_before = attempts->wait;
    attempts->wait = event->time - attempts->last->time;
    attempts->before = attempts->last;
    attempts->last = event;
    attempts->count++;
    return true;
}

static double seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

void retry_backoff(const struct timeline *timeline, struct rule_run *run)
{
    struct attempts attempts = {.first = NULL};
    const struct event *event;
    size_t n = 0;

    if (!is_echo(timeline) || is_group(&timeline->server))
        return;
    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (!attempt(&attempts, event) || attempts.wait_before < BURST)
            continue;
        if (attempts.wait_before >= LONG_ENOUGH && attempts.wait >= attempts.wait_before - JITTER)
            continue;
        if (attempts.wait >= attempts.wait_before + attempts.wait_before / 4)
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(attempts.before->packet, event->packet),
                    "a longer wait before each copy of the request",
                    "%.2f s, and %.2f s before that", seconds(attempts.wait),
                    seconds(attempts.wait_before));
        return;
    }
}

void retry_first(const struct timeline *timeline, struct rule_run *run)
{
    struct attempts attempts = {.first = NULL};
    const struct event *event;
    size_t n = 0;

    if (!is_echo(timeline) || is_group(&timeline->server))
        return;
    while ((event = next_datagram(timeline, &n)) != NULL && event->from == SIDE_CLIENT) {
        if (!attempt(&attempts, event) || attempts.count != 2 || attempts.wait >= SECOND - JITTER)
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(attempts.first->packet, event->packet),
                    "one second at least before the request is sent again", "%.2f s",
                    seconds(attempts.wait));
        return;
    }
}

/* True where `event` comes when the client would have sent again, had it not got the answer. */
static bool keeps_schedule(const struct attempts *attempts, const struct event *event)
{
    int64_t wait = event->time - attempts->last->time;

    return attempts->count >= 2 && same(attempts->last, event) && wait >= attempts->wait - JITTER &&
           wait <= 2 * attempts->wait + 2 * JITTER;
}

void retry_answered(const struct timeline *timeline, struct rule_run *run)
{
    struct attempts attempts = {.first = NULL};
    const struct event *event, *answer = NULL;
    size_t n = 0;

    if (!is_echo(timeline) || is_group(&timeline->server))
        return;
    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->from == SIDE_SERVER) {
            answer = answer == NULL && attempts.last != NULL && same(attempts.last, event) ? event
                                                                                           : answer;
        } else if (answer != NULL && event->time - answer->time > JITTER &&
                   keeps_schedule(&attempts, event)) {
            rule_breach(run, SIDE_CLIENT, PACKETS(answer->packet, event->packet),
                        "no more copies once the request is answered",
                        "a copy %.2f s after the answer", seconds(event->time - answer->time));
            return;
        } else {
            answer = NULL;
        }
        attempt(&attempts, event);
    }
}
