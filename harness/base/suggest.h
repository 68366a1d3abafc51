/* suggest: the word that somebody may have meant. */
#ifndef PEERSPEC_BASE_SUGGEST_H
#define PEERSPEC_BASE_SUGGEST_H

#include <stddef.h>

/* Number of single-letter edits (insert, delete, replace, swap of two) between two words, case
 * ignored; words are compared up to their 120th letter. */
size_t suggest_distance(const char *a, const char *b);
/* The nearest of `words` (ended by NULL), or NULL where none is near: more than a third of the
 * word would have to change. */
const char *suggest_nearest(const char *word, const char *const *words);

#endif
