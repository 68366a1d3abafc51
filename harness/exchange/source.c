#include "exchange/source.h"

#include <stdarg.h>
#include <stdio.h>

struct place source_place(const struct source *source, const struct line *line, size_t at)
{
    return (struct place){source->path, line->number, (unsigned)at + 1};
}

/* What a script holds may end on a terminal. */
static void without_controls(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

static bool tell(struct source *source, enum err code, struct place at, const char *fmt, va_list ap)
{
    struct diag problem = {.code = code, .at = at};

    problem.at.file = source->called;
    vsnprintf(problem.text, sizeof problem.text, fmt, ap);
    without_controls(problem.text);
    source->problems++;
    source->report(source->ctx, &problem);
    return false;
}

bool source_problem(struct source *source, struct place at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(source, ERR_SYNTAX, at, fmt, ap);
    va_end(ap);
    return false;
}

bool source_file_problem(struct source *source, struct place at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(source, ERR_INPUT, at, fmt, ap);
    va_end(ap);
    return false;
}

bool source_unexpected(struct source *source, const struct line *line, const char *wanted)
{
    struct line rest = *line;
    struct bytes word = line_word(&rest, "");
    struct place at = source_place(source, line, rest.at - word.len);

    if (word.len == 0)
        return source_problem(source, at, "the line ends where %s should be", wanted);
    return source_problem(source, at, "'%.*s' stands where %s should be", SOURCE_WORD(word),
                          wanted);
}

bool source_ends(struct source *source, struct line *line)
{
    if (line_over(line))
        return true;
    return source_unexpected(source, line, "the end of the line");
}
