#include "wire/announce.h"

#include <stdlib.h>

#include "wire/hash.h"
#include "wire/memory.h"

#define BUCKETS 16384

struct announce_table {
    struct announce_entry *buckets[BUCKETS];
};

struct announce_table *announce_table_new(void)
{
    return memory_zeroed(1, sizeof(struct announce_table));
}

void announce_table_free(struct announce_table *table)
{
    free(table);
}

static struct endpoint address_of(const struct endpoint *endpoint)
{
    struct endpoint address = *endpoint;

    address.port = 0;
    return address;
}

/* The newest stands first, and so is found first. */
static void entry_add(struct announce_table *table, struct announcement *what, uint32_t hash,
                      struct endpoint at, struct endpoint from)
{
    struct announce_entry *entry = &what->entries[what->entries[0].back == NULL ? 0 : 1];
    struct announce_entry **bucket = &table->buckets[hash % BUCKETS];

    *entry = (struct announce_entry){*bucket, bucket, hash, at, from, what};
    if (entry->next != NULL)
        entry->next->back = &entry->next;
    *bucket = entry;
}

void announce_add(struct announce_table *table, struct announcement *what, struct endpoint at)
{
    entry_add(table, what, (uint32_t)hash_endpoint(&at), at, (struct endpoint){0});
}

void announce_add_source(struct announce_table *table, struct announcement *what,
                         struct endpoint at, struct endpoint from)
{
    struct endpoint address = address_of(&from);

    entry_add(table, what, hash_pair(&at, &address), at, address);
}

void announce_remove(struct announcement *what)
{
    for (int i = 0; i < 2; i++) {
        struct announce_entry *entry = &what->entries[i];

        if (entry->back == NULL)
            continue;
        *entry->back = entry->next;
        if (entry->next != NULL)
            entry->next->back = entry->back;
        entry->back = NULL;
    }
}

/* Of several that wait at one place, the one that waits for this peer; else the newest. */
static struct announcement *find_listener(struct announce_table *table, const struct endpoint *src,
                                          const struct endpoint *dst)
{
    uint32_t hash = (uint32_t)hash_endpoint(dst);
    struct announcement *found = NULL;

    for (struct announce_entry *at = table->buckets[hash % BUCKETS]; at != NULL; at = at->next) {
        if (at->hash != hash || at->from.family != 0 || !endpoint_equal(&at->at, dst))
            continue;
        if (endpoint_same_addr(&at->what->peer, src))
            return at->what;
        if (found == NULL)
            found = at->what;
    }
    return found;
}

struct announcement *announce_find(struct announce_table *table, const struct endpoint *src,
                                   const struct endpoint *dst)
{
    struct announcement *found = find_listener(table, src, dst);
    struct endpoint address = address_of(dst);
    uint32_t hash = hash_pair(src, &address);

    if (found != NULL)
        return found;
    for (struct announce_entry *at = table->buckets[hash % BUCKETS]; at != NULL; at = at->next)
        if (at->hash == hash && at->from.family != 0 && endpoint_equal(&at->at, src) &&
            endpoint_equal(&at->from, &address))
            return at->what;
    return NULL;
}
