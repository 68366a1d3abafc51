/* suggest: the word that somebody may have meant. */
#ifndef PEERSPEC_EXCHANGE_SUGGEST_H
#define PEERSPEC_EXCHANGE_SUGGEST_H

#include "base/bytes.h"

#define SUGGEST_TEXT 64

/* "; did you mean 'expect'?" where one of `names` (ended by NULL) is near `word`, otherwise "".
 * Returns `text`. Case makes no difference. */
const char *suggest(struct bytes word, const char *const *names, char text[SUGGEST_TEXT]);

#endif
