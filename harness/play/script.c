#include "play/script.h"

#include "exchange/match.h"
#include "proto/ftp_command.h"

#define NO_STEP ((size_t)-1)

void script_init(struct script *script, const struct exchange *exchange, enum side fake)
{
    *script = (struct script){.exchange = exchange, .fake = fake};
}

static size_t count_of(const struct script *script)
{
    return script->exchange == NULL ? 0 : script->exchange->step_count;
}

static const struct step *step_at(const struct script *script, size_t index)
{
    return &script->exchange->steps[index];
}

/* An IUT that has to be silent has nothing to do, nor has one of which nothing is heard: such a
 * step is passed over. */
static bool waits_for_nothing(const struct script *script, const struct step *step)
{
    return step->kind == STEP_ACT && step->speaker != script->fake &&
           (step->act.kind == DELIVER_SILENT || step->act.kind == DELIVER_DEAF ||
            step->act.kind == DELIVER_CONNECT);
}

static bool fakes_turn(const struct script *script, const struct step *step)
{
    return step->kind == STEP_DATA || step->speaker == script->fake;
}

/* Behind an optional step that is left out: of a command its answers are left out with it. */
static size_t behind_optional(const struct script *script, size_t index)
{
    bool command =
        step_at(script, index)->kind == STEP_LINE && step_at(script, index)->speaker == SIDE_CLIENT;

    index++;
    while (command && index < count_of(script)) {
        const struct step *step = step_at(script, index);

        if (step->kind != STEP_DATA &&
            ((step->kind != STEP_LINE && step->kind != STEP_ACT) || step->speaker != SIDE_SERVER))
            break;
        index++;
    }
    return index;
}

/* Behind the passage that begins at `index`: a block of alternatives, or a command with what
 * follows it up to the next command. */
static size_t passage_end(const struct script *script, size_t index)
{
    if (step_at(script, index)->kind == STEP_EITHER)
        return step_at(script, index)->end + 1;
    for (index++; index < count_of(script); index++) {
        const struct step *step = step_at(script, index);

        if ((step->kind != STEP_LINE && step->kind != STEP_DATA && step->kind != STEP_ACT) ||
            (step->kind == STEP_LINE && step->speaker == SIDE_CLIENT))
            break;
    }
    return index;
}

/* An optional reply that answers an optional command: that command came, or we would not be here.
 */
static bool answers_optional(const struct script *script, size_t index)
{
    while (index-- > 0) {
        const struct step *step = step_at(script, index);

        if (step->kind == STEP_LINE && step->speaker == SIDE_CLIENT)
            return step->optional;
        if (step->kind != STEP_LINE && step->kind != STEP_DATA)
            return false;
    }
    return false;
}

/* What a fake may leave out it leaves out. */
static bool left_out(const struct script *script, size_t index)
{
    const struct step *step = step_at(script, index);

    return step->kind == STEP_LINE && step->optional && step->speaker == script->fake &&
           !(step->speaker == SIDE_SERVER && answers_optional(script, index));
}

/* The fake sends its own in the order of the script. */
static bool in_fakes_order(const struct script *script, size_t index)
{
    return step_at(script, index)->kind == STEP_ANY_ORDER &&
           step_at(script, index + 1)->speaker == script->fake;
}

/* `index` moved over what is nobody's turn: ends of alternatives, and what is left out. At an
 * EITHER, and where the IUT's datagrams come in any order, it stops. */
static size_t settle(const struct script *script, size_t index)
{
    while (index < count_of(script)) {
        const struct step *step = step_at(script, index);

        if (step->kind == STEP_OR)
            index = step->end + 1;
        else if (step->kind == STEP_END || waits_for_nothing(script, step) ||
                 in_fakes_order(script, index))
            index++;
        else if (left_out(script, index))
            index = behind_optional(script, index);
        else if (index < SCRIPT_PASSAGES && script->played[index])
            index = passage_end(script, index);
        else
            break;
    }
    return index;
}

/* Has datagram `index` of the block that begins at `block` come? */
static bool has_come(const struct script *script, size_t block, size_t index)
{
    return (script->came >> (index - block - 1) & 1) != 0;
}

static size_t first_to_come(const struct script *script, size_t block)
{
    size_t index = block + 1;

    while (has_come(script, block, index))
        index++;
    return index;
}

