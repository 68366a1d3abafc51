/* What FEAT lists and OPTS chooses: RFC 2389, RFC 3659 7.8 and 7.9, and others. */
#include <string.h>

#include "suites/ftp/ftp_answer.h"
#include "suites/ftp/ftp_checks.h"

static void judge_feat_lines(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply)
{
    (void)timeline, (void)turn;
    for (unsigned n = 1; n + 1 < reply->reply.lines; n++) {
        struct bytes line = ftp_answer_line(reply, n);

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

static bool lists_feature(const struct event *reply, const char *label, struct bytes *parameters)
{
    for (unsigned n = 1; n + 1 < reply->reply.lines; n++) {
        struct bytes line = bytes_trim(ftp_answer_line(reply, n)), found = label_of(line);

        if (!bytes_is_nocase(found, label))
            continue;
        *parameters = bytes_trim(bytes_from(line, found.len));
        return true;
    }
    return false;
}

static void judge_feat_self(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes parameters;

    (void)timeline, (void)turn;
    if (lists_feature(reply, "FEAT", &parameters) || lists_feature(reply, "OPTS", &parameters))
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet),
                    "neither FEAT nor OPTS among the features", "the feature %s",
                    lists_feature(reply, "FEAT", &parameters) ? "FEAT" : "OPTS");
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
    if (lists_feature(reply, "REST", &parameters) && !bytes_is_nocase(parameters, "STREAM"))
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet), "REST STREAM",
                    "REST with the parameters %s", rule_quote(run, parameters));
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
    if (lists_feature(reply, "MLST", &parameters) && !is_fact_list(parameters))
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet),
                    "MLST and the facts, each with ';' after it", "MLST %s",
                    rule_quote(run, parameters));
}

void ftp_feat_mlst(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_feat_mlst);
}

/* The last FEAT reply of the session; NULL where FEAT was not asked or has no list. */
static const struct event *feature_list(const struct timeline *timeline,
                                        const struct ftp_dialogue *dialogue)
{
    const struct event *list = NULL;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (ftp_turn_is(timeline, turn, "FEAT") && ftp_turn_code(timeline, turn) == 211 &&
            !timeline->events[turn->final].cut)
            list = &timeline->events[turn->final];
    }
    return list;
}

void ftp_feat_complete(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const extensions[][2] = {
        {"SIZE", "SIZE"}, {"MDTM", "MDTM"}, {"MLST", "MLST"}, {"MLSD", "MLST"}, {NULL, NULL}};
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *list = feature_list(timeline, dialogue);

    for (size_t n = 1; list != NULL && n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        struct bytes parameters;

        if (ftp_turn_code(timeline, turn) / 100 != 2 || turn->pipelined)
            continue;
        for (int e = 0; extensions[e][0] != NULL; e++)
            if (ftp_turn_is(timeline, turn, extensions[e][0]) &&
                !lists_feature(list, extensions[e][1], &parameters) &&
                !lists_feature(list, extensions[e][0], &parameters)) {
                rule_breach(run, SIDE_SERVER,
                            PACKETS(list->packet, ftp_packet(timeline, turn->final)),
                            "each extension that the server has in the reply to FEAT",
                            "%s is answered by %d but not listed", extensions[e][0],
                            ftp_turn_code(timeline, turn));
                return;
            }
    }
}

void ftp_feat_honest(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *list = feature_list(timeline, dialogue);

    for (size_t n = 1; list != NULL && n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const char *verb = ftp_turn_verb(timeline, turn);
        int code = ftp_turn_code(timeline, turn);
        struct bytes parameters;

        if (turn->pipelined || code != 502 ||
            timeline->events[turn->command].packet < list->packet || strcmp(verb, "?") == 0)
            continue;
        if (!lists_feature(list, verb, &parameters))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(list->packet, ftp_packet(timeline, turn->final)),
                    "a listed feature that works", "%d to %s, which FEAT lists", code, verb);
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
