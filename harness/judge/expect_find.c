#include <stdlib.h>

#include "judge/expect_parts.h"

static bool is_flow_channel(enum channel channel)
{
    return channel == CHANNEL_CONTROL || channel == CHANNEL_DATA || channel == CHANNEL_FLOW;
}

static bool says(const struct event *event, const struct event_ref *ref)
{
    switch (ref->channel) {
    case CHANNEL_COMMAND:
        return event->kind == EVENT_COMMAND && bytes_is_nocase(event->command.verb, ref->verb);
    case CHANNEL_REPLY:
        return event->kind == EVENT_REPLY && event->code == ref->code;
    case CHANNEL_DATAGRAM:
        return (event->kind == EVENT_DATAGRAM || event->kind == EVENT_SEGMENT) &&
               event->from == ref->side;
    default:
        return false;
    }
}

/* Index of the first event at or after `from` that `ref` speaks of. */
static size_t next_match(const struct timeline *timeline, size_t from, const struct event_ref *ref)
{
    while (from < timeline->event_count && !says(&timeline->events[from], ref))
        from++;
    return from;
}

/* The timeline whose next match came first; timeline_count: none has any more. */
static size_t earliest(const struct evidence *evidence, const size_t *next)
{
    size_t best = evidence->timeline_count;
    uint64_t packet = UINT64_MAX;

    for (size_t n = 0; n < evidence->timeline_count; n++) {
        const struct timeline *timeline = evidence->timelines[n];

        if (next[n] < timeline->event_count && timeline->events[next[n]].packet < packet) {
            packet = timeline->events[next[n]].packet;
            best = n;
        }
    }
    return best;
}

/* The n-th matching event, the timelines merged in wire order. */
static void sight_line(const struct evidence *evidence, const struct event_ref *ref,
                       struct sighting *out)
{
    size_t *next = calloc(evidence->timeline_count + 1, sizeof(*next));
    size_t best = evidence->timeline_count;

    if (next == NULL)
        abort();
    for (size_t n = 0; n < evidence->timeline_count; n++)
        next[n] = next_match(evidence->timelines[n], 0, ref);
    for (unsigned nth = 1;; nth++) {
        best = earliest(evidence, next);
        if (best == evidence->timeline_count || nth >= ref->nth)
            break;
        next[best] = next_match(evidence->timelines[best], next[best] + 1, ref);
    }
    if (best < evidence->timeline_count) {
        out->timeline = evidence->timelines[best];
        out->event = &out->timeline->events[next[best]];
        out->flow = &out->timeline->flows[out->event->flow];
    }
    free(next);
}

static bool has_role(const struct timeline_flow *flow, enum channel channel)
{
    if (channel == CHANNEL_CONTROL)
        return flow->role == ROLE_CONTROL;
    return channel == CHANNEL_FLOW || flow->role == ROLE_DATA;
}

/* The flow's first event; NULL where it has none. */
static const struct event *flow_start(const struct timeline *timeline, size_t flow)
{
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].flow == flow)
            return &timeline->events[n];
    return NULL;
}

/* The earliest flow of the channel that starts after `after` (as packet number). */
static bool next_flow(const struct evidence *evidence, enum channel channel, uint64_t after,
                      struct sighting *out)
{
    *out = (struct sighting){NULL, NULL, NULL};
    for (size_t n = 0; n < evidence->timeline_count; n++) {
        const struct timeline *timeline = evidence->timelines[n];

        for (size_t f = 0; f < timeline->flow_count; f++) {
            const struct event *start;

            if (!has_role(&timeline->flows[f], channel))
                continue;
            start = flow_start(timeline, f);
            if (start == NULL || start->packet <= after)
                continue;
            if (out->event == NULL || start->packet < out->event->packet)
                *out = (struct sighting){timeline, &timeline->flows[f], start};
        }
    }
    return out->event != NULL;
}

static const struct event *flow_point(const struct timeline *timeline,
                                      const struct timeline_flow *flow, enum point point)
{
    static const enum event_kind kinds[] = {
        [POINT_SYN] = EVENT_SYN,     [POINT_SYN_ACK] = EVENT_SYN_ACK, [POINT_ACK] = EVENT_ACK,
        [POINT_FIRST] = EVENT_FIRST, [POINT_LAST] = EVENT_LAST,       [POINT_FIN] = EVENT_FIN,
        [POINT_RST] = EVENT_RST,
    };
    size_t index = (size_t)(flow - timeline->flows);

    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].flow == index && timeline->events[n].kind == kinds[point])
            return &timeline->events[n];
    return NULL;
}

