/* Directory listings: the entries of MLST and MLSD (RFC 3659 section 7), the lines of NLST. */
#include <ctype.h>
#include <string.h>

#include "proto/ftp_facts.h"
#include "suites/ftp/ftp_answer.h"
#include "suites/ftp/ftp_checks.h"

#define LOOK_BACK 64 /* commands between the transfer of a file and MLSD of it */

/* Where a listing was seen. */
struct place_seen {
    struct rule_run *run;
    uint64_t command, packet;
    bool mlst;
    bool chosen;           /* OPTS MLST said which facts */
    struct bytes facts;    /* these, "Type;Size;" */
    struct bytes argument; /* of the command */
};

/* `line` is without its line end. False ends the walk. */
typedef bool judge_line_fn(const struct place_seen *place, struct bytes line);

/* Judge the lines of a payload. What the capture kept may end in the middle of a line. */
static bool each_payload_line(const struct timeline_flow *flow, const struct place_seen *place,
                              judge_line_fn *judge)
{
    struct bytes rest = flow->payload;
    size_t len;

    while ((len = ftp_line_length(rest)) > 0) {
        if (!judge(place, ftp_line_text(bytes_slice(rest, 0, len))))
            return false;
        rest = bytes_from(rest, len);
    }
    return true;
}

/* The whole listing that the transfer sent in clear; NULL where there is none. */
static const struct timeline_flow *listing_of(const struct timeline *timeline,
                                              const struct ftp_turn *turn)
{
    const struct timeline_flow *flow = ftp_turn_flow(timeline, turn);

    if (flow == NULL || !flow->whole || !flow->from_start || flow->octets[SIDE_SERVER] == 0)
        return NULL;
    if (turn->mode != 'S' || turn->structure != 'F' || turn->type == 'E')
        return NULL;
    return ftp_starts_tls(flow->payload) ? NULL : flow;
}

static void choice_take(struct place_seen *place, const struct timeline *timeline,
                        const struct ftp_turn *opts)
{
    struct bytes argument = timeline->events[opts->command].command.argument;
    size_t end = bytes_index(argument, ' ');

    if (!bytes_is_nocase(bytes_slice(argument, 0, end), "MLST"))
        return;
    place->chosen = opts->code == 200 && !opts->pipelined;
    place->facts = bytes_trim(bytes_from(argument, end));
}

/* Take an OPTS MLST before the listings into account. */
static void choice_follow(struct place_seen *place, const struct timeline *timeline,
                          const struct ftp_turn *turn)
{
    if (ftp_turn_is(turn, "USER") || ftp_turn_is(turn, "REIN"))
        place->chosen = false;
    else if (ftp_turn_is(turn, "OPTS"))
        choice_take(place, timeline, turn);
}

/* Judge the lines of each listing that `verb` brought. */
static void each_listing(const struct timeline *timeline, struct rule_run *run, const char *verb,
                         judge_line_fn *judge)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    struct place_seen place = {.run = run, .mlst = false};

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct timeline_flow *flow;

        choice_follow(&place, timeline, turn);
        if (!ftp_turn_is(turn, verb) || (flow = listing_of(timeline, turn)) == NULL)
            continue;
        place.command = ftp_packet(timeline, turn->command);
        place.packet = flow->first;
        place.argument = timeline->events[turn->command].command.argument;
        each_payload_line(flow, &place, judge);
    }
}

/* Judge the entries of each MLST reply; their leading space is taken off. */
static void each_mlst(const struct timeline *timeline, struct rule_run *run, judge_line_fn *judge)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    struct place_seen place = {.run = run, .mlst = true};

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct event *reply;
        struct bytes lines, line;

        choice_follow(&place, timeline, turn);
        if (!ftp_turn_is(turn, "MLST") || turn->code != 250)
            continue;
        reply = &timeline->events[turn->final];
        place.command = ftp_packet(timeline, turn->command);
        place.packet = reply->packet;
        place.argument = timeline->events[turn->command].command.argument;
        lines = ftp_reply_inner(&reply->reply);
        while (ftp_reply_take_line(&lines, &line))
            if (line.len > 0 && line.at[0] == ' ' && !judge(&place, bytes_from(line, 1)))
                break;
    }
}

static bool breach(const struct place_seen *place, const char *expected, struct bytes line)
{
    rule_breach(place->run, SIDE_SERVER, PACKETS(place->command, place->packet), expected, "%s",
                rule_quote(place->run, line));
    return false;
}

