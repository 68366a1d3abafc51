/* speech: the lines C> and S>: commands, replies, payloads. */
#ifndef PEERSPEC_EXCHANGE_SPEECH_H
#define PEERSPEC_EXCHANGE_SPEECH_H

#include "exchange/steps.h"

/* `line` stands behind the marker. On false a problem was reported. */
bool speech_command(struct steps_reader *steps, struct line *line, bool optional);
/* A reply of several lines stays open until its last line was read. */
bool speech_reply(struct steps_reader *steps, struct line *line, bool optional);
/* A datagram, or a chunk of a TCP stream. */
bool speech_payload(struct steps_reader *steps, struct line *line, enum side speaker,
                    bool optional);
/* A reply that is still open is a problem, and then no longer open. */
void speech_settle(struct steps_reader *steps);

#endif
