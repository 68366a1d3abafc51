#include "base/suggest.h"

#include <ctype.h>
#include <string.h>

#define MAX_WORD 120

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static int same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t suggest_distance(const char *a, const char *b)
{
    size_t rows[3][MAX_WORD + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t a_len = strnlen(a, MAX_WORD), b_len = strnlen(b, MAX_WORD);

    for (size_t j = 0; j <= b_len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *oldest = before;

        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            now[j] = least(last[j] + 1, now[j - 1] + 1,
                           last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1, now[j]);
        }
        before = last;
        last = now;
        now = oldest;
    }
    return last[b_len];
}

const char *suggest_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    size_t best = strlen(word) / 3 + 1;

    for (size_t i = 0; words[i] != NULL; i++) {
        size_t distance = suggest_distance(word, words[i]);

        if (distance < strlen(words[i]) && distance <= best &&
            (nearest == NULL || distance < best)) {
            nearest = words[i];
            best = distance;
        }
    }
    return nearest;
}