void ftp_mlst_format(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "250-, one or more lines of a space and an entry, 250";
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct event *reply;
        struct bytes lines, line;
        bool fits;

        if (!ftp_turn_is(turn, "MLST") || turn->code != 250)
            continue;
        reply = &timeline->events[turn->final];
        fits = reply->reply.lines >= 3;
        lines = ftp_reply_inner(&reply->reply);
        while (fits && ftp_reply_take_line(&lines, &line))
            fits = line.len > 1 && line.at[0] == ' ' &&
                   bytes_index(bytes_from(line, 1), ' ') < line.len - 1;
        if (!fits)
            rule_breach(run, SIDE_SERVER, PACKETS(reply->packet), expected, "%s",
                        rule_quote(run, reply->reply.text));
    }
}

/* True where `line` is facts, one space and a pathname. */
static bool is_entry(struct bytes line)
{
    struct ftp_fact fact;
    struct flaw flaw;
    enum parse parse;

    while ((parse = ftp_fact_next(&line, &fact, &flaw)) == PARSE_DONE)
        continue;
    return parse == PARSE_MORE && line.len > 0;
}

static bool judge_entry(const struct place_seen *place, struct bytes line)
{
    return is_entry(line) ||
           breach(place, "facts, each with ';' after it, one space and a name", line);
}

void ftp_mlsd_format(const struct timeline *timeline, struct rule_run *run)
{
    each_listing(timeline, run, "MLSD", judge_entry);
}

/* The value of the fact in the entry; false where it has none. */
static bool fact_value(struct bytes line, const char *name, struct bytes *value)
{
    struct ftp_fact fact;
    struct flaw flaw;

    while (ftp_fact_next(&line, &fact, &flaw) == PARSE_DONE)
        if (bytes_is_nocase(fact.name, name)) {
            *value = fact.value;
            return true;
        }
    return false;
}

static bool judge_type(const struct place_seen *place, struct bytes line)
{
    static const char *const types[] = {"file", "cdir", "pdir", "dir", NULL};
    struct bytes value;

    if (!fact_value(line, "type", &value))
        return true;
    for (const char *const *type = types; *type != NULL; type++)
        if (bytes_is_nocase(value, *type))
            return true;
    if (bytes_is_nocase(bytes_slice(value, 0, 3), "OS.") && bytes_index(value, '=') < value.len)
        return true;
    return breach(place, "file, dir, cdir, pdir or OS.name=kind as the type", line);
}

void ftp_mlsx_type(const struct timeline *timeline, struct rule_run *run)
{
    each_listing(timeline, run, "MLSD", judge_type);
    each_mlst(timeline, run, judge_type);
}

static bool judge_cdir(const struct place_seen *place, struct bytes line)
{
    struct bytes value;

    if (!fact_value(line, "type", &value))
        return true;
    if (bytes_is_nocase(value, "cdir") || bytes_is_nocase(value, "pdir"))
        return breach(place, "the types cdir and pdir only in the reply to MLSD", line);
    return true;
}

void ftp_mlsx_cdir_pdir(const struct timeline *timeline, struct rule_run *run)
{
    each_mlst(timeline, run, judge_cdir);
}

static bool judge_times(const struct place_seen *place, struct bytes line)
{
    static const char *const names[] = {"modify", "create", NULL};

    for (const char *const *name = names; *name != NULL; name++) {
        struct bytes value;
        int64_t seconds;
        struct flaw flaw;

        if (fact_value(line, *name, &value) && ftp_time_parse(value, &seconds, &flaw) != PARSE_DONE)
            return breach(place, "YYYYMMDDHHMMSS, with a fraction at most", line);
    }
    return true;
}

void ftp_mlsx_time(const struct timeline *timeline, struct rule_run *run)
{
    each_listing(timeline, run, "MLSD", judge_times);
    each_mlst(timeline, run, judge_times);
}

static bool judge_perm(const struct place_seen *place, struct bytes line)
{
    static const char letters[] = "acdeflmprwACDEFLMPRW";
    struct bytes value;

    if (!fact_value(line, "perm", &value))
        return true;
    for (size_t n = 0; n < value.len; n++)
        if (value.at[n] == '\0' || strchr(letters, value.at[n]) == NULL)
            return breach(place, "only the letters a c d e f l m p r w in perm", line);
    return true;
}

void ftp_mlsx_perm(const struct timeline *timeline, struct rule_run *run)
{
    each_listing(timeline, run, "MLSD", judge_perm);
    each_mlst(timeline, run, judge_perm);
}

/* The facts that RFC 3659 and the IANA registry name. */
static bool is_registered(struct bytes name)
{
    static const char *const names[] = {"size", "modify", "create",     "type",    "unique",
                                        "perm", "lang",   "media-type", "charset", NULL};

    for (const char *const *known = names; *known != NULL; known++)
        if (bytes_is_nocase(name, *known))
            return true;
    return false;
}

