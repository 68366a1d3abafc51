/* What comes in the middle of a transfer: ABOR, STAT, QUIT, and the Telnet commands before them. */
#include <string.h>

#include "suites/ftp/ftp_checks.h"

#define SECOND INT64_C(1000000000)
#define LOOK_BACK 32 /* commands during one transfer */

enum { IAC = 255, DONT = 254, DO = 253, WONT = 252, WILL = 251, IP = 244, DM = 242 };

/* The transfer that was under way when this command came; NULL: none. */
static const struct ftp_turn *interrupted(const struct ftp_dialogue *dialogue,
                                          const struct ftp_turn *turn)
{
    const struct ftp_turn *last =
        turn > dialogue->turns + LOOK_BACK ? turn - LOOK_BACK : dialogue->turns;

    for (const struct ftp_turn *before = turn - 1; before > last; before--)
        if (before->preliminary != FTP_NONE && before->preliminary < turn->command &&
            before->final > turn->command)
            return before;
    return NULL;
}

/* The server's FIN on the control connection, where it closed first and both FINs were seen; NULL
 * otherwise. */
static const struct event *server_closes(const struct timeline *timeline,
                                         const struct ftp_dialogue *dialogue)
{
    const struct event *server = ftp_fin(timeline, dialogue, SIDE_SERVER);
    const struct event *client = ftp_fin(timeline, dialogue, SIDE_CLIENT);

    return server != NULL && client != NULL && server->packet < client->packet ? server : NULL;
}

/* --- ABOR ------------------------------------------------------------------------------------- */

void ftp_abor_stays(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *end = server_closes(timeline, dialogue), *reply;
    const struct ftp_turn *last;

    if (!dialogue->complete || dialogue->count < 2 || end == NULL)
        return;
    last = &dialogue->turns[dialogue->count - 1];
    if (!ftp_turn_is(last, "ABOR") || last->code / 100 != 2)
        return;
    reply = &timeline->events[last->final];
    if (end->packet > reply->packet && end->time - reply->time < SECOND)
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, last->command), reply->packet, end->packet),
                    "the control connection open after ABOR", "an end within a second of %d",
                    reply->code);
}

void ftp_abor_closes_data(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *transfer;
        const struct event *reply, *fin;

        if (!ftp_turn_is(turn, "ABOR") || turn->code != 226 ||
            (transfer = interrupted(dialogue, turn)) == NULL || transfer->flow == 0 ||
            dialogue->marks[transfer->flow].fin[SIDE_SERVER] == FTP_NONE)
            continue;
        fin = &timeline->events[dialogue->marks[transfer->flow].fin[SIDE_SERVER]];
        reply = &timeline->events[turn->final];
        if (fin->packet > reply->packet && fin->time - reply->time > 5 * SECOND)
            rule_breach(run, SIDE_SERVER,
                        PACKETS(ftp_packet(timeline, turn->command), reply->packet, fin->packet),
                        "the data connection closed by the server before 226 to ABOR",
                        "its FIN %lld seconds later",
                        (long long)((fin->time - reply->time) / SECOND));
    }
}

static unsigned octet(struct bytes text, size_t n)
{
    return n < text.len ? (uint8_t)text.at[n] : 0;
}

/* True where the line has IP or DM in it, and not IP, then DM, then the command. */
static bool is_out_of_order(struct bytes line)
{
    bool ip = false, dm = false;

    for (size_t n = 0; n + 1 < line.len; n++) {
        if (octet(line, n) != IAC)
            continue;
        if (octet(line, n + 1) == DM && !ip)
            return true;
        ip = ip || octet(line, n + 1) == IP;
        dm = dm || octet(line, n + 1) == DM;
        n++;
    }
    return ip && !dm;
}

void ftp_abor_telnet_order(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        struct bytes line;

        if (!ftp_turn_is(turn, "ABOR"))
            continue;
        line = timeline->events[turn->command].text;
        if (is_out_of_order(line))
            rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, turn->command)),
                        "Telnet IP, then Synch (DM), then the command", "%s",
                        rule_quote(run, line));
    }
}

/* --- STAT and QUIT ---------------------------------------------------------------------------- */

void ftp_stat_in_transfer(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *transfer;
        int code = turn->code;

        if (!ftp_turn_is(turn, "STAT") || code < 500 || code == 530 ||
            timeline->events[turn->command].command.argument.len > 0 ||
            (transfer = interrupted(dialogue, turn)) == NULL)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, transfer->command),
                            ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                    "211, 212 or 213 to STAT, at once or when the transfer is over",
                    "%d to STAT during %s", code, ftp_turn_verb(timeline, transfer));
    }
}

