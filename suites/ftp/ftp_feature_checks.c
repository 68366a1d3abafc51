/* What FEAT lists and OPTS chooses: RFC 2389, RFC 3659 7.8 and 7.9, and others. */
#include <string.h>

#include "suites/ftp/ftp_answer.h"
#include "suites/ftp/ftp_checks.h"

static void judge_feat_lines(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes lines = ftp_reply_inner(&reply->reply), line;

    (void)timeline, (void)turn;
    while (ftp_reply_take_line(&lines, &line)) {
        if (line.len >= 2 && line.at[0] == ' ' && line.at[1] > ' ')
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet),
                    "one space and a feature in each line between the first and the last", "%s",
                    rule_quote(run, line));
        return;
    }
}

void ftp_feat_lines(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_feat_lines);
}

static void judge_feat_end(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes last = ftp_answer_text(reply, reply->reply.lines - 1);

    (void)timeline, (void)turn;
    if (reply->reply.lines > 1 && !bytes_is_nocase(last, "End"))
        rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(reply->first_packet, reply->packet),
                    "211 End", "%s",
                    rule_quote(run, ftp_answer_line(reply, reply->reply.lines - 1)));
}

void ftp_feat_end(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_feat_end);
}

static void judge_feat_none(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    (void)timeline, (void)turn;
    if (reply->reply.lines == 2)
        ftp_answer_breach(run, reply, "a reply of one line where there are no features");
}

void ftp_feat_none(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_feat_none);
}

/* The first word of a feature line. */
static struct bytes label_of(struct bytes line)
{
    struct bytes text = bytes_trim(line);

    return bytes_slice(text, 0, bytes_index(text, ' '));
}

bool ftp_feature_find(const struct event *reply, const char *label, struct bytes *parameters)
{
    struct bytes lines = ftp_reply_inner(&reply->reply), line;

    while (ftp_reply_take_line(&lines, &line)) {
        struct bytes text = bytes_trim(line), found = label_of(text);

        if (!bytes_is_nocase(found, label))
            continue;
        *parameters = bytes_trim(bytes_from(text, found.len));
        return true;
    }
    return false;
}

static void judge_feat_self(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes parameters;

    (void)timeline, (void)turn;
    if (ftp_feature_find(reply, "FEAT", &parameters) ||
        ftp_feature_find(reply, "OPTS", &parameters))
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet),
                    "neither FEAT nor OPTS among the features", "the feature %s",
                    ftp_feature_find(reply, "FEAT", &parameters) ? "FEAT" : "OPTS");
}

void ftp_feat_not_self(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_feat_self);
}

static void judge_feat_rest(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes parameters;

    (void)timeline, (void)turn;
    if (ftp_feature_find(reply, "REST", &parameters) && !bytes_is_nocase(parameters, "STREAM"))
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet), "REST STREAM",
                    "REST %s%s",
                    parameters.len == 0 ? "without a parameter" : "with the parameter ",
                    parameters.len == 0 ? "" : rule_quote(run, parameters));
}

void ftp_feat_rest(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_feat_rest);
}

/* "Type*;Size*;Modify;": names, each with ';' after it and '*' at most before that. */
static bool is_fact_list(struct bytes text)
{
    while (text.len > 0) {
        size_t end = bytes_index(text, ';');
        struct bytes name = bytes_slice(text, 0, end);

        if (end == text.len)
            return false;
        if (name.len > 0 && name.at[name.len - 1] == '*')
            name.len--;
        if (name.len == 0 || bytes_index(name, ' ') < name.len || bytes_index(name, '*') < name.len)
            return false;
        text = bytes_from(text, end + 1);
    }
    return true;
}

static void judge_feat_mlst(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes parameters;

    (void)timeline, (void)turn;
    if (ftp_feature_find(reply, "MLST", &parameters) && !is_fact_list(parameters))
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet),
                    "MLST and the facts, each with ';' after it", "MLST %s",
                    rule_quote(run, parameters));
}

void ftp_feat_mlst(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_feat_mlst);
}

const struct event *ftp_feature_list(const struct timeline *timeline,
                                     const struct ftp_dialogue *dialogue)
{
    const struct event *list = NULL;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (ftp_turn_is(turn, "FEAT") && turn->code == 211 && !timeline->events[turn->final].cut)
            list = &timeline->events[turn->final];
    }
    return list;
}

/* Extensions, with the feature that lists them and the code that shows that the server has them. */
static const struct extension {
    const char *verb, *label;
    int code;
} extensions[] = {
    {"SIZE", "SIZE", 213}, {"MDTM", "MDTM", 213}, {"MLST", "MLST", 250},
    {"MLSD", "MLST", 226}, {"HOST", "HOST", 220}, {"LANG", "LANG", 200},
    {"MFMT", "MFMT", 213}, {"REST", "REST", 350}, {NULL, NULL, 0},
};