static bool is_own(struct bytes name)
{
    return !is_registered(name) && bytes_index(name, '.') == name.len;
}

static const char facts_expected[] = "facts of RFC 3659, or names with 'X.' or 'OS.' before them";

static bool judge_names(const struct place_seen *place, struct bytes line)
{
    struct bytes rest = line;
    struct ftp_fact fact;
    struct flaw flaw;

    while (ftp_fact_next(&rest, &fact, &flaw) == PARSE_DONE)
        if (is_own(fact.name))
            return breach(place, facts_expected, line);
    return true;
}

/* The facts that FEAT lists: "type*;size;". */
static void judge_feature(const struct timeline *timeline, struct rule_run *run,
                          const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes rest, name;

    (void)timeline, (void)turn;
    if (!ftp_feature_find(reply, "MLST", &rest))
        return;
    for (; rest.len > 0; rest = bytes_from(rest, bytes_index(rest, ';') + 1)) {
        name = bytes_slice(rest, 0, bytes_index(rest, ';'));
        name = bytes_slice(name, 0, bytes_index(name, '*'));
        if (name.len == 0 || !is_own(name))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet), facts_expected,
                    "the feature MLST with the fact %s", rule_quote(run, name));
        return;
    }
}

void ftp_mlsx_localfact(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "FEAT", 211, judge_feature);
    each_listing(timeline, run, "MLSD", judge_names);
    each_mlst(timeline, run, judge_names);
}

static bool judge_chosen(const struct place_seen *place, struct bytes line)
{
    struct bytes rest = line;
    struct ftp_fact fact;
    struct flaw flaw;

    while (place->chosen && ftp_fact_next(&rest, &fact, &flaw) == PARSE_DONE)
        if (!ftp_fact_in(place->facts, fact.name))
            return breach(place, "no fact but those that OPTS MLST chose", line);
    return true;
}

void ftp_opts_facts_only(const struct timeline *timeline, struct rule_run *run)
{
    each_listing(timeline, run, "MLSD", judge_chosen);
    each_mlst(timeline, run, judge_chosen);
}

/* SCHAR of RFC 3659 section 2.1. */
static bool is_value(struct bytes value)
{
    for (size_t n = 0; n < value.len; n++)
        if (!isalnum((unsigned char)value.at[n]) &&
            memchr(",.:!@#$%^&()-_+?/\\'\"=", value.at[n], 21) == NULL)
            return false;
    return true;
}

static bool judge_values(const struct place_seen *place, struct bytes line)
{
    struct bytes rest = line;
    struct ftp_fact fact;
    struct flaw flaw;

    while (ftp_fact_next(&rest, &fact, &flaw) == PARSE_DONE)
        if (!is_value(fact.value))
            return breach(place, "letters, digits and ,.:!@#$%^&()-_+?/\\'\"= in the facts", line);
    return true;
}

void ftp_mlsx_values(const struct timeline *timeline, struct rule_run *run)
{
    each_listing(timeline, run, "MLSD", judge_values);
    each_mlst(timeline, run, judge_values);
}

/* The pathname of an entry; empty where the entry is none. */
static struct bytes name_of(struct bytes entry)
{
    struct ftp_fact fact;
    struct flaw flaw;
    enum parse parse;

    while ((parse = ftp_fact_next(&entry, &fact, &flaw)) == PARSE_DONE)
        continue;
    return parse == PARSE_MORE ? entry : (struct bytes){NULL, 0};
}

static bool judge_unqualified(const struct place_seen *place, struct bytes line)
{
    struct bytes name = name_of(line), type;

    if (bytes_index(name, '/') == name.len ||
        (fact_value(line, "type", &type) &&
         (bytes_is_nocase(type, "cdir") || bytes_is_nocase(type, "pdir"))))
        return true;
    return breach(place, "names without the directory that they are in", line);
}

static bool has_tvfs(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *list = ftp_feature_list(timeline, ftp_dialogue(timeline, run));
    struct bytes parameters;

    return list != NULL && ftp_feature_find(list, "TVFS", &parameters);
}

void ftp_mlsd_name(const struct timeline *timeline, struct rule_run *run)
{
    if (has_tvfs(timeline, run))
        each_listing(timeline, run, "MLSD", judge_unqualified);
}

static bool judge_same_name(const struct place_seen *place, struct bytes line)
{
    struct bytes name = name_of(line), asked = place->argument;

    if (asked.len == 0 || name.len == 0 || name.at[0] == '/' || bytes_equal(name, asked))
        return true;
    return breach(place, "the name as it was given, or a full path", line);
}

