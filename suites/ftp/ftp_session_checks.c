/* Commands that belong together: login, rename, restart, EPSV ALL. */
#include <string.h>

#include "suites/ftp/ftp_checks.h"

static const char *const no_verbs[] = {NULL};

static bool is_one_of(const struct ftp_turn *turn, const char *const *verbs)
{
    for (; *verbs != NULL; verbs++)
        if (ftp_turn_is(turn, *verbs))
            return true;
    return false;
}

/* The turn after `turn`, skipping those that change nothing here; NULL where it is the last. */
static const struct ftp_turn *next_but(const struct ftp_dialogue *dialogue,
                                       const struct ftp_turn *turn, const char *const *skipped)
{
    for (turn++; turn < dialogue->turns + dialogue->count; turn++)
        if (!is_one_of(turn, skipped))
            return turn;
    return NULL;
}

static void breach_after(const struct timeline *timeline, struct rule_run *run,
                         const struct ftp_turn *turn, const struct ftp_turn *next,
                         const char *expected)
{
    rule_breach(run, SIDE_CLIENT,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final),
                        ftp_packet(timeline, next->command)),
                expected, "%s after %d to %s", ftp_turn_name(timeline, run, next), turn->code,
                ftp_turn_name(timeline, run, turn));
}

/* The diagram of RFC 959 section 6 goes from USER by any 3yz to PASS. */
static bool is_next_in_login(const struct ftp_turn *turn, const struct ftp_turn *next)
{
    return ftp_turn_is(turn, "USER") && ftp_turn_is(next, "PASS");
}

/* After `verb` was answered by `code` the client goes on with one of `allowed`. */
static void must_follow(const struct timeline *timeline, struct rule_run *run, const char *verb,
                        int code, const char *const *allowed, const char *expected)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct ftp_turn *next = next_but(dialogue, turn, no_verbs);

        if (turn->pipelined || next == NULL || turn->code != code ||
            (verb != NULL && !ftp_turn_is(turn, verb)))
            continue;
        if (!is_one_of(next, allowed) && !is_next_in_login(turn, next))
            breach_after(timeline, run, turn, next, expected);
    }
}

void ftp_client_331_pass(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const allowed[] = {"USER", "QUIT", "REIN", "HOST", "AUTH", "NOOP", "HELP",
                                          "FEAT", "OPTS", "SYST", "ADAT", "ACCT", NULL};

    must_follow(timeline, run, "USER", 331, allowed, "PASS after 331 to USER");
}

void ftp_client_332_acct(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const allowed[] = {"ACCT", "USER", "QUIT", "REIN", "NOOP", "HELP", NULL};

    must_follow(timeline, run, NULL, 332, allowed, "ACCT after 332");
}

void ftp_pass_after_user(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const between[] = {"NOOP", "HELP", "MIC",  "ENC", "CONF",
                                          "OPTS", "FEAT", "SYST", NULL};
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *before = turn - 1;

        if (!ftp_turn_is(turn, "PASS"))
            continue;
        while (before > dialogue->turns && is_one_of(before, between))
            before--;
        if (before > dialogue->turns && ftp_turn_is(before, "USER"))
            continue;
        rule_breach(
            run, SIDE_CLIENT,
            PACKETS(ftp_packet(timeline, before->command), ftp_packet(timeline, turn->command)),
            "USER immediately before PASS", "PASS after %s", ftp_turn_name(timeline, run, before));
    }
}

static bool needs_login(const struct ftp_turn *turn)
{
    static const char *const open[] = {"STAT", "HELP", "SITE", "MODE", "TYPE",
                                       "STRU", "REIN", "ALLO", "ABOR", NULL};
    unsigned traits = turn->traits;

    return traits != 0 && (traits & FTP_VERB_BEFORE_LOGIN) == 0 && !is_one_of(turn, open);
}

/* Report the first command that is obeyed although nobody is logged in: before the first REIN, or
 * after it. */
static void judge_without_login(const struct timeline *timeline, struct rule_run *run,
                                bool after_rein, const char *expected)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    bool reset = false;

    if (dialogue->count > 0 && dialogue->turns->code == 230)
        return; /* nobody has to log in, after REIN as before */
    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        size_t reply = turn->preliminary != FTP_NONE ? turn->preliminary : turn->final;

        if (ftp_turn_is(turn, "REIN"))
            reset = true;
        if (reset != after_rein || turn->logged_in || turn->pipelined || reply == FTP_NONE ||
            !needs_login(turn))
            continue;
        if (timeline->events[reply].code >= 300)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, reply)),
                    expected, "%d to %s", timeline->events[reply].code,
                    ftp_turn_verb(timeline, turn));
        return; /* a server without login; told once */
    }
}

