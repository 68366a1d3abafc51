#include "exchange/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LONGEST 32

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool swapped(struct bytes a, size_t i, struct bytes b, size_t j)
{
    return i > 1 && j > 1 && same(a.at[i - 1], b.at[j - 2]) && same(a.at[i - 2], b.at[j - 1]);
}

/* Letters missing, added, wrong or swapped with their neighbour. Both are at most LONGEST octets.
 */
static size_t distance(struct bytes a, struct bytes b)
{
    size_t far[LONGEST + 1][LONGEST + 1];

    for (size_t i = 0; i <= a.len; i++)
        far[i][0] = i;
    for (size_t j = 0; j <= b.len; j++)
        far[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        for (size_t j = 1; j <= b.len; j++) {
            far[i][j] = least(far[i - 1][j] + 1, far[i][j - 1] + 1,
                              far[i - 1][j - 1] + !same(a.at[i - 1], b.at[j - 1]));
            if (swapped(a, i, b, j) && far[i - 2][j - 2] + 1 < far[i][j])
                far[i][j] = far[i - 2][j - 2] + 1;
        }
    }
    return far[a.len][b.len];
}

static const char *nearest(struct bytes word, const char *const *names)
{
    size_t best = word.len / 3 + 1;
    const char *found = NULL;

    for (; *names != NULL; names++) {
        struct bytes name = bytes_of(*names);
        size_t far;

        if (name.len > LONGEST)
            continue;
        far = distance(word, name);
        if (far <= best && far < name.len) {
            best = far == 0 ? 0 : far - 1;
            found = *names;
        }
        if (far == 0)
            break;
    }
    return found;
}

const char *suggest(struct bytes word, const char *const *names, char text[SUGGEST_TEXT])
{
    const char *name = word.len == 0 || word.len > LONGEST ? NULL : nearest(word, names);

    text[0] = '\0';
    if (name != NULL)
        snprintf(text, SUGGEST_TEXT, "; did you mean '%s'?", name);
    return text;
}