static void sight_flow(const struct evidence *evidence, const struct event_ref *ref,
                       struct sighting *out)
{
    uint64_t after = 0;

    for (unsigned nth = 1; next_flow(evidence, ref->channel, after, out); nth++) {
        if (nth >= ref->nth)
            break;
        after = out->event->packet;
    }
    if (out->flow != NULL && ref->point != POINT_NONE)
        out->event = flow_point(out->timeline, out->flow, ref->point);
}

bool expect_sight(const struct evidence *evidence, const struct event_ref *ref,
                  struct sighting *out)
{
    *out = (struct sighting){NULL, NULL, NULL};
    if (is_flow_channel(ref->channel))
        sight_flow(evidence, ref, out);
    else
        sight_line(evidence, ref, out);
    return out->event != NULL;
}

/* The last event of that kind in the case; NULL where there is none. */
static const struct event *last_command(const struct evidence *evidence, unsigned traits)
{
    const struct event *last = NULL;

    for (size_t n = 0; n < evidence->timeline_count; n++) {
        const struct timeline *timeline = evidence->timelines[n];

        for (size_t e = 0; e < timeline->event_count; e++) {
            const struct event *event = &timeline->events[e];

            if (event->kind == EVENT_COMMAND && event->command.known != NULL &&
                (event->command.known->traits & traits) != 0 &&
                (last == NULL || event->packet > last->packet))
                last = event;
        }
    }
    return last;
}

/* Who opens a data connection that was not seen: the client, unless it sent PORT or EPRT last. */
static enum side data_opener(const struct evidence *evidence)
{
    const struct event *opens = last_command(evidence, FTP_VERB_OPENS);

    if (opens != NULL && (bytes_is_nocase(opens->command.verb, "PORT") ||
                          bytes_is_nocase(opens->command.verb, "EPRT")))
        return SIDE_SERVER;
    return SIDE_CLIENT;
}

static enum side data_sender(const struct evidence *evidence)
{
    const struct event *transfer = last_command(evidence, FTP_VERB_TRANSFERS);

    if (transfer != NULL && (transfer->command.known->traits & FTP_VERB_RECEIVES) != 0)
        return SIDE_CLIENT;
    return SIDE_SERVER;
}

static enum side missing_point(const struct evidence *evidence, const struct event_ref *ref,
                               const struct timeline_flow *flow)
{
    enum side opener = flow != NULL                   ? flow->opener
                       : ref->channel == CHANNEL_DATA ? data_opener(evidence)
                                                      : SIDE_CLIENT;

    if (ref->point == POINT_SYN_ACK)
        return side_other(opener);
    if (ref->point == POINT_NONE || ref->point == POINT_SYN || ref->point == POINT_ACK)
        return opener;
    return ref->channel == CHANNEL_DATA ? data_sender(evidence) : evidence->iut;
}

enum side expect_doer(const struct evidence *evidence, const struct event_ref *ref,
                      const struct sighting *sighting)
{
    if (sighting->event != NULL)
        return sighting->event->from;
    switch (ref->channel) {
    case CHANNEL_COMMAND:
        return SIDE_CLIENT;
    case CHANNEL_REPLY:
        return SIDE_SERVER;
    case CHANNEL_DATAGRAM:
        return ref->side;
    default:
        return missing_point(evidence, ref, sighting->flow);
    }
}

static bool went_dark(const struct timeline *timeline)
{
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].kind == EVENT_TLS)
            return true;
    return false;
}

/* An event that is missing, or is counted, may hide in what the capture does not show. */
static const char *unseen_part(const struct timeline *timeline, bool missing)
{
    if (!timeline->from_start)
        return "the capture does not show the start of the connection";
    if (!timeline->whole)
        return "the capture does not show all of the connection";
    if (missing && went_dark(timeline))
        return "the control connection went over to TLS and cannot be read";
    return NULL;
}

const char *expect_doubt(const struct evidence *evidence, const struct event_ref *ref,
                         const struct sighting *sighting)
{
    bool missing = sighting->event == NULL;

    if (evidence->incomplete != NULL)
        return evidence->incomplete;
    if ((ref->point == POINT_FIRST || ref->point == POINT_LAST) && sighting->flow != NULL &&
        !sighting->flow->whole)
        return "the capture does not show all octets of the connection";
    for (size_t n = 0; n < evidence->timeline_count; n++) {
        const struct timeline *timeline = evidence->timelines[n];
        const char *why = unseen_part(timeline, missing);

        if (why != NULL && (missing || timeline == sighting->timeline))
            return why;
    }
    return NULL;
}
