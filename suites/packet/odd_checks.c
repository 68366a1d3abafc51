#include "suites/packet/odd_checks.h"

#include <stdio.h>

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})

static const struct event *first_odd(const struct timeline *timeline, enum oddity oddity,
                                     enum side from, size_t *count)
{
    const struct event *first = NULL;

    *count = 0;
    for (size_t n = 0; timeline->odd_count > 0 && n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->kind != EVENT_ODDITY || event->oddity != oddity || event->from != from)
            continue;
        first = first == NULL ? event : first;
        ++*count;
    }
    return first;
}

static void side_tell(const struct timeline *timeline, struct rule_run *run, enum side side,
                      enum verdict verdict, const struct telling *telling)
{
    char text[TELLING_ROOM], more[40] = "";
    size_t count;
    const struct event *event = first_odd(timeline, telling->oddity, side, &count);

    if (event == NULL)
        return;
    if (count > 1)
        snprintf(more, sizeof more, ", and %zu more like it", count - 1);
    rule_remark(run, side, verdict, PACKETS(event->first_packet, event->packet), telling->expected,
                "%s%s", telling->seen(event, text, sizeof text), more);
}

void odd_remark(const struct timeline *timeline, struct rule_run *run, enum verdict verdict,
                const struct telling *telling)
{
    side_tell(timeline, run, SIDE_CLIENT, verdict, telling);
    side_tell(timeline, run, SIDE_SERVER, verdict, telling);
}

void odd_tell(const struct timeline *timeline, struct rule_run *run, const struct telling *telling)
{
    odd_remark(timeline, run, rule_weight(run), telling);
}

/* That a side's packets are right takes one to show. */
static bool is_right(const struct timeline *timeline, enum oddity oddity, enum side side)
{
    size_t count;

    if (first_odd(timeline, oddity, side, &count) != NULL)
        return false;
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].from == side && timeline->events[n].kind <= EVENT_DATAGRAM)
            return true;
    return false;
}

void odd_tell_one_side(const struct timeline *timeline, struct rule_run *run,
                       const struct telling *telling)
{
    for (enum side side = SIDE_CLIENT; timeline->odd_count > 0 && side <= SIDE_SERVER; side++)
        if (is_right(timeline, telling->oddity, side_other(side)))
            side_tell(timeline, run, side, rule_weight(run), telling);
}
