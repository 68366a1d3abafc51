#include "fakes/lockstep.h"

#include <sched.h>

#include "base/clock.h"

#define SPIN (50 * CLOCK_MS / 1000)
#define STEP_LEAST (50 * CLOCK_MS / 1000)
#define STEP_MOST CLOCK_MS
#define PATIENCE (200 * CLOCK_MS)
#define BLIND_WAIT (2 * CLOCK_MS)

static void note(struct lockstep *lockstep, const char *text)
{
    transcript_add(lockstep->config.transcript,
                   &(struct entry){.kind = ENTRY_NOTE,
                                   .connection = lockstep->config.connection,
                                   .text = bytes_of(text)});
}

static int ask_drained(struct lockstep *lockstep)
{
    const struct lockstep_config *config = &lockstep->config;
    int64_t start = clock_now();
    int answer;

    if (config->drained == NULL)
        return -1;
    do {
        sched_yield(); /* to the other side, where it shares our processor */
        answer = config->drained(config->drained_ctx, config->fd, lockstep->sent);
    } while (answer == 0 && clock_now() - start < SPIN);
    return answer;
}

static void go_on(void *ctx)
{
    struct lockstep *lockstep = ctx;

    lockstep->timer = NULL;
    lockstep->config.go_on(lockstep->config.ctx);
}

static void wait_blind(struct lockstep *lockstep)
{
    if (!lockstep->blind_noted)
        note(lockstep, "lock-step not available: waits 2 ms between segments instead");
    lockstep->blind_noted = true;
    lockstep->timer = loop_after(lockstep->config.loop, BLIND_WAIT, go_on, lockstep);
}

static void look_again(void *ctx);

/* Where the other side has not read all that was sent, the timer is set. */
static void look(struct lockstep *lockstep)
{
    int answer = ask_drained(lockstep);

    if (answer > 0)
        return;
    if (answer < 0) {
        wait_blind(lockstep);
        return;
    }
    if (clock_now() - lockstep->since >= PATIENCE) {
        note(lockstep, "the other side did not read within 200 ms");
        return;
    }
    lockstep->timer = loop_after(lockstep->config.loop, lockstep->step, look_again, lockstep);
    lockstep->step = lockstep->step * 2 < STEP_MOST ? lockstep->step * 2 : STEP_MOST;
}

static void look_again(void *ctx)
{
    struct lockstep *lockstep = ctx;

    lockstep->timer = NULL;
    look(lockstep);
    if (lockstep->timer == NULL)
        lockstep->config.go_on(lockstep->config.ctx);
}

void lockstep_init(struct lockstep *lockstep, const struct lockstep_config *config)
{
    *lockstep = (struct lockstep){.config = *config};
}

bool lockstep_start(struct lockstep *lockstep, uint64_t sent)
{
    lockstep->sent = sent;
    lockstep->since = clock_now();
    lockstep->step = STEP_LEAST;
    look(lockstep);
    return lockstep_waits(lockstep);
}

bool lockstep_waits(const struct lockstep *lockstep)
{
    return lockstep->timer != NULL;
}

void lockstep_stop(struct lockstep *lockstep)
{
    loop_cancel(lockstep->config.loop, lockstep->timer);
    lockstep->timer = NULL;
}