void ftp_mlst_path(const struct timeline *timeline, struct rule_run *run)
{
    each_mlst(timeline, run, judge_same_name);
}

/* --- MLSD of a file --------------------------------------------------------------------------- */

/* True where the turn may change what the name of a file stands for. */
static bool moves_files(const struct ftp_turn *turn)
{
    static const char *const verbs[] = {"CWD",  "CDUP", "RNTO", "DELE", "MKD", "RMD",
                                        "SMNT", "USER", "REIN", "SITE", NULL};

    for (const char *const *verb = verbs; *verb != NULL; verb++)
        if (ftp_turn_is(turn, *verb))
            return true;
    return false;
}

/* The transfer of the file of that name before `turn`, since which nothing moved; NULL: none. */
static const struct ftp_turn *transfer_of(const struct timeline *timeline,
                                          const struct ftp_dialogue *dialogue,
                                          const struct ftp_turn *turn, struct bytes name)
{
    const struct ftp_turn *last =
        turn > dialogue->turns + LOOK_BACK ? turn - LOOK_BACK : dialogue->turns;

    for (const struct ftp_turn *before = turn - 1; before > last; before--) {
        if (moves_files(before))
            return NULL;
        if ((ftp_turn_is(before, "RETR") || ftp_turn_is(before, "STOR")) &&
            before->code / 100 == 2 && !before->pipelined &&
            bytes_equal(timeline->events[before->command].command.argument, name))
            return before;
    }
    return NULL;
}

void ftp_mlsd_file(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "501 to MLSD of what is no directory";
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n], *transfer;
        int code = turn->code;
        struct bytes name;

        if (!ftp_turn_is(turn, "MLSD") || turn->pipelined)
            continue;
        name = timeline->events[turn->command].command.argument;
        if (name.len == 0 || (transfer = transfer_of(timeline, dialogue, turn, name)) == NULL ||
            (turn->preliminary == FTP_NONE && code != 550))
            continue;
        rule_remark(run, SIDE_SERVER, code == 550 ? VERDICT_WARN : VERDICT_FAIL,
                    PACKETS(ftp_packet(timeline, transfer->final),
                            ftp_packet(timeline, turn->command),
                            ftp_packet(timeline, turn->preliminary != FTP_NONE ? turn->preliminary
                                                                               : turn->final)),
                    expected, "%d to MLSD of a file that %s moved",
                    turn->preliminary != FTP_NONE ? timeline->events[turn->preliminary].code : code,
                    ftp_turn_verb(timeline, transfer));
    }
}

/* "drwxr-xr-x 2 ..." or "total 12": what LIST shows. */
static bool looks_like_list(struct bytes line)
{
    static const char modes[] = "-rwxsStTlL";

    if (bytes_starts(line, "total ") && line.len > 6 && line.at[6] >= '0' && line.at[6] <= '9')
        return true;
    if (line.len < 12 || bytes_index(bytes_of("-dlbcps"), line.at[0]) == 7)
        return false;
    for (size_t n = 1; n < 10; n++)
        if (line.at[n] == '\0' || strchr(modes, line.at[n]) == NULL)
            return false;
    return bytes_index(line, ' ') <= 11;
}

static bool judge_name(const struct place_seen *place, struct bytes line)
{
    if (line.len == 0 || looks_like_list(line))
        return breach(place, "a pathname alone in each line", line);
    return true;
}

void ftp_nlst_names(const struct timeline *timeline, struct rule_run *run)
{
    each_listing(timeline, run, "NLST", judge_name);
}

static bool judge_dot(const struct place_seen *place, struct bytes line)
{
    if (bytes_is(line, ".") || bytes_is(line, "..") ||
        (line.len > 1 && line.at[line.len - 1] == '.' && line.at[line.len - 2] == '/'))
        return breach(place, "no \".\" and no \"..\"", line);
    return true;
}

void ftp_nlst_no_dot(const struct timeline *timeline, struct rule_run *run)
{
    each_listing(timeline, run, "NLST", judge_dot);
}

void ftp_list_crlf(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct timeline_flow *flow;

        if ((turn->traits & FTP_VERB_LISTS) == 0 || (flow = listing_of(timeline, turn)) == NULL ||
            !flow->bare_lf || turn->type == 'A')
            continue; /* in type A another rule speaks */
        rule_breach(run, SIDE_SERVER, PACKETS(ftp_packet(timeline, turn->command), flow->first),
                    "CR LF at the end of each line of a listing", "LF alone in the listing of %s",
                    ftp_turn_verb(timeline, turn));
    }
}
