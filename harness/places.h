/* places: where the program finds its suites and fixtures. */
#ifndef PEERSPEC_PLACES_H
#define PEERSPEC_PLACES_H

#include <limits.h>

#include "base/diag.h"

struct places {
    char self[PATH_MAX];     /* our own program */
    char builtin[PATH_MAX];  /* peerspec-builtin, the reference peers */
    char suites[PATH_MAX];
    char fixtures[PATH_MAX];
    char iut[PATH_MAX];      /* adapters and profiles */
};

/* PEERSPEC_SUITES names the folder that holds suites/ and fixtures/; else it is share/peerspec beside
 * the program's bin/, or the source that the program was built in. ERR_INPUT where none has suites. */
NODISCARD enum err places_find(struct places *places, struct diag *why);

#endif
