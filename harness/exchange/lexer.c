#include "exchange/lexer.h"

#include <string.h>

struct lexer lexer_at(struct bytes text)
{
    return (struct lexer){text, 0};
}

bool lexer_next(struct lexer *lexer, struct line *line)
{
    size_t len = bytes_index(lexer->rest, '\n');

    if (lexer->rest.len == 0)
        return false;
    *line = (struct line){bytes_slice(lexer->rest, 0, len), 0, ++lexer->number};
    lexer->rest = bytes_from(lexer->rest, len + 1);
    if (len > 0 && line->text.at[len - 1] == '\r')
        line->text.len--;
    return true;
}

struct bytes line_rest(const struct line *line)
{
    return bytes_from(line->text, line->at);
}

char line_peek(const struct line *line)
{
    return line->at < line->text.len ? line->text.at[line->at] : '\0';
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

bool line_over(struct line *line)
{
    while (blank(line_peek(line)))
        line->at++;
    return line->at >= line->text.len;
}

struct bytes line_word(struct line *line, const char *stops)
{
    size_t start, end;

    line_over(line);
    start = end = line->at;
    while (end < line->text.len && !blank(line->text.at[end]) &&
           memchr(stops, line->text.at[end], strlen(stops)) == NULL)
        end++;
    line->at = end;
    return bytes_slice(line->text, start, end - start);
}

bool line_take(struct line *line, const char *text)
{
    size_t before = line->at;

    line_over(line);
    if (bytes_starts(line_rest(line), text)) {
        line->at += strlen(text);
        return true;
    }
    line->at = before;
    return false;
}

bool line_take_word(struct line *line, const char *word)
{
    size_t before = line->at;

    if (line_take(line, word) && (line->at >= line->text.len || blank(line_peek(line))))
        return true;
    line->at = before;
    return false;
}
