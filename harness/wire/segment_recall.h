/* segment_recall: the last octets that one side sent, so that those sent again can be compared. */
#ifndef PEERSPEC_WIRE_SEGMENT_RECALL_H
#define PEERSPEC_WIRE_SEGMENT_RECALL_H

#include "base/bytes.h"

#define SEGMENT_RECALL_ROOM 16384 /* octets, and of bulk the first ones alone */
#define SEGMENT_RECALL_MARKS 16

struct segment_recall {
    char *octets; /* owned; NULL: none yet */
    size_t len, room;
    uint32_t from; /* sequence number of the first */
    bool full;     /* no more are taken */
    struct {
        uint32_t end; /* behind the octets of a packet */
        uint64_t packet;
    } marks[SEGMENT_RECALL_MARKS]; /* of the last packets, in a ring */
    unsigned mark_count;           /* all that were made */
};

struct segment_difference {
    uint64_t packet; /* that had these octets first; 0: forgotten */
    uint8_t was, is;
};

void segment_recall_fini(struct segment_recall *recall);
/* An empty one that takes over the room of `recall`. */
struct segment_recall segment_recall_empty(const struct segment_recall *recall);
/* Octets sent for the first time. `sliding`: the last ones are of interest, else the first. */
void segment_recall_add(struct segment_recall *recall, uint32_t seq, struct bytes octets,
                        uint64_t packet, bool sliding);
/* True where octets sent again are not what they were. */
bool segment_recall_differs(const struct segment_recall *recall, uint32_t seq, struct bytes octets,
                            struct segment_difference *difference);

#endif
