/* offer: whether the IUT offers what a case needs; where it does not, the case is skipped. */
#ifndef PEERSPEC_OFFER_H
#define PEERSPEC_OFFER_H

#include "plan.h"
#include "rig.h"

/* NULL: it does; otherwise the sentence that says what it lacks, which is written to `why`. */
const char *offer_lacks(const struct settings *settings, const struct plan_case *one, char *why,
                        size_t room);

#endif
