/* list: an array that grows in an arena. */
#ifndef PEERSPEC_EXCHANGE_LIST_H
#define PEERSPEC_EXCHANGE_LIST_H

#include "base/arena.h"

struct list {
    void *items;
    size_t count, room;
};

/* One more item of `size` octets, all zero; every item of a list has that size. They may move. */
void *list_add(struct list *list, struct arena *arena, size_t size);

#endif
