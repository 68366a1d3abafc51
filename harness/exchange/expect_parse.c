#include "exchange/expect_parse.h"

#include <string.h>

#include "exchange/event_parse.h"
#include "exchange/payload.h"
#include "exchange/quantity.h"
#include "exchange/quote.h"

static bool read_exit(struct source *source, struct line *line, struct expectation *out)
{
    struct line before;
    uint64_t status;

    out->kind = EXPECT_EXIT;
    out->exit_code = -1;
    if (!line_take_word(line, "exits"))
        return source_unexpected(source, line, "'exits'");
    if (line_take_word(line, "nonzero"))
        return source_ends(source, line);
    before = *line;
    if (!bytes_to_u64(line_word(line, ""), &status) || status > 255)
        return source_unexpected(source, &before, "an exit status from 0 to 255, or 'nonzero',");
    out->exit_code = (int)status;
    return source_ends(source, line);
}

static bool read_output(struct source *source, struct line *line, struct expectation *out)
{
    out->kind = line_take_word(line, "lacks") ? EXPECT_OUTPUT_LACKS : EXPECT_OUTPUT;
    if (out->kind == EXPECT_OUTPUT && !line_take_word(line, "has"))
        return source_unexpected(source, line, "'has' or 'lacks', and a text in quotes");
    return payload_take(source, line, &out->content) && source_ends(source, line);
}

static bool take_file_name(struct source *source, struct line *line, struct expectation *out)
{
    struct bytes name;
    size_t start;

    if (line_over(line))
        return source_unexpected(source, line, "the name of a file");
    start = line->at;
    if (line_peek(line) != '"')
        name = line_word(line, "=");
    else if (!quote_text(source, line, &name))
        return false;
    if (name.len == 0 || memchr(name.at, '\0', name.len) != NULL)
        return source_problem(source, source_place(source, line, start),
                              "the name of a file stands here");
    out->file = arena_text(source->arena, name);
    return true;
}

static bool read_content(struct source *source, struct line *line, struct expectation *out)
{
    if (!take_file_name(source, line, out))
        return false;
    if (!line_take(line, "=="))
        return source_unexpected(source, line, "'==' and the content");
    return payload_take(source, line, &out->content) && source_ends(source, line);
}

static bool read_file(struct source *source, struct line *line, struct expectation *out)
{
    out->kind = EXPECT_FILE;
    return read_content(source, line, out);
}

static bool read_server_file(struct source *source, struct line *line, struct expectation *out)
{
    out->kind = EXPECT_SERVER_FILE;
    if (!line_take_word(line, "file"))
        return source_unexpected(source, line, "'file'");
    return read_content(source, line, out);
}

static bool read_absent(struct source *source, struct line *line, struct expectation *out)
{
    bool server = line_take_word(line, "server");

    if (line_take_word(line, "file")) {
        out->kind = server ? EXPECT_NO_SERVER_FILE : EXPECT_NO_FILE;
        return take_file_name(source, line, out) && source_ends(source, line);
    }
    if (server)
        return source_unexpected(source, line, "'file'");
    out->kind = EXPECT_ABSENT;
    out->event_count = 1;
    return event_take(source, line, &out->events[0]) && source_ends(source, line);
}

static bool take_bound(struct source *source, struct line *line, struct bytes word, size_t at,
                       int64_t *ns)
{
    if (word.len == 0 || quantity_duration(word, ns))
        return true;
    return source_problem(source, source_place(source, line, at),
                          "'%.*s' is no time; write 2s, "
                          "0.5s or 250ms",
                          SOURCE_WORD(word));
}

/* 1s..2s, 0.8s.., ..2s */
static bool read_interval(struct source *source, struct line *line, struct expectation *out)
{
    struct line before = *line;
    struct bytes word = line_word(line, "");
    size_t start = line->at - word.len, dots = bytes_search(word, bytes_of(".."));

    out->kind = EXPECT_INTERVAL;
    out->least = 0;
    out->most = INT64_MAX;
    if (dots == word.len || word.len == 2)
        return source_unexpected(source, &before, "a range such as 1s..2s, 0.8s.. or ..2s");
    if (!take_bound(source, line, bytes_slice(word, 0, dots), start, &out->least) ||
        !take_bound(source, line, bytes_from(word, dots + 2), start + dots + 2, &out->most))
        return false;
    if (out->least > out->most)
        return source_problem(source, source_place(source, line, start),
                              "the range ends before it begins");
    return source_ends(source, line);
}

