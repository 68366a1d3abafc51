/* Commands and replies in sequence: RFC 959 sections 4.2 and 5.4. */
#include <string.h>

#include "suites/ftp/ftp_checks.h"
#include "suites/ftp/ftp_replies.h"

#define SECONDS INT64_C(1000000000)

/* The first event of the server's on the control connection that is text. */
static const struct event *first_text(const struct timeline *timeline)
{
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->flow == 0 && (event->kind == EVENT_REPLY || event->kind == EVENT_BAD_REPLY))
            return event;
    }
    return NULL;
}

static bool command_before(const struct timeline *timeline, const struct event *reply)
{
    for (const struct event *event = timeline->events; event < reply; event++)
        if (event->kind == EVENT_COMMAND)
            return true;
    return false;
}

static bool starts_secured(const struct timeline *timeline)
{
    for (size_t n = 0; n < timeline->event_count; n++) {
        enum event_kind kind = timeline->events[n].kind;

        if (kind == EVENT_TLS)
            return true;
        if (kind == EVENT_REPLY || kind == EVENT_COMMAND)
            return false;
    }
    return false;
}

static bool is_greeting(int code)
{
    return code == 220 || code == 120 || code == 421;
}

void ftp_greeting_first(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *first = first_text(timeline);

    if (!timeline->from_start || !timeline->whole || first == NULL || starts_secured(timeline))
        return;
    if (first->kind == EVENT_REPLY && !is_greeting(first->code) && command_before(timeline, first))
        rule_breach(run, SIDE_SERVER, PACKETS(first->packet),
                    "220, 120 or 421 before any other reply", "the first reply is %s",
                    rule_quote(run, ftp_reply_line(&first->reply, 0)));
}

void ftp_greeting_code(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "220, 120 or 421";
    const struct event *first = first_text(timeline);
    const char *line;

    if (!timeline->from_start || !timeline->whole || first == NULL || starts_secured(timeline))
        return;
    if (first->kind != EVENT_REPLY || is_greeting(first->code) || command_before(timeline, first))
        return;
    line = rule_quote(run, ftp_reply_line(&first->reply, 0));
    if (ftp_reply_standing("", first->code, false) == FTP_REPLY_UNUSUAL)
        rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(first->packet), expected,
                    "the greeting %s", line);
    else
        rule_breach(run, SIDE_SERVER, PACKETS(first->packet), expected, "the greeting %s", line);
}

static int64_t handshake_end(const struct timeline *timeline)
{
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].flow == 0 && timeline->events[n].kind == EVENT_ACK)
            return timeline->events[n].time;
    return 0;
}

void ftp_greeting_prompt(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *first = first_text(timeline);
    int64_t ready = handshake_end(timeline);

    if (!timeline->from_start || !timeline->whole || first == NULL || ready == 0)
        return;
    if (first->time - ready > 30 * SECONDS)
        rule_breach(run, SIDE_SERVER, PACKETS(timeline->flows[0].ack, first->packet),
                    "a reply within 30 seconds of the connection",
                    "the first reply came after %.1f seconds", (double)(first->time - ready) / 1e9);
}

void ftp_120_then_220(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *greeting = dialogue->turns;
    int code;

    if (dialogue->count == 0 || greeting->preliminary == FTP_NONE || greeting->final == FTP_NONE)
        return;
    code = greeting->code;
    if (timeline->events[greeting->preliminary].code == 120 && code != 220 && code != 421)
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, greeting->preliminary),
                            ftp_packet(timeline, greeting->final)),
                    "220 after 120", "%d after 120", code);
}

void ftp_client_wait_greeting(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *greeting = dialogue->turns;

    if (dialogue->count < 2 || greeting->final == FTP_NONE ||
        dialogue->turns[1].command > greeting->final)
        return;
    rule_breach(run, SIDE_CLIENT,
                PACKETS(ftp_packet(timeline, dialogue->turns[1].command),
                        ftp_packet(timeline, greeting->final)),
                "no command before the greeting is complete", "%s before the greeting",
                ftp_turn_name(timeline, run, &dialogue->turns[1]));
}

