/* keep: writes the evidence of a case into a folder, for people and for other tools.
 *
 * DIR/ID/ holds capture.pcap, transcript.txt, as-played.exchange, output.txt and findings.txt. */
#ifndef PEERSPEC_KEEP_H
#define PEERSPEC_KEEP_H

#include "outcome.h"
#include "plan.h"
#include "play/transcript.h"

/* The case's folder below `folder`, made; `path` holds WORKSPACE_PATH + 256 octets. */
NODISCARD enum err keep_folder(const char *folder, const struct plan_case *one, char *path,
                               size_t room, struct diag *why);
NODISCARD enum err keep_case(const char *path, const struct plan_case *one,
                             const struct transcript *transcript, struct bytes output,
                             const struct outcome *outcome, struct diag *why);

#endif
