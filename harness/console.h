/* console: `peerspec play`: a fake alone, for use by hand, that logs what happens as a server's
 * console does. */
#ifndef PEERSPEC_CONSOLE_H
#define PEERSPEC_CONSOLE_H

#include "options.h"
#include "places.h"
#include "rig.h"

/* Plays until the script is over (a server: until a signal, or the one session of the script). The
 * status is 0, or 1 where the other side left the script. */
NODISCARD enum err console_play(const struct options *options, const struct places *places,
                                const struct kit *kit, int *status, struct diag *why);

#endif
