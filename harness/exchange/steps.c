#include "exchange/steps.h"

#include "exchange/delivery.h"
#include "exchange/payload.h"
#include "exchange/speech.h"
#include "exchange/transfer.h"

void steps_init(struct steps_reader *steps, struct source *source, struct exchange *exchange)
{
    *steps = (struct steps_reader){.source = source, .exchange = exchange};
    buf_init(&steps->data, PAYLOAD_LIMIT);
}

void steps_fini(struct steps_reader *steps)
{
    buf_fini(&steps->data);
}

static struct step *step_at(struct steps_reader *steps, size_t index)
{
    return (struct step *)steps->steps.items + index;
}

/* Acts from before anybody spoke are done by whoever spoke first. */
static void spoke(struct steps_reader *steps, enum side speaker)
{
    const size_t *orphans = steps->orphans.items;

    for (size_t i = 0; i < steps->orphans.count; i++)
        step_at(steps, orphans[i])->speaker = speaker;
    steps->orphans.count = 0;
    steps->last = speaker;
    steps->spoken = true;
}

static unsigned scope_of(const struct steps_reader *steps, enum step_kind kind)
{
    if (kind == STEP_DATA)
        return SCOPE_DATA;
    if (steps->exchange->protocol == PROTOCOL_FTP)
        return SCOPE_LINE;
    return steps->exchange->protocol == PROTOCOL_UDP ? SCOPE_DATAGRAM : SCOPE_STREAM;
}

static const char *scope_text(unsigned scopes)
{
    if (scopes == SCOPE_DATAGRAM)
        return "datagrams (protocol: udp)";
    if (scopes == SCOPE_STREAM)
        return "streams (protocol: tcp)";
    if (scopes == (SCOPE_DATA | SCOPE_DATAGRAM))
        return "datagrams (protocol: udp), or the data connection of FTP: a D> line follows it";
    if (scopes == SCOPE_DATA)
        return "the data connection of FTP: a D> line follows it";
    return (scopes & SCOPE_DATA) != 0 ? "lines, data and streams" : "lines and streams";
}

static bool fits(struct steps_reader *steps, const struct delivery *delivery, unsigned scope)
{
    unsigned scopes = delivery_scopes(delivery->kind);

    if ((scopes & scope) != 0)
        return true;
    return source_problem(steps->source, delivery->at, "'! %s' is about %s",
                          delivery_name(delivery->kind), scope_text(scopes));
}

struct step *steps_add(struct steps_reader *steps, enum step_kind kind, enum side speaker,
                       struct place at)
{
    const struct delivery *pending = steps->pending.items;
    struct step *step = list_add(&steps->steps, steps->source->arena, sizeof *step);

    *step = (struct step){.kind = kind, .speaker = speaker, .at = at};
    for (size_t i = 0; i < steps->pending.count; i++)
        fits(steps, &pending[i], scope_of(steps, kind));
    step->deliveries = pending;
    step->delivery_count = steps->pending.count;
    steps->pending = (struct list){NULL, 0, 0};
    spoke(steps, speaker);
    return step;
}

static struct place word_place(const struct steps_reader *steps, const struct line *line)
{
    struct line start = {line->text, 0, line->number};

    line_over(&start);
    return source_place(steps->source, line, start.at);
}

/* Deliveries are about a line; nothing else may come in between. */
static void drop_pending(struct steps_reader *steps, const char *what)
{
    const struct delivery *pending = steps->pending.items;

    if (steps->pending.count > 0)
        source_problem(steps->source, pending[0].at, "'! %s' acts on the line that follows, but %s",
                       delivery_name(pending[0].kind), what);
    steps->pending = (struct list){NULL, 0, 0};
}

static struct step *add_mark(struct steps_reader *steps, enum step_kind kind, struct place at)
{
    struct step *step = list_add(&steps->steps, steps->source->arena, sizeof *step);

    *step = (struct step){.kind = kind, .at = at};
    return step;
}

/* The side that the harness always plays, where there is one. */
static bool always_fake(const struct exchange *exchange, enum side *side)
{
    if (exchange->tests[SIDE_CLIENT] == exchange->tests[SIDE_SERVER])
        return false;
    *side = exchange->tests[SIDE_CLIENT] ? SIDE_SERVER : SIDE_CLIENT;
    return true;
}

/* It is the client that connects. */
static bool check_actor(struct steps_reader *steps, const struct step *step)
{
    return step->act.kind != DELIVER_CONNECT || step->speaker == SIDE_CLIENT ||
           source_problem(steps->source, step->at,
                          "it is the client that connects: "
                          "write '! client connect'");
}

