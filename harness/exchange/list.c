#include "exchange/list.h"

#include <string.h>

void *list_add(struct list *list, struct arena *arena, size_t size)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 8 : list->room * 2;
        char *items = arena_take(arena, room * size);

        if (list->count > 0)
            memcpy(items, list->items, list->count * size);
        list->items = items;
        list->room = room;
    }
    return (char *)list->items + list->count++ * size;
}
