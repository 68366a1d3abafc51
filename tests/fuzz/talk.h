/* talk: a capture of an FTP session and of datagrams, in which peers say what a fuzzer wants.
 *
 * The input is cut into pieces: an octet that says what and how long, and as many octets. Each is
 * the payload of a packet of one of three conversations, whose sequence numbers are right, so that
 * the octets get far. */
#ifndef PEERSPEC_FUZZ_TALK_H
#define PEERSPEC_FUZZ_TALK_H

#include "base/bytes.h"
#include "wire/timeline.h"

void talk(struct bytes in, const struct timeline_sink *sink);

#endif
