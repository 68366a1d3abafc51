#include "lab/spawn.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "lab/program.h"
#include "lab/supervisor.h"

#define PATH_ROOM 4096
#define STACK_ROOM 65536

extern char **environ;

struct spawn {
    pthread_t keeper; /* who started the supervisor; stands still until that has ended */
    bool kept;
    struct supervisor_plan plan;
    pid_t supervisor, program;
    int pidfd, report;
    bool ended;
    int64_t started;
    struct spawn_end end;
};

static size_t list_len(const char *const *list)
{
    size_t len = 0;

    while (list != NULL && list[len] != NULL)
        len++;
    return len;
}

static bool same_name(const char *a, const char *b)
{
    size_t len = strcspn(a, "=");

    return strncmp(a, b, len) == 0 && b[len] == '=';
}

/* Ours, with `added` in the place of what has the same names. */
static const char *const *whole_env(struct arena *arena, const char *const *added)
{
    const char *const *ours = (const char *const *)environ;
    size_t count = 0, added_count = list_len(added);
    const char **env = arena_take(arena, (list_len(ours) + added_count + 1) * sizeof *env);

    for (size_t i = 0; ours != NULL && ours[i] != NULL; i++) {
        bool replaced = false;

        for (size_t j = 0; j < added_count && !replaced; j++)
            replaced = same_name(added[j], ours[i]);
        if (!replaced)
            env[count++] = ours[i];
    }
    for (size_t j = 0; j < added_count; j++)
        env[count++] = added[j];
    return env;
}

/* The supervisor shares our memory, since copying its tables costs more than all the rest. It
 * shares a thread's errno and stack too: hence a thread that CLONE_VFORK holds until it has ended.
 */
static void *keep(void *ctx)
{
    struct spawn *spawn = ctx;
    _Alignas(64) char stack[STACK_ROOM];
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    pid_t child = -1;

    if (spawn->plan.own_pids)
        child = clone(supervisor_run, stack + STACK_ROOM, flags | CLONE_NEWPID, &spawn->plan,
                      &spawn->pidfd);
    if (child < 0) {
        spawn->plan.own_pids = false;
        child = clone(supervisor_run, stack + STACK_ROOM, flags, &spawn->plan, &spawn->pidfd);
    }
    spawn->supervisor = child;
    close(spawn->plan.report);
    return NULL;
}

/* Signals stay blocked in the supervisor, so that no handler of ours ever runs there. */
static enum err start_supervisor(struct spawn *spawn, struct diag *why)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&spawn->keeper, NULL, keep, spawn);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    spawn->kept = error == 0;
    if (error == 0)
        return OK;
    close(spawn->plan.report);
    return diag_set(why, ERR_SYSTEM, "cannot start a thread: %s", strerror(error));
}

/* Once the supervisor has ended, or could not be had. */
static void end_keeper(struct spawn *spawn)
{
    if (spawn->kept)
        pthread_join(spawn->keeper, NULL);
    spawn->kept = false;
}

/* The next report; false where the supervisor is gone. *sender is who wrote it, in our PIDs. */
static bool hear(int socket, int flags, struct supervisor_report *report, pid_t *sender)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec part = {report, sizeof *report};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct ucred from;
    ssize_t got;

    do
        got = recvmsg(socket, &message, flags);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof *report)
        return false;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head != NULL;
         head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&from, CMSG_DATA(head), sizeof from);
            *sender = from.pid;
        }
    }
    return true;
}

static enum err cannot_run(const struct spawn_options *options, int error, struct diag *why)
{
    bool elsewhere = options->directory != NULL && access(options->directory, X_OK) < 0;

    return diag_set(why, ERR_UNREACHABLE, "cannot run %s%s%s: %s", options->argv[0],
                    elsewhere ? " in " : "", elsewhere ? options->directory : "", strerror(error));
}

static enum err wait_until_it_runs(struct spawn *spawn, const struct spawn_options *options,
                                   struct diag *why)
{
    struct supervisor_report report;
    pid_t sender = 0;

    while (hear(spawn->report, 0, &report, &sender)) {
        if (report.word == SUPERVISOR_HELLO) {
            spawn->program = sender;
            spawn->started = report.time;
            continue;
        }
        spawn->supervisor = sender;
        return report.word == SUPERVISOR_RUNS ? OK : cannot_run(options, report.value, why);
    }
    end_keeper(spawn);
    return diag_set(why, ERR_SYSTEM, "%s could not be started: %s", options->argv[0],
                    spawn->supervisor < 0 ? "no process to be had"
                                          : "its supervisor ended before it ran");
}

