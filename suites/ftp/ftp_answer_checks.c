/* Replies that programs read: 227, 229, 257, 213, 211 to FEAT, and the like. */
#include <string.h>

#include "proto/ftp_facts.h"
#include "proto/ftp_hostport.h"
#include "suites/ftp/ftp_checks.h"

typedef void judge_answer_fn(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply);

/* Judge each final reply `code` to `verb` (NULL: to any command). */
static void each_answer(const struct timeline *timeline, struct rule_run *run, const char *verb,
                        int code, judge_answer_fn *judge)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (ftp_turn_code(timeline, turn) != code || timeline->events[turn->final].cut ||
            (turn->pipelined && verb != NULL) ||
            (verb != NULL && !ftp_turn_is(timeline, turn, verb)))
            continue;
        judge(timeline, run, turn, &timeline->events[turn->final]);
    }
}

static struct bytes line_of(const struct event *reply, unsigned n)
{
    return ftp_reply_line(&reply->reply, n);
}

/* The text of a line behind its code and the octet after it. */
static struct bytes text_of(const struct event *reply, unsigned n)
{
    return bytes_from(line_of(reply, n), 4);
}

static void breach(struct rule_run *run, const struct event *reply, const char *expected)
{
    rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet), expected, "%s",
                rule_quote(run, reply->reply.text));
}

/* --- 227 and 229 ------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Six numbers with single commas between at the start of `in`, whatever their size. */
static bool six_numbers(struct bytes in, uint64_t value[6])
{
    for (int n = 0; n < 6; n++) {
        size_t len = 0;

        while (len < in.len && is_digit(in.at[len]))
            len++;
        if (!bytes_to_u64(bytes_slice(in, 0, len), &value[n]))
            return false;
        in = bytes_from(in, len);
        if (n == 5)
            return in.len == 0 || in.at[0] != ',';
        if (in.len == 0 || in.at[0] != ',')
            return false;
        in = bytes_from(in, 1);
    }
    return true;
}

static bool find_six(struct bytes in, uint64_t value[6])
{
    for (size_t n = 0; n < in.len; n++) {
        bool starts =
            is_digit(in.at[n]) && (n == 0 || (!is_digit(in.at[n - 1]) && in.at[n - 1] != ','));

        if (starts && six_numbers(bytes_from(in, n), value))
            return true;
    }
    return false;
}

static void judge_227_format(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply)
{
    uint64_t value[6];

    (void)timeline, (void)turn;
    if (!find_six(reply->reply.text, value))
        breach(run, reply, "six numbers with a comma and nothing else between each two");
}

void ftp_227_format(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, NULL, 227, judge_227_format);
}

static void judge_227_range(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    uint64_t value[6];
    bool fits = true;

    (void)timeline, (void)turn;
    if (!find_six(reply->reply.text, value))
        return;
    for (int n = 0; n < 6; n++)
        fits = fits && value[n] <= 255;
    if (!fits || value[4] * 256 + value[5] == 0)
        breach(run, reply, "numbers from 0 to 255 and a port that is not 0");
}

void ftp_227_range(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, NULL, 227, judge_227_range);
}

static void judge_227_single(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply)
{
    uint64_t value[6];

    (void)timeline, (void)turn;
    if (reply->reply.lines > 1 && find_six(reply->reply.text, value) &&
        !find_six(line_of(reply, reply->reply.lines - 1), value))
        breach(run, reply, "the address in the last line");
}

void ftp_227_single(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, NULL, 227, judge_227_single);
}

static void judge_229_format(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply)
{
    struct flaw flaw;
    uint16_t port;

    (void)timeline, (void)turn;
    if (ftp_epsv_parse(reply->reply.text, &port, &flaw) != PARSE_DONE)
        breach(run, reply, "(|||port|), with one delimiter, two empty fields and a port");
}

void ftp_229_format(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, NULL, 229, judge_229_format);
}

static void judge_229_delim(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes text = reply->reply.text;
    struct flaw flaw;
    uint16_t port;

    (void)timeline, (void)turn;
    if (ftp_epsv_parse(text, &port, &flaw) == PARSE_DONE &&
        bytes_search(text, bytes_of("(|||")) == text.len)
        breach(run, reply, "'|' as the delimiter");
}

void ftp_229_delim(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, NULL, 229, judge_229_delim);
}

/* "(1,2)": numbers in the only parentheses of the text. */
static bool lists_families(struct bytes text)
{
    size_t open = bytes_index(text, '('), close = bytes_index(text, ')');
    bool digit_next = true;

    if (open == text.len || close == text.len || close < open + 2)
        return false;
    for (size_t n = open + 1; n < close; n++) {
        if (is_digit(text.at[n]))
            digit_next = false;
        else if (text.at[n] == ',' && !digit_next)
            digit_next = true;
        else
            return false;
    }
    return !digit_next;
}

static void judge_522_list(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply)
{
    if ((ftp_turn_is(timeline, turn, "EPRT") || ftp_turn_is(timeline, turn, "EPSV")) &&
        !lists_families(reply->reply.text))
        breach(run, reply, "the numbers of the supported protocols in parentheses: (1,2)");
}

void ftp_522_list(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, NULL, 522, judge_522_list);
}

/* --- 257 -------------------------------------------------------------------------------------- */

/* Length of the quoted pathname at the start of `text` with its quotes; 0 where it is none. */
static size_t quoted_length(struct bytes text)
{
    if (text.len == 0 || text.at[0] != '"')
        return 0;
    for (size_t n = 1; n < text.len; n++) {
        if (text.at[n] != '"')
            continue;
        if (n + 1 == text.len || text.at[n + 1] != '"')
            return n + 1;
        n++;
    }
    return 0;
}

