#include "exchange/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "exchange/expect_parse.h"
#include "exchange/file.h"
#include "exchange/header.h"
#include "exchange/lint.h"
#include "exchange/steps.h"
#include "exchange/suggest.h"

#define SCRIPT_LIMIT ((size_t)16 << 20)

/* What exchange_free() finds again behind the exchange. */
struct loaded {
    struct exchange exchange;
    struct arena arena;
};

struct script {
    struct source source;
    struct exchange *exchange;
    struct header_reader header;
    struct steps_reader steps;
    struct list expects;
    bool in_body;
    size_t body_problems; /* in lines of the conversation */
};

static struct loaded *loaded_new(const char *path)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);

    if (loaded == NULL)
        return NULL;
    arena_init(&loaded->arena);
    loaded->exchange.path = arena_text(&loaded->arena, bytes_of(path));
    return loaded;
}

void exchange_free(struct exchange *exchange)
{
    struct loaded *loaded = (struct loaded *)exchange;

    if (loaded == NULL)
        return;
    arena_fini(&loaded->arena);
    free(loaded);
}

/* What follows the folder in the path, without a slash between; NULL where it is elsewhere. */
static const char *below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    while (len > 0 && folder[len - 1] == '/')
        len--;
    if (len == 0 || strncmp(path, folder, len) != 0 || path[len] != '/')
        return NULL;
    return path + len + strspn(path + len, "/");
}

static const char *without_ending(struct arena *arena, const char *name)
{
    size_t len = strlen(name);
    const char *ending = ".exchange";

    if (len > strlen(ending) && strcmp(name + len - strlen(ending), ending) == 0)
        len -= strlen(ending);
    return arena_text(arena, (struct bytes){name, len});
}

/* The same after symbolic links and ".." were followed. */
static const char *really_below(struct arena *arena, const char *path, const char *folder)
{
    char *real_path = realpath(path, NULL), *real_folder = realpath(folder, NULL);
    const char *rest =
        real_path == NULL || real_folder == NULL ? NULL : below(real_path, real_folder);

    if (rest != NULL)
        rest = without_ending(arena, rest);
    free(real_path);
    free(real_folder);
    return rest;
}

static const char *id_of(struct source *source)
{
    const char *suites = source->places == NULL ? NULL : source->places->suites;
    const char *rest = suites == NULL ? NULL : below(source->path, suites);

    if (rest != NULL && strstr(rest, "../") == NULL)
        return without_ending(source->arena, rest);
    rest = suites == NULL ? NULL : really_below(source->arena, source->path, suites);
    return rest != NULL ? rest : source->path;
}

/* Blank lines, comments, and the form feeds between the pages of an RFC. */
static bool skipped(struct line line)
{
    while (!line_over(&line) && line_peek(&line) == '\f')
        line.at++;
    return line_over(&line) || line_peek(&line) == '#';
}

/* Where the next "or" outside of quotes stands in the line; its end where there is none. */
static size_t or_in(const struct line *line)
{
    bool quoted = false;

    for (size_t i = line->at; i < line->text.len; i++) {
        if (line->text.at[i] == '"' && line->text.at[i - 1] != '\\')
            quoted = !quoted;
        if (!quoted && bytes_starts(bytes_from(line->text, i), " or "))
            return i;
    }
    return line->text.len;
}

static bool read_expectation(struct script *script, struct line *line, struct place at,
                             bool or_next)
{
    struct expectation read;
    struct expectation *added;

    if (!expect_read(&script->source, line, &read))
        return false;
    read.at = at;
    read.or_next = or_next;
    added = list_add(&script->expects, script->source.arena, sizeof *added);
    *added = read;
    return true;
}

static bool read_expect(struct script *script, struct line *line)
{
    struct place at = source_place(&script->source, line, line->at - strlen("expect"));

    steps_settle(&script->steps);
    for (;;) {
        struct line part = *line;
        bool more;

        part.text.len = or_in(line);
        more = part.text.len < line->text.len;
        if (!read_expectation(script, &part, at, more))
            return false;
        if (!more)
            return true;
        line->at = part.text.len + strlen(" or ");
    }
}

static bool late_header(struct script *script, struct place at, struct bytes name)
{
    return source_problem(&script->source, at,
                          "'%.*s:' stands below the first step; headers come "
                          "before it",
                          SOURCE_WORD(name));
}

static bool no_step(struct script *script, struct line line)
{
    const char *words[16] = {"expect", NULL};
    size_t count = 1;
    char near[SUGGEST_TEXT];
    struct bytes word = line_word(&line, ":");
    struct place at = source_place(&script->source, &line, line.at - word.len);

    for (const char *const *more = steps_words(); *more != NULL; more++)
        words[count++] = *more;
    words[count] = NULL;
    steps_settle(&script->steps);
    if (header_known(word) && line_peek(&line) == ':')
        return late_header(script, at, word);
    return source_problem(&script->source, at, "'%.*s' is not a step%s", SOURCE_WORD(word),
                          suggest(word, words, near));
}

