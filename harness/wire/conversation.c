#include "wire/conversation.h"

#include <stdlib.h>
#include <string.h>

#include "wire/control.h"
#include "wire/memory.h"

#define SPARE_EVENTS 256 /* what a spare conversation may have room for */

struct conversation *conversation_new(enum protocol protocol, struct conversation *spare)
{
    struct conversation *conversation =
        spare != NULL ? spare : memory_zeroed(1, sizeof *conversation);
    struct timeline *timeline = memory_zeroed(1, sizeof *timeline);

    timeline->protocol = protocol;
    timeline->events = conversation->room;
    arena_init(&timeline->arena);
    *conversation =
        (struct conversation){.timeline = timeline, .event_room = conversation->event_room};
    return conversation;
}

void conversation_free(struct conversation *conversation)
{
    control_free(conversation->control);
    timeline_free(conversation->timeline);
    free(conversation->room);
    free(conversation);
}

bool conversation_has_room(const struct conversation *conversation)
{
    return conversation->room != NULL && conversation->event_room <= SPARE_EVENTS;
}

void timeline_free(struct timeline *timeline)
{
    if (timeline == NULL)
        return;
    arena_fini(&timeline->arena);
    free(timeline->flows);
    free(timeline->events);
    free(timeline);
}

static bool is_ftp(const struct conversation *conversation)
{
    return conversation->timeline->protocol == PROTOCOL_FTP;
}

static size_t events_ceiling(const struct conversation *conversation)
{
    return is_ftp(conversation) ? CONVERSATION_FTP_EVENTS : CONVERSATION_EVENTS;
}

static size_t text_ceiling(const struct conversation *conversation)
{
    return is_ftp(conversation) ? CONVERSATION_FTP_TEXT : CONVERSATION_TEXT;
}

bool conversation_is_full(const struct conversation *conversation)
{
    return conversation->timeline->event_count + 8 >= events_ceiling(conversation) ||
           conversation->text + 65536 > text_ceiling(conversation);
}

unsigned conversation_add_flow(struct conversation *conversation, enum flow_role role)
{
    struct timeline *timeline = conversation->timeline;

    timeline->flows = memory_grown(timeline->flows, timeline->flow_count, &conversation->flow_room,
                                   sizeof *timeline->flows);
    timeline->flows[timeline->flow_count] = (struct timeline_flow){.role = role,
                                                                   .whole = true,
                                                                   .opening = OPENED_UNANNOUNCED,
                                                                   .announced_by = SIZE_MAX,
                                                                   .command = SIZE_MAX};
    conversation->open++;
    return (unsigned)timeline->flow_count++;
}

struct event *conversation_note(struct conversation *conversation, enum event_kind kind,
                                enum side from, unsigned flow, struct moment now)
{
    struct timeline *timeline = conversation->timeline;
    struct event *event;

    if (timeline->event_count >= events_ceiling(conversation)) {
        conversation->overflowed = true;
        timeline->event_count--; /* the last place is written over and over */
    }
    timeline->events = memory_grown(timeline->events, timeline->event_count,
                                    &conversation->event_room, sizeof *timeline->events);
    event = &timeline->events[timeline->event_count++];
    timeline->odd_count += kind == EVENT_ODDITY;
    *event = (struct event){.kind = kind,
                            .from = from,
                            .flow = flow,
                            .packet = now.packet,
                            .first_packet = now.packet,
                            .time = now.time};
    return event;
}

void conversation_note_odd(struct conversation *conversation, enum side from, unsigned flow,
                           const struct packet *packet)
{
    for (unsigned i = 0; i < packet->odd_count; i++) {
        const struct oddness *odd = &packet->odd[i];
        struct moment moment = {odd->packet != 0 ? odd->packet : packet->number, packet->time};
        struct event *event;

        if (conversation->odd[odd->oddity] >= CONVERSATION_ODD)
            continue;
        conversation->odd[odd->oddity]++;
        event = conversation_note(conversation, EVENT_ODDITY, from, flow, moment);
        event->oddity = odd->oddity;
        event->first_packet = odd->other;
        event->wanted = odd->wanted;
        event->found = odd->found;
    }
}

