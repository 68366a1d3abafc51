/* What lock-step costs: microseconds a chunk of one octet to a reader in another process, each
 * sent only when the one before has been read. Beside it the same chunks with an answer from the
 * reader for each, which is what a cooperating peer could do at best, and sent without any wait.
 * First on one processor, as the player has it (lab/processor.h), then on all there are. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/processor.h"
#include "lab/sockdiag.h"
#include "play/loop.h"

#define CHUNKS 5000

struct run {
    int fd;
    struct sockdiag *sockdiag;
    uint64_t sent, looks;
};

/* Reads all that comes, and answers each read where it is asked to. */
static _Noreturn void read_all(int listener, bool answers)
{
    char octets[4096];
    int on = 1, fd = accept(listener, NULL, NULL);

    prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (read(fd, octets, sizeof octets) > 0)
        if (answers && write(fd, octets, 1) != 1)
            break;
    _exit(0);
}

static int start_reader(bool answers, pid_t *reader)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t room = sizeof addr;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(listener, (struct sockaddr *)&addr, sizeof addr) < 0 || listen(listener, 1) < 0 ||
        getsockname(listener, (struct sockaddr *)&addr, &room) < 0)
        exit(1);
    *reader = fork();
    if (*reader == 0) {
        close(fd);
        read_all(listener, answers);
    }
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
        exit(1);
    close(listener);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void put(struct run *run)
{
    if (write(run->fd, "x", 1) != 1)
        exit(1);
    run->sent++;
}

static void free_running(struct run *run)
{
    put(run);
}

static void answered(struct run *run)
{
    char octet;

    put(run);
    if (read(run->fd, &octet, 1) != 1)
        exit(1);
}

static void look(struct run *run, int *drained)
{
    *drained = sockdiag_drained(run->sockdiag, run->fd, run->sent);
    run->looks++;
    if (*drained < 0)
        exit(1);
}

static void lock_step(struct run *run)
{
    int drained = 0;

    put(run);
    while (drained == 0) {
        sched_yield();
        look(run, &drained);
    }
}

static struct loop *loop;

static void nothing(void *ctx)
{
    (void)ctx;
}

/* As a fake does it: the next look is a timer of the event loop. */
static void lock_step_in_loop(struct run *run)
{
    int drained = 0;

    put(run);
    while (drained == 0) {
        look(run, &drained);
        if (drained == 0) {
            loop_after(loop, 5000, nothing, NULL);
            loop_turn(loop, -1);
        }
    }
}

static void measure(const char *name, void (*chunk)(struct run *run), bool answers,
                    struct sockdiag *sockdiag)
{
    struct run run = {.sockdiag = sockdiag};
    pid_t reader;
    int64_t from;

    run.fd = start_reader(answers, &reader);
    chunk(&run);
    from = clock_now();
    for (int i = 0; i < CHUNKS; i++)
        chunk(&run);
    printf("%-34s %7.2f us a chunk", name, (double)(clock_now() - from) / CHUNKS / 1e3);
    if (run.looks > 0)
        printf(", %.1f looks", (double)run.looks / (CHUNKS + 1));
    putchar('\n');
    close(run.fd);
    waitpid(reader, NULL, 0);
}

/* The price of one look, where nothing changes. */
static void measure_look(struct sockdiag *sockdiag)
{
    struct run run = {.sockdiag = sockdiag};
    int64_t from;
    pid_t reader;
    int drained;

    run.fd = start_reader(false, &reader);
    look(&run, &drained);
    from = clock_now();
    for (int i = 0; i < CHUNKS; i++)
        look(&run, &drained);
    printf("%-34s %7.2f us\n", "one look", (double)(clock_now() - from) / CHUNKS / 1e3);
    from = clock_now();
    for (int i = 0; i < 100; i++)
        sockdiag_listens(sockdiag, 1);
    printf("%-34s %7.2f us\n", "is a port listened on", (double)(clock_now() - from) / 100 / 1e3);
    close(run.fd);
    waitpid(reader, NULL, 0);
}

#define ASLEEP 50000 /* ns after which a reader that has read all sleeps */

/* What no lock-step can save: each chunk finds the reader asleep, and write(2) wakes it. */
static void measure_waking(struct sockdiag *sockdiag)
{
    struct run run = {.sockdiag = sockdiag};
    int64_t spent = 0;
    pid_t reader;

    run.fd = start_reader(false, &reader);
    lock_step(&run);
    for (int i = 0; i < CHUNKS; i++) {
        int64_t from = clock_now();
        int drained = 0;

        while (clock_now() - from < ASLEEP)
            ;
        from = clock_now();
        put(&run);
        spent += clock_now() - from;
        while (drained == 0)
            look(&run, &drained);
    }
    printf("%-34s %7.2f us\n", "a write that wakes the reader", (double)spent / CHUNKS / 1e3);
    close(run.fd);
    waitpid(reader, NULL, 0);
}

static void measure_all(struct sockdiag *sockdiag)
{
    measure_look(sockdiag);
    measure_waking(sockdiag);
    measure("without waiting", free_running, false, sockdiag);
    measure("an answer to each", answered, true, sockdiag);
    measure("lock-step, looking at once", lock_step, false, sockdiag);
    measure("lock-step, looking every 5 us", lock_step_in_loop, false, sockdiag);
}

int main(void)
{
    struct processor_hold hold;
    struct sockdiag *sockdiag;
    struct diag why;

    if (sockdiag_open(&sockdiag, &why) != OK || loop_new(&loop, &why) != OK) {
        diag_print(stderr, &why);
        return 1;
    }
    processor_hold(&hold);
    puts("on one processor");
    measure_all(sockdiag);
    processor_release(&hold);
    puts("on any");
    measure_all(sockdiag);
    loop_free(loop);
    sockdiag_free(sockdiag);
    return 0;
}
