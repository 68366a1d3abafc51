/* dossier: all that captures hold, and what is wrong with it, as one JSON document.
 *
 * The schema is in peerspec(1). Each conversation is written when it is over. */
#ifndef PEERSPEC_DOSSIER_H
#define PEERSPEC_DOSSIER_H

#include "base/diag.h"
#include "judge/finding.h"
#include "wire/savefile.h"

struct dossier;

/* "-" is standard output. ERR_INPUT where the file cannot be made. */
NODISCARD enum err dossier_open(const char *path, struct dossier **out, struct diag *why);
/* What follows is of this capture. */
void dossier_begin(struct dossier *dossier, const char *capture);
void dossier_add(struct dossier *dossier, size_t number, const struct timeline *timeline,
                 const struct findings *findings);
/* The capture is over; `failed` says why it could not be read, or is NULL. */
void dossier_end(struct dossier *dossier, const struct savefile_summary *summary,
                 const char *failed);
/* Frees it in either case. ERR_SYSTEM where not all could be written. */
NODISCARD enum err dossier_close(struct dossier *dossier, struct diag *why);

#endif
