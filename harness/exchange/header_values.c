#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/endpoint.h"
#include "exchange/header_parts.h"
#include "exchange/quote.h"
#include "exchange/suggest.h"

/* --- one of several words --- */

struct choice {
    const char *word;
    int value;
};

/* "MUST, SHOULD or practice"; returns `text`. */
static const char *listed(const char *const *words, char text[160])
{
    size_t len = 0;

    for (size_t i = 0; words[i] != NULL && len < 160; i++)
        len += (size_t)snprintf(text + len, 160 - len, "%s%s",
                                i == 0                 ? ""
                                : words[i + 1] == NULL ? " or "
                                                       : ", ",
                                words[i]);
    return text;
}

/* One of the words, in any case; `choices` ends with a NULL word. */
static bool choose(struct header_reader *h, struct line *line, const struct choice *choices,
                   int *value)
{
    struct bytes word = line_word(line, ",");
    struct place at = source_place(h->source, line, line->at - word.len);
    const char *words[8] = {NULL};
    char near[SUGGEST_TEXT], list[160];

    for (size_t i = 0; choices[i].word != NULL; i++) {
        words[i] = choices[i].word;
        if (bytes_is_nocase(word, choices[i].word)) {
            *value = choices[i].value;
            return true;
        }
    }
    return source_problem(h->source, at, "'%.*s' stands where %s should be%s", SOURCE_WORD(word),
                          listed(words, list), suggest(word, words, near));
}

static bool choose_one(struct header_reader *h, struct line *line, const struct choice *choices,
                       int *value)
{
    return choose(h, line, choices, value) && source_ends(h->source, line);
}

/* --- what each header has --- */

/* What is left of the line, without blanks around it; it is the exchange's own. */
static const char *text_of(struct header_reader *h, struct line *line)
{
    struct bytes rest = bytes_trim(line_rest(line));

    line->at = line->text.len;
    return arena_text(h->source->arena, rest);
}

static bool read_title(struct header_reader *h, struct line *line)
{
    h->exchange->title = text_of(h, line);
    return true;
}

static bool read_user(struct header_reader *h, struct line *line)
{
    h->exchange->user = text_of(h, line);
    return true;
}

static bool read_password(struct header_reader *h, struct line *line)
{
    h->exchange->password = text_of(h, line);
    return true;
}

/* A folder to serve, named like a file: beside the script, or by its whole path. */
static bool read_root(struct header_reader *h, struct line *line)
{
    size_t start = line->at;
    const char *name = text_of(h, line), *slash = strrchr(h->source->path, '/');
    struct stat about;

    if (name[0] != '/' && slash != NULL)
        name = arena_printf(h->source->arena, "%.*s/%s", (int)(slash - h->source->path),
                            h->source->path, name);
    h->exchange->root = name;
    if (stat(name, &about) == 0 && S_ISDIR(about.st_mode))
        return true;
    return source_file_problem(h->source, source_place(h->source, line, start),
                               "'%.200s' is no folder", name);
}

static bool read_level(struct header_reader *h, struct line *line)
{
    static const struct choice levels[] = {
        {"MUST", LEVEL_MUST}, {"SHOULD", LEVEL_SHOULD}, {"practice", LEVEL_PRACTICE}, {NULL, 0}};
    int level = LEVEL_MUST;
    bool read = choose_one(h, line, levels, &level);

    h->exchange->level = (enum level)level;
    return read;
}

static bool read_protocol(struct header_reader *h, struct line *line)
{
    static const struct choice protocols[] = {
        {"ftp", PROTOCOL_FTP}, {"udp", PROTOCOL_UDP}, {"tcp", PROTOCOL_TCP}, {NULL, 0}};
    int protocol = PROTOCOL_FTP;
    bool read = choose_one(h, line, protocols, &protocol);

    h->exchange->protocol = (enum protocol)protocol;
    return read;
}

static bool read_state(struct header_reader *h, struct line *line)
{
    enum { CONNECTED, LOGGED_IN, CLOSED };
    static const struct choice states[] = {
        {"logged-in", LOGGED_IN}, {"connected", CONNECTED}, {"closed", CLOSED}, {NULL, 0}};
    int state = CONNECTED;
    bool read = choose_one(h, line, states, &state);

    h->exchange->logged_in = state == LOGGED_IN;
    h->exchange->nobody_listens = state == CLOSED;
    return read;
}

static bool read_data(struct header_reader *h, struct line *line)
{
    static const struct choice modes[] = {
        {"passive", DATA_PASSIVE}, {"extended", DATA_EXTENDED},
        {"active", DATA_ACTIVE},   {"extended-active", DATA_EXTENDED_ACTIVE},
        {"none", DATA_NONE},       {NULL, 0}};
    int mode = DATA_DEFAULT;
    bool read = choose_one(h, line, modes, &mode);

    h->exchange->data = (enum data_mode)mode;
    return read;
}

static bool read_unscripted(struct header_reader *h, struct line *line)
{
    static const struct choice answers[] = {{"answer", 1}, {"fail", 0}, {NULL, 0}};
    int answer = 1;
    bool read = choose_one(h, line, answers, &answer);

    h->exchange->answers_unscripted = answer != 0;
    return read;
}

static bool read_deviates(struct header_reader *h, struct line *line)
{
    static const struct choice answers[] = {{"yes", 1}, {"no", 0}, {NULL, 0}};
    int deviates = 0;
    bool read = choose_one(h, line, answers, &deviates);

    h->exchange->deviates = deviates != 0;
    return read;
}

