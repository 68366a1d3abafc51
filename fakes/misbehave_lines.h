/* misbehave_lines: faults of the fake FTP server in reading lines and their arguments: what has come
 * is spoilt before it is looked at. */
#ifndef PEERSPEC_FAKES_MISBEHAVE_LINES_H
#define PEERSPEC_FAKES_MISBEHAVE_LINES_H

#include "fakes/misbehave.h"
#include "proto/ftp_command.h"

/* Let the faults that are on spoil the octets of `text` from `from` on, which have just come; `ended`:
 * and so has the client's FIN. */
void misbehave_lines(const struct misbehave *misbehave, struct buf *text, size_t from, bool ended);
/* Let them spoil the argument of a command. */
void misbehave_argument(const struct misbehave *misbehave, const struct ftp_verb *verb,
                        struct buf *argument);

#endif