static enum err start(struct spawn *spawn, const struct spawn_options *options, struct arena *arena,
                      struct diag *why)
{
    char path[PATH_ROOM];
    int on = 1, ends[2];
    enum err code;

    if (!program_find(options->argv[0], path, sizeof path))
        return diag_set(why, ERR_UNREACHABLE, "there is no program %s", options->argv[0]);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return diag_set(why, ERR_SYSTEM, "socketpair: %s", strerror(errno));
    setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    spawn->report = ends[0];
    spawn->plan = (struct supervisor_plan){.path = path,
                                           .argv = options->argv,
                                           .env = whole_env(arena, options->env),
                                           .directory = options->directory,
                                           .output = options->output,
                                           .report = ends[1],
                                           .own_pids = options->own_pids};
    code = start_supervisor(spawn, why);
    return code == OK ? wait_until_it_runs(spawn, options, why) : code;
}

enum err spawn_start(const struct spawn_options *options, struct spawn **out, struct diag *why)
{
    struct spawn *spawn = calloc(1, sizeof *spawn);
    struct arena arena;
    enum err code;

    *out = NULL;
    if (spawn == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    spawn->pidfd = spawn->report = -1;
    arena_init(&arena);
    code = start(spawn, options, &arena, why);
    if (code == OK)
        *out = spawn;
    else
        spawn_free(spawn);
    arena_fini(&arena);
    return code;
}

int spawn_fd(const struct spawn *spawn)
{
    return spawn->pidfd;
}

pid_t spawn_pid(const struct spawn *spawn)
{
    return spawn->program;
}

bool spawn_has_own_pids(const struct spawn *spawn)
{
    return spawn->plan.own_pids;
}

static int64_t nanoseconds(struct timeval time)
{
    return time.tv_sec * CLOCK_SECOND + time.tv_usec * 1000;
}

static void note_status(struct spawn_end *end, int status)
{
    end->signaled = WIFSIGNALED(status);
    end->status = end->signaled ? WTERMSIG(status) : WEXITSTATUS(status);
}

/* What the supervisor could not tell is what became of itself: killed with all the rest. */
static void note_end(struct spawn *spawn, int status, const struct rusage *usage)
{
    struct supervisor_report report;
    pid_t sender;
    int64_t end = clock_now();

    note_status(&spawn->end, status);
    while (hear(spawn->report, MSG_DONTWAIT, &report, &sender)) {
        if (report.word == SUPERVISOR_ENDED) {
            note_status(&spawn->end, report.value);
            end = report.time;
        }
    }
    spawn->end.lifetime = end - spawn->started;
    spawn->end.cpu_time = nanoseconds(usage->ru_utime) + nanoseconds(usage->ru_stime);
    spawn->ended = true;
    end_keeper(spawn);
}

static bool collect(struct spawn *spawn, int options)
{
    struct rusage usage = {0};
    int status = 0;
    pid_t got = 0;

    while (!spawn->ended) {
        got = wait4(spawn->supervisor, &status, options, &usage);
        if (got == 0)
            return false;
        if (got > 0 || errno != EINTR)
            note_end(spawn, status, &usage);
    }
    return true;
}

bool spawn_ended(struct spawn *spawn, struct spawn_end *end)
{
    if (!collect(spawn, WNOHANG))
        return false;
    *end = spawn->end;
    return true;
}

/* Waits until all of it has ended, at most `ns`. */
static bool ends_within(struct spawn *spawn, int64_t ns)
{
    int64_t deadline = clock_now() + ns, left;

    while (!collect(spawn, WNOHANG) && (left = deadline - clock_now()) > 0) {
        struct timespec time = {(time_t)(left / CLOCK_SECOND), (long)(left % CLOCK_SECOND)};
        struct pollfd ended = {spawn->pidfd, POLLIN, 0};

        ppoll(&ended, 1, &time, NULL);
    }
    return spawn->ended;
}

void spawn_stop(struct spawn *spawn, int64_t grace, struct spawn_end *end)
{
    if (!collect(spawn, WNOHANG) && grace > 0) {
        kill(spawn->supervisor, SUPERVISOR_STOP);
        ends_within(spawn, grace);
    }
    if (!spawn->ended) {
        kill(spawn->supervisor, spawn->plan.own_pids ? SIGKILL : SUPERVISOR_KILL);
        collect(spawn, 0);
    }
    if (end != NULL)
        *end = spawn->end;
}

void spawn_free(struct spawn *spawn)
{
    if (spawn == NULL)
        return;
    if (spawn->supervisor > 0)
        spawn_stop(spawn, 0, NULL);
    if (spawn->pidfd >= 0)
        close(spawn->pidfd);
    if (spawn->report >= 0)
        close(spawn->report);
    free(spawn);
}
