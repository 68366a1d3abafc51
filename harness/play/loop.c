#include "play/loop.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define EVENTS_A_TURN 64
#define NOT_IN_HEAP SIZE_MAX

/* What is watched on the descriptor that is its index. The generation tells an event of this
 * watch from one that the kernel reported for an earlier watch of the same number. */
struct watch {
    loop_fd_fn *call; /* NULL: not watched */
    void *ctx;
    unsigned events;
    uint32_t generation;
};

struct loop_timer {
    int64_t at;
    uint64_t order; /* of creation: first come, first served among equals */
    size_t slot;    /* in the heap */
    loop_timer_fn *call;
    void *ctx;
};

struct loop {
    int epoll;
    struct watch *watches; /* by descriptor */
    size_t watch_room;
    struct loop_timer **heap; /* the earliest at the root */
    size_t timer_count, timer_room;
    uint64_t next_order;
    uint32_t next_generation;
};

static void give_up(const char *what)
{
    perror(what);
    abort();
}

static void *grow(void *old, size_t count, size_t size)
{
    void *grown = reallocarray(old, count, size);

    if (grown == NULL)
        give_up("peerspec: out of memory");
    return grown;
}

enum err loop_new(struct loop **out, struct diag *why)
{
    struct loop *loop = calloc(1, sizeof *loop);

    *out = NULL;
    if (loop == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        int error = errno;

        free(loop);
        return diag_set(why, ERR_SYSTEM, "epoll_create1: %s", strerror(error));
    }
    /* The kernel may otherwise be 50 us late with each time-out. */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    *out = loop;
    return OK;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    for (size_t i = 0; i < loop->timer_count; i++)
        free(loop->heap[i]);
    free(loop->heap);
    free(loop->watches);
    close(loop->epoll);
    free(loop);
}

static struct watch *watch_at(struct loop *loop, int fd)
{
    size_t index = (size_t)fd;
    size_t room = loop->watch_room;

    assert(fd >= 0);
    if (index >= room) {
        loop->watch_room = index < 32 ? 64 : index * 2;
        loop->watches = grow(loop->watches, loop->watch_room, sizeof *loop->watches);
        for (size_t i = room; i < loop->watch_room; i++)
            loop->watches[i] = (struct watch){0};
    }
    return &loop->watches[index];
}

static const struct {
    unsigned ours;
    uint32_t theirs;
} event_names[] = {
    {LOOP_READ, EPOLLIN},
    {LOOP_WRITE, EPOLLOUT},
    {LOOP_URGENT, EPOLLPRI},
    {LOOP_HANGUP, EPOLLRDHUP},
};

static uint32_t to_epoll(unsigned events)
{
    uint32_t mask = 0;

    for (size_t i = 0; i < sizeof event_names / sizeof event_names[0]; i++)
        if (events & event_names[i].ours)
            mask |= event_names[i].theirs;
    return mask;
}

/* An error or a full hang-up cannot be masked: it is told as readable and writable too, so that
 * whoever only reads or only writes meets it. */
static unsigned from_epoll(uint32_t mask, unsigned watched)
{
    unsigned events = 0;

    for (size_t i = 0; i < sizeof event_names / sizeof event_names[0]; i++)
        if (mask & event_names[i].theirs)
            events |= event_names[i].ours;
    if (mask & (EPOLLERR | EPOLLHUP))
        events |= LOOP_HANGUP | (watched & (LOOP_READ | LOOP_WRITE));
    return events;
}

/* A watch for no event is not registered: the kernel would report errors on it for ever. */
static void tell_kernel(struct loop *loop, int fd, const struct watch *watch)
{
    struct epoll_event event = {.events = to_epoll(watch->events)};

    event.data.u64 = (uint64_t)watch->generation << 32 | (uint32_t)fd;
    if (watch->events == 0) {
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
        return;
    }
    if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) == 0)
        return;
    if (errno != ENOENT || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        give_up("peerspec: a descriptor cannot be watched");
}

void loop_watch(struct loop *loop, int fd, unsigned events, loop_fd_fn *call, void *ctx)
{
    struct watch *watch = watch_at(loop, fd);

    if (watch->call == NULL)
        watch->generation = ++loop->next_generation;
    watch->call = call;
    watch->ctx = ctx;
    watch->events = events;
    tell_kernel(loop, fd, watch);
}

void loop_forget(struct loop *loop, int fd)
{
    struct watch *watch;

    if (fd < 0)
        return;
    watch = watch_at(loop, fd);
    if (watch->call == NULL)
        return;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    *watch = (struct watch){0};
}