static void begin_body(struct script *script)
{
    if (!script->in_body)
        header_finish(&script->header);
    script->in_body = true;
}

static bool read_body(struct script *script, struct line *line)
{
    begin_body(script);
    if (steps_begins(line))
        return steps_read(&script->steps, line);
    if (line_take_word(line, "expect"))
        return read_expect(script, line);
    return no_step(script, *line);
}

static void read_line(struct script *script, struct line *line)
{
    size_t nul = bytes_index(line->text, '\0'), before = script->source.problems;

    if (nul < line->text.len) {
        source_problem(&script->source, source_place(&script->source, line, nul),
                       "a NUL octet cannot stand in a script; write {x00} in a line, or x\"00\"");
        script->body_problems++;
        return;
    }
    if (skipped(*line))
        return;
    if (!script->in_body && header_begins(&script->header, line)) {
        header_read(&script->header, line);
        return;
    }
    read_body(script, line);
    script->body_problems += script->source.problems - before;
}

static void finish(struct script *script)
{
    size_t before = script->source.problems;

    begin_body(script);
    steps_finish(&script->steps);
    script->body_problems += script->source.problems - before;
    script->exchange->expects = script->expects.items;
    script->exchange->expect_count = script->expects.count;
}

/* Read all lines, or up to the first problem where nobody lints. */
static void read_script(struct script *script, struct bytes text)
{
    struct lexer lexer = lexer_at(text);
    struct line line;

    header_init(&script->header, &script->source, script->exchange);
    steps_init(&script->steps, &script->source, script->exchange);
    script->exchange->id = id_of(&script->source);
    while ((script->source.lints || script->source.problems == 0) && lexer_next(&lexer, &line))
        read_line(script, &line);
    if (script->source.lints || script->source.problems == 0)
        finish(script);
    steps_fini(&script->steps);
}

static struct bytes without_mark(struct bytes text)
{
    return bytes_starts(text, "\xef\xbb\xbf") ? bytes_from(text, 3) : text;
}

static struct script script_of(struct loaded *loaded, const char *called,
                               const struct exchange_places *places)
{
    return (struct script){.exchange = &loaded->exchange,
                           .source = {.path = loaded->exchange.path,
                                      .called = called,
                                      .places = places,
                                      .arena = &loaded->arena}};
}

static void keep_first(void *ctx, const struct diag *problem)
{
    struct diag *first = ctx;

    if (first->code == OK)
        *first = *problem;
}

enum err exchange_parse(struct bytes text, const char *path, const struct exchange_places *places,
                        struct exchange **out, struct diag *why)
{
    struct loaded *loaded = loaded_new(path);
    struct diag first = {.code = OK};
    struct script script;

    *out = NULL;
    if (loaded == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    script = script_of(loaded, path, places);
    script.source.report = keep_first;
    script.source.ctx = &first;
    read_script(&script, without_mark(arena_bytes(&loaded->arena, text)));
    if (first.code != OK) {
        exchange_free(&loaded->exchange);
        *why = first;
        return first.code;
    }
    *out = &loaded->exchange;
    return OK;
}

static enum err read_file(const char *path, struct arena *arena, struct bytes *text,
                          struct diag *why)
{
    const char *flaw = file_read(path, SCRIPT_LIMIT, arena, text);

    if (flaw == NULL)
        return OK;
    return diag_at(why, ERR_INPUT, (struct place){path, 0, 0}, "cannot read this exchange: %s",
                   flaw);
}

enum err exchange_load(const char *path, const struct exchange_places *places,
                       struct exchange **out, struct diag *why)
{
    struct arena arena;
    struct bytes text;
    enum err err;

    *out = NULL;
    arena_init(&arena);
    err = read_file(path, &arena, &text, why);
    if (err == OK)
        err = exchange_parse(text, path, places, out, why);
    arena_fini(&arena);
    return err;
}

size_t exchange_lint(const char *path, const struct exchange_places *places,
                     bool (*allowed)(const char *verb, int code),
                     void (*report)(void *ctx, const struct diag *problem), void *ctx)
{
    struct loaded *loaded = loaded_new(path);
    struct diag why = {.code = ERR_SYSTEM, .text = "out of memory"};
    struct script script;
    struct bytes text;

    if (loaded == NULL || read_file(path, &loaded->arena, &text, &why) != OK) {
        report(ctx, &why);
        exchange_free(loaded == NULL ? NULL : &loaded->exchange);
        return 1;
    }
    script = script_of(loaded, path, places);
    script.source.lints = true;
    script.source.report = report;
    script.source.ctx = ctx;
    read_script(&script, without_mark(text));
    lint_exchange(&script.source, script.exchange, script.body_problems == 0, allowed);
    exchange_free(&loaded->exchange);
    return script.source.problems;
}

const char *level_name(enum level level)
{
    static const char *const names[] = {"MUST", "SHOULD", "practice"};

    return names[level];
}
