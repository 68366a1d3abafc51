/* digit: ASCII's digits, whatever the locale is. */
#ifndef PEERSPEC_BASE_DIGIT_H
#define PEERSPEC_BASE_DIGIT_H

#include <stdbool.h>

static inline bool digit_is(char c)
{
    return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit of either case, or -1. */
static inline int digit_hex(char c)
{
    if (digit_is(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
