#include <ctype.h>
#include <string.h>

#include "exchange/lint.h"
#include "exchange/match.h"
#include "exchange/steps.h"
#include "proto/ftp_command.h"

#define ASKED 16

/* Where the conversation stands on one way through the script. */
struct talk {
    const struct step *asked[ASKED]; /* commands that wait for their reply */
    size_t asked_count;
    const struct step *answered; /* the command that was answered last */
    bool began;                  /* a command was said */
    const struct step *shut[2];  /* by enum side: what ended it for that side */
    bool told;
};

struct walk {
    struct source *source;
    const struct exchange *exchange;
    lint_allowed_fn *allowed;
    struct talk now;
    struct talk before[STEPS_DEPTH]; /* at the `either` of each open block */
    struct talk after[STEPS_DEPTH];  /* behind the alternatives that were walked */
    bool has_after[STEPS_DEPTH];
    size_t depth;
    size_t any_order_end; /* of the block of datagrams in any order that was met last */
};

static void reached(struct walk *walk, const struct step *step)
{
    const struct step *end = walk->now.shut[step->speaker];

    if (end == NULL || walk->now.told)
        return;
    walk->now.told = true;
    source_problem(walk->source, step->at,
                   "this step can never be reached: the conversation ended "
                   "in line %u",
                   end->at.line);
}

static void asked(struct walk *walk, const struct step *command)
{
    struct talk *talk = &walk->now;

    talk->began = true;
    if (talk->asked_count == ASKED)
        memmove(talk->asked, talk->asked + 1, (--talk->asked_count) * sizeof *talk->asked);
    talk->asked[talk->asked_count++] = command;
}

#define VERB_TEXT 24

/* The name under which replies are looked up: XMKD is MKD. NULL stands for the greeting. */
static const char *verb_name(const struct step *command, char text[VERB_TEXT])
{
    struct bytes verb = command == NULL ? bytes_of("") : step_verb(command);
    const struct ftp_verb *known = ftp_verb_find(verb);
    size_t len = verb.len < VERB_TEXT - 1 ? verb.len : VERB_TEXT - 1;

    if (known != NULL)
        return known->canonical;
    for (size_t i = 0; i < len; i++)
        text[i] = (char)toupper((unsigned char)verb.at[i]);
    text[len] = '\0';
    return text;
}

static bool answers(const struct walk *walk, const struct step *command, int code)
{
    char text[VERB_TEXT];
    const char *verb = verb_name(command, text);

    if (code == 221 && strcmp(verb, "QUIT") == 0)
        return true;
    return walk->allowed != NULL && walk->allowed(verb, code);
}

/* The command that this reply is for: the first that allows it, or the first of all. */
static size_t command_of(const struct walk *walk, int code)
{
    for (size_t i = 0; i < walk->now.asked_count; i++)
        if (answers(walk, walk->now.asked[i], code))
            return i;
    return 0;
}

static void check_codes(struct walk *walk, const struct step *reply, const struct step *command)
{
    char text[VERB_TEXT];
    const char *verb = verb_name(command, text);
    bool known = command == NULL || ftp_verb_find(step_verb(command)) != NULL;

    if (walk->allowed == NULL || walk->exchange->deviates || !known)
        return;
    for (size_t i = 0; i < reply->code_count; i++)
        if (!walk->allowed(verb, reply->codes[i]))
            source_problem(walk->source, reply->at,
                           "no rule allows %03d as %s%s; an exchange that "
                           "sends it on purpose says 'deviates: yes'",
                           reply->codes[i], command == NULL ? "a greeting" : "a reply to ", verb);
}

static void answered(struct walk *walk, const struct step *reply)
{
    struct talk *talk = &walk->now;
    int code = reply->code_count == 0 ? 0 : reply->codes[0];
    size_t i = command_of(walk, code);
    const struct step *command = i < talk->asked_count ? talk->asked[i] : talk->answered;
    char text[VERB_TEXT];

    if (talk->began || !walk->exchange->logged_in)
        check_codes(walk, reply, command);
    if (code / 100 == 1 || i >= talk->asked_count)
        return;
    memmove(talk->asked + i, talk->asked + i + 1, (--talk->asked_count - i) * sizeof *talk->asked);
    talk->answered = command;
    if (code == 221 && !reply->optional && strcmp(verb_name(command, text), "QUIT") == 0)
        talk->shut[SIDE_CLIENT] = talk->shut[SIDE_SERVER] = reply;
}

