/* form: whether what goes over a data connection has the form that MODE and STRU ask for. Inside of
 * wire only. */
#ifndef PEERSPEC_WIRE_FORM_H
#define PEERSPEC_WIRE_FORM_H

#include "wire/stream.h"
#include "wire/timeline.h"

struct form;

/* NULL where `form` is plain: any octets have it. */
struct form *form_new(enum ftp_form form);
void form_free(struct form *form); /* takes NULL */
/* Octets in order, all that there were; the first flaw is told in *verdict. */
void form_read(struct form *form, enum side from, const struct stream_run *run,
               struct timeline_form *verdict);
/* All was seen. */
void form_end(const struct form *form, struct timeline_form *verdict);

#endif
