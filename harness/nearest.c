#include "nearest.h"

#include <string.h>

#define LONGEST 63

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (insert, remove, replace) that make `b` of `a`; both at most LONGEST octets. */
static size_t edits(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t width = strlen(b);

    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);

            diagonal = row[j];
            row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[width];
}

void nearest_init(struct nearest *nearest, const char *wanted)
{
    nearest->word = NULL;
    nearest->wanted = wanted;
    nearest->distance = strlen(wanted) / 3 + 2; /* the first that is too far */
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    size_t distance;

    if (strlen(nearest->wanted) > LONGEST || strlen(candidate) > LONGEST)
        return;
    distance = edits(nearest->wanted, candidate);
    if (distance >= nearest->distance || distance >= strlen(candidate))
        return;
    nearest->word = candidate;
    nearest->distance = distance;
}
