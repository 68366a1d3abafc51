#include "content.h"

#include <stdio.h>
#include <string.h>

#define SAMPLE CONTENT_LISTING /* octets, over and over */
#define OVER 1500              /* a packet may begin at the last one of them */

static void binary_fill(char *to, size_t len)
{
    uint64_t word = 1;

    for (size_t i = 0; i < len; i++) {
        word = word * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        to[i] = (char)(word >> 56);
    }
}

/* Lines of CONTENT_LINE octets, as `format` has them with their number. */
static void lines_fill(char *to, size_t len, const char *format)
{
    for (size_t at = 0; at < len; at += CONTENT_LINE)
        snprintf(to + at, CONTENT_LINE + 1, format, (unsigned)(at / CONTENT_LINE));
}

static void text_fill(char *to, size_t len)
{
    lines_fill(to, len, "%04u: a line of a text, as long as all the others in it are.  \r\n");
}

static void listing_fill(char *to, size_t len)
{
    lines_fill(to, len, "-rw-r--r--   1 ftp      ftp        4096 Nov 14 22:13 f%04u.txt\r\n");
}

struct bytes content_slice(enum content content, size_t at, size_t len)
{
    static char samples[3][SAMPLE + OVER + CONTENT_LINE];
    static void (*const fill[])(char *, size_t) = {binary_fill, text_fill, listing_fill};
    char *sample = samples[content];

    if (sample[0] == '\0' && sample[1] == '\0')
        fill[content](sample, SAMPLE + OVER);
    return (struct bytes){sample + at % SAMPLE, len};
}
