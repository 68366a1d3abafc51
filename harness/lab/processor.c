#include "lab/processor.h"

void processor_hold(struct processor_hold *hold)
{
    int here = sched_getcpu();
    cpu_set_t one;

    hold->held = false;
    if (here < 0 || here >= CPU_SETSIZE ||
        sched_getaffinity(0, sizeof hold->before, &hold->before) < 0)
        return;
    CPU_ZERO(&one);
    CPU_SET((size_t)here, &one);
    hold->held = sched_setaffinity(0, sizeof one, &one) == 0;
}

void processor_release(struct processor_hold *hold)
{
    if (hold->held)
        sched_setaffinity(0, sizeof hold->before, &hold->before);
    hold->held = false;
}
