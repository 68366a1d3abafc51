#include "crew.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

#define MAX_WORKERS 64

struct worker {
    pid_t pid; /* 0: none */
    int fd;    /* its messages */
    struct buf in;
    size_t running; /* index of the case; SIZE_MAX: none */
};

struct crew {
    struct work work;
    const struct crew_events *events;
    struct worker workers[MAX_WORKERS];
    unsigned jobs;
    struct outcome *outcomes; /* by case */
    bool *done;
    size_t reported;
    bool ready;
    struct diag *why;
    enum err err;
};

/* --- signals --------------------------------------------------------------------------------- */

/* Signals are blocked but while the run waits for its workers: a handler has no argument, so the
 * flag is global. */
static volatile sig_atomic_t interrupted;
static sigset_t mask_outside; /* of signals, before they were blocked */

static void note_signal(int number)
{
    interrupted = number;
}

void crew_handle_signals(void)
{
    struct sigaction action = {.sa_handler = note_signal};
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t blocked;

    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], &action, NULL);
        sigaddset(&blocked, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &blocked, &mask_outside);
    signal(SIGPIPE, SIG_IGN);
}

int crew_interrupted(void)
{
    return interrupted;
}

/* --- workers --------------------------------------------------------------------------------- */

static void worker_signals(void)
{
    signal(SIGINT, SIG_IGN); /* the run decides; it kills us */
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    sigprocmask(SIG_SETMASK, &mask_outside, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static enum err start_worker(struct crew *crew, unsigned number)
{
    struct worker *worker = &crew->workers[number];
    int ends[2];
    pid_t pid;

    if (pipe(ends) != 0)
        return diag_set(crew->why, ERR_SYSTEM, "pipe: %s", strerror(errno));
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        worker_signals();
        close(ends[0]);
        worker_run(&crew->work, number, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return diag_set(crew->why, ERR_SYSTEM, "fork: %s", strerror(errno));
    }
    *worker = (struct worker){.pid = pid, .fd = ends[0], .running = SIZE_MAX};
    buf_init(&worker->in, WORKER_MESSAGE);
    return OK;
}

/* --- in the run ------------------------------------------------------------------------------ */

static void report_done(struct crew *crew)
{
    while (crew->reported < crew->work.plan->count && crew->done[crew->reported]) {
        size_t index = crew->reported++;

        crew->events->done(crew->events->ctx, &crew->work.plan->cases[index],
                           &crew->outcomes[index]);
    }
}

static void set_done(struct crew *crew, size_t index)
{
    struct outcome *outcome = &crew->outcomes[index];

    crew->done[index] = true;
    if (outcome->fatal && crew->err == OK)
        crew->err = diag_set(crew->why, outcome->fatal_code, "%s", outcome->why);
    report_done(crew);
}

static void take_message(struct crew *crew, struct worker *worker,
                         const struct worker_message *head, struct bytes content)
{
    struct worker_network network;

    if (head->kind == WORKER_READY && !crew->ready) {
        crew->ready = true;
        memcpy(&network, content.at, sizeof network);
        crew->events->ready(crew->events->ctx, network.isolated, network.note);
    } else if (head->kind == WORKER_STARTED) {
        worker->running = head->index;
        crew->events->started(crew->events->ctx, &crew->work.plan->cases[head->index]);
    } else if (head->kind == WORKER_DONE) {
        worker->running = SIZE_MAX;
        if (!outcome_read(&crew->outcomes[head->index], content))
            outcome_worsen(&crew->outcomes[head->index], VERDICT_ERROR,
                           "a worker's report is torn");
        set_done(crew, head->index);
    } else if (head->kind == WORKER_FAILED && crew->err == OK) {
        memcpy(crew->why, content.at, sizeof *crew->why);
        crew->why->at = (struct place){NULL, 0, 0};
        crew->err = crew->why->code;
    }
}

static void take_messages(struct crew *crew, struct worker *worker)
{
    struct worker_message head;

    while (worker->in.len >= sizeof head) {
        memcpy(&head, worker->in.ptr, sizeof head);
        if (worker->in.len < sizeof head + head.len)
            return;
        take_message(crew, worker, &head,
                     bytes_slice(buf_bytes(&worker->in), sizeof head, head.len));
        buf_drop(&worker->in, sizeof head + head.len);
    }
}

/* A worker that ends in the middle of a case takes nothing with it but that case. */
static void worker_ended(struct crew *crew, unsigned number)
{
    struct worker *worker = &crew->workers[number];
    size_t running = worker->running;
    int status = 0;
    char why[120];

    waitpid(worker->pid, &status, 0);
    close(worker->fd);
    buf_fini(&worker->in);
    worker->pid = 0;
    if (running == SIZE_MAX)
        return;
    snprintf(why, sizeof why, "the harness itself ended in this case (%s %d): please report it",
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    outcome_worsen(&crew->outcomes[running], VERDICT_ERROR, why);
    set_done(crew, running);
    for (size_t i = running + 1;
         i < crew->work.plan->count &&
         crew->work.plan->cases[i].baseline == crew->work.plan->cases[running].baseline;
         i++) {
        outcome_worsen(&crew->outcomes[i], VERDICT_ERROR, why);
        set_done(crew, i);
    }
    if (crew->err == OK && atomic_load(crew->work.next) < crew->work.plan->count)
        crew->err = start_worker(crew, number);
}

static void hear_worker(struct crew *crew, unsigned number)
{
    struct worker *worker = &crew->workers[number];
    char *space = buf_space(&worker->in, 65536);
    ssize_t got = space == NULL ? 0 : read(worker->fd, space, 65536);

    if (got > 0) {
        buf_grew(&worker->in, (size_t)got);
        take_messages(crew, worker);
    } else if (got == 0 || errno != EINTR) {
        worker_ended(crew, number);
    }
}

static bool hear(struct crew *crew)
{
    struct pollfd waits[MAX_WORKERS];
    unsigned numbers[MAX_WORKERS];
    nfds_t count = 0;

    for (unsigned i = 0; i < crew->jobs; i++) {
        if (crew->workers[i].pid == 0)
            continue;
        numbers[count] = i;
        waits[count++] = (struct pollfd){.fd = crew->workers[i].fd, .events = POLLIN};
    }
    if (count == 0)
        return false;
    if (ppoll(waits, count, NULL, &mask_outside) < 0) {
        if (interrupted != 0)
            crew->err = diag_set(crew->why, ERR_SYSTEM, "interrupted");
        return errno == EINTR;
    }
    for (nfds_t i = 0; i < count && crew->err == OK; i++)
        if (waits[i].revents != 0)
            hear_worker(crew, numbers[i]);
    return true;
}

static void stop_workers(struct crew *crew)
{
    for (unsigned i = 0; i < crew->jobs; i++) {
        struct worker *worker = &crew->workers[i];

        if (worker->pid == 0)
            continue;
        kill(worker->pid, SIGKILL);
        waitpid(worker->pid, NULL, 0);
        close(worker->fd);
        buf_fini(&worker->in);
        worker->pid = 0;
    }
}

static enum err crew_init(struct crew *crew, struct diag *why)
{
    size_t count = crew->work.plan->count;

    crew->work.next = mmap(NULL, sizeof *crew->work.next, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    crew->outcomes = calloc(count + 1, sizeof *crew->outcomes);
    crew->done = calloc(count + 1, sizeof *crew->done);
    if (crew->work.next == MAP_FAILED || crew->outcomes == NULL || crew->done == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    atomic_init(crew->work.next, 0);
    for (size_t i = 0; i < count; i++)
        outcome_init(&crew->outcomes[i]);
    return OK;
}

static void crew_fini(struct crew *crew)
{
    stop_workers(crew);
    for (size_t i = 0; i < crew->work.plan->count && crew->outcomes != NULL; i++)
        outcome_fini(&crew->outcomes[i]);
    free(crew->outcomes);
    free(crew->done);
    if (crew->work.next != MAP_FAILED)
        munmap(crew->work.next, sizeof *crew->work.next);
}

enum err crew_run(const struct plan *plan, const struct kit *kit, const struct settings *settings,
                  unsigned jobs, const struct crew_events *events, struct diag *why)
{
    struct crew crew = {.work = {plan, kit, settings, NULL},
                        .events = events,
                        .jobs = jobs > MAX_WORKERS ? MAX_WORKERS : jobs,
                        .why = why};

    crew.err = crew_init(&crew, why);
    if (crew.jobs > plan->count)
        crew.jobs = (unsigned)plan->count;
    for (unsigned i = 0; i < crew.jobs && crew.err == OK; i++)
        crew.err = start_worker(&crew, i);
    while (crew.err == OK && hear(&crew))
        ;
    crew_fini(&crew);
    return crew.err;
}
