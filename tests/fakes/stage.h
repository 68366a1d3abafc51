/* stage: a fake alone on the stage: a loop, a transcript, and a player of the test's that notes
 * what the fake tells. */
#ifndef PEERSPEC_TESTS_STAGE_H
#define PEERSPEC_TESTS_STAGE_H

#include "loopback.h"
#include "play/peer.h"

#define STAGE_HEARD 64

struct stage {
    struct loop *loop;
    struct transcript *transcript;
    struct peer *peer;
    struct peer_config config;
    struct exchange exchange;
    const char *faults[2];
    enum peer_claim claim;  /* of what is heard */
    enum peer_claim greets; /* what `opened` answers */
    unsigned opened, idles, closed, heard_count, data_count;
    enum peer_end how;
    struct buf heard[STAGE_HEARD];
    struct buf data; /* of the last transfer */
    struct peer_data_end data_end;
    void (*on_opened)(struct stage *stage);
};

static inline enum peer_claim stage_opened(void *ctx)
{
    struct stage *stage = ctx;

    stage->opened++;
    if (stage->on_opened != NULL)
        stage->on_opened(stage);
    return stage->greets;
}

static inline enum peer_claim stage_heard(void *ctx, struct bytes text)
{
    struct stage *stage = ctx;

    ck_assert_uint_lt(stage->heard_count, STAGE_HEARD);
    buf_add(&stage->heard[stage->heard_count++], text);
    return stage->claim;
}

static inline void stage_data_ended(void *ctx, const struct peer_data_end *end)
{
    struct stage *stage = ctx;

    stage->data_count++;
    stage->data_end = *end;
    buf_clear(&stage->data);
    buf_add(&stage->data, end->content);
}

static inline void stage_idle(void *ctx)
{
    ((struct stage *)ctx)->idles++;
}

static inline void stage_closed(void *ctx, enum peer_end how)
{
    struct stage *stage = ctx;

    stage->closed++;
    stage->how = how;
}

static inline void stage_init(struct stage *stage)
{
    struct diag why;

    *stage = (struct stage){.claim = PEER_SCRIPT, .greets = PEER_MODEL};
    ck_assert_int_eq(loop_new(&stage->loop, &why), OK);
    ck_assert_int_eq(transcript_new(&stage->transcript, &why), OK);
    for (size_t i = 0; i < STAGE_HEARD; i++)
        buf_init(&stage->heard[i], 1u << 24);
    buf_init(&stage->data, 64u << 20);
    stage->exchange.answers_unscripted = true;
    stage->config = (struct peer_config){
        .loop = stage->loop,
        .transcript = stage->transcript,
        .local = loopback_endpoint(0),
        .exchange = &stage->exchange,
        .events = {stage, stage_opened, stage_heard, stage_data_ended, stage_idle, stage_closed}};
}

static inline void stage_start(struct stage *stage, peer_new_fn *make)
{
    struct diag why;

    ck_assert_int_eq(make(&stage->config, &stage->peer, &why), OK);
    ck_assert_int_eq(stage->peer->base.ops->start(stage->peer, &why), OK);
}

/* The same with that fault, and its model speaks. */
static inline void stage_start_faulty(struct stage *stage, peer_new_fn *make, const char *fault)
{
    stage->faults[0] = fault;
    stage->config.faults = stage->faults;
    stage->claim = PEER_MODEL;
    stage_start(stage, make);
}

static inline void stage_fini(struct stage *stage)
{
    if (stage->peer != NULL)
        stage->peer->base.ops->free(stage->peer);
    transcript_free(stage->transcript);
    loop_free(stage->loop);
    for (size_t i = 0; i < STAGE_HEARD; i++)
        buf_fini(&stage->heard[i]);
    buf_fini(&stage->data);
}

static inline void stage_say(struct stage *stage, struct bytes text,
                             const struct delivery *deliveries, size_t count)
{
    struct peer_say say = {
        .text = text, .deliveries = deliveries, .delivery_count = count, .at = {"script", 7, 1}};

    stage->peer->base.ops->say(stage->peer, &say);
}

static inline void stage_act(struct stage *stage, enum delivery_kind kind)
{
    struct delivery act = {.kind = kind};

    stage->peer->base.ops->act(stage->peer, &act);
}

struct stage_goal {
    const unsigned *counter;
    unsigned value;
};

static inline bool stage_reached(void *ctx)
{
    const struct stage_goal *goal = ctx;

    return *goal->counter >= goal->value;
}

/* Turn the loop until one of the stage's counters has that value. */
#define stage_until(stage, field, number)                                                          \
    ck_assert_msg(loopback_turn((stage)->loop, stage_reached,                                      \
                                &(struct stage_goal){&(stage)->field, (number)}),                  \
                  #field " stayed %u", (stage)->field)

#endif
