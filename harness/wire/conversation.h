/* conversation: a timeline in the making, with the limits that keep it bounded. */
#ifndef PEERSPEC_WIRE_CONVERSATION_H
#define PEERSPEC_WIRE_CONVERSATION_H

#include "wire/packet.h"
#include "wire/timeline.h"

/* What is above these is not noted, and the timeline is then not whole. An FTP session may be a
 * mirror of a hundred thousand files. */
#define CONVERSATION_EVENTS 100000
#define CONVERSATION_FTP_EVENTS 4000000
#define CONVERSATION_ODD 100
#define CONVERSATION_TEXT (16u << 20)
#define CONVERSATION_FTP_TEXT (256u << 20)

struct flow;
struct control;

struct conversation {
    struct timeline *timeline; /* owned until it is handed over */
    uint64_t heard;            /* last; with what follows, for silence.h */
    uint64_t ranked;           /* `heard` when it got its place */
    size_t place;
    size_t flow_room, event_room;
    struct event *room;        /* owned: of the events, once they are handed over */
    struct conversation *next; /* where it is spare */
    size_t text;               /* octets of text kept */
    uint8_t odd[ODDITY_COUNT]; /* events of each kind */
    bool overflowed;           /* events were left out */
    struct flow *flows;        /* linked by flow->sibling; not owned */
    unsigned open;             /* flows that are not over */
    struct control *control;   /* owned; NULL where it is not FTP */
};

/* When and where something happened. */
struct moment {
    uint64_t packet;
    int64_t time;
};

/* `spare` is one whose timeline was taken, and becomes the new one; NULL: there is none. */
struct conversation *conversation_new(enum protocol protocol, struct conversation *spare);
/* Frees it with its timeline, unless that was taken. */
void conversation_free(struct conversation *conversation);
/* True where it is worth keeping as a spare one: it has room for events, and not for a multitude.
 */
bool conversation_has_room(const struct conversation *conversation);

/* Add a flow; returns its index. */
unsigned conversation_add_flow(struct conversation *conversation, enum flow_role role);

static inline struct timeline_flow *conversation_flow(const struct conversation *conversation,
                                                      unsigned index)
{
    return &conversation->timeline->flows[index];
}

/* Note an event that happens now. The struct is valid until the next one is noted; its `text` is
 * for the caller to set. */
struct event *conversation_note(struct conversation *conversation, enum event_kind kind,
                                enum side from, unsigned flow, struct moment now);
/* Note what is odd about the packet; of each kind, at most CONVERSATION_ODD in a conversation. */
void conversation_note_odd(struct conversation *conversation, enum side from, unsigned flow,
                           const struct packet *packet);
/* A copy of `text` in the timeline; empty, and *cut set, where there is too much already. */
struct bytes conversation_text(struct conversation *conversation, struct bytes text, bool *cut);
bool conversation_is_full(const struct conversation *conversation);
size_t conversation_last_event(const struct conversation *conversation); /* its index */

/* Finish the timeline (EVENT_LAST, whole) and take it. */
struct timeline *conversation_take(struct conversation *conversation);

#endif
