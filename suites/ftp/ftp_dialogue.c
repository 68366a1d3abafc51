#include "suites/ftp/ftp_dialogue.h"

#include <ctype.h>
#include <string.h>

/* The dialogue while it is built. */
struct pairing {
    const struct timeline *timeline;
    struct ftp_dialogue *dialogue;
    size_t head; /* the oldest turn that has no final reply */
    bool logged_in;
    char type, mode, structure;
};

const struct event *ftp_fin(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                            enum side side)
{
    size_t fin = dialogue->marks[0].fin[side];

    return fin == FTP_NONE ? NULL : &timeline->events[fin];
}

const char *ftp_turn_verb(const struct timeline *timeline, const struct ftp_turn *turn)
{
    const struct ftp_verb *known;

    if (turn->command == FTP_NONE)
        return "";
    known = timeline->events[turn->command].command.known;
    return known == NULL ? "?" : known->name;
}

const char *ftp_turn_name(const struct timeline *timeline, struct rule_run *run,
                          const struct ftp_turn *turn)
{
    const struct ftp_command *command;

    if (turn->command == FTP_NONE)
        return "the greeting";
    command = &timeline->events[turn->command].command;
    return command->known == NULL ? rule_quote(run, command->verb) : command->known->name;
}

static uint32_t unknown_word(struct bytes verb)
{
    char text[5] = "";

    if (verb.len != 3 && verb.len != 4)
        return 0;
    for (size_t n = 0; n < verb.len; n++)
        text[n] = (char)toupper((unsigned char)verb.at[n]);
    return strlen(text) == verb.len ? ftp_word(text) : 0;
}

static void name_turn(struct ftp_turn *turn, const struct ftp_command *command)
{
    turn->word =
        command->known == NULL ? unknown_word(command->verb) : ftp_word(command->known->canonical);
    turn->traits = command->known == NULL ? 0 : command->known->traits;
}

static struct ftp_turn *add_turn(struct pairing *pairing, size_t command)
{
    struct ftp_dialogue *dialogue = pairing->dialogue;
    struct ftp_turn *turn = &dialogue->turns[dialogue->count++];

    *turn = (struct ftp_turn){
        .command = command,
        .preliminary = FTP_NONE,
        .second = FTP_NONE,
        .mark = FTP_NONE,
        .final = FTP_NONE,
        .logged_in = pairing->logged_in,
        .type = pairing->type,
        .mode = pairing->mode,
        .structure = pairing->structure,
    };
    if (command != FTP_NONE)
        name_turn(turn, &pairing->timeline->events[command].command);
    return turn;
}

static void take_command(struct pairing *pairing, size_t command)
{
    struct ftp_dialogue *dialogue = pairing->dialogue;
    struct ftp_turn *turn = add_turn(pairing, command);

    if (pairing->head + 1 >= dialogue->count)
        return;
    for (size_t n = pairing->head; n + 1 < dialogue->count; n++)
        dialogue->turns[n].pipelined = true;
    turn->pipelined = true;
}

/* The reply that a command has which may be answered while a transfer goes on. */
static bool answers_early(const struct ftp_turn *turn, int code)
{
    if (ftp_turn_is(turn, "STAT"))
        return code >= 211 && code <= 213;
    if (ftp_turn_is(turn, "QUIT"))
        return code == 221;
    return ftp_turn_is(turn, "ABOR") && code == 225;
}

/* The turn that a final reply belongs to: the oldest, but for what may overtake a transfer. */
static struct ftp_turn *answered(const struct pairing *pairing, int code)
{
    struct ftp_dialogue *dialogue = pairing->dialogue;
    struct ftp_turn *head = &dialogue->turns[pairing->head];

    if (head->preliminary == FTP_NONE || answers_early(head, code))
        return head;
    for (struct ftp_turn *turn = head + 1; turn < dialogue->turns + dialogue->count; turn++)
        if (turn->final == FTP_NONE && answers_early(turn, code))
            return turn;
    return head;
}

static char first_letter(struct bytes argument, char otherwise)
{
    return argument.len > 0 ? (char)toupper((unsigned char)argument.at[0]) : otherwise;
}

