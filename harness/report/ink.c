#include "report/ink.h"

#include <string.h>

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

void ink_plain(const struct ink *ink, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned octet = (unsigned char)*at;

        if (octet < ' ' || octet == 0x7f)
            fprintf(ink->out, "\\x%02x", octet);
        else
            putc(*at, ink->out);
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
