#include "exchange/lint.h"

#include <string.h>

#include "exchange/delivery.h"

static void lint_header(struct source *source, const struct exchange *exchange)
{
    struct place whole = {source->path, 0, 0};

    if (exchange->specs[0] == NULL)
        source_problem(source, whole,
                       "this exchange names no 'spec': which section of which RFC it "
                       "is about");
    if (exchange->step_count == 0 && exchange->expect_count == 0)
        source_problem(source, whole, "this exchange has neither steps nor expect lines");
    if (exchange->nobody_listens && exchange->tests[SIDE_SERVER])
        source_problem(source, whole,
                       "with 'state: closed' there is no server: write 'tests: client'");
    if (exchange->nobody_listens && exchange->step_count > 0)
        source_problem(source, exchange->steps[0].at,
                       "this step can never be reached: with 'state: closed' nobody listens");
}

static void lint_files(struct source *source, const struct exchange_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(files[i].name, files[k].name) == 0)
                source_problem(source, files[i].at, "'%.100s' was named before, in line %u",
                               files[i].name, files[k].at.line);
}

/* True where the harness never plays this side. */
static bool never_played(const struct exchange *exchange, enum side side)
{
    return !exchange->tests[side_other(side)];
}

/* A datagram is not answered; a data connection is opened and ended by whoever receives, too. */
static bool acts_before_the_iut(const struct step *step, const struct delivery *delivery)
{
    enum delivery_kind kind = delivery->kind;

    return kind == DELIVER_DROP ||
           (step->kind == STEP_DATA &&
            (kind == DELIVER_AFTER_RESET || kind == DELIVER_AFTER_CLOSE || kind == DELIVER_DELAY));
}

/* Only a fake server opens its data connection when the script comes to the data. */
static void lint_origin(struct source *source, const struct exchange *exchange,
                        const struct step *step)
{
    for (size_t i = 0; step->kind == STEP_DATA && i < step->delivery_count; i++) {
        enum delivery_kind kind = step->deliveries[i].kind;

        if (exchange->tests[SIDE_SERVER] &&
            (kind == DELIVER_FROM_PORT || kind == DELIVER_FROM_ADDRESS))
            source_problem(source, step->deliveries[i].at,
                           "'! from' before data is about the connection that a fake server opens: "
                           "it needs 'tests: client'");
    }
}

/* The end of the connection by the IUT is waited for. */
static bool waits_for(const struct delivery *act)
{
    return act->kind == DELIVER_CLOSE || act->kind == DELIVER_RESET;
}

/* A socket cannot be bound to port 0: it would get any that is free. */
static void lint_port_zero(struct source *source, const struct step *step)
{
    const struct delivery *zero = NULL;
    bool forged = false;

    for (size_t i = 0; i < step->delivery_count; i++) {
        const struct delivery *one = &step->deliveries[i];

        if (one->kind == DELIVER_FROM_PORT && one->number == 0)
            zero = one;
        forged = forged || delivery_forges(one->kind);
    }
    if (zero != NULL && !forged)
        source_problem(source, zero->at,
                       "only a datagram that is forged comes from port 0: write "
                       "'! forged' too");
}

static void lint_deliveries(struct source *source, const struct exchange *exchange,
                            const struct step *step)
{
    if (!never_played(exchange, step->speaker))
        return;
    for (size_t i = 0; i < step->delivery_count; i++)
        if (!acts_before_the_iut(step, &step->deliveries[i]))
            source_problem(source, step->deliveries[i].at,
                           "'! %s' does nothing: the %s, which is "
                           "under test, says the next line",
                           delivery_name(step->deliveries[i].kind), side_name(step->speaker));
    if (step->kind == STEP_ACT && !waits_for(&step->act))
        source_problem(source, step->at,
                       "'! %s' does nothing: it is the %s's, which is under test; "
                       "'! %s %s' is the harness's",
                       delivery_name(step->act.kind), side_name(step->speaker),
                       side_name(side_other(step->speaker)), delivery_name(step->act.kind));
}

static bool has_code(const struct step *step, int code)
{
    for (size_t i = 0; i < step->code_count; i++)
        if (step->codes[i] == code)
            return true;
    return false;
}

/* A reply is matched by its code, and then only some replies have a place for a value. */
static void lint_holes(struct source *source, const struct exchange *exchange,
                       const struct step *step)
{
    if (step->kind != STEP_LINE || step->speaker != SIDE_SERVER || !exchange->tests[SIDE_SERVER] ||
        exchange->match == MATCH_TEXT)
        return;
    if (pattern_has(step->lines, step->line_count, HOLE_PORT) && !has_code(step, 229))
        source_problem(source, step->at,
                       "{port} can never be bound here: only 229 carries (|||port|)");
    if (pattern_has(step->lines, step->line_count, HOLE_P1) ||
        pattern_has(step->lines, step->line_count, HOLE_P2))
        source_problem(source, step->at,
                       "no data connection follows {p1} and {p2}: where a server is under test "
                       "{hostport} stands here");
    if (pattern_has(step->lines, step->line_count, HOLE_EPRT))
        source_problem(source, step->at,
                       "{eprt} can never be bound here: it is the argument of EPRT, "
                       "not of a reply");
}

static bool letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void lint_command(struct source *source, const struct exchange *exchange,
                         const struct step *step)
{
    struct bytes text = step->line_count == 0 ? bytes_of("") : step->lines[0].source;

    if (step->kind != STEP_LINE || step->speaker != SIDE_CLIENT || exchange->deviates)
        return;
    if (text.len == 0 || (!letter(text.at[0]) && text.at[0] != '{'))
        source_problem(source, step->at,
                       "a command begins with a letter; an exchange that sends "
                       "something else on purpose says 'deviates: yes'");
}

static void lint_steps(struct source *source, const struct exchange *exchange)
{
    for (size_t i = 0; i < exchange->step_count; i++) {
        lint_deliveries(source, exchange, &exchange->steps[i]);
        lint_port_zero(source, &exchange->steps[i]);
        lint_origin(source, exchange, &exchange->steps[i]);
        lint_holes(source, exchange, &exchange->steps[i]);
        lint_command(source, exchange, &exchange->steps[i]);
    }
}

void lint_exchange(struct source *source, const struct exchange *exchange, bool whole,
                   lint_allowed_fn *allowed)
{
    lint_header(source, exchange);
    lint_files(source, exchange->files, exchange->file_count);
    lint_files(source, exchange->local, exchange->local_count);
    lint_steps(source, exchange);
    if (whole)
        lint_talk(source, exchange, allowed);
    lint_expects(source, exchange);
}