/* Packet of the server's FIN where nothing else ended the connection first, else 0. */
static uint64_t server_hung_up(const struct timeline *timeline)
{
    const struct timeline_flow *control = &timeline->flows[0];
    const uint64_t others[] = {control->fin[SIDE_CLIENT], control->rst[SIDE_CLIENT],
                               control->rst[SIDE_SERVER]};
    uint64_t fin = control->fin[SIDE_SERVER];

    for (size_t n = 0; n < sizeof others / sizeof *others; n++)
        if (others[n] != 0 && others[n] < fin)
            return 0;
    return fin;
}

/* True where a command was still on its way to the server, or lay unread there, when it left. */
static bool left_unread(const struct timeline *timeline)
{
    return timeline->flows[0].rst[SIDE_SERVER] != 0 || timeline->flows[0].rst[SIDE_CLIENT] != 0;
}

static bool said_421(const struct timeline *timeline)
{
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].kind == EVENT_REPLY && timeline->events[n].code == 421)
            return true;
    return false;
}

static bool quits_before(const struct ftp_dialogue *dialogue, const struct ftp_turn *turn)
{
    for (const struct ftp_turn *other = dialogue->turns; other < turn; other++)
        if (ftp_turn_is(other, "QUIT"))
            return true;
    return false;
}

void ftp_one_final_reply(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    uint64_t fin = server_hung_up(timeline);

    if (!dialogue->complete || fin == 0 || left_unread(timeline))
        return;
    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        uint64_t asked = ftp_packet(timeline, turn->command);

        if (turn->final != FTP_NONE || turn->preliminary != FTP_NONE || asked > fin ||
            quits_before(dialogue, turn))
            continue;
        if (said_421(timeline))
            return;
        rule_breach(run, SIDE_SERVER, PACKETS(asked, fin), "a reply to every command",
                    "no reply to %s before the server closed the connection",
                    ftp_turn_name(timeline, run, turn));
    }
}

void ftp_at_most_one_1yz(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 0; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (turn->second != FTP_NONE)
            rule_breach(run, SIDE_SERVER,
                        PACKETS(ftp_packet(timeline, turn->preliminary),
                                ftp_packet(timeline, turn->second)),
                        "at most one preliminary reply to a command", "%d and %d to %s",
                        timeline->events[turn->preliminary].code,
                        timeline->events[turn->second].code, ftp_turn_name(timeline, run, turn));
    }
}

static bool may_be_preliminary(const struct timeline *timeline, const struct ftp_turn *turn)
{
    int code = timeline->events[turn->preliminary].code;

    if (turn->command == FTP_NONE || ftp_turn_is(turn, "REIN"))
        return code == 120;
    if (timeline->events[turn->command].command.known == NULL || ftp_turn_is(turn, "SITE"))
        return true;
    return (turn->traits & FTP_VERB_TRANSFERS) != 0;
}

void ftp_1yz_only_transfer(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 0; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (turn->preliminary == FTP_NONE || turn->pipelined || may_be_preliminary(timeline, turn))
            continue;
        rule_breach(
            run, SIDE_SERVER,
            PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->preliminary)),
            "a preliminary reply only to a command that transfers data", "%d to %s",
            timeline->events[turn->preliminary].code,
            turn->command == FTP_NONE ? "the connection" : ftp_turn_name(timeline, run, turn));
    }
}

void ftp_1yz_completed(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    uint64_t fin = server_hung_up(timeline);

    if (!dialogue->complete || fin == 0)
        return;
    for (size_t n = 0; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (turn->preliminary != FTP_NONE && turn->final == FTP_NONE && !said_421(timeline))
            rule_breach(run, SIDE_SERVER,
                        PACKETS(ftp_packet(timeline, turn->command),
                                ftp_packet(timeline, turn->preliminary), fin),
                        "a final reply after the preliminary one",
                        "none to %s before the server closed the connection",
                        ftp_turn_name(timeline, run, turn));
    }
}

void ftp_no_spontaneous(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct timeline_flow *control = &timeline->flows[0];
    const struct event *reply;

    if (dialogue->spontaneous == FTP_NONE)
        return;
    reply = &timeline->events[dialogue->spontaneous];
    if (reply->code == 421)
        return; /* the server says why it goes; that it does is another rule */
    if (control->fin[SIDE_CLIENT] != 0 && control->fin[SIDE_CLIENT] < reply->packet)
        return; /* the client has gone, and nothing can get out of step */
    rule_breach(
        run, SIDE_SERVER,
        PACKETS(ftp_packet(timeline, dialogue->turns[dialogue->count - 1].final), reply->packet),
        "no reply while no command waits for one", "%s, which answers nothing",
        rule_quote(run, ftp_reply_line(&reply->reply, 0)));
}