/* REST in stream mode is an extension (RFC 3659 section 5), in the other modes it is not; and a
 * server may take any marker, and fail with the transfer. */
static bool restarted(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                      const struct ftp_turn *turn)
{
    const struct ftp_turn *next = turn + 1;
    uint64_t marker;

    return turn->mode == 'S' && next < dialogue->turns + dialogue->count && !next->pipelined &&
           bytes_to_u64(timeline->events[turn->command].command.argument, &marker) && marker > 0 &&
           ftp_turn_is(next, "RETR") && next->code == 226;
}

/* The extension that the turn shows the server to have; NULL: none. */
static const struct extension *extension_shown(const struct timeline *timeline,
                                               const struct ftp_dialogue *dialogue,
                                               const struct ftp_turn *turn)
{
    for (const struct extension *shown = extensions; shown->verb != NULL; shown++)
        if (turn->code == shown->code && ftp_turn_is(turn, shown->verb) &&
            (shown->code != 350 || restarted(timeline, dialogue, turn)))
            return shown;
    return NULL;
}

void ftp_feat_complete(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *list = ftp_feature_list(timeline, dialogue);

    for (size_t n = 1; list != NULL && n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct extension *shown = extension_shown(timeline, dialogue, turn);
        struct bytes parameters;

        if (shown == NULL || turn->pipelined || ftp_feature_find(list, shown->label, &parameters) ||
            ftp_feature_find(list, shown->verb, &parameters))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(list->packet, ftp_packet(timeline, turn->final)),
                    "each extension that the server has in the reply to FEAT",
                    "%s is answered by %d but not listed", shown->verb, shown->code);
        return;
    }
}

void ftp_feat_honest(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *list = ftp_feature_list(timeline, dialogue);

    for (size_t n = 1; list != NULL && n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const char *verb = ftp_turn_verb(timeline, turn);
        int code = turn->code;
        struct bytes parameters;

        if (turn->pipelined || code != 502 ||
            timeline->events[turn->command].packet < list->packet || strcmp(verb, "?") == 0)
            continue;
        if (!ftp_feature_find(list, verb, &parameters))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(list->packet, ftp_packet(timeline, turn->final)),
                    "a listed feature that works", "%d to %s, which FEAT lists", code, verb);
    }
}

/* Before the login a server may not know a command that it knows behind it. */
void ftp_opts_with_feat(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *list = ftp_feature_list(timeline, dialogue);

    for (size_t n = 1; list != NULL && n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (turn->pipelined || !turn->logged_in || !ftp_turn_is(turn, "OPTS") ||
            (turn->code != 500 && turn->code != 502))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(list->packet, ftp_packet(timeline, turn->final)),
                    "200, 451 or 501 to OPTS", "%d, though FEAT has a list", turn->code);
    }
}

static void judge_opts_mlst(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes argument = timeline->events[turn->command].command.argument;
    struct bytes text = ftp_answer_text(reply, 0);

    if (!bytes_is_nocase(bytes_slice(argument, 0, bytes_index(argument, ' ')), "MLST"))
        return;
    if (bytes_is_nocase(bytes_slice(text, 0, 9), "MLST OPTS") &&
        (text.len == 9 || (text.at[9] == ' ' && is_fact_list(bytes_from(text, 10)))))
        return;
    ftp_answer_breach(run, reply, "MLST OPTS and the facts that are chosen now");
}

void ftp_opts_mlst_reply(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "OPTS", 200, judge_opts_mlst);
}

/* --- facts that are chosen -------------------------------------------------------------------- */

static bool is_opts_mlst(const struct timeline *timeline, const struct ftp_turn *turn)
{
    struct bytes argument;

    if (!ftp_turn_is(turn, "OPTS") || turn->code != 200 || turn->pipelined)
        return false;
    argument = timeline->events[turn->command].command.argument;
    return bytes_is_nocase(bytes_slice(argument, 0, bytes_index(argument, ' ')), "MLST");
}

/* Take the next name from "Type*;Size;"; false at the end. */
static bool next_fact(struct bytes *list, struct bytes *name, bool *starred)
{
    size_t end = bytes_index(*list, ';');

    if (list->len == 0)
        return false;
    *name = bytes_slice(*list, 0, end);
    *list = bytes_from(*list, end + 1);
    *starred = name->len > 0 && name->at[name->len - 1] == '*';
    if (*starred)
        name->len--;
    return true;
}

