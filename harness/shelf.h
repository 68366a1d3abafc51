/* shelf: `peerspec list`, `explain` and `lint`: what there is to test with, and whether it is sound. */
#ifndef PEERSPEC_SHELF_H
#define PEERSPEC_SHELF_H

#include "options.h"
#include "places.h"
#include "rig.h"

/* Exchanges, rules, adapters and profiles; the words of the command line are globs of ids. */
NODISCARD enum err shelf_list(const struct options *options, const struct places *places,
                              const struct kit *kit, struct diag *why);
/* ERR_USAGE, with the nearest id, where neither a rule nor an exchange has the id. */
NODISCARD enum err shelf_explain(const struct options *options, const struct places *places,
                                 const struct kit *kit, struct diag *why);
/* Report all problems of all files given (none: of the whole suites). *status is 3 where there are. */
NODISCARD enum err shelf_lint(const struct options *options, const struct places *places,
                              bool (*allowed)(const char *verb, int code), int *status,
                              struct diag *why);

#endif
