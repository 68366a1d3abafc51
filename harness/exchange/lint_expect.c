#include <string.h>

#include "exchange/lint.h"
#include "exchange/match.h"

static bool event_in_ftp_only(const struct event_ref *event)
{
    return event->channel == CHANNEL_CONTROL || event->channel == CHANNEL_DATA ||
           event->channel == CHANNEL_COMMAND || event->channel == CHANNEL_REPLY;
}

static bool of_connections_only(enum point point)
{
    return point != POINT_NONE && point != POINT_FIRST && point != POINT_LAST;
}

static void check_event(struct source *source, const struct exchange *exchange, struct place at,
                        const struct event_ref *event, bool absent)
{
    bool ftp = exchange->protocol == PROTOCOL_FTP;

    if (absent)
        return;
    if (!ftp && event_in_ftp_only(event))
        source_problem(source, at,
                       "'%.*s' never happens with protocol %s: its events are flow, "
                       "C#n and S#n",
                       SOURCE_WORD(event->source), protocol_name(exchange->protocol));
    else if (ftp && event->channel == CHANNEL_DATAGRAM)
        source_problem(source, at, "'%.*s' is a datagram, and FTP has none; write C:VERB or S:code",
                       SOURCE_WORD(event->source));
    else if (exchange->protocol == PROTOCOL_UDP && of_connections_only(event->point))
        source_problem(source, at, "'%.*s' never happens: UDP has no connections",
                       SOURCE_WORD(event->source));
}

static bool same_event(const struct event_ref *a, const struct event_ref *b)
{
    bool same_verb =
        a->verb == b->verb || (a->verb != NULL && b->verb != NULL && strcmp(a->verb, b->verb) == 0);

    return a->channel == b->channel && a->point == b->point && a->side == b->side &&
           a->nth == b->nth && a->code == b->code && same_verb;
}

static void check_repeats(struct source *source, const struct expectation *expect)
{
    for (size_t i = 0; i < expect->event_count; i++)
        for (size_t k = 0; k < i; k++)
            if (same_event(&expect->events[i], &expect->events[k])) {
                source_problem(source, expect->at, "this can never hold: '%.*s' stands here twice",
                               SOURCE_WORD(expect->events[i].source));
                return;
            }
}

/* True where the step makes the event happen, whenever it is played. */
static bool makes(const struct step *step, const struct event_ref *event)
{
    if (step->optional || step->speaker != event->side)
        return false;
    if (event->channel == CHANNEL_COMMAND)
        return step->kind == STEP_LINE && bytes_is_nocase(step_verb(step), event->verb);
    if (event->channel == CHANNEL_REPLY)
        return step->kind == STEP_LINE && step->code_count == 1 && step->codes[0] == event->code;
    return event->channel == CHANNEL_DATAGRAM && step->kind == STEP_PAYLOAD;
}

/* "no C:STOR", and yet the script says C> STOR. */
static void check_absence(struct source *source, const struct exchange *exchange,
                          const struct expectation *expect)
{
    const struct event_ref *event = &expect->events[0];
    unsigned made = 0;

    for (size_t i = 0; i < exchange->step_count; i++) {
        if (exchange->steps[i].kind == STEP_EITHER) {
            i = exchange->steps[i].end;
            continue;
        }
        if (!makes(&exchange->steps[i], event) || ++made < event->nth)
            continue;
        source_problem(source, expect->at, "this can never hold: line %u of the script is '%.*s'",
                       exchange->steps[i].at.line, SOURCE_WORD(event->source));
        return;
    }
}

static void check_operand(struct source *source, const struct exchange *exchange, struct place at,
                          const struct operand *operand)
{
    bool ftp = exchange->protocol == PROTOCOL_FTP;

    if (operand->kind == OPERAND_FIELD)
        check_event(source, exchange, at, &operand->event, false);
    if (operand->kind < OPERAND_HOLE)
        return;
    if (ftp && (operand->hole == HOLE_USER || operand->hole == HOLE_PASSWORD ||
                operand->hole == HOLE_HOST))
        return;
    for (size_t i = 0; i < exchange->step_count; i++)
        if (pattern_has(exchange->steps[i].lines, exchange->steps[i].line_count, operand->hole))
            return;
    source_problem(source, at, "'%.*s' can never be bound: no line of the script has this hole",
                   SOURCE_WORD(operand->source));
}

static bool is_port(const struct operand *operand)
{
    return operand->kind == OPERAND_HOLE_PORT ||
           (operand->kind == OPERAND_FIELD && operand->field == FIELD_PORT);
}

static void check_range(struct source *source, const struct expectation *expect)
{
    const struct operand *number = &expect->left, *other = &expect->right;

    if (number->kind != OPERAND_NUMBER) {
        number = &expect->right;
        other = &expect->left;
    }
    if (expect->comparison == COMPARE_EQ && number->kind == OPERAND_NUMBER && is_port(other) &&
        number->number > 65535)
        source_problem(source, expect->at, "this can never hold: a port is at most 65535");
}

/* What only a client that the harness starts leaves behind. */
static bool of_a_client(enum expect_kind kind)
{
    return kind == EXPECT_EXIT || kind == EXPECT_OUTPUT || kind == EXPECT_OUTPUT_LACKS ||
           kind == EXPECT_FILE || kind == EXPECT_NO_FILE;
}

static void check_expect(struct source *source, const struct exchange *exchange,
                         const struct expectation *expect)
{
    if (of_a_client(expect->kind) && !exchange->tests[SIDE_CLIENT])
        source_problem(source, expect->at,
                       "this can never hold: it is about a client under test, "
                       "and this exchange tests servers only");
    for (size_t i = 0; i < expect->event_count; i++)
        check_event(source, exchange, expect->at, &expect->events[i],
                    expect->kind == EXPECT_ABSENT);
    check_repeats(source, expect);
    if (expect->kind == EXPECT_ABSENT)
        check_absence(source, exchange, expect);
    if (expect->kind != EXPECT_FIELD)
        return;
    check_operand(source, exchange, expect->at, &expect->left);
    check_operand(source, exchange, expect->at, &expect->right);
    check_range(source, expect);
}

void lint_expects(struct source *source, const struct exchange *exchange)
{
    for (size_t i = 0; i < exchange->expect_count; i++)
        check_expect(source, exchange, &exchange->expects[i]);
}