/* STAT may come during a transfer, ABOR and QUIT when the user has had enough. */
static bool may_interrupt(const struct timeline *timeline, const struct ftp_turn *turn)
{
    const struct ftp_command *command = &timeline->events[turn->command].command;

    if (!ftp_turn_is(turn, "STAT"))
        return ftp_turn_is(turn, "ABOR") || ftp_turn_is(turn, "QUIT") ||
               (command->quirks & FTP_COMMAND_TELNET) != 0;
    while (ftp_turn_is(turn, "STAT"))
        turn--;
    return (turn->traits & FTP_VERB_TRANSFERS) != 0;
}

/* A reply's event is its last packet; one that the client cannot have read yet is later than its
 * command. */
static bool overtakes(const struct ftp_turn *waiting, const struct ftp_turn *turn)
{
    return waiting->final != FTP_NONE && turn->command < waiting->final;
}

/* RFC 959 5.4 says that a user should wait, 4.2 that not to wait after 1yz violates the protocol.
 */
void ftp_cmd_before_final(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    bool told[2] = {false, false}; /* a client that does so does it all the time */

    for (size_t n = 2; n < dialogue->count; n++) {
        const struct ftp_turn *before = &dialogue->turns[n - 1], *turn = &dialogue->turns[n];
        bool begun;

        if (!overtakes(before, turn) || may_interrupt(timeline, turn) ||
            may_interrupt(timeline, before))
            continue;
        begun = before->preliminary < turn->command; /* FTP_NONE is above all */
        if (told[begun])
            continue;
        told[begun] = true;
        rule_remark(run, SIDE_CLIENT, begun ? VERDICT_FAIL : VERDICT_WARN,
                    PACKETS(ftp_packet(timeline, before->command),
                            ftp_packet(timeline, turn->command),
                            ftp_packet(timeline, before->final)),
                    "no command before the final reply to the one before it",
                    begun ? "%s after the preliminary reply to %s, before the final one"
                          : "%s before the reply to %s",
                    ftp_turn_name(timeline, run, turn), ftp_turn_name(timeline, run, before));
    }
}

/* Hold one reply against the table. */
static void judge_code(const struct timeline *timeline, struct rule_run *run,
                       const struct ftp_turn *turn, size_t reply, bool after)
{
    const struct event *event = &timeline->events[reply];
    const char *verb = ftp_turn_verb(timeline, turn);
    const uint64_t *packets = PACKETS(ftp_packet(timeline, turn->command), event->packet);
    const char *when = after ? " after a preliminary reply" : "";
    enum ftp_reply_standing standing = ftp_reply_standing(verb, event->code, after);
    bool fits;

    if (standing == FTP_REPLY_LISTED || standing == FTP_REPLY_CUSTOM || !ftp_reply_knows(verb))
        return;
    fits = ftp_reply_class_listed(verb, event->code, after);
    if (event->code / 100 == 6 || event->code < 100 || event->code > 599)
        return; /* told by the rule on the first digit */
    if (fits && !ftp_reply_code_known(event->code))
        return; /* told by the rules on the digits and on known codes */
    if (standing == FTP_REPLY_UNUSUAL || fits)
        rule_remark(run, SIDE_SERVER, VERDICT_WARN, packets,
                    "one of the replies that the RFCs list for the command", "%d to %s%s",
                    event->code, verb, when);
    else
        rule_breach(run, SIDE_SERVER, packets,
                    "one of the replies that the RFCs list for the command", "%d to %s%s",
                    event->code, verb, when);
}

void ftp_reply_code_table(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (turn->pipelined)
            continue;
        if (ftp_turn_is(turn, "SITE") && turn->preliminary != FTP_NONE)
            continue; /* what SITE does is the server's own matter */
        if (turn->preliminary != FTP_NONE && may_be_preliminary(timeline, turn))
            judge_code(timeline, run, turn, turn->preliminary, false);
        if (turn->final != FTP_NONE)
            judge_code(timeline, run, turn, turn->final, turn->preliminary != FTP_NONE);
    }
}