static void judge_257(const struct timeline *timeline, struct rule_run *run,
                      const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes text = text_of(reply, 0);
    size_t len = quoted_length(text);
    struct bytes rest = bytes_from(text, len);

    if (!ftp_turn_is(timeline, turn, "PWD") && !ftp_turn_is(timeline, turn, "MKD"))
        return;
    /* A quote in what follows shows that the pathname went on: its quotes were not doubled. */
    if (len == 0 || (rest.len > 0 && rest.at[0] != ' ' && bytes_index(rest, '"') < rest.len))
        breach(run, reply,
               "a pathname in double quotes, its own quotes doubled, first in the text");
}

void ftp_257_quote(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, NULL, 257, judge_257);
}

/* --- 213 -------------------------------------------------------------------------------------- */

static void judge_213_size(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply)
{
    uint64_t size;

    (void)timeline, (void)turn;
    if (reply->reply.lines == 1 && !bytes_to_u64(text_of(reply, 0), &size))
        breach(run, reply, "213, a space and decimal digits alone");
}

void ftp_213_size(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, "SIZE", 213, judge_213_size);
}

/* "MDTM 19990929003355 file": an extension that sets the time. */
static bool sets_time(struct bytes argument)
{
    int64_t seconds;
    struct flaw flaw;

    return ftp_time_parse(bytes_slice(argument, 0, bytes_index(argument, ' ')), &seconds, &flaw) ==
           PARSE_DONE;
}

static void judge_213_mdtm(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply)
{
    int64_t seconds;
    struct flaw flaw;

    if (reply->reply.lines == 1 && !sets_time(timeline->events[turn->command].command.argument) &&
        ftp_time_parse(text_of(reply, 0), &seconds, &flaw) != PARSE_DONE)
        breach(run, reply, "213, a space and YYYYMMDDHHMMSS, with a fraction at most");
}

void ftp_213_mdtm(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, "MDTM", 213, judge_213_mdtm);
}

static void judge_213_lines(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    (void)timeline, (void)turn;
    if (reply->reply.lines > 1)
        breach(run, reply, "a reply of one line");
}

void ftp_singleline_213(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, "SIZE", 213, judge_213_lines);
    each_answer(timeline, run, "MDTM", 213, judge_213_lines);
}

/* --- FEAT and OPTS ---------------------------------------------------------------------------- */

static void judge_feat_lines(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply)
{
    (void)timeline, (void)turn;
    for (unsigned n = 1; n + 1 < reply->reply.lines; n++) {
        struct bytes line = line_of(reply, n);

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
    each_answer(timeline, run, "FEAT", 211, judge_feat_lines);
}

static void judge_feat_end(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes last = text_of(reply, reply->reply.lines - 1);

    (void)timeline, (void)turn;
    if (reply->reply.lines > 1 && !bytes_is_nocase(last, "End"))
        rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(reply->first_packet, reply->packet),
                    "211 End", "%s", rule_quote(run, line_of(reply, reply->reply.lines - 1)));
}

void ftp_feat_end(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, "FEAT", 211, judge_feat_end);
}

static void judge_feat_none(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    (void)timeline, (void)turn;
    if (reply->reply.lines == 2)
        breach(run, reply, "a reply of one line where there are no features");
}

void ftp_feat_none(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, "FEAT", 211, judge_feat_none);
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
        struct bytes line = bytes_trim(line_of(reply, n)), found = label_of(line);

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
    each_answer(timeline, run, "FEAT", 211, judge_feat_self);
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
    each_answer(timeline, run, "FEAT", 211, judge_feat_rest);
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
    each_answer(timeline, run, "FEAT", 211, judge_feat_mlst);
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
    struct bytes text = text_of(reply, 0);

    if (!bytes_is_nocase(bytes_slice(argument, 0, bytes_index(argument, ' ')), "MLST"))
        return;
    if (bytes_is_nocase(bytes_slice(text, 0, 9), "MLST OPTS") &&
        (text.len == 9 || (text.at[9] == ' ' && is_fact_list(bytes_from(text, 10)))))
        return;
    breach(run, reply, "MLST OPTS and the facts that are chosen now");
}

void ftp_opts_mlst_reply(const struct timeline *timeline, struct rule_run *run)
{
    each_answer(timeline, run, "OPTS", 200, judge_opts_mlst);
}

/* --- preliminary replies ---------------------------------------------------------------------- */

void ftp_stou_file(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct event *reply;
        struct bytes text;

        if (!ftp_turn_is(timeline, turn, "STOU") || turn->preliminary == FTP_NONE)
            continue;
        reply = &timeline->events[turn->preliminary];
        text = text_of(reply, 0);
        if (reply->code != 125 && reply->code != 150)
            continue;
        if (reply->reply.lines != 1 || !bytes_starts(text, "FILE: ") || text.len == 6)
            breach(run, reply, "FILE: and the pathname as the whole text");
    }
}

static bool is_mark(struct bytes text)
{
    size_t equals = bytes_search(text, bytes_of(" = "));

    return bytes_starts(text, "MARK ") && equals > 5 && equals < text.len && equals + 3 < text.len;
}

void ftp_110_mark(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (turn->mark != FTP_NONE && !is_mark(text_of(&timeline->events[turn->mark], 0)))
            breach(run, &timeline->events[turn->mark],
                   "MARK, the client's marker, =, the server's");
    }
}
