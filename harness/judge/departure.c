#include "judge/departure.h"

#include <stdio.h>

/* How many entries of the same kind, connection and text stand before `index`. */
static size_t same_before(const struct transcript *transcript, size_t index)
{
    const struct entry *entry = transcript_at(transcript, index);
    size_t count = 0;

    for (size_t i = 0; i < index; i++) {
        const struct entry *other = transcript_at(transcript, i);

        count += other->kind == entry->kind && other->connection == entry->connection &&
                 bytes_equal(other->text, entry->text);
    }
    return count;
}

static const struct entry *opening_of(const struct transcript *transcript, unsigned connection)
{
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct entry *entry = transcript_at(transcript, i);

        if (entry->kind == ENTRY_OPENED && entry->connection == connection)
            return entry;
    }
    return NULL;
}

/* The timeline of a control connection or stream of the fake's. */
static const struct timeline *timeline_of(const struct entry *opening, enum side fake,
                                          struct timeline *const *timelines, size_t count)
{
    for (size_t i = 0; i < count && opening != NULL; i++) {
        const struct timeline *one = timelines[i];
        const struct endpoint *own = fake == SIDE_CLIENT ? &one->client : &one->server;
        const struct endpoint *other = fake == SIDE_CLIENT ? &one->server : &one->client;

        if (endpoint_equal(own, &opening->local) && endpoint_equal(other, &opening->remote))
            return one;
    }
    return NULL;
}

static bool speaks(const struct event *event)
{
    return event->kind == EVENT_COMMAND || event->kind == EVENT_REPLY ||
           event->kind == EVENT_BAD_REPLY || event->kind == EVENT_DATAGRAM;
}

/* The event of the n-th (from 0) line `text` of `from`. */
static const struct event *spoken(const struct timeline *timeline, enum side from,
                                  struct bytes text, size_t n)
{
    for (size_t i = 0; i < timeline->event_count; i++) {
        const struct event *event = &timeline->events[i];

        if (speaks(event) && event->from == from && bytes_equal(event->text, text) && n-- == 0)
            return event;
    }
    return NULL;
}

static const struct event *event_of(const struct transcript *transcript, size_t index,
                                    enum side fake, struct timeline *const *timelines, size_t count,
                                    const struct timeline **where)
{
    const struct entry *entry = transcript_at(transcript, index);
    enum side from = entry->kind == ENTRY_SENT ? fake : side_other(fake);
    const struct entry *opening = opening_of(transcript, entry->connection);
    const struct event *found = NULL;

    *where = timeline_of(opening, fake, timelines, count);
    if (*where != NULL)
        return spoken(*where, from, entry->text, same_before(transcript, index));
    for (size_t i = 0; i < count && found == NULL; i++) {
        *where = timelines[i];
        found = spoken(timelines[i], from, entry->text, same_before(transcript, index));
    }
    return found;
}

uint64_t departure_packet(const struct transcript *transcript, size_t index, enum side fake,
                          struct timeline *const *timelines, size_t count)
{
    const struct timeline *where;
    const struct event *event;

    if (index >= transcript_count(transcript))
        return 0;
    event = event_of(transcript, index, fake, timelines, count, &where);
    return event == NULL ? 0 : event->packet;
}

/* Segments of `from` among the packets that carry the event. */
static unsigned segments_of(const struct timeline *timeline, const struct event *event)
{
    unsigned count = 0;

    for (size_t i = 0; i < timeline->event_count; i++) {
        const struct event *segment = &timeline->events[i];

        count += segment->kind == EVENT_SEGMENT && segment->from == event->from &&
                 segment->flow == event->flow && segment->packet >= event->first_packet &&
                 segment->packet <= event->packet;
    }
    return count;
}

static void differ(const struct entry *entry, const struct event *event, unsigned seen,
                   struct findings *out)
{
    char expected[80], text[80];
    struct finding finding = {.verdict = VERDICT_INCONCLUSIVE,
                              .requirement =
                                  "the harness's own segments leave as they are scripted",
                              .packets = {event->first_packet, event->packet},
                              .packet_count = 2,
                              .at = entry->at,
                              .expected = expected,
                              .seen = text};

    snprintf(expected, sizeof expected, "%u segments", entry->segments);
    snprintf(text, sizeof text, "%u segments in the capture", seen);
    findings_add(out, &finding);
}

/* A line of the script's that never left: what the IUT then did says nothing about it. */
static void did_not_leave(const struct entry *entry, struct findings *out)
{
    char seen[300];
    struct finding finding = {.verdict = VERDICT_ERROR,
                              .requirement = "what the script has the harness send leaves",
                              .at = entry->at,
                              .expected = "the line on the wire",
                              .seen = seen};

    snprintf(seen, sizeof seen, BYTES_FMT, BYTES_ARG(entry->text));
    findings_add(out, &finding);
}

void departure_judge(const struct transcript *transcript, enum side fake,
                     struct timeline *const *timelines, size_t count, struct findings *out)
{
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct entry *entry = transcript_at(transcript, i);
        const struct timeline *where;
        const struct event *event;
        unsigned seen;

        if (entry->kind == ENTRY_UNSENT)
            did_not_leave(entry, out);
        if (entry->kind != ENTRY_SENT || entry->segments < 2 || entry->joined)
            continue;
        event = event_of(transcript, i, fake, timelines, count, &where);
        if (event == NULL || event->kind == EVENT_DATAGRAM)
            continue;
        seen = segments_of(where, event);
        if (seen != entry->segments)
            differ(entry, event, seen, out);
    }
}
