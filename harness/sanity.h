/* sanity: an exchange that every IUT in order passes, tried before the first case and after the
 * last, so that one that is dead or wedged is not blamed on a case. */
#ifndef PEERSPEC_SANITY_H
#define PEERSPEC_SANITY_H

#include "rig.h"

/* Try it. `when` is for the message: "before the first case". OK also where there is no such
 * exchange: for a bare command, for datagrams, and for a client that cannot `get`. ERR_UNREACHABLE
 * where the IUT does not pass; else as crew_run(). */
NODISCARD enum err sanity_try(const struct settings *settings, const struct kit *kit,
                              const char *when, struct diag *why);

#endif
