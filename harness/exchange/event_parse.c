#include "exchange/event_parse.h"

#include <ctype.h>
#include <string.h>

#include "exchange/pattern_parse.h"
#include "exchange/quote.h"
#include "exchange/suggest.h"

/* The octets of one term, read part by part. */
struct reading {
    struct source *source;
    const struct line *line;
    size_t start; /* where the term begins in its line */
    struct bytes word;
    size_t at; /* how far `word` has been read */
};

static struct place place_of(const struct reading *r, size_t at)
{
    return source_place(r->source, r->line, r->start + at);
}

static bool next_is(const struct reading *r, char c)
{
    return r->at < r->word.len && r->word.at[r->at] == c;
}

/* The part up to '.', '#' or the end. */
static struct bytes take_part(struct reading *r)
{
    size_t start = r->at;

    while (r->at < r->word.len && !next_is(r, '.') && !next_is(r, '#'))
        r->at++;
    return bytes_slice(r->word, start, r->at - start);
}

/* "#2": which one; 1 where there is no such thing. */
static bool take_nth(struct reading *r, unsigned *nth)
{
    size_t start = r->at;
    uint64_t number;

    *nth = 1;
    if (!next_is(r, '#'))
        return true;
    r->at++;
    if (!bytes_to_u64(take_part(r), &number) || number == 0 || number > 1000000)
        return source_problem(r->source, place_of(r, start),
                              "'#' is followed by a number from 1: data#2");
    *nth = (unsigned)number;
    return true;
}

static const char *const channel_words[] = {"control", "data", "flow", NULL};
static const char *const point_words[] = {"syn",  "syn-ack", "ack", "first",
                                          "last", "fin",     "rst", NULL};
static const char *const field_words[] = {"port",   "addr", "octets", "bytes",
                                          "length", "code", NULL};
static const char *const part_words[] = {"syn",   "syn-ack", "ack",    "first",  "last",
                                         "fin",   "rst",     "client", "server", "octets",
                                         "bytes", "length",  "code",   NULL};

static int index_of(struct bytes word, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (bytes_is(word, words[i]))
            return i;
    return -1;
}

static bool code_of(struct bytes digits, int *code)
{
    uint64_t number;

    if (digits.len != 3 || !bytes_to_u64(digits, &number))
        return false;
    *code = (int)number;
    return true;
}

