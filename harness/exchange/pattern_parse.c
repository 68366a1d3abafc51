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

/* {xff}: octets in hexadecimal. False where `name` is something else. */
static bool add_hex(struct parsing *parsing, struct bytes name)
{
    if (name.len < 3 || name.len % 2 == 0 || name.at[0] != 'x')
        return false;
    for (size_t i = 1; i < name.len; i++)
        if (digit_hex(name.at[i]) < 0)
            return false;
    for (size_t i = 1; i < name.len; i += 2)
        add_octet(parsing,
                  (char)(digit_hex(name.at[i]) * 16 + digit_hex(name.at[i + 1])));
    return true;
}

static bool add_hole(struct parsing *parsing, struct bytes name, size_t at,
                     struct pattern_flaw *flaw)
{
    enum hole hole = hole_find(name);
    char near[SUGGEST_TEXT];

    if (add_hex(parsing, name))
        return true;
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
    struct parsing parsing = {.room = arena_take(arena, prefix.len + text.len + 1)};

    *pattern = (struct pattern){.source = text};
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
