/* finding_json: a finding as an object of JSON, the same from a run and from a capture. Its members
 * are in peerspec(1). */
#ifndef PEERSPEC_REPORT_FINDING_JSON_H
#define PEERSPEC_REPORT_FINDING_JSON_H

#include <jansson.h>

#include "judge/finding.h"

/* The caller's to release. */
json_t *finding_json(const struct finding *finding);

#endif
