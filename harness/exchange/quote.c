#include "exchange/quote.h"

#include <string.h>

#include "base/digit.h"

static bool octal(char c)
{
    return c >= '0' && c <= '7';
}

static unsigned octal_escape(struct line *line)
{
    unsigned value = 0;

    for (int digits = 0; digits < 3 && octal(line_peek(line)); digits++)
        value = value * 8 + (unsigned)(line->text.at[line->at++] - '0');
    return value;
}

static bool hex_escape(struct source *source, struct line *line, unsigned *value)
{
    size_t from = ++line->at;

    *value = 0;
    while (line->at - from < 2 && digit_hex(line_peek(line)) >= 0)
        *value = *value * 16 + (unsigned)digit_hex(line->text.at[line->at++]);
    if (line->at == from)
        return source_problem(source, source_place(source, line, from),
                              "one or two hexadecimal digits come after '\\x'");
    return true;
}

/* The octet of the escape whose letter the line is at. */
static bool escape(struct source *source, struct line *line, char *octet)
{
    static const char letters[] = "abefnrtv\\\"'?";
    static const char octets[] = "\a\b\033\f\n\r\t\v\\\"'?";
    char letter = line_peek(line);
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    unsigned value;

    if (found != NULL) {
        *octet = octets[found - letters];
        line->at++;
        return true;
    }
    if (octal(letter)) {
        size_t at = line->at;

        value = octal_escape(line);
        if (value > 255)
            return source_problem(source, source_place(source, line, at - 1),
                                  "an octet is at most \\377");
    } else if (letter != 'x') {
        return source_problem(source, source_place(source, line, line->at - 1),
                              "'\\%.1s' is no escape: there are \\n \\r \\t \\0 \\\\ \\\" \\x41 "
                              "and the others of C",
                              line->at < line->text.len ? line->text.at + line->at : "");
    } else if (!hex_escape(source, line, &value)) {
        return false;
    }
    *octet = (char)value;
    return true;
}

/* Take the quote that ends what begins at `open`. */
static bool close_quote(struct source *source, struct line *line, size_t open)
{
    if (line->at >= line->text.len)
        return source_problem(source, source_place(source, line, open),
                              "the quote is not closed on its line");
    line->at++;
    return true;
}

bool quote_text(struct source *source, struct line *line, struct bytes *octets)
{
    size_t open = line->at++, len = 0;
    char *room = arena_take(source->arena, line->text.len - open);

    while (line->at < line->text.len && line_peek(line) != '"') {
        char octet = line->text.at[line->at++];

        if (octet == '\\' && !escape(source, line, &octet))
            return false;
        room[len++] = octet;
    }
    *octets = (struct bytes){room, len};
    return close_quote(source, line, open);
}

bool quote_hex(struct source *source, struct line *line, struct bytes *octets)
{
    size_t open = line->at, len = 0;
    char *room = arena_take(source->arena, (line->text.len - open) / 2);

    line->at += 2;
    while (!line_over(line) && line_peek(line) != '"') {
        int high = digit_hex(line_peek(line)), low;

        if (high < 0)
            return source_unexpected(source, line, "a pair of hexadecimal digits");
        line->at++;
        low = digit_hex(line_peek(line));
        if (low < 0)
            return source_problem(source, source_place(source, line, line->at - 1),
                                  "an octet is written as two hexadecimal digits");
        line->at++;
        room[len++] = (char)(high * 16 + low);
    }
    *octets = (struct bytes){room, len};
    return close_quote(source, line, open);
}
