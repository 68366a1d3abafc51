#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static void send_all(int fd, const void *from, size_t len)
{
    const char *at = from;

    while (len > 0) {
        ssize_t sent = write(fd, at, len);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            _exit(1); /* the run is gone */
        at += sent;
        len -= (size_t)sent;
    }
}

static void tell(int fd, enum worker_message_kind kind, size_t index, struct bytes content)
{
    struct worker_message head;

    memset(&head, 0, sizeof head);
    head.kind = kind;
    head.index = index;
    head.len = content.len;
    send_all(fd, &head, sizeof head);
    send_all(fd, content.at, content.len);
}

static void tell_outcome(int fd, size_t index, const struct outcome *outcome)
{
    struct buf content;

    buf_init(&content, WORKER_MESSAGE);
    outcome_write(outcome, &content);
    tell(fd, WORKER_DONE, index, buf_bytes(&content));
    buf_fini(&content);
}

static void work_case(struct rig *rig, const struct plan *plan, size_t index, int fd,
                      const struct conduct *baseline, struct conduct *conduct)
{
    struct outcome outcome;

    tell(fd, WORKER_STARTED, index, (struct bytes){NULL, 0});
    outcome_init(&outcome);
    run_case(rig, &plan->cases[index], baseline, conduct, &outcome);
    tell_outcome(fd, index, &outcome);
    outcome_fini(&outcome);
}

static void tell_ready(int fd, const struct rig *rig)
{
    struct worker_network network;

    memset(&network, 0, sizeof network);
    network.isolated = rig->isolated;
    snprintf(network.note, sizeof network.note, "%s", rig->note);
    tell(fd, WORKER_READY, 0, (struct bytes){(const char *)&network, sizeof network});
}

/* Take the next exchange with all its variations; they are compared, so one worker runs them. */
static bool take_unit(const struct work *work, size_t *from, size_t *to)
{
    const struct plan *plan = work->plan;
    size_t start = atomic_load(work->next), end;

    do {
        if (start >= plan->count)
            return false;
        end = start + 1;
        while (end < plan->count && plan->cases[end].baseline == start)
            end++;
    } while (!atomic_compare_exchange_weak(work->next, &start, end));
    *from = start;
    *to = end;
    return true;
}

void worker_run(const struct work *work, unsigned number, int fd)
{
    struct rig rig;
    struct diag why;
    struct conduct first, other;
    size_t from, to;

    if (rig_init(&rig, work->kit, work->settings, number, &why) != OK) {
        rig_fini(&rig);
        tell(fd, WORKER_FAILED, 0, (struct bytes){(const char *)&why, sizeof why});
        return;
    }
    tell_ready(fd, &rig);
    while (take_unit(work, &from, &to)) {
        work_case(&rig, work->plan, from, fd, NULL, &first);
        for (size_t i = from + 1; i < to; i++)
            work_case(&rig, work->plan, i, fd, &first, &other);
    }
    rig_fini(&rig);
}