struct bytes conversation_text(struct conversation *conversation, struct bytes text, bool *cut)
{
    if (conversation->text + text.len > text_ceiling(conversation)) {
        *cut = text.len > 0;
        return (struct bytes){NULL, 0};
    }
    conversation->text += text.len;
    return arena_bytes(&conversation->timeline->arena, text);
}

size_t conversation_last_event(const struct conversation *conversation)
{
    return conversation->timeline->event_count - 1;
}

/* --- the end: EVENT_LAST takes its place among the others --- */

static int by_packet(const void *a, const void *b)
{
    const struct event *left = a, *right = b;

    return left->packet < right->packet ? -1 : left->packet > right->packet;
}

static size_t last_events(const struct timeline *timeline, struct event *out)
{
    size_t count = 0;

    for (size_t i = 0; i < timeline->flow_count; i++) {
        const struct timeline_flow *flow = &timeline->flows[i];

        if (flow->last != 0)
            out[count++] = (struct event){.kind = EVENT_LAST,
                                          .from = flow->last_from,
                                          .flow = (unsigned)i,
                                          .packet = flow->last,
                                          .first_packet = flow->last,
                                          .time = flow->last_time};
    }
    qsort(out, count, sizeof *out, by_packet);
    return count;
}

/* True where `last` stands before `event`: a FIN in the same packet comes after it. */
static bool stands_before(const struct event *last, const struct event *event)
{
    return event->packet > last->packet ||
           (event->packet == last->packet && event->flow == last->flow &&
            (event->kind == EVENT_FIN || event->kind == EVENT_RST));
}

/* The events that each of `last` stands before, by their indices. */
static void places_find(const struct timeline *timeline, const struct event *last, size_t count,
                        size_t *before)
{
    size_t next = 0;

    for (size_t i = 0; i < timeline->event_count; i++)
        while (next < count && stands_before(&last[next], &timeline->events[i]))
            before[next++] = i;
    while (next < count)
        before[next++] = timeline->event_count;
}

/* The events with `last` among them, to the timeline alone: their own room may be used again. */
static void events_merge(struct conversation *conversation, const struct event *last, size_t count,
                         const size_t *before)
{
    struct timeline *timeline = conversation->timeline;
    struct event *to = memory_resized(NULL, (timeline->event_count + count + 1) * sizeof *to);
    size_t done = 0;

    conversation->room = timeline->events;
    timeline->events = to;
    for (size_t next = 0; next <= count; next++) {
        size_t end = next < count ? before[next] : timeline->event_count;

        if (end > done)
            memcpy(to, &conversation->room[done], (end - done) * sizeof *to);
        to += end - done;
        done = end;
        if (next < count)
            *to++ = last[next];
    }
    timeline->event_count += count;
}

static size_t moved(size_t event, const size_t *before, size_t count)
{
    size_t by = 0;

    while (by < count && before[by] <= event)
        by++;
    return event == SIZE_MAX ? SIZE_MAX : event + by;
}

static void last_insert(struct conversation *conversation)
{
    struct timeline *timeline = conversation->timeline;
    struct event *last = memory_zeroed(timeline->flow_count + 1, sizeof *last);
    size_t *before = memory_zeroed(timeline->flow_count + 1, sizeof *before);
    size_t count = last_events(timeline, last);

    places_find(timeline, last, count, before);
    events_merge(conversation, last, count, before);
    for (size_t i = 0; i < timeline->flow_count; i++) {
        struct timeline_flow *flow = &timeline->flows[i];

        flow->announced_by = moved(flow->announced_by, before, count);
        flow->command = moved(flow->command, before, count);
    }
    free(before);
    free(last);
}

/* The event that later ones were written over is nobody's command. */
static void overwritten_forget(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->flow_count; i++) {
        struct timeline_flow *flow = &timeline->flows[i];

        if (flow->announced_by + 1 == timeline->event_count)
            flow->announced_by = SIZE_MAX;
        if (flow->command + 1 == timeline->event_count)
            flow->command = SIZE_MAX;
    }
}

struct timeline *conversation_take(struct conversation *conversation)
{
    struct timeline *timeline = conversation->timeline;

    timeline->whole = timeline->flows[0].whole && !conversation->overflowed;
    if (conversation->overflowed)
        overwritten_forget(timeline);
    last_insert(conversation);
    conversation->timeline = NULL;
    return timeline;
}