static void reset(struct pairing *pairing)
{
    pairing->logged_in = false;
    pairing->type = 'A';
    pairing->mode = 'S';
    pairing->structure = 'F';
}

/* What a command that succeeded changes for those that follow. */
static void apply(struct pairing *pairing, const struct ftp_turn *turn, int code)
{
    const struct timeline *timeline = pairing->timeline;
    struct bytes argument;

    if (turn->command == FTP_NONE) {
        pairing->logged_in = code == 230;
        return;
    }
    argument = timeline->events[turn->command].command.argument;
    if (ftp_turn_is(turn, "USER"))
        pairing->logged_in = code == 230 || code == 232 || (pairing->logged_in && code >= 400);
    else if (ftp_turn_is(turn, "PASS") || ftp_turn_is(turn, "ACCT"))
        pairing->logged_in = pairing->logged_in || code == 230 || code == 202;
    else if (ftp_turn_is(turn, "REIN") && code < 300)
        reset(pairing);
    else if (ftp_turn_is(turn, "TYPE") && code < 300)
        pairing->type = first_letter(argument, pairing->type);
    else if (ftp_turn_is(turn, "MODE") && code < 300)
        pairing->mode = first_letter(argument, pairing->mode);
    else if (ftp_turn_is(turn, "STRU") && code < 300)
        pairing->structure = first_letter(argument, pairing->structure);
}

static void take_preliminary(struct ftp_turn *turn, size_t reply, int code)
{
    if (code == 110)
        turn->mark = turn->mark == FTP_NONE ? reply : turn->mark;
    else if (turn->preliminary == FTP_NONE)
        turn->preliminary = reply;
    else if (turn->second == FTP_NONE)
        turn->second = reply;
}

/* True where this first reply answers a command: the server has no greeting. */
static bool skips_greeting(const struct pairing *pairing, int code)
{
    const struct ftp_turn *head = &pairing->dialogue->turns[0];

    return pairing->head == 0 && pairing->dialogue->count > 1 && head->preliminary == FTP_NONE &&
           code != 120 && code != 220 && code != 230 && code != 421;
}

/* False where the pairing cannot go on. */
static bool take_reply(struct pairing *pairing, size_t reply)
{
    struct ftp_dialogue *dialogue = pairing->dialogue;
    int code = pairing->timeline->events[reply].code;
    struct ftp_turn *turn;

    if (pairing->head == dialogue->count) {
        dialogue->spontaneous = reply;
        return false;
    }
    if (skips_greeting(pairing, code))
        pairing->head++;
    if (code < 200) {
        take_preliminary(&dialogue->turns[pairing->head], reply, code);
        return true;
    }
    turn = answered(pairing, code);
    turn->final = reply;
    turn->code = code;
    apply(pairing, turn, code);
    while (pairing->head < dialogue->count && dialogue->turns[pairing->head].final != FTP_NONE)
        pairing->head++;
    if (pairing->head == dialogue->count)
        dialogue->settled = pairing->head;
    return true;
}

/* False where the dialogue ends before this event. */
static bool take_event(struct pairing *pairing, size_t n)
{
    const struct event *event = &pairing->timeline->events[n];

    if (event->flow != 0)
        return true;
    switch (event->kind) {
    case EVENT_COMMAND:
        if (event->cut)
            return false;
        if ((event->command.quirks & FTP_COMMAND_EMPTY) != 0)
            return false;
        take_command(pairing, n);
        return true;
    case EVENT_REPLY:
        return take_reply(pairing, n);
    case EVENT_TLS:
        pairing->dialogue->secured = true;
        return false;
    case EVENT_GAP:
    case EVENT_BAD_REPLY:
        return false;
    default:
        return true;
    }
}

/* What was sent before an empty line is answered before it. */
static void take_waiting(struct pairing *pairing, size_t n, size_t unseen)
{
    for (; n < unseen && pairing->head < pairing->dialogue->count; n++)
        if (pairing->timeline->events[n].kind != EVENT_COMMAND && !take_event(pairing, n))
            return;
}

static size_t count_commands(const struct timeline *timeline)
{
    size_t count = 0;

    for (size_t n = 0; n < timeline->event_count; n++)
        count += timeline->events[n].kind == EVENT_COMMAND;
    return count;
}