static void acted(struct walk *walk, const struct step *step)
{
    bool datagrams = walk->exchange->protocol == PROTOCOL_UDP;

    if (step->act.kind == DELIVER_SILENT || step->act.kind == DELIVER_DEAF)
        return;
    if (step->act.kind == DELIVER_CONNECT) {
        walk->now.shut[SIDE_CLIENT] = walk->now.shut[SIDE_SERVER] = NULL;
        return;
    }
    walk->now.shut[step->speaker] = step;
    if (step->act.kind == DELIVER_RESET || datagrams)
        walk->now.shut[side_other(step->speaker)] = step;
}

/* Behind a block the way is open where it was open behind one of its alternatives. */
static void leave_alternative(struct walk *walk)
{
    size_t block = walk->depth - 1;
    struct talk *after = &walk->after[block];

    if (!walk->has_after[block]) {
        *after = walk->now;
    } else {
        for (int side = 0; side < 2; side++)
            if (walk->now.shut[side] == NULL)
                after->shut[side] = NULL;
    }
    after->told = false;
    walk->has_after[block] = true;
}

static void enter_alternative(struct walk *walk, const struct step *mark)
{
    if (mark[1].kind == STEP_OR || mark[1].kind == STEP_END)
        source_problem(walk->source, mark->at, "this alternative is empty");
}

static bool same_line(const struct step *a, const struct step *b)
{
    if (a->kind != b->kind || a->speaker != b->speaker || a->optional || b->optional)
        return false;
    if (a->kind == STEP_PAYLOAD)
        return a->payload.given && b->payload.given &&
               bytes_equal(a->payload.octets, b->payload.octets);
    return a->kind == STEP_LINE && a->line_count > 0 && b->line_count > 0 &&
           bytes_equal_nocase(a->lines[0].source, b->lines[0].source);
}

/* What arrives chooses: of two alternatives that begin alike the second is never chosen. */
static void check_beginnings(struct walk *walk, size_t either)
{
    const struct step *steps = walk->exchange->steps;

    for (size_t later = steps[either].next; steps[later].kind == STEP_OR; later = steps[later].next)
        for (size_t first = either; first != later; first = steps[first].next)
            if (same_line(&steps[first + 1], &steps[later + 1])) {
                source_problem(walk->source, steps[later].at,
                               "this alternative is never chosen: it "
                               "begins like the one in line %u",
                               steps[first].at.line);
                break;
            }
}

static void walk_mark(struct walk *walk, size_t index)
{
    const struct step *mark = &walk->exchange->steps[index];
    size_t block;

    if (mark->kind == STEP_EITHER) {
        check_beginnings(walk, index);
        block = walk->depth++;
        walk->before[block] = walk->now;
        walk->has_after[block] = false;
    } else {
        leave_alternative(walk);
        block = walk->depth - 1;
        walk->now = mark->kind == STEP_OR ? walk->before[block] : walk->after[block];
        walk->depth -= mark->kind == STEP_END;
    }
    if (mark->kind != STEP_END)
        enter_alternative(walk, mark);
}

static void walk_step(struct walk *walk, size_t index)
{
    const struct step *step = &walk->exchange->steps[index];

    if (step->kind == STEP_ANY_ORDER) {
        walk->any_order_end = step->end;
        return;
    }
    if (step->kind == STEP_EITHER || step->kind == STEP_OR || step->kind == STEP_END) {
        if (step->kind != STEP_END || index != walk->any_order_end)
            walk_mark(walk, index);
        return;
    }
    if (step->kind != STEP_ACT || step->act.kind != DELIVER_CONNECT)
        reached(walk, step);
    if (step->kind == STEP_ACT)
        acted(walk, step);
    else if (step->kind == STEP_LINE && step->speaker == SIDE_CLIENT)
        asked(walk, step);
    else if (step->kind == STEP_LINE)
        answered(walk, step);
}

void lint_talk(struct source *source, const struct exchange *exchange, lint_allowed_fn *allowed)
{
    struct walk walk = {.source = source, .exchange = exchange, .allowed = allowed};

    for (size_t i = 0; i < exchange->step_count; i++)
        walk_step(&walk, i);
}
