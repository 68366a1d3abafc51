#include "report/ink.h"

#include <string.h>

#include "base/utf8.h"

#define LABEL_WIDTH 10

struct mark {
    char sign;
    const char *color;
};

static const struct mark marks[VERDICT_COUNT] = {
    [VERDICT_PASS] = {'+', "\033[32m"}, [VERDICT_SKIP] = {'-', "\033[36m"},
    [VERDICT_WARN] = {'!', "\033[33m"}, [VERDICT_INCONCLUSIVE] = {'?', "\033[35m"},
    [VERDICT_FAIL] = {'x', "\033[31m"}, [VERDICT_ERROR] = {'E', "\033[1;31m"},
};

static const char faint[] = "\033[2m";
static const char normal[] = "\033[0m";

char ink_sign(enum verdict verdict)
{
    return marks[verdict].sign;
}

/* C1 too: terminals obey U+009B as they do ESC [. */
static bool is_control(uint32_t code)
{
    return code < ' ' || (code >= 0x7f && code < 0xa0);
}

void ink_plain(const struct ink *ink, const char *text)
{
    struct bytes rest = bytes_of(text);

    while (rest.len > 0) {
        uint32_t code = 0;
        size_t len = utf8_character(rest, &code);

        if (len == 0 || is_control(code))
            fprintf(ink->out, "\\x%02x", len == 0 ? (unsigned char)rest.at[0] : code);
        else
            fwrite(rest.at, 1, len, ink->out);
        rest = bytes_from(rest, len == 0 ? 1 : len);
    }
}

static void colored(const struct ink *ink, const char *color, const char *text)
{
    if (ink->color)
        fputs(color, ink->out);
    ink_plain(ink, text);
    if (ink->color)
        fputs(normal, ink->out);
}

void ink_verdict(const struct ink *ink, enum verdict verdict, const char *text, int width)
{
    colored(ink, marks[verdict].color, text);
    ink_indent(ink, width - (int)strlen(text));
}

void ink_faint(const struct ink *ink, const char *text)
{
    colored(ink, faint, text);
}

void ink_indent(const struct ink *ink, int columns)
{
    for (int i = 0; i < columns; i++)
        putc(' ', ink->out);
}

void ink_label(const struct ink *ink, int indent, const char *label)
{
    ink_indent(ink, indent);
    ink_faint(ink, label);
    ink_indent(ink, LABEL_WIDTH - (int)strlen(label));
}

void ink_row(const struct ink *ink, int indent, const char *label, const char *text)
{
    ink_label(ink, indent, label);
    ink_plain(ink, text);
    putc('\n', ink->out);
}
