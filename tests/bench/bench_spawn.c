/* What it costs to start a program and to see it end, beside a bare posix_spawn() of the same
 * program, from a process that has a capture ring mapped. */
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/spawn.h"

#define ROUNDS 100
#define RING (64u << 20)

extern char **environ;

struct cost {
    int64_t started, ended;
};

static struct cost bare(void)
{
    char name[] = "/bin/true";
    char *argv[] = {name, NULL};
    struct cost cost = {0, 0};
    int64_t from = clock_now();
    pid_t child;

    if (posix_spawn(&child, name, NULL, NULL, argv, environ) != 0)
        exit(1);
    cost.started = clock_now() - from;
    waitpid(child, NULL, 0);
    cost.ended = clock_now() - from;
    return cost;
}

static struct cost ours(bool own_pids)
{
    const char *argv[] = {"/bin/true", NULL};
    struct spawn_options options = {.argv = argv, .output = -1, .own_pids = own_pids};
    struct cost cost = {0, 0};
    int64_t from = clock_now();
    struct spawn_end end;
    struct spawn *spawn;
    struct diag why;

    if (spawn_start(&options, &spawn, &why) != OK) {
        diag_print(stderr, &why);
        exit(1);
    }
    cost.started = clock_now() - from;
    while (!spawn_ended(spawn, &end)) {
        struct pollfd fd = {spawn_fd(spawn), POLLIN, 0};

        poll(&fd, 1, -1);
    }
    cost.ended = clock_now() - from;
    if (spawn_has_own_pids(spawn) != own_pids)
        puts("  (no PID namespace to be had)");
    spawn_free(spawn);
    return cost;
}

static struct cost with_pids(void)
{
    return ours(true);
}

static struct cost without_pids(void)
{
    return ours(false);
}

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static void measure(const char *name, struct cost (*round)(void))
{
    int64_t started[ROUNDS], ended[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        struct cost cost = round();

        started[i] = cost.started;
        ended[i] = cost.ended;
    }
    qsort(started, ROUNDS, sizeof started[0], by_time);
    qsort(ended, ROUNDS, sizeof ended[0], by_time);
    printf("%-28s started after %6.0f us, seen to end after %6.0f us (medians of %d)\n", name,
           (double)started[ROUNDS / 2] / 1e3, (double)ended[ROUNDS / 2] / 1e3, ROUNDS);
}

static void measure_all(const char *what)
{
    puts(what);
    measure("  posix_spawn", bare);
    measure("  spawn, PID namespace", with_pids);
    measure("  spawn, child subreaper", without_pids);
}

int main(void)
{
    static const struct {
        const char *name;
        int flags;
    } rings[] = {{"64 MiB mapped, shared", MAP_SHARED | MAP_ANONYMOUS},
                 {"64 MiB mapped, private", MAP_PRIVATE | MAP_ANONYMOUS}};

    measure_all("nothing mapped");
    for (size_t i = 0; i < sizeof rings / sizeof rings[0]; i++) {
        char *ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, rings[i].flags, -1, 0);

        if (ring == MAP_FAILED)
            return 1;
        memset(ring, 1, RING);
        measure_all(rings[i].name);
        munmap(ring, RING);
    }
    return 0;
}
