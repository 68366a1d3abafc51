#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROOM 4096

struct arena_block {
    struct arena_block *next;
    _Alignas(max_align_t) char space[];
};

void arena_init(struct arena *arena)
{
    arena_init_in(arena, NULL, 0);
}

void arena_init_in(struct arena *arena, void *room, size_t len)
{
    *arena = (struct arena){.next = room, .left = len};
}

void arena_fini(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *block = arena->blocks;

        arena->blocks = block->next;
        free(block);
    }
    arena_init(arena);
}

static void block_add(struct arena *arena, size_t len)
{
    size_t room = len > BLOCK_ROOM ? len : BLOCK_ROOM;
    struct arena_block *block = malloc(sizeof *block + room);

    if (block == NULL) {
        fputs("peerspec: out of memory\n", stderr);
        abort();
    }
    block->next = arena->blocks;
    arena->blocks = block;
    arena->next = block->space;
    arena->left = room;
}

static char *take(struct arena *arena, size_t len)
{
    size_t align = _Alignof(max_align_t);
    size_t want = (len + align - 1) / align * align;
    char *at;

    if (want > arena->left || arena->next == NULL)
        block_add(arena, want);
    at = arena->next;
    arena->next += want;
    arena->left -= want;
    return at;
}

void *arena_take(struct arena *arena, size_t len)
{
    return memset(take(arena, len), 0, len);
}

struct bytes arena_bytes(struct arena *arena, struct bytes in)
{
    return (struct bytes){arena_text(arena, in), in.len};
}

char *arena_text(struct arena *arena, struct bytes in)
{
    char *copy = take(arena, in.len + 1);

    if (in.len > 0)
        memcpy(copy, in.at, in.len);
    copy[in.len] = '\0';
    return copy;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list ap;
    int len;
    char *text;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    text = arena_take(arena, (size_t)(len < 0 ? 0 : len) + 1);
    va_start(ap, fmt);
    vsnprintf(text, (size_t)(len < 0 ? 0 : len) + 1, fmt, ap);
    va_end(ap);
    return text;
}
