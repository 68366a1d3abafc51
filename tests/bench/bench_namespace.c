/* What it costs to move into a network of our own, beside a bare unshare() of the same kind. */
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/namespace.h"

#define ROUNDS 51

static bool bare(void)
{
    return unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

static bool ours(void)
{
    struct diag why;

    if (namespace_enter(&why) == OK)
        return true;
    diag_print(stderr, &why);
    return false;
}

/* In a child, which takes its namespace along when it ends; -1 where it did not work. */
static int64_t time_of(bool (*enter)(void))
{
    int64_t from, took = -1;
    int ends[2];
    pid_t child;

    if (pipe(ends) < 0)
        return -1;
    child = fork();
    if (child == 0) {
        from = clock_now();
        took = enter() ? clock_now() - from : -1;
        _exit(write(ends[1], &took, sizeof took) == (ssize_t)sizeof took ? 0 : 1);
    }
    close(ends[1]);
    if (read(ends[0], &took, sizeof took) != (ssize_t)sizeof took)
        took = -1;
    close(ends[0]);
    waitpid(child, NULL, 0);
    return took;
}

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static bool measure(const char *name, bool (*enter)(void))
{
    int64_t took[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        took[i] = time_of(enter);
        if (took[i] < 0)
            return false;
    }
    qsort(took, ROUNDS, sizeof took[0], by_time);
    printf("%-18s %7.0f us (median of %d; %.0f to %.0f)\n", name, (double)took[ROUNDS / 2] / 1e3,
           ROUNDS, (double)took[0] / 1e3, (double)took[ROUNDS - 1] / 1e3);
    return true;
}

int main(void)
{
    return measure("unshare", bare) && measure("namespace_enter", ours) ? 0 : 1;
}
