#include "wire/silence.h"

#include <stdlib.h>

#include "wire/memory.h"

void silence_fini(struct silence *silence)
{
    free(silence->heap);
    *silence = (struct silence){.ceiling = silence->ceiling};
}

static void put(struct silence *silence, size_t place, struct conversation *conversation)
{
    silence->heap[place] = conversation;
    conversation->place = place;
}

/* Let the one at `place` rise for as long as it was silent before what is above it. */
static void rise(struct silence *silence, size_t place)
{
    struct conversation *conversation = silence->heap[place];

    while (place > 0 && conversation->ranked < silence->heap[(place - 1) / 2]->ranked) {
        put(silence, place, silence->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(silence, place, conversation);
}

/* Let it sink for as long as something below it was silent before. */
static void sink(struct silence *silence, size_t place)
{
    struct conversation *conversation = silence->heap[place];
    size_t below;

    while ((below = 2 * place + 1) < silence->count) {
        if (below + 1 < silence->count &&
            silence->heap[below + 1]->ranked < silence->heap[below]->ranked)
            below++;
        if (conversation->ranked <= silence->heap[below]->ranked)
            break;
        put(silence, place, silence->heap[below]);
        place = below;
    }
    put(silence, place, conversation);
}

void silence_add(struct silence *silence, struct conversation *conversation)
{
    silence->heap =
        memory_grown(silence->heap, silence->count, &silence->room, sizeof(struct conversation *));
    silence_break(silence, conversation);
    conversation->ranked = conversation->heard;
    put(silence, silence->count++, conversation);
    rise(silence, conversation->place);
}

void silence_remove(struct silence *silence, struct conversation *conversation)
{
    size_t place = conversation->place;

    if (place == --silence->count)
        return;
    put(silence, place, silence->heap[silence->count]);
    rise(silence, place);
    sink(silence, place);
}

struct conversation *silence_longest(struct silence *silence)
{
    struct conversation **first = silence->heap;

    if (silence->count == 0)
        return NULL;
    while (first[0]->ranked != first[0]->heard) {
        first[0]->ranked = first[0]->heard;
        sink(silence, 0);
    }
    return first[0];
}
