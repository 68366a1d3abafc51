#include "exchange/pattern_parse.h"

#include <stdio.h>
#include <string.h>

#include "base/digit.h"
#include "exchange/suggest.h"

struct parsing {
    struct piece pieces[PATTERN_PIECES];
    size_t count, holes;
    char *room; /* where the literal that is being read goes on */
    struct bytes literal;
};

enum hole hole_find(struct bytes name)
{
    for (int hole = HOLE_NONE + 1; hole < HOLE_COUNT; hole++)
        if (bytes_is(name, hole_name((enum hole)hole)))
            return (enum hole)hole;
    return HOLE_NONE;
}

const char *hole_suggest(struct bytes name, char *text)
{
    const char *names[HOLE_COUNT] = {NULL};

    for (int hole = HOLE_NONE + 1; hole < HOLE_COUNT; hole++)
        names[hole - 1] = hole_name((enum hole)hole);
    return suggest(name, names, text);
}

static void add_octet(struct parsing *parsing, char octet)
{
    parsing->room[parsing->literal.len++] = octet;
}

static void end_literal(struct parsing *parsing)
{
    if (parsing->literal.len == 0)
        return;
    parsing->pieces[parsing->count++] = (struct piece){HOLE_NONE, parsing->literal};
    parsing->room += parsing->literal.len;
    parsing->literal = (struct bytes){parsing->room, 0};
}

static bool spoilt(struct pattern_flaw *flaw, size_t at, const char *fmt, struct bytes word,
                   const char *more)
{
    int len = word.len < 40 ? (int)word.len : 40;

    flaw->at = at;
    snprintf(flaw->what, sizeof flaw->what, fmt, len, word.at, more);
    return false;
}

/* {xff}, {xff*512}: octets in hexadecimal, so many times. */
struct octets {
    struct bytes digits;
    uint64_t times;
};

/* False where `name` is something else. */
static bool read_octets(struct bytes name, struct octets *octets)
{
    size_t star = bytes_index(name, '*');

    *octets = (struct octets){bytes_slice(name, 1, star - (star > 0)), 1};
    if (octets->digits.len == 0 || octets->digits.len % 2 != 0 || name.at[0] != 'x')
        return false;
    for (size_t i = 0; i < octets->digits.len; i++)
        if (digit_hex(octets->digits.at[i]) < 0)
            return false;
    return star == name.len || bytes_to_u64(bytes_from(name, star + 1), &octets->times);
}

static void add_octets(struct parsing *parsing, const struct octets *octets)
{
    const char *digits = octets->digits.at;

    for (uint64_t n = 0; n < octets->times; n++)
        for (size_t i = 0; i < octets->digits.len; i += 2)
            add_octet(parsing, (char)(digit_hex(digits[i]) * 16 + digit_hex(digits[i + 1])));
}

/* Octets that the line's repetitions take at most; SIZE_MAX where that is too many. */
static size_t repeated(struct bytes text)
{
    size_t total = 0;

    for (size_t open; (open = bytes_index(text, '{')) < text.len;) {
        struct octets octets;
        struct bytes name;

        text = bytes_from(text, open + 1);
        name = bytes_slice(text, 0, bytes_index(text, '}'));
        if (name.len == 0 || !read_octets(name, &octets))
            continue;
        if (octets.times > PATTERN_OCTETS)
            return SIZE_MAX;
        total += (size_t)octets.times * octets.digits.len / 2;
        if (total > PATTERN_OCTETS)
            return SIZE_MAX;
    }
    return total;
}

static bool add_hole(struct parsing *parsing, struct bytes name, size_t at,
                     struct pattern_flaw *flaw)
{
    enum hole hole = hole_find(name);
    char near[SUGGEST_TEXT];
    struct octets octets;

    if (read_octets(name, &octets)) {
        add_octets(parsing, &octets);
        return true;
    }
    if (hole == HOLE_NONE)
        return spoilt(flaw, at, "there is no hole '{%.*s}'%s", name, hole_suggest(name, near));
    if (++parsing->holes > PATTERN_HOLES)
        return spoilt(flaw, at, "a line has at most 32 holes%.*s%s", bytes_of(""), "");
    end_literal(parsing);
    parsing->pieces[parsing->count++] = (struct piece){hole, {NULL, 0}};
    return true;
}

/* Take one octet or one brace form at *at. */
static bool add_next(struct parsing *parsing, struct bytes text, size_t *at,
                     struct pattern_flaw *flaw)
{
    struct bytes rest = bytes_from(text, *at);
    size_t close;

    if (rest.at[0] != '{' || bytes_starts(rest, "{{")) {
        add_octet(parsing, rest.at[0]);
        *at += rest.at[0] == '{' ? 2 : 1;
        return true;
    }
    close = bytes_index(rest, '}');
    if (close == rest.len)
        return spoilt(flaw, *at, "'{' is not closed; a brace itself is written '{{'%.*s%s",
                      bytes_of(""), "");
    if (!add_hole(parsing, bytes_slice(rest, 1, close - 1), *at, flaw))
        return false;
    *at += close + 1;
    return true;
}

static void keep(struct arena *arena, const struct parsing *parsing, struct pattern *pattern)
{
    size_t size = parsing->count * sizeof *parsing->pieces;
    struct piece *pieces = arena_take(arena, size);

    if (size > 0)
        memcpy(pieces, parsing->pieces, size);
    pattern->pieces = pieces;
    pattern->count = parsing->count;
}

bool pattern_parse(struct arena *arena, struct bytes prefix, struct bytes text,
                   struct pattern *pattern, struct pattern_flaw *flaw)
{
    size_t more = repeated(text);
    struct parsing parsing = {.count = 0};

    *pattern = (struct pattern){.source = text};
    if (more == SIZE_MAX)
        return spoilt(flaw, bytes_index(text, '{'), "a line repeats at most 100000 octets%.*s%s",
                      bytes_of(""), "");
    parsing.room = arena_take(arena, prefix.len + text.len + more + 1);
    parsing.literal.at = parsing.room;
    for (size_t i = 0; i < prefix.len; i++)
        add_octet(&parsing, prefix.at[i]);
    for (size_t at = 0; at < text.len;)
        if (!add_next(&parsing, text, &at, flaw))
            return false;
    end_literal(&parsing);
    keep(arena, &parsing, pattern);
    return true;
}
