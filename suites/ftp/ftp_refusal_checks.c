/* How a server refuses: the code where it does not know a command, whether the failure may pass,
 * and how long it waits for a client that says nothing. */
#include "suites/ftp/ftp_answer.h"
#include "suites/ftp/ftp_checks.h"

#define SECOND INT64_C(1000000000)
#define IDLE_LEAST (300 * SECOND)

/* True where one of the words, in any case, is in the text. */
static bool has_word(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++) {
        size_t len = bytes_of(*words).len;

        for (size_t at = 0; at + len <= text.len; at++)
            if (bytes_is_nocase(bytes_slice(text, at, len), *words))
                return true;
    }
    return false;
}

/* --- unknown commands ------------------------------------------------------------------------- */

/* True where the text says that the command is not known. A code alone does not: a server may have
 * commands that nobody else has. */
static bool says_unknown(struct bytes text)
{
    static const char *const what[] = {"command", "verb", NULL};
    static const char *const how[] = {
        "unknown",       "unrecogni",     "not recogni", "understood", "invalid", "not implemented",
        "unimplemented", "not supported", "unsupported", "not found",  "no such", NULL};
    static const char *const about_argument[] = {"param", "argument", "option", "syntax", NULL};

    return has_word(text, what) && has_word(text, how) && !has_word(text, about_argument);
}

static bool may_refuse(int code)
{
    return code == 500 || code == 502 || code == 503 || code == 504 || code == 530 || code == 202 ||
           code == 421;
}

void ftp_unknown_500_502(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;
        const struct event *reply;

        if (turn->final == FTP_NONE || turn->pipelined || may_refuse(code) ||
            timeline->events[turn->command].command.known != NULL)
            continue;
        reply = &timeline->events[turn->final];
        if (says_unknown(ftp_answer_text(reply, 0)))
            rule_breach(run, SIDE_SERVER,
                        PACKETS(ftp_packet(timeline, turn->command), reply->packet),
                        "500 or 502 to a command that is not known", "%s",
                        rule_quote(run, ftp_answer_line(reply, 0)));
    }
}

/* --- failures that pass ----------------------------------------------------------------------- */

/* Commands that change nothing for those that follow, and whose success hangs on no file. */
static bool changes_nothing(const struct ftp_turn *turn)
{
    static const char *const verbs[] = {"NOOP", "PWD", "SYST", "FEAT", "HELP", NULL};

    for (const char *const *verb = verbs; *verb != NULL; verb++)
        if (ftp_turn_is(turn, *verb))
            return true;
    return false;
}

/* Commands whose success hangs on nothing that somebody else may change: no file, no right. */
static bool stands_alone(const struct ftp_turn *turn)
{
    return changes_nothing(turn) || ftp_turn_is(turn, "PASV") || ftp_turn_is(turn, "EPSV") ||
           ftp_turn_is(turn, "TYPE") || ftp_turn_is(turn, "MODE") || ftp_turn_is(turn, "STRU");
}

static bool said_the_same(const struct timeline *timeline, const struct ftp_turn *a,
                          const struct ftp_turn *b)
{
    return a->command != FTP_NONE && b->command != FTP_NONE &&
           bytes_equal(timeline->events[a->command].text, timeline->events[b->command].text);
}

/* The turn after `n` that says the same where nothing has changed in between; NULL: none. */
static const struct ftp_turn *said_again(const struct timeline *timeline,
                                         const struct ftp_dialogue *dialogue, size_t n)
{
    for (size_t m = n + 1; m < dialogue->count; m++) {
        const struct ftp_turn *turn = &dialogue->turns[m];

        if (said_the_same(timeline, turn, &dialogue->turns[n]))
            return turn;
        if (!changes_nothing(turn) || turn->pipelined)
            return NULL;
    }
    return NULL;
}

/* The second PASS of one user with one password, directly after the first; NULL: none. */
static const struct ftp_turn *login_again(const struct timeline *timeline,
                                          const struct ftp_dialogue *dialogue, size_t n)
{
    const struct ftp_turn *turns = dialogue->turns;

    if (n < 2 || n + 2 >= dialogue->count || !ftp_turn_is(&turns[n], "PASS") ||
        !ftp_turn_is(&turns[n - 1], "USER") ||
        !said_the_same(timeline, &turns[n - 1], &turns[n + 1]) ||
        !said_the_same(timeline, &turns[n], &turns[n + 2]))
        return NULL;
    return &turns[n + 2];
}

/* 503 says that something has to come first, and 530 that a login has to. */
static bool is_final_refusal(int code, bool of_login)
{
    return code / 100 == 5 && code != 503 && (of_login || code != 530);
}

void ftp_4yz_retryable(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *again;
        bool of_login = ftp_turn_is(turn, "PASS");

        if (turn->pipelined || !is_final_refusal(turn->code, of_login) ||
            !(of_login || stands_alone(turn)))
            continue;
        again = of_login ? login_again(timeline, dialogue, n) : said_again(timeline, dialogue, n);
        if (again == NULL || again->pipelined || again->code / 100 != 2)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final),
                            ftp_packet(timeline, again->final)),
                    "4yz where the same command may succeed later", "%d, and then %d to the same",
                    turn->code, again->code);
    }
}

/* --- silence ---------------------------------------------------------------------------------- */

/* When something last happened in the session before the server said this. */
static int64_t busy_until(const struct timeline *timeline, const struct event *reply)
{
    int64_t latest = INT64_MIN;

    for (const struct event *event = timeline->events; event < reply; event++)
        if (event->packet < reply->first_packet && event->time > latest)
            latest = event->time;
    for (size_t n = 1; n < timeline->flow_count; n++)
        if (timeline->flows[n].end_time > latest && timeline->flows[n].end_time < reply->time)
            latest = timeline->flows[n].end_time;
    return latest;
}

void ftp_idle_timeout(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const words[] = {"timeout", "time-out", "timed out", "time out",
                                        "idle",    "inactiv",  NULL};
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *last;
    const struct event *reply;
    int64_t waited;

    if (dialogue->spontaneous == FTP_NONE)
        return;
    reply = &timeline->events[dialogue->spontaneous];
    last = &dialogue->turns[dialogue->count - 1];
    if (reply->code != 421 || last->final == FTP_NONE || !has_word(reply->reply.text, words) ||
        (!last->logged_in && last->code != 230))
        return;
    waited = reply->time - busy_until(timeline, reply);
    if (waited < IDLE_LEAST - SECOND)
        rule_breach(run, SIDE_SERVER, PACKETS(ftp_packet(timeline, last->final), reply->packet),
                    "five minutes of silence before the session is ended", "421 after %lld s",
                    (long long)(waited / SECOND));
}
