#include "play/stopper.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void signal_came(void *ctx, int fd, unsigned events)
{
    struct stopper *stopper = ctx;

    (void)fd; /* never read: the program ends */
    (void)events;
    stopper->stopped = true;
}

enum err stopper_start(struct stopper *stopper, struct loop *loop, struct diag *why)
{
    sigset_t caught;

    sigemptyset(&caught);
    sigaddset(&caught, SIGINT);
    sigaddset(&caught, SIGTERM);
    sigaddset(&caught, SIGHUP);
    sigprocmask(SIG_BLOCK, &caught, NULL);
    signal(SIGPIPE, SIG_IGN);
    *stopper = (struct stopper){.fd = signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (stopper->fd < 0)
        return diag_set(why, ERR_SYSTEM, "signals cannot be caught");
    loop_watch(loop, stopper->fd, LOOP_READ, signal_came, stopper);
    return OK;
}

void stopper_end(struct stopper *stopper, struct loop *loop)
{
    if (stopper->fd < 0)
        return;
    loop_forget(loop, stopper->fd);
    close(stopper->fd);
    stopper->fd = -1;
}