static struct step *add_act(struct steps_reader *steps, const struct delivery_line *read)
{
    struct step *step = add_mark(steps, STEP_ACT, read->delivery.at);

    step->act = read->delivery;
    step->speaker = steps->spoken ? steps->last : SIDE_SERVER;
    if (read->names_side) {
        step->speaker = read->side;
    } else if (!always_fake(steps->exchange, &step->speaker) && !steps->spoken) {
        size_t *orphan = list_add(&steps->orphans, steps->source->arena, sizeof *orphan);

        *orphan = steps->steps.count - 1;
    }
    return step;
}

static bool read_delivery(struct steps_reader *steps, struct line *line)
{
    struct delivery_line read;
    struct delivery *added;

    if (!delivery_read(steps->source, line, &read))
        return false;
    if (read.act) {
        drop_pending(steps, "none does; '! silent' is what waits");
        return check_actor(steps, add_act(steps, &read)) &&
               fits(steps, &read.delivery, scope_of(steps, STEP_ACT));
    }
    added = list_add(&steps->pending, steps->source->arena, sizeof *added);
    *added = read.delivery;
    return true;
}

/* True inside of a block of datagrams that come in any order. */
static bool in_any_order(const struct steps_reader *steps)
{
    const struct step *all = steps->steps.items;

    return steps->depth > 0 && all[steps->blocks[steps->depth - 1]].kind == STEP_ANY_ORDER;
}

static bool open_block(struct steps_reader *steps, enum step_kind kind, struct place at)
{
    if (steps->depth == STEPS_DEPTH)
        return source_problem(steps->source, at, "blocks stand in blocks at most %d deep",
                              STEPS_DEPTH);
    if (in_any_order(steps))
        return source_problem(steps->source, at, "in a block of 'any order' stands no other block");
    add_mark(steps, kind, at);
    steps->blocks[steps->depth++] = steps->steps.count - 1;
    return true;
}

static bool read_either(struct steps_reader *steps, struct line *line)
{
    return open_block(steps, STEP_EITHER, word_place(steps, line)) &&
           source_ends(steps->source, line);
}

static bool read_any_order(struct steps_reader *steps, struct line *line)
{
    struct place at = word_place(steps, line);

    if (!line_take_word(line, "order"))
        return source_unexpected(steps->source, line, "'order'");
    if (steps->exchange->protocol != PROTOCOL_UDP)
        return source_problem(steps->source, at, "'any order' is about datagrams (protocol: udp)");
    return open_block(steps, STEP_ANY_ORDER, at) && source_ends(steps->source, line);
}

static bool read_or(struct steps_reader *steps, struct line *line)
{
    struct place at = word_place(steps, line);

    if (steps->depth == 0 || in_any_order(steps))
        return source_problem(steps->source, at, "'or' stands in no block that 'either' begins");
    add_mark(steps, STEP_OR, at);
    step_at(steps, steps->blocks[steps->depth - 1])->next = steps->steps.count - 1;
    /* The END finds the block's start by going back through `end`. */
    step_at(steps, steps->steps.count - 1)->end = steps->blocks[steps->depth - 1];
    steps->blocks[steps->depth - 1] = steps->steps.count - 1;
    return source_ends(steps->source, line);
}

/* Datagrams of one side, each of which has to come. */
static bool check_any_order(struct steps_reader *steps, size_t mark, size_t end)
{
    enum side side = step_at(steps, mark + 1)->speaker;

    if (end - mark - 1 < 2 || end - mark - 1 > ANY_ORDER_STEPS)
        return source_problem(steps->source, step_at(steps, mark)->at,
                              "in a block of 'any order' stand 2 to %d datagrams", ANY_ORDER_STEPS);
    for (size_t i = mark + 1; i < end; i++) {
        const struct step *step = step_at(steps, i);

        if (step->kind != STEP_PAYLOAD || step->optional || step->speaker != side)
            return source_problem(steps->source, step->at,
                                  "in a block of 'any order' stand datagrams of one side alone, "
                                  "and none that may be left out");
    }
    return true;
}

/* Give all marks of the innermost block their ends. */
static bool close_block(struct steps_reader *steps, struct place at)
{
    size_t mark = steps->blocks[--steps->depth], last;
    bool single = step_at(steps, mark)->kind == STEP_EITHER;
    struct place either_at;

    add_mark(steps, STEP_END, at);
    last = steps->steps.count - 1;
    step_at(steps, last)->next = step_at(steps, last)->end = last;
    step_at(steps, mark)->next = last;
    while (step_at(steps, mark)->kind == STEP_OR) {
        size_t before = step_at(steps, mark)->end;

        step_at(steps, mark)->end = last;
        mark = before;
    }
    step_at(steps, mark)->end = last;
    if (step_at(steps, mark)->kind == STEP_ANY_ORDER)
        return check_any_order(steps, mark, last);
    either_at = step_at(steps, mark)->at;
    return !single || source_problem(steps->source, either_at,
                                     "a block that begins with 'either' needs at least one 'or'");
}

