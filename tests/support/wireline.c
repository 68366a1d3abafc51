#include "support/wireline.h"

#include <string.h>

#include "base/digit.h"

bool wireline_wrong(struct wireline *line, const char *what)
{
    unsigned column = (unsigned)(line->rest.at - line->start) + 1;

    diag_at(line->why, ERR_SYNTAX, (struct place){line->file, line->number, column}, "%s", what);
    return false;
}

/* --- words --- */

struct bytes wireline_peek(struct wireline *line)
{
    size_t len = 0;

    line->rest = bytes_trim(line->rest);
    while (len < line->rest.len && line->rest.at[len] != ' ' && line->rest.at[len] != '\t')
        len++;
    return bytes_slice(line->rest, 0, len);
}

struct bytes wireline_word(struct wireline *line)
{
    struct bytes word = wireline_peek(line);

    line->rest = bytes_from(line->rest, word.len);
    return word;
}

bool wireline_is(struct wireline *line, const char *text)
{
    if (!bytes_is(wireline_peek(line), text))
        return false;
    wireline_word(line);
    return true;
}

bool wireline_number(struct wireline *line, uint64_t ceiling, uint64_t *value)
{
    if (!bytes_to_u64(wireline_peek(line), value) || *value > ceiling)
        return wireline_wrong(line, "a number is wanted here");
    wireline_word(line);
    return true;
}

bool wireline_side_peek(struct wireline *line, enum side *side)
{
    struct bytes word = wireline_peek(line);

    if (!bytes_is(word, "S") && !bytes_is(word, "C"))
        return false;
    *side = bytes_is(word, "S") ? SIDE_SERVER : SIDE_CLIENT;
    return true;
}

bool wireline_side(struct wireline *line, enum side *side)
{
    if (!wireline_side_peek(line, side))
        return wireline_wrong(line, "C or S is wanted here");
    wireline_word(line);
    return true;
}

static bool endpoint_of(struct bytes word, struct endpoint *out)
{
    char text[ENDPOINT_TEXT] = "";
    size_t colon = word.len;
    uint64_t port;

    while (colon > 0 && word.at[colon - 1] != ':')
        colon--;
    if (colon == 0 || colon > sizeof text || !bytes_to_u64(bytes_from(word, colon), &port) ||
        port > 65535)
        return false;
    struct bytes addr = bytes_slice(word, 0, colon - 1);
    if (addr.len > 2 && addr.at[0] == '[' && addr.at[addr.len - 1] == ']')
        addr = bytes_slice(addr, 1, addr.len - 2);
    memcpy(text, addr.at, addr.len);
    return endpoint_parse(text, (uint16_t)port, out);
}

bool wireline_endpoint(struct wireline *line, struct endpoint *out)
{
    if (!endpoint_of(wireline_peek(line), out))
        return wireline_wrong(line, "ADDRESS:PORT is wanted here");
    wireline_word(line);
    return true;
}

bool wireline_arrow(struct wireline *line)
{
    return wireline_is(line, ">") || wireline_wrong(line, "> is wanted here");
}

/* --- octets --- */

/* The octet that the escape after a backslash stands for; -1: none. */
static int escape_take(struct bytes *in)
{
    static const char names[] = "rnt0\\\"", values[] = "\r\n\t\0\\\"";
    const char *found;
    char c;

    if (in->len == 0)
        return -1;
    c = in->at[0];
    *in = bytes_from(*in, 1);
    if (c == 'x' && in->len >= 2 && digit_hex(in->at[0]) >= 0 && digit_hex(in->at[1]) >= 0) {
        int value = digit_hex(in->at[0]) * 16 + digit_hex(in->at[1]);

        *in = bytes_from(*in, 2);
        return value;
    }
    found = c == '\0' ? NULL : strchr(names, c);
    return found == NULL ? -1 : (uint8_t)values[found - names];
}

bool wireline_text(struct wireline *line, int end, struct buf *out)
{
    while (line->rest.len > 0) {
        int octet = (uint8_t)line->rest.at[0];

        line->rest = bytes_from(line->rest, 1);
        if (octet == end)
            return true;
        if (octet == '\\' && (octet = escape_take(&line->rest)) < 0)
            return wireline_wrong(line,
                                  "no such escape; there are \\r \\n \\t \\0 \\\\ \\\" \\xHH");
        char c = (char)octet;
        if (!buf_add(out, (struct bytes){&c, 1}))
            return wireline_wrong(line, "this is too long");
    }
    return end < 0 || wireline_wrong(line, "the closing quote is missing");
}

static bool hex_take(struct wireline *line, struct buf *out)
{
    while (line->rest.len >= 2 && line->rest.at[0] != '"') {
        int high = digit_hex(line->rest.at[0]), low = digit_hex(line->rest.at[1]);
        char c = (char)(high * 16 + low);

        if (line->rest.at[0] == ' ') {
            line->rest = bytes_from(line->rest, 1);
            continue;
        }
        if (high < 0 || low < 0 || !buf_add(out, (struct bytes){&c, 1}))
            return wireline_wrong(line, "hexadecimal digits are wanted here");
        line->rest = bytes_from(line->rest, 2);
    }
    if (line->rest.len == 0 || line->rest.at[0] != '"')
        return wireline_wrong(line, "the closing quote is missing");
    line->rest = bytes_from(line->rest, 1);
    return true;
}

static bool repeated(struct wireline *line, struct buf *out, uint64_t times)
{
    size_t len = out->len;

    for (uint64_t i = 1; i < times; i++) {
        char *space = buf_space(out, len);

        if (space == NULL)
            return wireline_wrong(line, "this is too long");
        memcpy(space, out->ptr, len);
        buf_grew(out, len);
    }
    return true;
}

/* The N of `N*"..."`, or 1. */
static uint64_t times_take(struct wireline *line)
{
    uint64_t times = 1;
    size_t star;

    line->rest = bytes_trim(line->rest);
    star = bytes_index(line->rest, '*');
    if (star > 0 && star < line->rest.len && bytes_to_u64(bytes_slice(line->rest, 0, star), &times))
        line->rest = bytes_from(line->rest, star + 1);
    return times;
}

static bool quoted_take(struct wireline *line, struct buf *out)
{
    bool text = bytes_starts(line->rest, "\"");

    if (!text && !bytes_starts(line->rest, "x\""))
        return wireline_wrong(line, "octets in quotes are wanted here");
    line->rest = bytes_from(line->rest, text ? 1 : 2);
    return text ? wireline_text(line, '"', out) : hex_take(line, out);
}

bool wireline_octets(struct wireline *line, struct bytes *octets)
{
    uint64_t times = times_take(line);
    struct buf out;
    bool fine;

    buf_init(&out, WIRELINE_CEILING);
    fine = quoted_take(line, &out) && repeated(line, &out, times);
    *octets = arena_bytes(line->arena, buf_bytes(&out));
    buf_fini(&out);
    return fine;
}
