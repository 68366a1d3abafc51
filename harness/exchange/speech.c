#include "exchange/speech.h"

#include <string.h>

#include "base/digit.h"
#include "exchange/pattern_parse.h"
#include "exchange/payload.h"

static struct place marker_place(const struct steps_reader *steps, const struct line *line)
{
    struct line start = {line->text, 0, line->number};

    line_over(&start);
    return source_place(steps->source, line, start.at);
}

static bool parse(struct steps_reader *steps, const struct line *line, struct bytes prefix,
                  struct pattern *pattern)
{
    struct pattern_flaw flaw;

    if (pattern_parse(steps->source->arena, prefix, line_rest(line), pattern, &flaw))
        return true;
    return source_problem(steps->source, source_place(steps->source, line, line->at + flaw.at),
                          "%s", flaw.what);
}

static const struct pattern *one_pattern(struct steps_reader *steps, const struct pattern *from)
{
    struct pattern *pattern = arena_take(steps->source->arena, sizeof *pattern);

    *pattern = *from;
    return pattern;
}

bool speech_command(struct steps_reader *steps, struct line *line, bool optional)
{
    struct pattern pattern;
    struct step *step;

    if (!parse(steps, line, bytes_of(""), &pattern))
        return false;
    step = steps_add(steps, STEP_LINE, SIDE_CLIENT, marker_place(steps, line));
    step->optional = optional;
    step->lines = one_pattern(steps, &pattern);
    step->line_count = 1;
    return true;
}

/* "331" or "331|230": passes them; their number, 0 where there is no such thing. SIZE_MAX: too
 * many. */
static size_t take_codes(struct line *line, int codes[STEP_CODES])
{
    size_t count = 0;
    struct line ahead = *line;

    do {
        struct bytes rest = line_rest(&ahead);

        if (rest.len < 3 || !digit_is(rest.at[0]) || !digit_is(rest.at[1]) || !digit_is(rest.at[2]))
            return 0;
        if (count == STEP_CODES)
            return SIZE_MAX;
        codes[count++] = (rest.at[0] - '0') * 100 + (rest.at[1] - '0') * 10 + (rest.at[2] - '0');
        ahead.at += 3;
    } while (line_peek(&ahead) == '|' && ahead.at++ > 0);
    *line = ahead;
    return count;
}

static bool no_code(struct steps_reader *steps, const struct line *line)
{
    return source_problem(steps->source, source_place(steps->source, line, line->at),
                          "a reply begins with three digits; an exchange that sends something else "
                          "on purpose says 'deviates: yes'");
}

/* The codes and what divides them from the text. */
static bool take_opening(struct steps_reader *steps, struct line *line)
{
    struct step *reply = &steps->reply;

    reply->code_count = take_codes(line, reply->codes);
    if (reply->code_count == 0 && !steps->exchange->deviates)
        return no_code(steps, line);
    if (reply->code_count == SIZE_MAX)
        return source_problem(steps->source, source_place(steps->source, line, line->at),
                              "a reply has at most %d codes to choose from", STEP_CODES);
    if (reply->code_count > 0 && line->at < line->text.len && line_peek(line) != ' ' &&
        line_peek(line) != '-' && !steps->exchange->deviates)
        return source_problem(steps->source, source_place(steps->source, line, line->at),
                              "after the code comes a space, or '-' where more lines follow");
    return true;
}

/* Add the rest of the line to the reply that is being read; `code` is what a fake sends before it,
 * `start` where the line's text began. */
static void add_line(struct steps_reader *steps, struct line *line, struct bytes code, size_t start)
{
    struct pattern pattern;
    struct pattern *added;

    if (!parse(steps, line, code, &pattern)) {
        steps->reply_spoilt = true;
        return;
    }
    added = list_add(&steps->lines, steps->source->arena, sizeof *added);
    pattern.source = bytes_from(line->text, start);
    *added = pattern;
}

static bool close_reply(struct steps_reader *steps)
{
    struct step *step;

    steps->in_reply = false;
    if (steps->reply_spoilt)
        return false;
    step = steps_add(steps, STEP_LINE, SIDE_SERVER, steps->reply.at);
    step->optional = steps->reply.optional;
    step->lines = steps->lines.items;
    step->line_count = steps->lines.count;
    step->code_count = steps->reply.code_count;
    memcpy(step->codes, steps->reply.codes, sizeof step->codes);
    return true;
}

/* True where the line ends the reply that is open: its code and a space, or its code alone. Then
 * *line is behind the code. */
static bool closes(const struct steps_reader *steps, struct line *line)
{
    struct line ahead = *line;
    int codes[STEP_CODES];
    size_t count = take_codes(&ahead, codes);

    if (count == 0 || count == SIZE_MAX || codes[0] != steps->reply.codes[0])
        return false;
    if (ahead.at < ahead.text.len && line_peek(&ahead) != ' ')
        return false;
    *line = ahead;
    return true;
}

static bool more_of_reply(struct steps_reader *steps, struct line *line)
{
    struct bytes code = bytes_slice(line_rest(line), 0, 3);
    size_t start = line->at;

    if (!closes(steps, line)) {
        add_line(steps, line, bytes_of(""), start);
        return !steps->reply_spoilt;
    }
    add_line(steps, line, code, start);
    return close_reply(steps);
}

bool speech_reply(struct steps_reader *steps, struct line *line, bool optional)
{
    struct bytes code = bytes_slice(line_rest(line), 0, 3);
    size_t start = line->at;

    if (steps->in_reply)
        return more_of_reply(steps, line);
    steps->reply = (struct step){.at = marker_place(steps, line), .optional = optional};
    steps->reply_spoilt = false;
    steps->lines = (struct list){NULL, 0, 0};
    if (!take_opening(steps, line))
        return false;
    steps->in_reply = steps->reply.code_count > 0 && line_peek(line) == '-';
    add_line(steps, line, steps->reply.code_count > 0 ? code : bytes_of(""), start);
    return steps->in_reply ? !steps->reply_spoilt : close_reply(steps);
}

void speech_settle(struct steps_reader *steps)
{
    if (!steps->in_reply)
        return;
    source_problem(steps->source, steps->reply.at,
                   "the reply that begins with '%03d-' is not closed: its last line is "
                   "'S> %03d' and a text",
                   steps->reply.codes[0], steps->reply.codes[0]);
    steps->in_reply = false;
}

/* "any" is nothing that a fake could send. */
static bool take_any(struct steps_reader *steps, struct line *line, enum side speaker, bool *any)
{
    struct place at = source_place(steps->source, line, line->at);

    *any = line_take_word(line, "any");
    if (!*any || !steps->exchange->tests[side_other(speaker)])
        return true;
    return source_problem(steps->source, at,
                          "with the %s under test the harness is the %s, and it "
                          "cannot send 'any'; name the octets, or write 'tests: %s'",
                          side_name(side_other(speaker)), side_name(speaker), side_name(speaker));
}

bool speech_payload(struct steps_reader *steps, struct line *line, enum side speaker, bool optional)
{
    struct payload payload = {0};
    struct place at = marker_place(steps, line);
    struct step *step;
    bool any;

    line_over(line);
    if (!take_any(steps, line, speaker, &any))
        return false;
    if (any)
        payload.source = bytes_of("any");
    else if (!payload_take(steps->source, line, &payload))
        return false;
    if (!source_ends(steps->source, line))
        return false;
    step = steps_add(steps, STEP_PAYLOAD, speaker, at);
    step->optional = optional;
    step->payload = payload;
    return true;
}
