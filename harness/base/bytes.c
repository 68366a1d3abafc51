#include "base/bytes.h"

#include <string.h>

struct bytes bytes_of(const char *text)
{
    return (struct bytes){text, strlen(text)};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool bytes_is(struct bytes a, const char *text)
{
    return bytes_equal(a, bytes_of(text));
}

bool bytes_is_nocase(struct bytes a, const char *text)
{
    return bytes_equal_nocase(a, bytes_of(text));
}

bool bytes_starts(struct bytes in, const char *prefix)
{
    size_t len = strlen(prefix);

    return in.len >= len && memcmp(in.at, prefix, len) == 0;
}

size_t bytes_index(struct bytes in, char octet)
{
    const char *found = in.len == 0 ? NULL : memchr(in.at, octet, in.len);

    return found == NULL ? in.len : (size_t)(found - in.at);
}

size_t bytes_search(struct bytes in, struct bytes needle)
{
    const char *found;

    if (needle.len == 0)
        return 0;
    found = in.len == 0 ? NULL : memmem(in.at, in.len, needle.at, needle.len);
    return found == NULL ? in.len : (size_t)(found - in.at);
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

struct bytes bytes_trim(struct bytes in)
{
    while (in.len > 0 && blank(in.at[0]))
        in = bytes_from(in, 1);
    while (in.len > 0 && blank(in.at[in.len - 1]))
        in.len--;
    return in;
}

bool bytes_to_u64(struct bytes in, uint64_t *value)
{
    uint64_t sum = 0;

    if (in.len == 0)
        return false;
    for (size_t i = 0; i < in.len; i++) {
        unsigned digit = (unsigned)(in.at[i] - '0');

        if (in.at[i] < '0' || digit > 9 || sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}