void ftp_530_before_login(const struct timeline *timeline, struct rule_run *run)
{
    judge_without_login(timeline, run, false, "530 before the user is logged in");
}

void ftp_rein_resets(const struct timeline *timeline, struct rule_run *run)
{
    judge_without_login(timeline, run, true, "530 after REIN until the user logs in again");
}

void ftp_rnto_503(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    bool named = false; /* some RNFR was accepted, and no RNTO since */

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;

        if (ftp_turn_is(turn, "RNFR"))
            named = code == 350 || code == 0;
        if (!ftp_turn_is(turn, "RNTO"))
            continue;
        if (!named && turn->logged_in && !turn->pipelined && code >= 200 && code < 400)
            rule_breach(
                run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                "503 to RNTO without an accepted RNFR before it", "%d", code);
        named = false;
    }
}

void ftp_rnfr_rnto_adjacent(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const allowed[] = {"RNTO", "MIC",  "ENC",  "CONF",
                                          "QUIT", "RNFR", "ABOR", NULL};

    must_follow(timeline, run, "RNFR", 350, allowed, "RNTO immediately after 350 to RNFR");
}

void ftp_rest_adjacent(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const opens[] = {"PASV", "PORT", "EPSV", "EPRT", NULL};
    static const char *const users[] = {"RETR", "STOR", "APPE", "STOU", "LIST", "NLST",
                                        "MLSD", "REST", "QUIT", "ABOR", NULL};
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *next;
        struct bytes marker;

        if (!ftp_turn_is(turn, "REST") || turn->code != 350)
            continue;
        marker = timeline->events[turn->command].command.argument;
        next = next_but(dialogue, turn, opens);
        if (bytes_is(marker, "0") || next == NULL)
            continue; /* REST 0 takes back what was asked, or asks whether there is REST */
        if (!is_one_of(next, users))
            breach_after(timeline, run, turn, next,
                         "the transfer that is to be restarted immediately after REST");
    }
}

static bool is_number(struct bytes text)
{
    uint64_t value;

    return bytes_to_u64(text, &value);
}

void ftp_rest_350(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;

        if (!ftp_turn_is(turn, "REST") || !turn->logged_in || turn->pipelined ||
            !is_number(timeline->events[turn->command].command.argument) || turn->mode != 'S')
            continue;
        if (code / 100 == 2)
            rule_breach(
                run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                "350 to REST, or an error where it is not implemented", "%d to REST", code);
    }
}

void ftp_allo_followed(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const between[] = {"PORT", "PASV", "EPSV", "EPRT", "REST",
                                          "TYPE", "MODE", "STRU", "NOOP", NULL};
    static const char *const users[] = {"STOR", "APPE", "STOU", "ALLO", "QUIT", NULL};
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *next;

        if (!ftp_turn_is(turn, "ALLO") || turn->code / 100 != 2)
            continue;
        next = next_but(dialogue, turn, between);
        if (next != NULL && !is_one_of(next, users))
            breach_after(timeline, run, turn, next, "STOR or APPE after ALLO");
    }
}

static bool is_epsv_all(const struct timeline *timeline, const struct ftp_turn *turn)
{
    return ftp_turn_is(turn, "EPSV") &&
           bytes_is_nocase(timeline->events[turn->command].command.argument, "ALL");
}

/* Walk the PORT, PASV and EPRT that come after an accepted EPSV ALL. */
static const struct ftp_turn *next_after_all(const struct timeline *timeline,
                                             const struct ftp_dialogue *dialogue, size_t *n,
                                             bool *all)
{
    static const char *const refused[] = {"PORT", "PASV", "EPRT", NULL};

    while (++*n < dialogue->count) {
        const struct ftp_turn *turn = &dialogue->turns[*n];

        if (is_epsv_all(timeline, turn) && turn->code / 100 == 2)
            *all = true;
        else if (ftp_turn_is(turn, "REIN"))
            *all = false;
        else if (*all && is_one_of(turn, refused))
            return turn;
    }
    return NULL;
}

void ftp_epsv_all_client(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *turn;
    bool all = false;
    size_t n = 0;

    while ((turn = next_after_all(timeline, dialogue, &n, &all)) != NULL)
        rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, turn->command)),
                    "no other command for a data connection than EPSV after EPSV ALL",
                    "%s after EPSV ALL", ftp_turn_verb(timeline, turn));
}

void ftp_epsv_all_server(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *turn;
    bool all = false;
    size_t n = 0;

    while ((turn = next_after_all(timeline, dialogue, &n, &all)) != NULL) {
        int code = turn->code;

        if (code / 100 == 2)
            rule_breach(
                run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                "an error to PORT, PASV and EPRT after EPSV ALL", "%d to %s", code,
                ftp_turn_verb(timeline, turn));
    }
}