void ftp_mandatory_verbs(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;
        bool acct = ftp_turn_is(turn, "ACCT");

        if (turn->pipelined || code != 502 || (turn->traits & FTP_VERB_MANDATORY) == 0)
            continue;
        if (acct || !turn->logged_in)
            continue; /* nearly nobody has ACCT; before login a server may hide what it has */
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                    "a server that has the command", "502 to %s", ftp_turn_verb(timeline, turn));
    }
}

void ftp_421_closes(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *control = &timeline->flows[0];

    if (!timeline->from_start || !timeline->whole || !timeline->ended)
        return;
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->kind == EVENT_TLS)
            return;
        if (event->kind != EVENT_REPLY || event->code != 421)
            continue;
        for (size_t m = n + 1; m < timeline->event_count; m++) {
            const struct event *later = &timeline->events[m];

            if (later->kind != EVENT_REPLY)
                continue;
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet, later->packet),
                        "no reply after 421, and the connection closed", "%d after 421",
                        later->code);
            return;
        }
        if (control->fin[SIDE_SERVER] == 0 && control->rst[SIDE_SERVER] == 0 &&
            control->rst[SIDE_CLIENT] == 0 && control->fin[SIDE_CLIENT] != 0)
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet, control->fin[SIDE_CLIENT]),
                        "no reply after 421, and the connection closed",
                        "the client had to close it");
    }
}

void ftp_quit_221_fin(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct timeline_flow *control = &timeline->flows[0];

    if (!timeline->whole || !timeline->ended)
        return;
    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        uint64_t answered = ftp_packet(timeline, turn->final);
        uint64_t reset = control->rst[SIDE_SERVER];

        if (!ftp_turn_is(turn, "QUIT") || turn->code != 221)
            continue;
        /* A client that has gone away already gets an RST for the 221 itself. */
        if (reset > answered && control->fin[SIDE_SERVER] == 0 && control->fin[SIDE_CLIENT] == 0 &&
            control->rst[SIDE_CLIENT] == 0)
            rule_breach(run, SIDE_SERVER, PACKETS(answered, reset),
                        "the control connection closed in order after 221", "an RST after 221");
    }
}

/* True where all was seen up to the client's FIN; some servers still say goodbye to it. */
static bool sees_end(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                     uint64_t fin)
{
    return dialogue->complete ||
           (dialogue->spontaneous != FTP_NONE && ftp_packet(timeline, dialogue->spontaneous) > fin);
}

void ftp_client_quit(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct timeline_flow *control = &timeline->flows[0];
    const struct ftp_turn *last;
    uint64_t fin = control->fin[SIDE_CLIENT];

    if (!sees_end(timeline, dialogue, fin) || fin == 0 || dialogue->count < 2)
        return;
    last = &dialogue->turns[dialogue->count - 1];
    if ((control->fin[SIDE_SERVER] != 0 && control->fin[SIDE_SERVER] < fin) ||
        (control->rst[SIDE_SERVER] != 0 && control->rst[SIDE_SERVER] < fin))
        return;
    if (ftp_turn_is(last, "QUIT") || quits_before(dialogue, last) || said_421(timeline))
        return;
    rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, last->command), fin),
                "QUIT before the connection is closed", "the connection closed after %s",
                ftp_turn_name(timeline, run, last));
}

/* The transfer that an ABOR interrupted: the turn before it, where that got its 1yz. */
static const struct ftp_turn *interrupted(const struct ftp_turn *abor)
{
    const struct ftp_turn *before = abor - 1;

    return before->preliminary != FTP_NONE && before->final > abor->command ? before : NULL;
}

void ftp_abor_sequence(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct ftp_turn *transfer = interrupted(turn);
        int code = turn->code;

        if (!ftp_turn_is(turn, "ABOR") || transfer == NULL || code == 0 || code == 226 ||
            code == 225 || code / 100 == 5)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, transfer->final),
                            ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                    "the reply to the transfer, then 226 or 225 to ABOR", "%d to %s, %d to ABOR",
                    transfer->code, ftp_turn_verb(timeline, transfer), code);
    }
}
