/* inspect: `peerspec check`: the rules over captures that somebody else made. */
#ifndef PEERSPEC_INSPECT_H
#define PEERSPEC_INSPECT_H

#include "options.h"
#include "rig.h"

/* Print each conversation with its findings, and with --json write them. *status is 0, or 1 where a
 * rule is broken (a MUST; with --strict also a SHOULD). ERR_INPUT where a file cannot be read;
 * ERR_USAGE where --rules selects nothing or --read-filter is no expression. */
NODISCARD enum err inspect_files(const struct options *options, const struct kit *kit, int *status,
                                 struct diag *why);

#endif