/* The transfer that waits for its final reply at the end of the dialogue; NULL: none. */
static const struct ftp_turn *unfinished(const struct ftp_dialogue *dialogue)
{
    for (size_t n = 1; n < dialogue->count; n++)
        if (dialogue->turns[n].preliminary != FTP_NONE && dialogue->turns[n].final == FTP_NONE)
            return &dialogue->turns[n];
    return NULL;
}

void ftp_quit_in_transfer(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *end = server_closes(timeline, dialogue);
    const struct ftp_turn *transfer = unfinished(dialogue);

    if (!dialogue->complete || end == NULL || transfer == NULL)
        return;
    for (const struct ftp_turn *turn = transfer + 1; turn < dialogue->turns + dialogue->count;
         turn++)
        if (ftp_turn_is(turn, "QUIT"))
            rule_breach(run, SIDE_SERVER,
                        PACKETS(ftp_packet(timeline, transfer->command),
                                ftp_packet(timeline, turn->command), end->packet),
                        "the result of the transfer before the connection ends",
                        "an end without a reply to %s", ftp_turn_verb(timeline, transfer));
}

/* --- Telnet options --------------------------------------------------------------------------- */

/* The refusal that the option in `text` at `n` asks for: DONT to WILL, WONT to DO; 0: none. */
static unsigned refusal_of(struct bytes text, size_t n)
{
    if (octet(text, n) != IAC)
        return 0;
    return octet(text, n + 1) == WILL ? DONT : octet(text, n + 1) == DO ? WONT : 0;
}

static bool sends(const struct timeline *timeline, size_t from, unsigned verb, unsigned option)
{
    const char wanted[] = {(char)IAC, (char)verb, (char)option};

    for (size_t n = from; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->flow == 0 && event->kind == EVENT_SEGMENT && event->from == SIDE_SERVER &&
            bytes_search(event->text, (struct bytes){wanted, sizeof wanted}) < event->text.len)
            return true;
    }
    return false;
}

/* Judge the options that this segment of the client's names. False where one was not refused. */
static bool judge_options(const struct timeline *timeline, struct rule_run *run, size_t at,
                          uint64_t answered)
{
    const struct event *event = &timeline->events[at];

    for (size_t n = 0; n + 2 < event->text.len; n++) {
        unsigned refusal = refusal_of(event->text, n), option = octet(event->text, n + 2);

        if (refusal == 0 || sends(timeline, at, refusal, option))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(event->packet, answered),
                    "IAC DONT to each IAC WILL, and IAC WONT to each IAC DO",
                    "no answer to option %u", option);
        return false;
    }
    return true;
}

void ftp_telnet_refuses(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    if (!dialogue->complete)
        return;
    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct event *command;

        if (turn->command == FTP_NONE || turn->final == FTP_NONE)
            continue;
        command = &timeline->events[turn->command];
        if ((command->command.quirks & FTP_COMMAND_NEGOTIATES) == 0)
            continue;
        for (size_t s = turn->command; s-- > 0;) {
            const struct event *event = &timeline->events[s];

            if (event->packet < command->first_packet)
                break;
            if (event->flow == 0 && event->kind == EVENT_SEGMENT && event->from == SIDE_CLIENT &&
                !judge_options(timeline, run, s, ftp_packet(timeline, turn->final)))
                return;
        }
    }
}

/* --- urgent data ------------------------------------------------------------------------------ */

/* The client's next whole command; NULL where none was seen. */
static const struct event *command_after(const struct timeline *timeline, const struct event *event)
{
    const struct event *end = timeline->events + timeline->event_count;

    while (++event < end && event->kind != EVENT_GAP && event->kind != EVENT_TLS)
        if (event->kind == EVENT_COMMAND)
            return event;
    return NULL;
}

static bool may_be_urgent(const struct event *command)
{
    return bytes_is_nocase(command->command.verb, "ABOR") ||
           bytes_is_nocase(command->command.verb, "STAT") ||
           bytes_is_nocase(command->command.verb, "QUIT");
}

void ftp_urg_only_synch(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "urgent data only as the Synch before ABOR, STAT or QUIT";
    bool tls = false;

    if (!timeline->from_start || !timeline->whole ||
        !ftp_heard_any(&ftp_dialogue(timeline, run)->heard, EVENT_URGENT))
        return;
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n], *command;

        tls = tls || event->kind == EVENT_TLS;
        if (event->kind != EVENT_URGENT || event->from != SIDE_CLIENT)
            continue;
        command = command_after(timeline, event);
        if (tls)
            rule_breach(run, SIDE_CLIENT, PACKETS(event->packet), expected,
                        "urgent data in TLS, which cannot have it (RFC 4217 14)");
        else if (command != NULL && !may_be_urgent(command))
            rule_breach(run, SIDE_CLIENT, PACKETS(event->packet, command->packet), expected,
                        "urgent data with %s", rule_quote(run, ftp_line_text(command->text)));
    }
}
