#include "wire/segment_recall.h"

#include <stdlib.h>
#include <string.h>

#include "wire/memory.h"

#define FIRST_ROOM 1024

void segment_recall_fini(struct segment_recall *recall)
{
    free(recall->octets);
    *recall = (struct segment_recall){.full = true};
}

struct segment_recall segment_recall_empty(const struct segment_recall *recall)
{
    return (struct segment_recall){.octets = recall->octets, .room = recall->room};
}

static void make_room(struct segment_recall *recall, size_t len)
{
    size_t room = recall->room == 0 ? FIRST_ROOM : recall->room;

    while (room < recall->len + len)
        room *= 2;
    if (room == recall->room)
        return;
    recall->octets = memory_resized(recall->octets, room);
    recall->room = room;
}

/* Forget the first ones, so that `len` more find room. */
static void slide(struct segment_recall *recall, size_t len)
{
    size_t drop = recall->len + len - SEGMENT_RECALL_ROOM;

    if (drop < SEGMENT_RECALL_ROOM / 2 && recall->len >= SEGMENT_RECALL_ROOM / 2)
        drop = SEGMENT_RECALL_ROOM / 2; /* not a few of them each time */
    recall->len -= drop;
    recall->from += (uint32_t)drop;
    memmove(recall->octets, recall->octets + drop, recall->len);
}

void segment_recall_add(struct segment_recall *recall, uint32_t seq, struct bytes octets,
                        uint64_t packet, bool sliding)
{
    if (recall->full || octets.len == 0 || octets.len > SEGMENT_RECALL_ROOM)
        return;
    if (recall->from + (uint32_t)recall->len != seq) {
        recall->from = seq;
        recall->len = 0;
        recall->mark_count = 0;
    }
    if (recall->len + octets.len > SEGMENT_RECALL_ROOM) {
        recall->full = !sliding;
        if (!sliding)
            return;
        slide(recall, octets.len);
    }
    make_room(recall, octets.len);
    memcpy(recall->octets + recall->len, octets.at, octets.len);
    recall->len += octets.len;
    recall->marks[recall->mark_count % SEGMENT_RECALL_MARKS].packet = packet;
    recall->marks[recall->mark_count++ % SEGMENT_RECALL_MARKS].end = seq + (uint32_t)octets.len;
}

/* The packet that had the octet at `seq` first; 0: forgotten. */
static uint64_t packet_of(const struct segment_recall *recall, uint32_t seq)
{
    unsigned kept =
        recall->mark_count < SEGMENT_RECALL_MARKS ? recall->mark_count : SEGMENT_RECALL_MARKS;
    uint64_t packet = 0;

    for (unsigned n = 1; n <= kept; n++) {
        unsigned at = (recall->mark_count - n) % SEGMENT_RECALL_MARKS;

        if ((int32_t)(recall->marks[at].end - seq) <= 0)
            return packet;
        packet = recall->marks[at].packet;
    }
    return kept == recall->mark_count ? packet : 0;
}

bool segment_recall_differs(const struct segment_recall *recall, uint32_t seq, struct bytes octets,
                            struct segment_difference *difference)
{
    int32_t before = (int32_t)(recall->from - seq);
    size_t at;

    if (before > 0) { /* its first octets are forgotten */
        octets = bytes_from(octets, (size_t)before);
        seq = recall->from;
    }
    at = seq - recall->from;
    if (at >= recall->len)
        return false;
    octets = bytes_slice(octets, 0, recall->len - at);
    for (size_t n = 0; n < octets.len; n++)
        if (octets.at[n] != recall->octets[at + n]) {
            *difference =
                (struct segment_difference){packet_of(recall, seq + (uint32_t)n),
                                            (uint8_t)recall->octets[at + n], (uint8_t)octets.at[n]};
            return true;
        }
    return false;
}
