/* arena: memory that is all freed at once. */
#ifndef PEERSPEC_BASE_ARENA_H
#define PEERSPEC_BASE_ARENA_H

#include "base/bytes.h"

struct arena {
    struct arena_block *blocks; /* owned */
    char *next;                 /* what is taken next, and how much of it is left */
    size_t left;
};

/* Empty; allocates nothing yet. */
void arena_init(struct arena *arena);
/* The same with `len` octets of the caller's to begin with, aligned for anything; they must outlive
 * the arena. For one that is made and freed often. */
void arena_init_in(struct arena *arena, void *room, size_t len);
/* All that was taken is gone; the arena is empty again. */
void arena_fini(struct arena *arena);
/* `len` octets set to zero, aligned for anything. Ends the program where memory is out. */
void *arena_take(struct arena *arena, size_t len);
/* A copy that lives in the arena; the text forms are zero-terminated. They end the program too. */
struct bytes arena_bytes(struct arena *arena, struct bytes in);
char *arena_text(struct arena *arena, struct bytes in);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
