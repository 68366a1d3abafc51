/* offer: whether the IUT, and this machine, offer what a case needs; where not, it is skipped. */
#ifndef PEERSPEC_OFFER_H
#define PEERSPEC_OFFER_H

#include "plan.h"
#include "rig.h"

/* NULL: they do; otherwise the sentence that says what is lacking, which is written to `why`. */
const char *offer_lacks(const struct rig *rig, const struct plan_case *one, char *why, size_t room);

#endif