/* The step that comes first from `index` on, entering first alternatives; NO_STEP at the end. */
static size_t first_step(const struct script *script, size_t index)
{
    for (;;) {
        index = settle(script, index);
        if (index >= count_of(script))
            return NO_STEP;
        if (step_at(script, index)->kind == STEP_ANY_ORDER)
            return first_to_come(script, index);
        if (step_at(script, index)->kind != STEP_EITHER)
            return index;
        index++;
    }
}

const struct step *script_peek(const struct script *script)
{
    size_t index = first_step(script, script->next);

    return index == NO_STEP ? NULL : step_at(script, index);
}

const struct step *script_fake_step(const struct script *script)
{
    const struct step *step = script_peek(script);

    return step != NULL && fakes_turn(script, step) ? step : NULL;
}

/* Once a passage that was played before its turn is over, go on where the script stood. */
static void come_back(struct script *script)
{
    if (!script->away || settle(script, script->next) < script->away_end)
        return;
    script->next = script->back;
    script->away = false;
}

void script_pass(struct script *script)
{
    size_t index = first_step(script, script->next);

    script->next = index == NO_STEP ? count_of(script) : index + 1;
    script->moved = true;
    come_back(script);
}

struct walk {
    size_t *out;
    size_t count;
    size_t stopped_at; /* index of the fake's step that ended the walk; NO_STEP: none */
    bool must;         /* a step that cannot be left out was met */
};

static void collect(const struct script *script, size_t index, struct walk *walk);

static void add_candidate(struct walk *walk, size_t index)
{
    for (size_t i = 0; i < walk->count; i++)
        if (walk->out[i] == index)
            return;
    if (walk->count < SCRIPT_CANDIDATES)
        walk->out[walk->count++] = index;
}

static void collect_branches(const struct script *script, size_t either, struct walk *walk)
{
    size_t end = step_at(script, either)->end;

    for (size_t at = either; at != end; at = step_at(script, at)->next)
        collect(script, at + 1, walk);
    walk->must = true;
}

static void collect_any_order(const struct script *script, size_t block, struct walk *walk)
{
    for (size_t index = block + 1; index < step_at(script, block)->end; index++)
        if (!has_come(script, block, index))
            add_candidate(walk, index);
    walk->must = true;
}

/* Commands that only prepare a transfer or ask for something: their order is free. */
static bool only_prepares(const struct step *step)
{
    static const char *const verbs[] = {"TYPE", "MODE", "STRU", "PASV", "EPSV",
                                        "PORT", "EPRT", "SIZE", "MDTM", "PWD",
                                        "SYST", "FEAT", "OPTS", "ALLO", "NOOP"};

    if (step->kind != STEP_LINE || step->speaker != SIDE_CLIENT)
        return false;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (bytes_is_nocase(step_verb(step), verbs[i]))
            return true;
    return false;
}

static bool passage_prepares(const struct script *script, size_t index)
{
    const struct step *step = step_at(script, index);

    if (step->kind != STEP_EITHER)
        return only_prepares(step);
    for (size_t at = index; at != step->end; at = step_at(script, at)->next)
        if (!only_prepares(step_at(script, at + 1)))
            return false;
    return true;
}

static bool order_is_free(const struct script *script)
{
    return script->fake == SIDE_SERVER && !script->away && script->exchange != NULL &&
           script->exchange->protocol == PROTOCOL_FTP && script->exchange->answers_unscripted;
}

/* The passage that has the turn, and those behind it that may come before it. */
static void collect_passages(const struct script *script, struct walk *walk)
{
    size_t index = settle(script, script->next);
    struct walk later = {walk->out, 0, NO_STEP, false};

    collect(script, index, walk);
    while (order_is_free(script) && walk->count > 0 && index < count_of(script) &&
           index < SCRIPT_PASSAGES && passage_prepares(script, index)) {
        index = settle(script, passage_end(script, index));
        if (index >= count_of(script) || index >= SCRIPT_PASSAGES ||
            !passage_prepares(script, index))
            break;
        later.count = walk->count;
        collect(script, index, &later);
        walk->count = later.count;
    }
}

static void collect(const struct script *script, size_t index, struct walk *walk)
{
    for (;;) {
        const struct step *step;

        index = settle(script, index);
        if (index >= count_of(script))
            return;
        step = step_at(script, index);
        if (step->kind == STEP_EITHER) {
            collect_branches(script, index, walk);
            return;
        }
        if (step->kind == STEP_ANY_ORDER) {
            collect_any_order(script, index, walk);
            return;
        }
        if (fakes_turn(script, step)) {
            walk->stopped_at = index;
            return;
        }
        add_candidate(walk, index);
        if (!step->optional) {
            walk->must = true;
            return;
        }
        index = behind_optional(script, index);
    }
}

