/* What a turn of the event loop costs beside the bare system calls, and how late its timers are. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "play/loop.h"

#define ROUNDS 100000
#define TIMERS 500
#define TIMER_NS 200000

static struct loop *loop;
static int ends[2];

static void pass(int from)
{
    char octet;

    if (read(from, &octet, 1) != 1 || write(ends[1], &octet, 1) != 1)
        exit(1);
}

static void ready(void *ctx, int fd, unsigned events)
{
    (void)ctx;
    (void)events;
    pass(fd);
}

static void due(void *ctx)
{
    *(int64_t *)ctx = clock_now();
}

static void turn_bare(int epoll)
{
    struct epoll_event event;

    if (epoll_wait(epoll, &event, 1, -1) != 1)
        exit(1);
    pass(ends[0]);
}

static double bare(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int64_t from;

    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    from = clock_now();
    for (int i = 0; i < ROUNDS; i++)
        turn_bare(epoll);
    close(epoll);
    return (double)(clock_now() - from) / ROUNDS;
}

static double ours(void)
{
    int64_t from = clock_now();

    for (int i = 0; i < ROUNDS; i++)
        loop_turn(loop, -1);
    return (double)(clock_now() - from) / ROUNDS;
}

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static void median_of(const char *name, int64_t *late)
{
    qsort(late, TIMERS, sizeof late[0], by_time);
    printf("%-28s %8.2f us late (median of %d), %.2f at worst\n", name,
           (double)late[TIMERS / 2] / 1e3, TIMERS, (double)late[TIMERS - 1] / 1e3);
}

static void measure_timers(void)
{
    struct timespec nap = {0, TIMER_NS};
    int64_t late[TIMERS];

    for (int i = 0; i < TIMERS; i++) {
        int64_t at = clock_now() + TIMER_NS;

        nanosleep(&nap, NULL);
        late[i] = clock_now() - at;
    }
    median_of("nanosleep", late);
    for (int i = 0; i < TIMERS; i++) {
        int64_t called = 0, at = clock_now() + TIMER_NS;

        loop_after(loop, TIMER_NS, due, &called);
        while (called == 0)
            loop_turn(loop, -1);
        late[i] = called - at;
    }
    median_of("loop_after", late);
}

int main(void)
{
    struct diag why;

    if (pipe(ends) < 0 || loop_new(&loop, &why) != OK || write(ends[1], "x", 1) != 1)
        return 1;
    printf("%-28s %8.2f us a turn\n", "epoll_wait, read, write", bare() / 1e3);
    loop_watch(loop, ends[0], LOOP_READ, ready, NULL);
    printf("%-28s %8.2f us a turn\n", "loop_turn, read, write", ours() / 1e3);
    for (int i = 0; i < 1000; i++)
        loop_after(loop, 3600 * CLOCK_SECOND, due, NULL);
    printf("%-28s %8.2f us a turn\n", "  with 1000 timers waiting", ours() / 1e3);
    loop_forget(loop, ends[0]);
    measure_timers();
    loop_free(loop);
    return 0;
}
