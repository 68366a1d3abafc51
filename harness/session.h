/* session: `peerspec server` and `peerspec client`: a run from the command line to the exit status. */
#ifndef PEERSPEC_SESSION_H
#define PEERSPEC_SESSION_H

#include "options.h"
#include "places.h"
#include "rig.h"

/* *status becomes 0, 1, 4 or 5; what could not even begin comes back as *why
 * with its code (2 usage, 3 scripts, 4 IUT). */
NODISCARD enum err session_run(const struct options *options, const struct places *places,
                               const struct kit *kit, int *status, struct diag *why);

#endif