bool ftp_fact_in(struct bytes list, struct bytes wanted)
{
    struct bytes name;
    bool starred;

    while (next_fact(&list, &name, &starred))
        if (bytes_equal_nocase(name, wanted))
            return true;
    return false;
}

/* True where the facts with a star in `listed` are those in `chosen`. */
static bool stars_are(struct bytes listed, struct bytes chosen)
{
    struct bytes name;
    bool starred;

    while (next_fact(&listed, &name, &starred))
        if (starred != ftp_fact_in(chosen, name))
            return false;
    return true;
}

void ftp_feat_stars(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *chosen = NULL;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct event *reply;
        struct bytes parameters, facts;

        if (turn->final == FTP_NONE || timeline->events[turn->final].cut)
            continue;
        reply = &timeline->events[turn->final];
        if (ftp_turn_is(turn, "USER") || ftp_turn_is(turn, "REIN"))
            chosen = NULL;
        if (is_opts_mlst(timeline, turn))
            chosen = bytes_is_nocase(bytes_slice(ftp_answer_text(reply, 0), 0, 9), "MLST OPTS")
                         ? reply
                         : NULL;
        if (chosen == NULL || !ftp_turn_is(turn, "FEAT") ||
            !ftp_feature_find(reply, "MLST", &parameters) || !is_fact_list(parameters))
            continue;
        facts = bytes_trim(bytes_from(ftp_answer_text(chosen, 0), 9));
        if (is_fact_list(facts) && !stars_are(parameters, facts))
            rule_breach(run, SIDE_SERVER, PACKETS(chosen->packet, reply->packet),
                        "a star at each fact that OPTS MLST chose, and at no other", "%s after %s",
                        rule_quote(run, parameters), rule_quote(run, facts));
    }
}

static void judge_recommended(const struct timeline *timeline, struct rule_run *run,
                              const struct ftp_turn *turn, const struct event *reply)
{
    static const char *const facts[] = {"type", "perm", "size", "unique", "modify", NULL};
    struct bytes parameters;

    (void)timeline, (void)turn;
    if (!ftp_feature_find(reply, "MLST", &parameters) || !is_fact_list(parameters))
        return;
    for (const char *const *fact = facts; *fact != NULL; fact++)
        if (!ftp_fact_in(parameters, bytes_of(*fact))) {
            rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet),
                        "the facts type, perm, size, unique and modify", "no %s in %s", *fact,
                        rule_quote(run, parameters));
            return;
        }
}

void ftp_feat_facts(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_recommended);
}

/* --- UTF8 and TLS ----------------------------------------------------------------------------- */

static void judge_utf8(const struct timeline *timeline, struct rule_run *run,
                       const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes parameters;

    (void)timeline, (void)turn;
    if (ftp_feature_find(reply, "UTF-8", &parameters))
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet), "the line UTF8",
                    "UTF-8");
    else if (ftp_feature_find(reply, "UTF8", &parameters) && parameters.len > 0)
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet),
                    "UTF8 alone in its line", "UTF8 with the parameters %s",
                    rule_quote(run, parameters));
}

void ftp_feat_utf8(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_utf8);
}

/* True where a line of the list is AUTH with TLS among its parameters. */
static bool lists_auth_tls(const struct event *list)
{
    struct bytes lines = ftp_reply_inner(&list->reply), line;

    while (ftp_reply_take_line(&lines, &line)) {
        if (!bytes_is_nocase(label_of(line), "AUTH"))
            continue;
        for (; line.len >= 3; line = bytes_from(line, 1))
            if (bytes_is_nocase(bytes_slice(line, 0, 3), "TLS"))
                return true;
    }
    return false;
}

/* The first of what belongs to TLS that is not in the list; NULL: nothing. */
static const char *missing_for_tls(const struct event *list)
{
    struct bytes parameters;

    if (!lists_auth_tls(list))
        return "AUTH TLS";
    if (!ftp_feature_find(list, "PBSZ", &parameters))
        return "PBSZ";
    return ftp_feature_find(list, "PROT", &parameters) ? NULL : "PROT";
}

void ftp_feat_tls(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *list = ftp_feature_list(timeline, dialogue);

    for (size_t n = 1; list != NULL && n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (!ftp_turn_is(turn, "AUTH") || turn->code != 234 ||
            !bytes_is_nocase(bytes_slice(timeline->events[turn->command].command.argument, 0, 3),
                             "TLS") ||
            missing_for_tls(list) == NULL)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(list->first_packet, list->packet, ftp_packet(timeline, turn->final)),
                    "AUTH TLS, PBSZ and PROT in the reply to FEAT of a server that has TLS",
                    "no %s in it", missing_for_tls(list));
        return;
    }
}
