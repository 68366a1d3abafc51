#include "suites/ftp/ftp_answer.h"

#include "suites/ftp/ftp_checks.h"

/* Of commands that were sent at once replies tell which is whose where all came, and none too many.
 */
static bool is_settled(const struct ftp_dialogue *dialogue, size_t n)
{
    return n < dialogue->settled && dialogue->spontaneous == FTP_NONE;
}

void ftp_answer_each(const struct timeline *timeline, struct rule_run *run, const char *verb,
                     int code, ftp_answer_fn *judge)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (turn->code != code || timeline->events[turn->final].cut ||
            (turn->pipelined && verb != NULL && !is_settled(dialogue, n)) ||
            (verb != NULL && !ftp_turn_is(turn, verb)))
            continue;
        judge(timeline, run, turn, &timeline->events[turn->final]);
    }
}

struct bytes ftp_answer_line(const struct event *reply, unsigned n)
{
    return ftp_reply_line(&reply->reply, n);
}

struct bytes ftp_answer_text(const struct event *reply, unsigned n)
{
    return bytes_from(ftp_answer_line(reply, n), 4);
}

void ftp_answer_breach(struct rule_run *run, const struct event *reply, const char *expected)
{
    rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet), expected, "%s",
                rule_quote(run, reply->reply.text));
}
