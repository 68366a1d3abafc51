#include <string.h>

#include "exchange/header_parts.h"
#include "exchange/payload.h"
#include "exchange/quote.h"

/* A name that stays below the root: no empty, "." or ".." part; it may end in a slash. */
static bool stays_below(struct bytes name)
{
    if (name.len == 0 || name.at[0] == '/' || memchr(name.at, '\0', name.len) != NULL)
        return false;
    while (name.len > 0) {
        size_t len = bytes_index(name, '/');
        struct bytes part = bytes_slice(name, 0, len);

        if (part.len == 0 || bytes_is(part, ".") || bytes_is(part, ".."))
            return false;
        name = bytes_from(name, len + 1);
    }
    return true;
}

static bool take_name(struct header_reader *h, struct line *line, struct exchange_file *file)
{
    size_t start, end;
    struct bytes name;

    line_over(line);
    start = line->at;
    file->at = source_place(h->source, line, start);
    if (line_peek(line) == '"') {
        if (!quote_text(h->source, line, &name))
            return false;
    } else {
        for (end = start; end < line->text.len; end++)
            if (line->text.at[end] == '=' || line->text.at[end] == ',')
                break;
        name = bytes_trim(bytes_slice(line->text, start, end - start));
        line->at = end;
    }
    if (!stays_below(name))
        return source_problem(h->source, file->at,
                              "'%.*s' is no name below the root: write "
                              "'name' or 'folder/name'",
                              SOURCE_WORD(name));
    file->name = arena_text(h->source->arena, name);
    file->directory = name.at[name.len - 1] == '/';
    return true;
}

static bool take_content(struct header_reader *h, struct line *line, struct exchange_file *file)
{
    bool content = line_take(line, "=");

    if (file->directory && content)
        return source_problem(h->source, file->at, "'%.100s' is a directory and has no content",
                              file->name);
    if (file->directory)
        return true;
    if (!content)
        return source_problem(h->source, file->at,
                              "'%.100s' has no content: write '%.100s = "
                              "\"text\"', or '%.100s/' for a directory",
                              file->name, file->name, file->name);
    return payload_take(h->source, line, &file->content);
}

bool header_files(struct header_reader *h, struct line *line, struct list *list)
{
    while (!line_over(line)) {
        struct exchange_file file = {0};
        struct exchange_file *added;

        if (!take_name(h, line, &file) || !take_content(h, line, &file))
            return false;
        added = list_add(list, h->source->arena, sizeof *added);
        *added = file;
        if (!line_over(line) && !line_take(line, ","))
            return source_unexpected(h->source, line, "a comma or the end of the line");
    }
    return true;
}
