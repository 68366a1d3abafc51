/* spawn: starts a program with all that will ever be its children, and ends them all.
 *
 * Where the system allows, the program runs in a PID namespace below an init of ours, so that
 * even a daemon that leaves its process group dies with it; elsewhere below a child subreaper,
 * which kills generation by generation. In both cases everything below ends when the program
 * does, when it is stopped, and when we die, by SIGKILL too. Without a
 * PID namespace somebody who kills that subreaper itself can still leave orphans.
 *
 * The program has a session of its own, so that neither a Ctrl-C nor a terminal reaches it; all
 * signals as at boot; and no descriptor of ours but its output. */
#ifndef PEERSPEC_LAB_SPAWN_H
#define PEERSPEC_LAB_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/diag.h"

struct spawn_options {
    const char *const *argv;   /* ended by NULL; argv[0] is looked for on PATH */
    const char *const *env;    /* "NAME=value", added to ours; ended by NULL; may be NULL */
    const char *directory;     /* working directory; NULL: ours */
    int output;                /* descriptor for standard output and error; -1: /dev/null */
    bool own_pids;             /* ask for a PID namespace */
};

struct spawn; /* one running program */

struct spawn_end {
    bool signaled;
    int status;       /* exit status, or the signal's number */
    int64_t cpu_time; /* ns of user and system time, of it and its children */
    int64_t lifetime; /* ns from start to end */
};

/* On failure *out is NULL: ERR_UNREACHABLE where the program is not there or cannot be run,
 * ERR_SYSTEM. Standard input is /dev/null. */
NODISCARD enum err spawn_start(const struct spawn_options *options, struct spawn **out,
                               struct diag *why);
int spawn_fd(const struct spawn *spawn);   /* becomes readable when all of it has ended (pidfd) */
bool spawn_ended(struct spawn *spawn, struct spawn_end *end); /* then *end is set; does not wait */
pid_t spawn_pid(const struct spawn *spawn); /* the program's, in our PID namespace */
bool spawn_has_own_pids(const struct spawn *spawn); /* a PID namespace was to be had */
/* SIGTERM to its process group, then SIGKILL to all of it after `grace` ns (0: at once); returns when
 * none is left. `end` may be NULL. */
void spawn_stop(struct spawn *spawn, int64_t grace, struct spawn_end *end);
void spawn_free(struct spawn *spawn); /* stops it at once where it still runs; takes NULL */

#endif
