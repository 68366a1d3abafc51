#include "walk.h"

#include <stdlib.h>

static void octets_touch(struct bytes octets)
{
    volatile char seen = 0;

    for (size_t i = 0; i < octets.len; i++)
        seen = octets.at[i];
    (void)seen;
}

static void event_walk(const struct timeline *timeline, const struct event *event)
{
    octets_touch(event->text);
    octets_touch(event->command.verb);
    octets_touch(event->command.argument);
    octets_touch(event->reply.text);
    if (event->flow >= timeline->flow_count || event->packet == 0)
        abort();
    if (event->first_packet > event->packet && event->kind != EVENT_ODDITY)
        abort();
}

static void flow_walk(const struct timeline *timeline, const struct timeline_flow *flow)
{
    octets_touch(flow->payload);
    if (flow->command != SIZE_MAX && timeline->events[flow->command].kind != EVENT_COMMAND)
        abort();
    if (flow->announced_by != SIZE_MAX && flow->announced_by >= timeline->event_count)
        abort();
    if (flow->payload.len > flow->octets[SIDE_CLIENT] + flow->octets[SIDE_SERVER])
        abort();
}

void walk(void *ctx, struct timeline *timeline)
{
    uint64_t packet = 0;

    (void)ctx;
    for (size_t i = 0; i < timeline->event_count; i++) {
        event_walk(timeline, &timeline->events[i]);
        if (timeline->events[i].kind == EVENT_ODDITY)
            continue; /* a fragment's stands where its packet was put together */
        if (timeline->events[i].packet < packet)
            abort();
        packet = timeline->events[i].packet;
    }
    for (size_t i = 0; i < timeline->flow_count; i++)
        flow_walk(timeline, &timeline->flows[i]);
    timeline_free(timeline);
}
