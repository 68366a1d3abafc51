/* supervisor: the small process between us and a program that we run.
 *
 * It starts the program, reaps all that the program leaves behind, and ends with it. It shares the
 * caller's memory while the caller goes on: it uses nothing but its stack and system calls. */
#ifndef PEERSPEC_LAB_SUPERVISOR_H
#define PEERSPEC_LAB_SUPERVISOR_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* What it is told by signal. */
#define SUPERVISOR_STOP SIGTERM  /* pass SIGTERM on to the program and its process group */
#define SUPERVISOR_KILL SIGUSR1  /* kill everything below, then end */

struct supervisor_plan {
    const char *path;        /* of the program */
    const char *const *argv; /* ended by NULL */
    const char *const *env;  /* the whole of it, ended by NULL */
    const char *directory;   /* NULL: ours */
    int output;              /* -1: /dev/null */
    int report;              /* a SOCK_SEQPACKET socket; its other end has SO_PASSCRED */
    bool own_pids;           /* it is the first process of a PID namespace */
};

enum supervisor_word {
    SUPERVISOR_HELLO,  /* from the program's process, before it runs: its credentials count */
    SUPERVISOR_FAILED, /* value: the errno with which the program could not be run */
    SUPERVISOR_RUNS,
    SUPERVISOR_ENDED,  /* value: the program's status, as wait() gives it */
};

struct supervisor_report {
    enum supervisor_word word;
    int value;
    int64_t time; /* clock_now() */
};

/* The supervisor's life; called in the new process with all signals blocked. Does not return. */
int supervisor_run(void *plan);

#endif
