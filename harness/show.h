/* show: `peerspec show`: the conversations of a capture as ladders. */
#ifndef PEERSPEC_SHOW_H
#define PEERSPEC_SHOW_H

#include "options.h"

/* Print them, or those that --session and --port select: ERR_USAGE where these select none,
 * ERR_INPUT where the file cannot be read. */
NODISCARD enum err show_file(const struct options *options, struct diag *why);

#endif
