#include "exchange/header.h"

#include <string.h>

#include "exchange/header_parts.h"
#include "exchange/suggest.h"

static int kind_of(struct bytes name)
{
    for (int i = 0; i < HEADER_KINDS; i++)
        if (bytes_is_nocase(name, header_kinds[i].name))
            return i;
    return -1;
}

bool header_known(struct bytes name)
{
    return kind_of(name) >= 0;
}

void header_init(struct header_reader *header, struct source *source, struct exchange *exchange)
{
    *header = (struct header_reader){.source = source, .exchange = exchange, .continued = -1};
    exchange->answers_unscripted = true;
}

/* The name before the colon; empty where the line has no such form. */
static struct bytes take_header_name(struct line *line)
{
    struct bytes name = line_word(line, ":");

    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-' && c != '_')
            return (struct bytes){NULL, 0};
    }
    return line_take(line, ":") ? name : (struct bytes){NULL, 0};
}

bool header_begins(const struct header_reader *header, const struct line *line)
{
    struct line ahead = *line;

    return header->continued >= 0 || take_header_name(&ahead).len > 0;
}

static bool unknown(struct header_reader *header, const struct line *line, struct bytes name)
{
    const char *names[HEADER_KINDS + 1] = {NULL};
    char near[SUGGEST_TEXT];

    for (size_t i = 0; i < HEADER_KINDS; i++)
        names[i] = header_kinds[i].name;
    return source_problem(
        header->source, source_place(header->source, line, (size_t)(name.at - line->text.at)),
        "'%.*s' is not a header%s", SOURCE_WORD(name), suggest(name, names, near));
}

/* A load takes the last one. */
static void note(struct header_reader *header, int kind, struct place at)
{
    if (header->seen[kind] > 0 && !header_kinds[kind].repeats && header->source->lints)
        source_problem(header->source, at, "'%s' was given before, in line %u",
                       header_kinds[kind].name, header->seen[kind]);
    header->seen[kind] = at.line;
}

static bool goes_on(const struct line *line)
{
    struct bytes text = bytes_trim(line->text);

    return text.len > 0 && text.at[text.len - 1] == ',';
}

bool header_read(struct header_reader *header, struct line *line)
{
    int kind = header->continued;
    bool read;

    if (kind < 0) {
        struct bytes name = take_header_name(line);

        kind = kind_of(name);
        if (kind < 0)
            return unknown(header, line, name);
        note(header, kind, source_place(header->source, line, (size_t)(name.at - line->text.at)));
    }
    if (line_over(line) && !header_kinds[kind].may_be_empty)
        read = source_problem(header->source, source_place(header->source, line, line->at),
                              "'%s:' has no value", header_kinds[kind].name);
    else
        read = header_kinds[kind].read(header, line);
    header->continued = header_kinds[kind].repeats && goes_on(line) ? kind : -1;
    return read;
}

/* The words as an array ended by NULL. */
static const char *const *words_of(struct header_reader *header, struct list *list)
{
    list_add(list, header->source->arena, sizeof(const char *));
    return list->items;
}

static const char *joined(struct header_reader *header, const struct list *list)
{
    const char *const *words = list->items;
    size_t room = 1;
    char *text, *end;

    if (list->count == 0)
        return NULL;
    for (size_t i = 0; i < list->count; i++)
        room += strlen(words[i]) + 1;
    text = end = arena_take(header->source->arena, room);
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            *end++ = ' ';
        end = stpcpy(end, words[i]);
    }
    return text;
}

void header_finish(struct header_reader *header)
{
    struct exchange *exchange = header->exchange;

    if (!header->sided)
        exchange->tests[SIDE_CLIENT] = exchange->tests[SIDE_SERVER] = true;
    if (exchange->title == NULL)
        exchange->title = exchange->id;
    exchange->needs = joined(header, &header->needs);
    exchange->specs = words_of(header, &header->specs);
    exchange->lacks = words_of(header, &header->lacks);
    exchange->files = header->files.items;
    exchange->file_count = header->files.count;
    exchange->local = header->local.items;
    exchange->local_count = header->local.count;
}
