/* misbehave_client: the faults of our own FTP client, UDP and TCP peers that specimens switch on by
 * name. */
#ifndef PEERSPEC_FAKES_MISBEHAVE_CLIENT_H
#define PEERSPEC_FAKES_MISBEHAVE_CLIENT_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/side.h"

/* ERR_USAGE, and what there is, where `faults` names one that a peer of this kind cannot have. */
NODISCARD enum err client_faults_check(const char *const *faults, enum protocol protocol,
                                       enum side side, struct diag *why);
/* True where `faults` (ended by NULL, or NULL) names it. */
bool client_fault_on(const char *const *faults, const char *name);
/* Append an FTP command line (with its line end) as the faults spoil it. False where `out` is full.
 */
bool client_fault_line(const char *const *faults, struct bytes line, struct buf *out);

#endif