static bool read_match(struct header_reader *h, struct line *line)
{
    static const struct choice modes[] = {
        {"code", MATCH_CODE}, {"class", MATCH_CLASS}, {"text", MATCH_TEXT}, {NULL, 0}};
    int mode = MATCH_CODE;
    bool read = choose_one(h, line, modes, &mode);

    h->exchange->match = (enum match_mode)mode;
    return read;
}

static bool read_tests(struct header_reader *h, struct line *line)
{
    static const struct choice sides[] = {
        {"server", SIDE_SERVER}, {"client", SIDE_CLIENT}, {NULL, 0}};
    int side;

    h->sided = true;
    do {
        if (!choose(h, line, sides, &side))
            return false;
        h->exchange->tests[side] = true;
        line_take(line, ",");
    } while (!line_over(line));
    return true;
}

static bool read_vary(struct header_reader *h, struct line *line)
{
    static const struct choice ways[] = {{"delivery", VARY_DELIVERY},
                                         {"order", VARY_ORDER},
                                         {"both", VARY_DELIVERY | VARY_ORDER},
                                         {NULL, 0}};
    int way;

    do {
        if (!choose(h, line, ways, &way))
            return false;
        h->exchange->vary |= (unsigned)way;
        line_take(line, ",");
    } while (!line_over(line));
    return true;
}

static bool read_data_from(struct header_reader *h, struct line *line)
{
    struct bytes word = line_word(line, "");
    struct endpoint endpoint;

    h->exchange->data_from = arena_text(h->source->arena, word);
    if (!endpoint_parse(h->exchange->data_from, 0, &endpoint))
        return source_problem(h->source, source_place(h->source, line, line->at - word.len),
                              "'%.*s' is no IPv4 or IPv6 address in numbers", SOURCE_WORD(word));
    return source_ends(h->source, line);
}

static bool read_port(struct header_reader *h, struct line *line)
{
    struct bytes word = line_word(line, "");
    uint64_t port;

    if (!bytes_to_u64(word, &port) || port == 0 || port > 65535)
        return source_problem(h->source, source_place(h->source, line, line->at - word.len),
                              "'%.*s' is no port from 1 to 65535", SOURCE_WORD(word));
    h->exchange->port = (unsigned)port;
    return source_ends(h->source, line);
}

static void add_word(struct header_reader *h, struct list *list, struct bytes word)
{
    const char **text = list_add(list, h->source->arena, sizeof *text);

    *text = arena_text(h->source->arena, word);
}

static bool read_spec(struct header_reader *h, struct line *line)
{
    while (!line_over(line)) {
        size_t comma = bytes_index(line_rest(line), ',');
        struct bytes name = bytes_trim(bytes_slice(line_rest(line), 0, comma));

        if (name.len == 0)
            return source_unexpected(h->source, line, "the section of an RFC or the like");
        add_word(h, &h->specs, name);
        line->at += comma;
        line_take(line, ",");
    }
    return true;
}

static bool add_words(struct header_reader *h, struct line *line, struct list *list)
{
    while (!line_over(line)) {
        struct bytes word = line_word(line, ",");

        if (word.len == 0)
            return source_unexpected(h->source, line, "a word");
        add_word(h, list, word);
        line_take(line, ",");
    }
    return true;
}

static bool read_model(struct header_reader *h, struct line *line)
{
    if (h->continued < 0 && !line_take_word(line, "lacks"))
        return source_unexpected(h->source, line, "'lacks' and the names of commands");
    return add_words(h, line, &h->lacks);
}

static bool read_needs(struct header_reader *h, struct line *line)
{
    return add_words(h, line, &h->needs);
}

/* An operation or one of its arguments: a word, or in quotes. */
static bool take_argument(struct header_reader *h, struct line *line, const char **out)
{
    struct bytes word;
    struct place at = source_place(h->source, line, line->at);

    if (line_peek(line) != '"')
        word = line_word(line, "");
    else if (!quote_text(h->source, line, &word))
        return false;
    if (word.len > 0 && memchr(word.at, '\0', word.len) != NULL)
        return source_problem(h->source, at, "an argument cannot hold a NUL octet");
    *out = arena_text(h->source->arena, word);
    return true;
}

static bool read_client(struct header_reader *h, struct line *line)
{
    size_t count = 0;

    line_over(line);
    if (!take_argument(h, line, &h->exchange->operation))
        return false;
    while (!line_over(line)) {
        if (count == EXCHANGE_ARGUMENTS - 1)
            return source_unexpected(h->source, line, "the end: an operation has 7 arguments,");
        if (!take_argument(h, line, &h->exchange->arguments[count++]))
            return false;
    }
    return true;
}

static bool read_files(struct header_reader *h, struct line *line)
{
    return header_files(h, line, &h->files);
}

static bool read_local(struct header_reader *h, struct line *line)
{
    return header_files(h, line, &h->local);
}

const struct header_kind header_kinds[HEADER_KINDS] = {
    {"title", read_title, false, false},
    {"spec", read_spec, true, false},
    {"level", read_level, false, false},
    {"tests", read_tests, true, false},
    {"protocol", read_protocol, false, false},
    {"client", read_client, false, false},
    {"files", read_files, true, false},
    {"local", read_local, true, false},
    {"state", read_state, false, false},
    {"data", read_data, false, false},
    {"unscripted", read_unscripted, false, false},
    {"model", read_model, true, false},
    {"match", read_match, false, false},
    {"vary", read_vary, true, false},
    {"data-from", read_data_from, false, false},
    {"port", read_port, false, false},
    {"user", read_user, false, false},
    {"password", read_password, false, true},
    {"root", read_root, false, false},
    {"needs", read_needs, true, false},
    {"deviates", read_deviates, false, false},
};
