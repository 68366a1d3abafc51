#include "lab/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define REPORT 3        /* where the supervisor keeps its socket; 0, 1 and 2 are the program's */
#define KILL_TRIES 5000 /* a millisecond each; what is set-uid root, or stuck, cannot be killed */
#define DEFAULT_TIMER_SLACK 50000UL

struct supervisor {
    const struct supervisor_plan *plan;
    pid_t program;
    bool reported;
};

static void report(enum supervisor_word word, int value)
{
    struct supervisor_report words = {word, value, clock_now()};

    if (send(REPORT, &words, sizeof words, MSG_NOSIGNAL) < 0)
        return; /* nobody is left to hear it; our own end is under way */
}

static void close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
#endif
    for (int fd = first; fd < (int)sysconf(_SC_OPEN_MAX); fd++)
        close(fd);
}

/* Holds no descriptor of the harness's, which would keep its connections open. */
static bool arrange_descriptors(const struct supervisor_plan *plan)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int in = fcntl(null, F_DUPFD_CLOEXEC, 10);
    int out = fcntl(plan->output < 0 ? null : plan->output, F_DUPFD_CLOEXEC, 10);
    int socket = fcntl(plan->report, F_DUPFD_CLOEXEC, 10);

    if (in < 0 || out < 0 || socket < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(out, 2) < 0 || dup3(socket, REPORT, O_CLOEXEC) < 0)
        return false;
    close_from(REPORT + 1);
    return true;
}

/* The parent may have ended before its death could be asked for. */
static bool parent_is_gone(void)
{
    struct pollfd other_end = {REPORT, 0, 0};

    return poll(&other_end, 1, 0) != 0;
}

static void reset_signals(void)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number <= SIGRTMAX; number++)
        sigaction(number, &usual, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Runs in the program's process, which shares our memory until it is the program. */
static void become_program(const struct supervisor_plan *plan, volatile int *error)
{
    setsid();
    prctl(PR_SET_TIMERSLACK, DEFAULT_TIMER_SLACK, 0UL, 0UL, 0UL);
    report(SUPERVISOR_HELLO, 0);
    reset_signals();
    if (plan->directory == NULL || chdir(plan->directory) == 0)
        execve(plan->path, (char *const *)plan->argv, (char *const *)plan->env);
    *error = errno;
    _exit(127);
}

static pid_t start_program(const struct supervisor_plan *plan)
{
    volatile int error = 0;
    pid_t program = vfork();

    if (program == 0)
        become_program(plan, &error);
    if (program < 0)
        error = errno;
    report(error == 0 ? SUPERVISOR_RUNS : SUPERVISOR_FAILED, error);
    if (error != 0)
        _exit(127);
    return program;
}

/* Reaps what has ended. False once no child is left. */
static bool reap(struct supervisor *supervisor, int options)
{
    int status;
    pid_t ended;

    while ((ended = waitpid(-1, &status, options | __WALL)) > 0) {
        if (ended != supervisor->program || supervisor->reported)
            continue;
        supervisor->reported = true;
        report(SUPERVISOR_ENDED, status);
    }
    return ended == 0;
}

/* One signal to each child of ours that /proc lists; orphans become our children. */
static void kill_children(void)
{
    char list[4096];
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, list, sizeof list - 1);
    char *at = list;

    if (fd >= 0)
        close(fd);
    list[len < 0 ? 0 : len] = '\0';
    for (long child; (child = strtol(at, &at, 10)) > 0;)
        kill((pid_t)child, SIGKILL);
}

/* Without a PID namespace the killing is ours: generation by generation, since a child's children
 * become ours when it dies. */
static void kill_all(struct supervisor *supervisor)
{
    const struct timespec moment = {0, 1000000};
    sigset_t child_ended;

    if (supervisor->plan->own_pids)
        _exit(0); /* the kernel kills and reaps all that is left */
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    if (!supervisor->reported)
        kill(-supervisor->program, SIGKILL);
    kill_children();
    for (int tries = 0; tries < KILL_TRIES && reap(supervisor, WNOHANG); tries++) {
        sigtimedwait(&child_ended, NULL, &moment);
        kill_children();
    }
    _exit(0);
}

static void serve(struct supervisor *supervisor, const sigset_t *signals)
{
    siginfo_t signal;

    for (;;) {
        int number = sigwaitinfo(signals, &signal);

        if (number == SUPERVISOR_STOP)
            kill(-supervisor->program, SIGTERM);
        if (number == SIGCHLD)
            reap(supervisor, WNOHANG);
        if (number == SUPERVISOR_KILL || supervisor->reported)
            kill_all(supervisor);
    }
}

int supervisor_run(void *ctx)
{
    struct supervisor supervisor = {.plan = ctx};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SUPERVISOR_STOP);
    sigaddset(&signals, SUPERVISOR_KILL);
    if (!arrange_descriptors(supervisor.plan))
        _exit(126);
    setsid();
    prctl(PR_SET_PDEATHSIG, supervisor.plan->own_pids ? SIGKILL : SUPERVISOR_KILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
    if (parent_is_gone())
        _exit(126);
    supervisor.program = start_program(supervisor.plan);
    for (int fd = 0; fd < REPORT; fd++)
        close(fd);
    serve(&supervisor, &signals);
    return 0;
}
