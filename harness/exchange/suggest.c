#include "exchange/suggest.h"

#include <stdio.h>

#include "base/suggest.h"

#define LONGEST 32 /* longer words are no slips of the hand */

const char *suggest(struct bytes word, const char *const *names, char text[SUGGEST_TEXT])
{
    char asked[LONGEST + 1];
    const char *name;

    text[0] = '\0';
    if (word.len == 0 || word.len > LONGEST)
        return text;
    snprintf(asked, sizeof asked, BYTES_FMT, BYTES_ARG(word));
    name = suggest_nearest(asked, names);
    if (name != NULL)
        snprintf(text, SUGGEST_TEXT, "; did you mean '%s'?", name);
    return text;
}
