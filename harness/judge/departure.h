/* departure: did the fake's segments leave as they were scripted?
 *
 * A transcript says into how many segments a line was cut; the capture says how many left. Where
 * they differ the case shows nothing about the delivery that it is named after. */
#ifndef PEERSPEC_JUDGE_DEPARTURE_H
#define PEERSPEC_JUDGE_DEPARTURE_H

#include "judge/finding.h"
#include "play/transcript.h"
#include "wire/timeline.h"

/* Adds an INCONCLUSIVE finding for each line of `fake` that was cut on purpose and did not leave so. */
void departure_judge(const struct transcript *transcript, enum side fake,
                     struct timeline *const *timelines, size_t count, struct findings *out);

/* Number of the packet that completed the transcript's entry `index` (sent or heard on a control
 * connection, stream or datagram socket); 0 where the capture does not have it. */
uint64_t departure_packet(const struct transcript *transcript, size_t index, enum side fake,
                          struct timeline *const *timelines, size_t count);

#endif
