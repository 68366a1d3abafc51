/* ladder: one conversation drawn for people: a line for each of the two sides, and between them
 * what they said as arrows, in 100 columns. */
#ifndef PEERSPEC_LADDER_H
#define PEERSPEC_LADDER_H

#include <stdio.h>

#include "wire/timeline.h"

#define LADDER_COLUMNS 100

/* The two lifelines' heading and a row for each event. */
void ladder_print(FILE *out, const struct timeline *timeline);

#endif