static bool read_end(struct steps_reader *steps, struct line *line)
{
    struct place at = word_place(steps, line);

    if (steps->depth == 0)
        return source_problem(steps->source, at,
                              "'end' ends no block that 'either' or 'any order' begins");
    return close_block(steps, at) && source_ends(steps->source, line);
}

static const struct marker {
    const char *text;
    enum side side;
    bool optional;
} speakers[] = {
    {"C>", SIDE_CLIENT, false},
    {"C?", SIDE_CLIENT, true},
    {"S>", SIDE_SERVER, false},
    {"S?", SIDE_SERVER, true},
};

static const struct keyword {
    const char *text;
    bool (*read)(struct steps_reader *steps, struct line *line);
} keywords[] = {
    {"either", read_either},
    {"any", read_any_order},
    {"or", read_or},
    {"end", read_end},
};

const char *const *steps_words(void)
{
    static const char *const words[] = {"C>",  "C?",     "S>",  "S?", "D>",
                                        "any", "either", "end", "or", NULL};

    return words;
}

bool steps_begins(const struct line *line)
{
    struct line ahead = *line;
    struct bytes word = line_word(&ahead, "");

    if (bytes_starts(word, "!"))
        return true;
    for (const char *const *words = steps_words(); *words != NULL; words++)
        if (words[0][1] == '>' || words[0][1] == '?' ? bytes_starts(word, *words)
                                                     : bytes_is(word, *words))
            return true;
    return false;
}

/* Behind "C>" there is one blank, or nothing at all. */
static bool take_gap(struct steps_reader *steps, struct line *line, const char *marker)
{
    if (line->at == line->text.len)
        return true;
    if (line_peek(line) == ' ' || line_peek(line) == '\t') {
        line->at++;
        return true;
    }
    return source_problem(steps->source, source_place(steps->source, line, line->at),
                          "one space comes after '%s'", marker);
}

static bool read_speech(struct steps_reader *steps, struct line *line, const struct marker *marker)
{
    bool more = marker->side == SIDE_SERVER && marker->optional == steps->reply.optional;
    bool read;

    if (steps->in_reply && !more)
        speech_settle(steps);
    transfer_settle(steps);
    if (!take_gap(steps, line, marker->text))
        return false;
    if (steps->exchange->protocol != PROTOCOL_FTP)
        read = speech_payload(steps, line, marker->side, marker->optional);
    else if (marker->side == SIDE_CLIENT)
        read = speech_command(steps, line, marker->optional);
    else
        read = speech_reply(steps, line, marker->optional);
    if (!read && !steps->in_reply)
        steps->pending = (struct list){NULL, 0, 0};
    return read;
}

static bool read_data(struct steps_reader *steps, struct line *line)
{
    struct line ahead = *line;

    speech_settle(steps);
    return take_gap(steps, &ahead, "D>") && transfer_read(steps, line);
}

static bool read_keyword(struct steps_reader *steps, struct line *line)
{
    struct bytes word = line_word(line, "");

    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (bytes_is(word, keywords[i].text)) {
            drop_pending(steps, "a block stands there");
            return keywords[i].read(steps, line);
        }
    }
    return true;
}

bool steps_read(struct steps_reader *steps, struct line *line)
{
    for (size_t i = 0; i < sizeof speakers / sizeof *speakers; i++)
        if (line_take(line, speakers[i].text))
            return read_speech(steps, line, &speakers[i]);
    if (line_take(line, "D>"))
        return read_data(steps, line);
    steps_settle(steps);
    if (line_take(line, "!"))
        return read_delivery(steps, line);
    return read_keyword(steps, line);
}

void steps_settle(struct steps_reader *steps)
{
    speech_settle(steps);
    transfer_settle(steps);
}

void steps_finish(struct steps_reader *steps)
{
    steps_settle(steps);
    drop_pending(steps, "none does");
    while (steps->depth > 0) {
        struct place at = step_at(steps, steps->blocks[steps->depth - 1])->at;

        source_problem(steps->source, at, "the block is not closed: 'end' is missing");
        close_block(steps, at);
    }
    steps->exchange->steps = steps->steps.items;
    steps->exchange->step_count = steps->steps.count;
}