static bool earlier(const struct loop_timer *a, const struct loop_timer *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(struct loop *loop, size_t slot, struct loop_timer *timer)
{
    loop->heap[slot] = timer;
    timer->slot = slot;
}

static void sift_up(struct loop *loop, size_t slot, struct loop_timer *timer)
{
    while (slot > 0 && earlier(timer, loop->heap[(slot - 1) / 2])) {
        put(loop, slot, loop->heap[(slot - 1) / 2]);
        slot = (slot - 1) / 2;
    }
    put(loop, slot, timer);
}

static void sift_down(struct loop *loop, size_t slot, struct loop_timer *timer)
{
    size_t child;

    while ((child = 2 * slot + 1) < loop->timer_count) {
        if (child + 1 < loop->timer_count && earlier(loop->heap[child + 1], loop->heap[child]))
            child++;
        if (!earlier(loop->heap[child], timer))
            break;
        put(loop, slot, loop->heap[child]);
        slot = child;
    }
    put(loop, slot, timer);
}

struct loop_timer *loop_after(struct loop *loop, int64_t ns, loop_timer_fn *call, void *ctx)
{
    struct loop_timer *timer = grow(NULL, 1, sizeof *timer);
    int64_t now = clock_now();

    *timer = (struct loop_timer){ns < INT64_MAX - now ? now + ns : INT64_MAX, loop->next_order++,
                                 NOT_IN_HEAP, call, ctx};
    if (loop->timer_count == loop->timer_room) {
        loop->timer_room = loop->timer_room == 0 ? 16 : loop->timer_room * 2;
        loop->heap = grow(loop->heap, loop->timer_room, sizeof(struct loop_timer *));
    }
    loop->timer_count++;
    sift_up(loop, loop->timer_count - 1, timer);
    return timer;
}

static void take_out(struct loop *loop, struct loop_timer *timer)
{
    size_t slot = timer->slot;
    struct loop_timer *last = loop->heap[--loop->timer_count];

    timer->slot = NOT_IN_HEAP;
    if (last == timer)
        return;
    if (slot > 0 && earlier(last, loop->heap[(slot - 1) / 2]))
        sift_up(loop, slot, last);
    else
        sift_down(loop, slot, last);
}

/* A timer out of the heap is being called right now and is freed after its call. */
void loop_cancel(struct loop *loop, struct loop_timer *timer)
{
    if (timer == NULL || timer->slot == NOT_IN_HEAP)
        return;
    take_out(loop, timer);
    free(timer);
}

/* Serves the timers that were due when this began; one that a callback adds has to wait for the
 * next turn, so that a turn ends. */
static void serve_timers(struct loop *loop)
{
    int64_t now;
    uint64_t first_new = loop->next_order;

    if (loop->timer_count == 0)
        return;
    now = clock_now();
    while (loop->timer_count > 0) {
        struct loop_timer *timer = loop->heap[0];

        if (timer->at > now || timer->order >= first_new)
            break;
        take_out(loop, timer);
        timer->call(timer->ctx);
        free(timer);
    }
}

static int64_t time_to_wait(const struct loop *loop, int64_t most)
{
    int64_t left;

    if (loop->timer_count == 0)
        return most;
    left = loop->heap[0]->at - clock_now();
    if (left < 0)
        left = 0;
    return most < 0 || left < most ? left : most;
}

/* epoll_pwait2 is of Linux 5.11; before, ppoll() on the epoll descriptor waits as exactly. */
static int wait_events(int epoll, struct epoll_event *events, int room, int64_t ns)
{
    struct timespec time = {(time_t)(ns / CLOCK_SECOND), (long)(ns % CLOCK_SECOND)};
    struct pollfd ready = {epoll, POLLIN, 0};

#ifdef SYS_epoll_pwait2
    if (ns > 0) {
        int count = (int)syscall(SYS_epoll_pwait2, epoll, events, room, &time, NULL, 0);

        if (count >= 0 || errno != ENOSYS)
            return count;
    }
#endif
    if (ns > 0 && ppoll(&ready, 1, &time, NULL) <= 0)
        return 0;
    return epoll_wait(epoll, events, room, ns < 0 ? -1 : 0);
}

static void serve_event(struct loop *loop, const struct epoll_event *event)
{
    int fd = (int)(uint32_t)event->data.u64;
    const struct watch *watch = &loop->watches[fd];

    /* An earlier callback of this turn may have let it go, or changed what is wanted. */
    if (watch->call == NULL || watch->generation != event->data.u64 >> 32)
        return;
    unsigned events = from_epoll(event->events, watch->events) & (watch->events | LOOP_HANGUP);

    if (events != 0 && watch->events != 0)
        watch->call(watch->ctx, fd, events);
}

void loop_turn(struct loop *loop, int64_t ns)
{
    struct epoll_event events[EVENTS_A_TURN];
    int count = wait_events(loop->epoll, events, EVENTS_A_TURN, time_to_wait(loop, ns));

    for (int i = 0; i < count; i++)
        serve_event(loop, &events[i]);
    serve_timers(loop);
}