/* `b - a in ...`; b was read. */
static bool read_difference(struct source *source, struct line *line, const struct term *later,
                            struct expectation *out)
{
    if (!later->is_event)
        return source_problem(source, later->at, "the time between two events is meant here");
    out->events[1] = later->event;
    out->event_count = 2;
    if (!event_take(source, line, &out->events[0]))
        return false;
    if (!line_take_word(line, "in"))
        return source_unexpected(source, line, "'in' and a range such as 1s..2s");
    return read_interval(source, line, out);
}

/* `a < b < c`; a was read, and the first "<". */
static bool read_order(struct source *source, struct line *line, const struct term *first,
                       const struct term *second, struct expectation *out)
{
    out->kind = EXPECT_ORDER;
    out->events[0] = first->event;
    out->events[1] = second->event;
    out->event_count = 2;
    while (line_take(line, "<")) {
        if (out->event_count == EXPECT_EVENTS)
            return source_unexpected(source, line, "the end: an order has at most 12 events,");
        if (!event_take(source, line, &out->events[out->event_count++]))
            return false;
    }
    return source_ends(source, line);
}

static const struct operator
{
    const char *text;
    enum comparison comparison;
}
operators[] = {
    {"==", COMPARE_EQ}, {"!=", COMPARE_NE}, {"<=", COMPARE_LE},
    {">=", COMPARE_GE}, {"<", COMPARE_LT},  {">", COMPARE_GT},
};

static bool take_comparison(struct line *line, enum comparison *comparison)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (line_take(line, operators[i].text)) {
            *comparison = operators[i].comparison;
            return true;
        }
    }
    return false;
}

static bool read_field(struct source *source, struct line *line, const struct term *left,
                       const struct term *right, struct expectation *out)
{
    const struct term *event = left->is_event ? left : right;

    if (left->is_event || right->is_event)
        return source_problem(source, event->at,
                              "an event is not a value: compare it with '<' to "
                              "another event, or name a field such as data.client.port");
    out->kind = EXPECT_FIELD;
    out->left = left->operand;
    out->right = right->operand;
    if (out->left.kind != OPERAND_FIELD && out->right.kind != OPERAND_FIELD &&
        out->left.kind < OPERAND_HOLE && out->right.kind < OPERAND_HOLE)
        return source_problem(source, left->at,
                              "neither side of this comparison is a field or a "
                              "hole");
    return source_ends(source, line);
}

/* `data has ...`; what has it was read. */
static bool read_text(struct source *source, struct line *line, const struct term *where,
                      enum expect_kind kind, struct expectation *out)
{
    enum channel channel = where->event.channel;

    if (!where->is_event || where->event.point != POINT_NONE || channel == CHANNEL_CONTROL ||
        channel == CHANNEL_FLOW)
        return source_problem(source, where->at,
                              "what has octets is a data connection, or was said: 'data has', "
                              "'data#2 has', 'S:257 has'");
    out->kind = kind;
    out->events[0] = where->event;
    out->event_count = 1;
    return payload_take(source, line, &out->content) && source_ends(source, line);
}

static bool read_comparison(struct source *source, struct line *line, struct expectation *out)
{
    struct term left, right;

    if (!term_take(source, line, &left))
        return false;
    if (line_take_word(line, "-"))
        return read_difference(source, line, &left, out);
    if (line_take_word(line, "has"))
        return read_text(source, line, &left, EXPECT_HAS, out);
    if (line_take_word(line, "lacks"))
        return read_text(source, line, &left, EXPECT_LACKS, out);
    if (!take_comparison(line, &out->comparison))
        return source_unexpected(source, line, "'<', '==', '!=', 'has' or '- EVENT in'");
    if (!term_take(source, line, &right))
        return false;
    if (left.is_event && right.is_event && out->comparison == COMPARE_LT)
        return read_order(source, line, &left, &right, out);
    return read_field(source, line, &left, &right, out);
}

static const struct form {
    const char *word;
    bool (*read)(struct source *source, struct line *line, struct expectation *out);
} forms[] = {
    {"client", read_exit},        {"output", read_output}, {"file", read_file},
    {"server", read_server_file}, {"no", read_absent},
};

bool expect_read(struct source *source, struct line *line, struct expectation *out)
{
    *out = (struct expectation){.source = bytes_trim(line_rest(line))};
    line_over(line);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (line_take_word(line, forms[i].word))
            return forms[i].read(source, line, out);
    return read_comparison(source, line, out);
}