/* Where the first octets that the capture does not show can have been: right after what that side
 * sent before. A gap is only noticed later, and the other side may have answered by then. */
static size_t first_unseen(const struct timeline *timeline)
{
    size_t sent[2] = {0, 0}; /* behind the last segment of each side */

    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->flow != 0)
            continue;
        if (event->kind == EVENT_GAP)
            return sent[event->from];
        if (event->cut && event->kind != EVENT_SEGMENT)
            return n;
        if (event->kind == EVENT_SEGMENT || event->kind == EVENT_COMMAND ||
            event->kind == EVENT_REPLY || event->kind == EVENT_BAD_REPLY)
            sent[event->from] = n + 1;
    }
    return timeline->whole ? timeline->event_count : 0;
}

static size_t *mark_of(struct ftp_marks *marks, const struct event *event)
{
    switch (event->kind) {
    case EVENT_FIRST:
        return &marks->first;
    case EVENT_LAST:
        return &marks->last;
    case EVENT_FIN:
        return &marks->fin[event->from];
    default:
        return NULL;
    }
}

static void mark_flows(const struct timeline *timeline, struct ftp_dialogue *dialogue,
                       struct arena *arena)
{
    dialogue->marks = arena_take(arena, timeline->flow_count * sizeof *dialogue->marks);
    for (size_t n = 0; n < timeline->flow_count; n++)
        dialogue->marks[n] = (struct ftp_marks){FTP_NONE, FTP_NONE, {FTP_NONE, FTP_NONE}};
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];
        size_t *mark = mark_of(&dialogue->marks[event->flow], event);

        if (mark != NULL && *mark == FTP_NONE)
            *mark = n;
    }
}

/* The turn whose command is that event; NULL where it is not in the dialogue. */
static struct ftp_turn *turn_of(const struct ftp_dialogue *dialogue, size_t command)
{
    size_t low = 1, high = dialogue->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (dialogue->turns[middle].command < command)
            low = middle + 1;
        else
            high = middle;
    }
    return low < dialogue->count && dialogue->turns[low].command == command ? &dialogue->turns[low]
                                                                            : NULL;
}

static bool has_payload(const struct timeline_flow *flow)
{
    return flow->octets[SIDE_CLIENT] + flow->octets[SIDE_SERVER] > 0;
}

static void tie_flows(const struct timeline *timeline, const struct ftp_dialogue *dialogue)
{
    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];
        struct ftp_turn *turn;

        if (flow->role != ROLE_DATA || flow->command == FTP_NONE ||
            (turn = turn_of(dialogue, flow->command)) == NULL)
            continue;
        if (turn->flow == 0 || !has_payload(&timeline->flows[turn->flow]))
            turn->flow = n;
        else if (has_payload(flow) && turn->other_flow == 0)
            turn->other_flow = n;
    }
}

static void *build(const struct timeline *timeline, struct arena *arena)
{
    struct ftp_dialogue *dialogue = arena_take(arena, sizeof(*dialogue));
    struct pairing pairing = {.timeline = timeline, .dialogue = dialogue};
    size_t n = 0, unseen = first_unseen(timeline);

    dialogue->spontaneous = FTP_NONE;
    ftp_heard_find(timeline, arena, &dialogue->heard);
    mark_flows(timeline, dialogue, arena);
    if (!timeline->from_start || unseen == 0)
        return dialogue;
    dialogue->turns = arena_take(arena, (1 + count_commands(timeline)) * sizeof(struct ftp_turn));
    reset(&pairing);
    add_turn(&pairing, FTP_NONE);
    while (n < unseen && take_event(&pairing, n))
        n++;
    dialogue->end = n;
    dialogue->complete = n == timeline->event_count;
    if (n < unseen && timeline->events[n].kind == EVENT_COMMAND)
        take_waiting(&pairing, n + 1, unseen);
    tie_flows(timeline, dialogue);
    return dialogue;
}

const struct ftp_dialogue *ftp_dialogue(const struct timeline *timeline, struct rule_run *run)
{
    (void)timeline; /* the run knows it */
    return rule_memo(run, build);
}
