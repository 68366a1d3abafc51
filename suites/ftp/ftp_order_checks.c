/* Replies to commands that were sent at once, and replies that end where the server says so. */
#include "suites/ftp/ftp_checks.h"

/* --- commands sent at once -------------------------------------------------------------------- */

/* Commands with the code that says which one succeeded. */
static const struct owner {
    const char *verb;
    int code;
} owners[] = {
    {"PWD", 257},  {"SYST", 215}, {"PASV", 227}, {"EPSV", 229}, {"SIZE", 213},
    {"MDTM", 213}, {"FEAT", 211}, {"REST", 350}, {"RNFR", 350}, {NULL, 0},
};

static bool owns(const struct ftp_turn *turn, int code)
{
    for (const struct owner *owner = owners; owner->verb != NULL; owner++)
        if (ftp_turn_is(turn, owner->verb))
            return owner->code == code;
    return false;
}

/* True where each has what belongs to the other, and not what belongs to itself. */
static bool crossed(const struct ftp_turn *a, const struct ftp_turn *b)
{
    int code_a = a->code, code_b = b->code;

    return code_a != code_b && owns(a, code_b) && owns(b, code_a);
}

void ftp_queue_pipelined(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n + 1 < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        for (size_t m = n + 1; turn->pipelined && m < dialogue->count; m++) {
            const struct ftp_turn *other = &dialogue->turns[m];

            if (!other->pipelined || other->command > turn->final)
                break;
            if (crossed(turn, other))
                rule_breach(
                    run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, other->command), ftp_packet(timeline, turn->final),
                            ftp_packet(timeline, other->final)),
                    "replies in the order of the commands", "%d to %s before %d to %s", turn->code,
                    ftp_turn_verb(timeline, other), other->code, ftp_turn_verb(timeline, turn));
        }
    }
}

/* --- a last line with another code ------------------------------------------------------------ */

static bool has_code(struct bytes line)
{
    for (size_t n = 0; n < 3; n++)
        if (n >= line.len || line.at[n] < '0' || line.at[n] > '9')
            return false;
    return line.len > 3 && line.at[3] == ' ';
}

/* The line that ends with the segment where it has a code, but not `code`; empty otherwise. */
static struct bytes other_end(struct bytes segment, struct bytes code)
{
    struct bytes line = {NULL, 0};
    size_t len;

    while ((len = ftp_line_length(segment)) > 0) {
        line = ftp_line_text(bytes_slice(segment, 0, len));
        segment = bytes_from(segment, len);
    }
    return segment.len == 0 && has_code(line) && !bytes_equal(bytes_slice(line, 0, 3), code)
               ? line
               : (struct bytes){NULL, 0};
}

/* The next event of the control connection that carries something; NULL: none. */
static const struct event *next_said(const struct timeline *timeline, const struct event *event)
{
    const struct event *end = timeline->events + timeline->event_count;

    while (++event < end)
        if (event->flow == 0 && event->kind != EVENT_FIRST && event->kind != EVENT_LAST)
            return event;
    return NULL;
}

/* True where the server said the line, heard a command, and answered it: it was the last line. */
static bool was_the_end(const struct timeline *timeline, const struct event *line)
{
    const struct event *heard = next_said(timeline, line), *said;

    if (heard == NULL || heard->kind != EVENT_SEGMENT || heard->from != SIDE_CLIENT)
        return false;
    said = next_said(timeline, heard);
    if (said == NULL || said->kind != EVENT_COMMAND)
        return false;
    said = next_said(timeline, said);
    return said != NULL && said->kind == EVENT_SEGMENT && said->from == SIDE_SERVER &&
           (has_code(said->text) || (said->text.len > 3 && said->text.at[3] == '-'));
}

/* The segment with which the server ended the reply in its own view; NULL: none. */
static const struct event *ended_with(const struct timeline *timeline, const struct event *reply)
{
    struct bytes code = bytes_slice(reply->text, 0, 3);

    for (const struct event *event = timeline->events; event < reply; event++)
        if (event->flow == 0 && event->kind == EVENT_SEGMENT && event->from == SIDE_SERVER &&
            event->packet >= reply->first_packet && other_end(event->text, code).len > 0 &&
            was_the_end(timeline, event))
            return event;
    return NULL;
}

void ftp_multiline_same_code(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *reply;

    if (!timeline->from_start || !timeline->whole)
        return;
    while ((reply = *walk++) != NULL) {
        const struct event *end;

        if (reply->text.len < 4 || reply->text.at[3] != '-' ||
            reply->first_packet == reply->packet || (end = ended_with(timeline, reply)) == NULL)
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, end->packet),
                    "a last line with the code of the first", "%s after %s",
                    rule_quote(run, other_end(end->text, bytes_slice(reply->text, 0, 3))),
                    rule_quote(run, ftp_line_text(bytes_slice(reply->text, 0,
                                                              ftp_line_length(reply->text)))));
    }
}