static const char *upper(struct source *source, struct bytes verb)
{
    char *text = arena_text(source->arena, verb);

    for (char *c = text; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    return text;
}

/* C:RETR, S:150 */
static bool take_line_event(struct reading *r, struct event_ref *event)
{
    struct bytes name;

    r->at = 2;
    name = take_part(r);
    event->channel = event->side == SIDE_CLIENT ? CHANNEL_COMMAND : CHANNEL_REPLY;
    if (event->side == SIDE_CLIENT && name.len > 0)
        event->verb = upper(r->source, name);
    else if (event->side == SIDE_CLIENT)
        return source_problem(r->source, place_of(r, 2), "'C:' is followed by a command: C:RETR");
    else if (!code_of(name, &event->code))
        return source_problem(r->source, place_of(r, 2),
                              "'S:' is followed by a reply code of three digits: S:150");
    return true;
}

static bool take_channel(struct reading *r, struct event_ref *event)
{
    struct bytes name = take_part(r);
    int channel = index_of(name, channel_words);
    char near[SUGGEST_TEXT];

    if (channel < 0)
        return source_problem(r->source, place_of(r, 0),
                              "'%.*s' is no event%s; there are control, "
                              "data, flow, C:VERB, S:code, C#n and S#n",
                              SOURCE_WORD(name), suggest(name, channel_words, near));
    event->channel = (enum channel)channel;
    return true;
}

static bool take_whom(struct reading *r, struct event_ref *event)
{
    bool letter = bytes_starts(r->word, "C") || bytes_starts(r->word, "S");

    if (bytes_starts(r->word, "S"))
        event->side = SIDE_SERVER;
    if (letter && r->word.len > 1 && r->word.at[1] == ':')
        return take_line_event(r, event);
    if (letter && r->word.len > 1 && r->word.at[1] == '#') {
        event->channel = CHANNEL_DATAGRAM;
        r->at = 1;
        return true;
    }
    return take_channel(r, event);
}

static bool has_points(const struct event_ref *event)
{
    return event->channel == CHANNEL_CONTROL || event->channel == CHANNEL_DATA ||
           event->channel == CHANNEL_FLOW;
}

static bool bad_part(struct reading *r, struct bytes part, const char *const *words)
{
    size_t at = r->at - part.len;
    char near[SUGGEST_TEXT];

    return source_problem(r->source, place_of(r, at), "'%.*s' is nothing that '%.*s' has%s",
                          SOURCE_WORD(part), SOURCE_WORD(bytes_slice(r->word, 0, at - 1)),
                          suggest(part, words, near));
}

static const enum field_name fields[] = {FIELD_PORT,   FIELD_ADDR,   FIELD_OCTETS,
                                         FIELD_OCTETS, FIELD_LENGTH, FIELD_CODE};

/* Whether such an event has such a field; `by_end` where a side stands before it. */
static bool has_field(const struct event_ref *event, enum field_name field, bool by_end)
{
    switch (field) {
    case FIELD_PORT:
    case FIELD_ADDR:
        return by_end && (has_points(event) || event->channel == CHANNEL_DATAGRAM);
    case FIELD_OCTETS:
        return has_points(event);
    case FIELD_LENGTH:
        return !by_end && !has_points(event);
    case FIELD_CODE:
        return !by_end && event->channel == CHANNEL_REPLY;
    }
    return false;
}

/* "client.port", "octets": what comes behind the point of an event's name. */
static bool take_field(struct reading *r, struct bytes part, struct operand *operand)
{
    int field;

    operand->kind = OPERAND_FIELD;
    operand->by_end = bytes_is(part, "client") || bytes_is(part, "server");
    operand->end = bytes_is(part, "server") ? SIDE_SERVER : SIDE_CLIENT;
    if (operand->by_end && !next_is(r, '.'))
        return source_problem(r->source, place_of(r, r->at),
                              "'.port', '.addr' or '.octets' comes "
                              "after '%.*s'",
                              SOURCE_WORD(part));
    if (operand->by_end) {
        r->at++;
        part = take_part(r);
    }
    field = index_of(part, field_words);
    if (field < 0)
        return bad_part(r, part, operand->by_end ? field_words : part_words);
    operand->field = fields[field];
    if (operand->field == FIELD_OCTETS && !has_points(&operand->event))
        operand->field = FIELD_LENGTH;
    return has_field(&operand->event, operand->field, operand->by_end) ||
           bad_part(r, part, part_words);
}

/* What stands behind the event's name: a point in time, a field, or nothing. */
static bool take_behind(struct reading *r, struct term *term)
{
    struct bytes part;
    int point;

    if (r->at == r->word.len)
        return true;
    r->at++;
    part = take_part(r);
    point = has_points(&term->event) ? index_of(part, point_words) : -1;
    if (point >= 0) {
        term->event.point = (enum point)(POINT_SYN + point);
        return true;
    }
    term->is_event = false;
    term->operand.event = term->event;
    return take_field(r, part, &term->operand);
}

static bool take_named(struct reading *r, struct term *term)
{
    term->is_event = true;
    term->event = (struct event_ref){.source = r->word};
    if (!take_whom(r, &term->event) || !take_nth(r, &term->event.nth))
        return false;
    if (r->at < r->word.len && !next_is(r, '.'))
        return source_unexpected(r->source,
                                 &(struct line){r->line->text, r->start + r->at, r->line->number},
                                 "the end of the name");
    if (!take_behind(r, term))
        return false;
    if (r->at < r->word.len)
        return source_problem(r->source, place_of(r, r->at), "nothing comes after '%.*s'",
                              SOURCE_WORD(bytes_slice(r->word, 0, r->at)));
    return true;
}

/* 20, 192.0.2.1, ::1; false without a problem where the word is none of these. */
static bool take_value(struct reading *r, struct operand *operand)
{
    struct endpoint endpoint;
    uint64_t number;

    if (bytes_to_u64(r->word, &number) && number <= INT64_MAX) {
        operand->kind = OPERAND_NUMBER;
        operand->number = (int64_t)number;
        return true;
    }
    operand->kind = OPERAND_TEXT;
    operand->text = arena_text(r->source->arena, r->word);
    return endpoint_parse(operand->text, 0, &endpoint);
}

/* {size}, {hostport.port}, {hostport.addr} */
static bool take_hole(struct reading *r, struct operand *operand)
{
    bool closed = r->word.len > 2 && r->word.at[r->word.len - 1] == '}';
    struct bytes name = bytes_slice(r->word, 1, closed ? r->word.len - 2 : 0);
    size_t dot = bytes_index(name, '.');
    struct bytes part = bytes_from(name, dot + 1);
    char near[SUGGEST_TEXT];

    name.len = dot;
    operand->hole = hole_find(name);
    operand->kind = OPERAND_HOLE;
    if (!closed || operand->hole == HOLE_NONE)
        return source_problem(r->source, place_of(r, 0), "there is no hole '%.*s'%s",
                              SOURCE_WORD(r->word), hole_suggest(name, near));
    if (part.len == 0)
        return true;
    operand->kind = bytes_is(part, "port") ? OPERAND_HOLE_PORT : OPERAND_HOLE_ADDR;
    if ((operand->hole == HOLE_HOSTPORT || operand->hole == HOLE_EPRT) &&
        (bytes_is(part, "port") || bytes_is(part, "addr")))
        return true;
    return source_problem(r->source, place_of(r, dot + 2),
                          "only {hostport} and {eprt} have parts, "
                          "'.port' and '.addr'");
}

static bool take_text(struct source *source, struct line *line, struct operand *operand)
{
    size_t start = line->at;
    struct bytes text;

    operand->kind = OPERAND_TEXT;
    if (!quote_text(source, line, &text))
        return false;
    operand->text = arena_text(source->arena, text);
    operand->source = bytes_slice(line->text, start, line->at - start);
    return true;
}

bool term_take(struct source *source, struct line *line, struct term *term)
{
    struct reading r = {.source = source, .line = line};
    char first;

    *term = (struct term){.is_event = false};
    if (line_over(line))
        return source_unexpected(source, line, "an event, a field, a number or a text");
    term->at = source_place(source, line, line->at);
    first = line_peek(line);
    if (first == '"')
        return take_text(source, line, &term->operand);
    r.word = line_word(line, "<>=!");
    r.start = line->at - r.word.len;
    if (r.word.len == 0)
        return source_unexpected(source, line, "an event, a field, a number or a text");
    term->operand.source = r.word;
    if (first == '{')
        return take_hole(&r, &term->operand);
    return take_value(&r, &term->operand) || take_named(&r, term);
}

bool event_take(struct source *source, struct line *line, struct event_ref *event)
{
    struct term term;

    if (!term_take(source, line, &term))
        return false;
    *event = term.event;
    return term.is_event || source_problem(source, term.at,
                                           "an event stands here, such as "
                                           "data.syn, C:RETR or S:226");
}
