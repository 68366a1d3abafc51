#include "play/script.h"

#define NO_STEP ((size_t)-1)

void script_init(struct script *script, const struct exchange *exchange, enum side fake)
{
    *script = (struct script){exchange, fake, 0, false};
}

static size_t count_of(const struct script *script)
{
    return script->exchange == NULL ? 0 : script->exchange->step_count;
}

static const struct step *step_at(const struct script *script, size_t index)
{
    return &script->exchange->steps[index];
}

/* An IUT that has to be silent has nothing to do: such a step is passed over. */
static bool waits_for_nothing(const struct script *script, const struct step *step)
{
    return step->kind == STEP_ACT && step->speaker != script->fake &&
           step->act.kind == DELIVER_SILENT;
}

static bool fakes_turn(const struct script *script, const struct step *step)
{
    return step->kind == STEP_DATA || step->speaker == script->fake;
}

/* Behind an optional step that is left out: of a command its answers are left out with it. */
static size_t behind_optional(const struct script *script, size_t index)
{
    bool command = step_at(script, index)->kind == STEP_LINE &&
                   step_at(script, index)->speaker == SIDE_CLIENT;

    index++;
    while (command && index < count_of(script)) {
        const struct step *step = step_at(script, index);

        if ((step->kind != STEP_LINE || step->speaker != SIDE_SERVER) && step->kind != STEP_DATA)
            break;
        index++;
    }
    return index;
}

/* An optional reply that answers an optional command: that command came, or we would not be here. */
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

/* `index` moved over what is nobody's turn: ends of alternatives, and what is left out. At an
 * EITHER it stops. */
static size_t settle(const struct script *script, size_t index)
{
    while (index < count_of(script)) {
        const struct step *step = step_at(script, index);

        if (step->kind == STEP_OR)
            index = step->end + 1;
        else if (step->kind == STEP_END || waits_for_nothing(script, step))
            index++;
        else if (left_out(script, index))
            index = behind_optional(script, index);
        else
            break;
    }
    return index;
}

/* The step that comes first from `index` on, entering first alternatives; NO_STEP at the end. */
static size_t first_step(const struct script *script, size_t index)
{
    for (;;) {
        index = settle(script, index);
        if (index >= count_of(script))
            return NO_STEP;
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

void script_pass(struct script *script)
{
    size_t index = first_step(script, script->next);

    script->next = index == NO_STEP ? count_of(script) : index + 1;
    script->moved = true;
}

struct walk {
    size_t *out;
    size_t count;
    size_t stopped_at; /* index of the fake's step that ended the walk; NO_STEP: none */
    bool must;         /* a step that cannot be left out was met */
};

static void collect(const struct script *script, size_t index, struct walk *walk);

static void collect_branches(const struct script *script, size_t either, struct walk *walk)
{
    size_t end = step_at(script, either)->end;

    for (size_t at = either; at != end; at = step_at(script, at)->next)
        collect(script, at + 1, walk);
    walk->must = true;
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
        if (fakes_turn(script, step)) {
            walk->stopped_at = index;
            return;
        }
        if (walk->count < SCRIPT_CANDIDATES)
            walk->out[walk->count++] = index;
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

    collect(script, script->next, &walk);
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

void script_accept(struct script *script, size_t index)
{
    script->next = index + 1;
    script->moved = true;
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
