/* silence: the open conversations of one protocol, and which of them was silent for longest.
 *
 * A heap in which a conversation rises when it is asked for, and not with each of its packets: of
 * those there are many, and most sessions end before anybody asks. */
#ifndef PEERSPEC_WIRE_SILENCE_H
#define PEERSPEC_WIRE_SILENCE_H

#include "wire/conversation.h"

struct silence {
    struct conversation **heap; /* owned; the conversations are not */
    size_t count, room;
    size_t ceiling; /* for whoever adds to it: so many there may be */
    uint64_t clock; /* counts what was heard */
};

void silence_fini(struct silence *silence);
/* It is heard now, as the last of them. */
void silence_add(struct silence *silence, struct conversation *conversation);
void silence_remove(struct silence *silence, struct conversation *conversation);
/* NULL: there is none. */
struct conversation *silence_longest(struct silence *silence);

/* Inline, since each packet is heard. */
static inline void silence_break(struct silence *silence, struct conversation *conversation)
{
    conversation->heard = ++silence->clock;
}

#endif
