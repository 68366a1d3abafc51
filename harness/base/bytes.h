/* bytes: a run of octets that somebody else owns.
 *
 * A struct bytes never owns what it points to; it is valid for as long as that is. */
#ifndef PEERSPEC_BASE_BYTES_H
#define PEERSPEC_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const char *at; /* not zero-terminated; NULL only where len is 0 */
    size_t len;     /* octets */
};

/* For "%.*s": prints `b` as text. */
#define BYTES_FMT "%.*s"
#define BYTES_ARG(b) (int)(b).len, (b).at

struct bytes bytes_of(const char *text); /* the text without its terminating zero */

/* From `start` to the end; empty behind it. Inline, as the next: each packet is cut into a dozen pieces. */
static inline struct bytes bytes_from(struct bytes in, size_t start)
{
    size_t at = start < in.len ? start : in.len;

    return (struct bytes){in.at == NULL ? NULL : in.at + at, in.len - at};
}

/* `len` octets from `start`, or what is there of them. */
static inline struct bytes bytes_slice(struct bytes in, size_t start, size_t len)
{
    struct bytes rest = bytes_from(in, start);

    if (rest.len > len)
        rest.len = len;
    return rest;
}

bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_equal_nocase(struct bytes a, struct bytes b); /* ASCII letters only */
bool bytes_is(struct bytes a, const char *text);
bool bytes_is_nocase(struct bytes a, const char *text);
bool bytes_starts(struct bytes in, const char *prefix);
/* Index of the first `octet`, or in.len where there is none. */
size_t bytes_index(struct bytes in, char octet);
/* Index at which `needle` first occurs, or in.len where it does not. */
size_t bytes_search(struct bytes in, struct bytes needle);
/* Without the blanks and tabs at both ends. */
struct bytes bytes_trim(struct bytes in);
/* True where all of `in` is decimal digits (at least one) and fits; *value is set only then. */
bool bytes_to_u64(struct bytes in, uint64_t *value);

#endif
