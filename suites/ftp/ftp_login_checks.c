/* Who may say what around the login: HOST, USER, PASS, REIN. */
#include <string.h>

#include "suites/ftp/ftp_checks.h"

#define SECOND INT64_C(1000000000)
#define ATTEMPTS 5 /* that RFC 2577 section 5 grants at most */
#define FAST 3     /* refusals without a delay that are no chance */

static struct bytes argument_of(const struct timeline *timeline, const struct ftp_turn *turn)
{
    return timeline->events[turn->command].command.argument;
}

/* --- HOST ------------------------------------------------------------------------------------- */

void ftp_host_before_user(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (!ftp_turn_is(turn, "HOST") || !turn->logged_in || turn->pipelined)
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, turn->command)),
                    "HOST before USER", "HOST when the user was logged in");
        if (turn->code / 100 == 2)
            rule_breach(
                run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                "503 to HOST when the user is logged in", "%d", turn->code);
    }
}

static size_t count_of(struct bytes text, char octet)
{
    size_t count = 0;

    for (size_t n = 0; n < text.len; n++)
        count += text.at[n] == octet;
    return count;
}

/* True where `host` is an IPv6 address without brackets, or has a port behind it. */
static bool is_bad_host(struct bytes host)
{
    size_t end = bytes_index(host, ']');
    uint64_t port;

    if (host.len > 0 && host.at[0] == '[')
        return end + 1 < host.len && host.at[end + 1] == ':' &&
               bytes_to_u64(bytes_from(host, end + 2), &port);
    if (count_of(host, ':') > 1)
        return true;
    return bytes_to_u64(bytes_from(host, bytes_index(host, ':') + 1), &port) &&
           count_of(host, ':') == 1;
}

void ftp_host_no_port(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (!ftp_turn_is(turn, "HOST") || !is_bad_host(argument_of(timeline, turn)))
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, turn->command)),
                    "a name, or an address (IPv6 in brackets), without a port", "%s",
                    rule_quote(run, argument_of(timeline, turn)));
        if (turn->code == 220 && !turn->pipelined)
            rule_breach(
                run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                "501 to HOST with a port", "220");
    }
}

/* --- refused passwords ------------------------------------------------------------------------ */

static bool is_failed_pass(const struct ftp_turn *turn)
{
    return ftp_turn_is(turn, "PASS") && turn->code == 530 && !turn->pipelined;
}

void ftp_login_attempts(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *fifth = NULL;
    size_t failed = 0;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (turn->logged_in)
            return;
        if (!is_failed_pass(turn))
            continue;
        if (++failed == ATTEMPTS)
            fifth = turn;
        if (failed <= ATTEMPTS)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, fifth->final), ftp_packet(timeline, turn->final)),
                    "421 and the end of the connection after five refused passwords at most",
                    "530 to password %zu", failed);
        return;
    }
}

void ftp_login_delay(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    size_t fast = 0;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int64_t took;

        if (!is_failed_pass(turn))
            continue;
        took = timeline->events[turn->final].time - timeline->events[turn->command].time;
        fast = took < SECOND ? fast + 1 : 0;
        if (fast < FAST)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                    "some seconds before 530 to a wrong password",
                    "%d in a row within a second, the last after %lld ms", FAST,
                    (long long)(took / 1000000));
        return;
    }
}

static bool is_anonymous(struct bytes name)
{
    return bytes_is_nocase(name, "anonymous") || bytes_is_nocase(name, "ftp");
}

void ftp_user_uniform(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *asked = NULL, *refused = NULL;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;

        if (!ftp_turn_is(turn, "USER") || turn->logged_in || turn->pipelined ||
            argument_of(timeline, turn).len == 0 || is_anonymous(argument_of(timeline, turn)))
            continue;
        if (code == 331)
            asked = turn;
        else if (code == 530)
            refused = turn;
    }
    if (asked == NULL || refused == NULL ||
        bytes_equal(argument_of(timeline, asked), argument_of(timeline, refused)))
        return;
    rule_breach(run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, asked->final), ftp_packet(timeline, refused->final)),
                "331 to every name, and no refusal before PASS", "331 to %s, 530 to %s",
                rule_quote(run, argument_of(timeline, asked)),
                rule_quote(run, argument_of(timeline, refused)));
}

/* True where the password is what guests give: an address, or "guest" (RFC 1635). */
static bool is_guest_word(struct bytes password)
{
    return bytes_index(password, '@') < password.len || bytes_is_nocase(password, "guest");
}

static bool has(struct bytes text, const char *words)
{
    return bytes_search(text, bytes_of(words)) < text.len;
}

/* True where the 331 says "your name", as NetBSD's server does, and does not speak of mail. */
static bool asks_for_name(const struct event *reply)
{
    return has(reply->text, "your name") && !has(reply->text, "mail");
}

void ftp_anonymous_pass(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 2; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *user = turn - 1;

        if (!ftp_turn_is(turn, "PASS") || !ftp_turn_is(user, "USER") || user->code != 331 ||
            !is_anonymous(argument_of(timeline, user)) ||
            is_guest_word(argument_of(timeline, turn)) ||
            asks_for_name(&timeline->events[user->final]))
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, turn->command)),
                    "a mail address as the password of an anonymous user", "%s",
                    rule_quote(run, argument_of(timeline, turn)));
    }
}

/* --- sequences that begin again --------------------------------------------------------------- */

void ftp_client_restarts(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const seconds[][2] = {{"RNTO", "RNFR"}, {"ACCT", "USER"}, {NULL, NULL}};
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 2; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *before = turn - 1;

        if (before->pipelined || before->code < 400)
            continue;
        if (turn->logged_in && ftp_turn_is(turn, "ACCT"))
            continue; /* an account for a single command is no part of the login */
        for (int s = 0; seconds[s][0] != NULL; s++)
            if (ftp_turn_is(turn, seconds[s][0]) && ftp_turn_is(before, seconds[s][0]))
                rule_breach(run, SIDE_CLIENT,
                            PACKETS(ftp_packet(timeline, before->final),
                                    ftp_packet(timeline, turn->command)),
                            "a sequence that failed begun again at its first command",
                            "%s once more instead of %s", seconds[s][0], seconds[s][1]);
    }
}

void ftp_rest_again(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *rest = NULL, *failed = NULL;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (ftp_turn_is(turn, "REST") || ftp_turn_is(turn, "REIN")) {
            bool set = turn->code == 350 && !bytes_is(argument_of(timeline, turn), "0");

            rest = set ? turn : NULL;
            failed = NULL;
        }
        if ((turn->traits & FTP_VERB_TRANSFERS) == 0 || rest == NULL)
            continue;
        if (failed != NULL)
            rule_breach(run, SIDE_CLIENT,
                        PACKETS(ftp_packet(timeline, rest->command),
                                ftp_packet(timeline, failed->final),
                                ftp_packet(timeline, turn->command)),
                        "REST again before the next transfer, REST 0 at least",
                        "%s without REST after a restarted %s that failed",
                        ftp_turn_verb(timeline, turn), ftp_turn_verb(timeline, failed));
        failed = failed == NULL && turn->code >= 400 ? turn : NULL;
        rest = failed == NULL ? NULL : rest;
    }
}
