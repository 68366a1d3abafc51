#include "wire/read_ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "wire/memory.h"

#define BLOCKS 4
#define BLOCK_RECORDS 512
#define AHEAD 8 /* records that are fetched before they are taken */

struct block {
    size_t count, used;
    struct read_record records[BLOCK_RECORDS];
    char octets[READ_AHEAD_FRAME];
};

/* On lines of its own: what lies beside it on the stack is written with each record. */
struct read_ahead {
    _Alignas(READ_AHEAD_APART) const struct read_ahead_sides *sides;
    struct block *blocks; /* NULL: at once */
    struct block *filling;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    uint64_t filled, taken; /* blocks; the next one of each is at this modulo BLOCKS */
    bool ended;
};

static uint64_t on_their_way(const struct read_ahead *ahead)
{
    return ahead->filled - ahead->taken;
}

/* --- in the thread that reads --- */

/* To be woken costs more than a block does: where all are full, half of them are waited for. */
static void block_free_await(struct read_ahead *ahead)
{
    if (on_their_way(ahead) < BLOCKS)
        return;
    while (on_their_way(ahead) > BLOCKS / 2)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
}

static void block_pass_on(struct read_ahead *ahead, bool ends)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->filled++;
    ahead->ended = ends;
    pthread_cond_signal(&ahead->changed);
    if (!ends)
        block_free_await(ahead);
    ahead->filling = &ahead->blocks[ahead->filled % BLOCKS];
    pthread_mutex_unlock(&ahead->lock);
    if (!ends)
        ahead->filling->count = ahead->filling->used = 0;
}

/* Where a record finds room; its frame has been cut to what fits any block. */
static struct block *block_with_room(struct read_ahead *ahead, size_t octets)
{
    struct block *block = ahead->filling;

    if (block->count == BLOCK_RECORDS || octets > sizeof block->octets - block->used)
        block_pass_on(ahead, false);
    return ahead->filling;
}

static void record_keep(struct read_ahead *ahead, struct read_record record)
{
    struct block *block = block_with_room(ahead, record.frame.len);
    char *kept = block->octets + block->used;

    if (record.frame.len > 0)
        memcpy(kept, record.frame.at, record.frame.len);
    record.frame.at = kept;
    block->used += record.frame.len;
    block->records[block->count++] = record;
}

void read_ahead_put(struct read_ahead *ahead, const struct read_record *record)
{
    struct read_record whole = *record;

    whole.frame = bytes_slice(record->frame, 0, READ_AHEAD_FRAME);
    if (ahead->blocks == NULL)
        ahead->sides->take(ahead->sides->ctx, &whole);
    else
        record_keep(ahead, whole);
}

static void *read_all(void *ctx)
{
    struct read_ahead *ahead = ctx;

    ahead->sides->read(ahead->sides->ctx, ahead);
    block_pass_on(ahead, true);
    return NULL;
}

/* --- in the thread that takes --- */

/* The next block that is full; NULL where there is no other. */
static struct block *block_await(struct read_ahead *ahead)
{
    struct block *block = NULL;

    pthread_mutex_lock(&ahead->lock);
    while (on_their_way(ahead) == 0 && !ahead->ended)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    if (on_their_way(ahead) > 0)
        block = &ahead->blocks[ahead->taken % BLOCKS];
    pthread_mutex_unlock(&ahead->lock);
    return block;
}

static void block_give_back(struct read_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->taken++;
    if (on_their_way(ahead) == BLOCKS / 2)
        pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

static void take_all(struct read_ahead *ahead)
{
    struct block *block;

    while ((block = block_await(ahead)) != NULL) {
        for (size_t i = 0; i < block->count; i++) {
            if (i + AHEAD < block->count) /* the other processor has it */
                __builtin_prefetch(block->records[i + AHEAD].frame.at);
            ahead->sides->take(ahead->sides->ctx, &block->records[i]);
        }
        block_give_back(ahead);
    }
}

static bool run_with_thread(struct read_ahead *ahead)
{
    pthread_t reader;
    bool started;

    ahead->blocks = memory_zeroed(BLOCKS, sizeof *ahead->blocks);
    ahead->filling = ahead->blocks;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    started = pthread_create(&reader, NULL, read_all, ahead) == 0;
    if (started) {
        take_all(ahead);
        pthread_join(reader, NULL);
    }
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead->blocks);
    ahead->blocks = NULL;
    return started;
}

void read_ahead_run(const struct read_ahead_sides *sides, bool at_once)
{
    struct read_ahead ahead = {.sides = sides};

    if (at_once || !run_with_thread(&ahead))
        sides->read(sides->ctx, &ahead);
}