static struct walk walk_from_here(const struct script *script, size_t out[SCRIPT_CANDIDATES])
{
    struct walk walk = {out, 0, NO_STEP, false};

    collect_passages(script, &walk);
    return walk;
}

size_t script_candidates(const struct script *script, size_t out[SCRIPT_CANDIDATES])
{
    return walk_from_here(script, out).count;
}

bool script_over(const struct script *script)
{
    size_t candidates[SCRIPT_CANDIDATES];
    struct walk walk = walk_from_here(script, candidates);

    return !walk.must && walk.stopped_at == NO_STEP;
}

bool script_at_start(const struct script *script)
{
    return !script->moved;
}

/* First step of the passage behind the one whose turn it is that has step `index`; NO_STEP: the
 * step belongs to where the script stands. */
static size_t passage_before_its_turn(const struct script *script, size_t index)
{
    size_t at = settle(script, script->next);

    if (!order_is_free(script) || at >= count_of(script) || !passage_prepares(script, at))
        return NO_STEP;
    for (at = settle(script, passage_end(script, at)); at < count_of(script) && at <= index;
         at = settle(script, passage_end(script, at)))
        if (index < passage_end(script, at))
            return passage_prepares(script, at) ? at : NO_STEP;
    return NO_STEP;
}

/* The block of datagrams in any order that has step `index`; NO_STEP: none. */
static size_t any_order_of(const struct script *script, size_t index)
{
    for (size_t at = index; at-- > 0 && step_at(script, at)->kind != STEP_END;)
        if (step_at(script, at)->kind == STEP_ANY_ORDER)
            return at;
    return NO_STEP;
}

/* One of a block has come; the script goes on behind the block once all have. */
static void accept_in_any_order(struct script *script, size_t block, size_t index)
{
    size_t end = step_at(script, block)->end;

    script->came |= UINT64_C(1) << (index - block - 1);
    script->next = first_to_come(script, block) < end ? block : end + 1;
    if (script->next > block)
        script->came = 0;
    script->moved = true;
}

void script_accept(struct script *script, size_t index)
{
    size_t early = passage_before_its_turn(script, index), block = any_order_of(script, index);

    if (block != NO_STEP) {
        accept_in_any_order(script, block, index);
        return;
    }
    if (early != NO_STEP && early < SCRIPT_PASSAGES) {
        script->played[early] = true;
        script->away = true;
        script->away_end = passage_end(script, early);
        script->back = script->next;
    }
    script->next = index + 1;
    script->moved = true;
    come_back(script);
}

const struct step *script_expected(const struct script *script)
{
    size_t candidates[SCRIPT_CANDIDATES];
    size_t count = script_candidates(script, candidates);

    for (size_t i = 0; i < count; i++)
        if (!step_at(script, candidates[i])->optional)
            return step_at(script, candidates[i]);
    return count == 0 ? NULL : step_at(script, candidates[0]);
}

bool script_may_go_on(const struct script *script)
{
    size_t candidates[SCRIPT_CANDIDATES];
    struct walk walk = walk_from_here(script, candidates);

    return walk.count > 0 && !walk.must && walk.stopped_at != NO_STEP;
}

void script_go_on(struct script *script)
{
    size_t candidates[SCRIPT_CANDIDATES];
    struct walk walk = walk_from_here(script, candidates);

    if (walk.stopped_at != NO_STEP)
        script->next = walk.stopped_at;
}

bool script_patience(const struct script *script, int64_t *ns, size_t *index)
{
    size_t at = settle(script, script->next);

    if (at >= count_of(script) || step_at(script, at)->kind != STEP_EITHER)
        return false;
    for (size_t end = step_at(script, at)->end; at != end; at = step_at(script, at)->next) {
        const struct step *first = step_at(script, at + 1);

        if (first->kind != STEP_ACT || first->act.kind != DELIVER_SILENT ||
            first->speaker != script->fake)
            continue;
        *ns = first->act.number;
        *index = at + 2;
        return true;
    }
    return false;
}

void script_lose_patience(struct script *script, size_t index)
{
    script->next = index;
    script->moved = true;
    come_back(script);
}
