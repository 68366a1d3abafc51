/* nearest: the word that somebody may have meant. */
#ifndef PEERSPEC_NEAREST_H
#define PEERSPEC_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word; /* the best so far; NULL: none is near */
    size_t distance;
    const char *wanted;
};

/* Give candidates one by one; what is too far from `wanted` to be meant is not kept. */
void nearest_init(struct nearest *nearest, const char *wanted);
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
