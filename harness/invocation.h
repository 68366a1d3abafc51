/* invocation: how the IUT of one case is called: the command line of its adapter, its profile or of
 * the user, with what is known of the case filled in. */
#ifndef PEERSPEC_INVOCATION_H
#define PEERSPEC_INVOCATION_H

#include "staging.h"

struct invocation {
    const char *const *argv; /* ended by NULL */
    const char *const *env;  /* NAME=value, ended by NULL; NULL: nothing beside our own */
    const char *config;      /* text of the file {config}; NULL: there is none */
    const char *accounts;    /* of the file {accounts}; NULL: there is none */
};

/* All of *out lives in the arena of the staging, whose folders, server and user are known.
 * ERR_USAGE where the adapter lacks the operation, ERR_SYNTAX for a hole that there is not. */
NODISCARD enum err invocation_make(struct staging *staging, struct invocation *out,
                                   struct diag *why);

#endif
