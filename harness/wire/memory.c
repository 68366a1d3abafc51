#include "wire/memory.h"

#include <stdio.h>
#include <stdlib.h>

static void *not_null(void *memory)
{
    if (memory == NULL) {
        fputs("peerspec: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *memory_zeroed(size_t count, size_t size)
{
    return not_null(calloc(count, size));
}

void *memory_resized(void *old, size_t size)
{
    return not_null(realloc(old, size));
}

void *memory_grown(void *old, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return old;
    while (count >= *room)
        *room = *room == 0 ? 4 : *room * 2;
    return memory_resized(old, *room * size);
}
