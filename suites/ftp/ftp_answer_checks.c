/* Replies that programs read: 227, 229, 257, 213, and the like. */
#include <ctype.h>
#include <string.h>

#include "proto/ftp_facts.h"
#include "proto/ftp_hostport.h"
#include "suites/ftp/ftp_answer.h"
#include "suites/ftp/ftp_checks.h"

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
        ftp_answer_breach(run, reply, "six numbers with a comma and nothing else between each two");
}

void ftp_227_format(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, NULL, 227, judge_227_format);
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
        ftp_answer_breach(run, reply, "numbers from 0 to 255 and a port that is not 0");
}

void ftp_227_range(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, NULL, 227, judge_227_range);
}

static void judge_227_single(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply)
{
    uint64_t value[6];

    (void)timeline, (void)turn;
    if (reply->reply.lines > 1 && find_six(reply->reply.text, value) &&
        !find_six(ftp_answer_line(reply, reply->reply.lines - 1), value))
        ftp_answer_breach(run, reply, "the address in the last line");
}

void ftp_227_single(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, NULL, 227, judge_227_single);
}

static void judge_229_format(const struct timeline *timeline, struct rule_run *run,
                             const struct ftp_turn *turn, const struct event *reply)
{
    struct flaw flaw;
    uint16_t port;

    (void)timeline, (void)turn;
    if (ftp_epsv_parse(reply->reply.text, &port, &flaw) != PARSE_DONE)
        ftp_answer_breach(run, reply,
                          "(|||port|), with one delimiter, two empty fields and a port");
}

void ftp_229_format(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, NULL, 229, judge_229_format);
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
        ftp_answer_breach(run, reply, "'|' as the delimiter");
}

void ftp_229_delim(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, NULL, 229, judge_229_delim);
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
    (void)timeline;
    if ((ftp_turn_is(turn, "EPRT") || ftp_turn_is(turn, "EPSV")) &&
        !lists_families(reply->reply.text))
        ftp_answer_breach(run, reply,
                          "the numbers of the supported protocols in parentheses: (1,2)");
}

void ftp_522_list(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, NULL, 522, judge_522_list);
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
    struct bytes text = ftp_answer_text(reply, 0);
    size_t len = quoted_length(text);
    struct bytes rest = bytes_from(text, len);

    (void)timeline;
    if (!ftp_turn_is(turn, "PWD") && !ftp_turn_is(turn, "MKD"))
        return;
    /* A quote in what follows shows that the pathname went on: its quotes were not doubled. */
    if (len == 0 || (rest.len > 0 && rest.at[0] != ' ' && bytes_index(rest, '"') < rest.len))
        ftp_answer_breach(run, reply,
                          "a pathname in double quotes, its own quotes doubled, first in the text");
}

void ftp_257_quote(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, NULL, 257, judge_257);
}

/* --- 213 -------------------------------------------------------------------------------------- */

static void judge_213_size(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply)
{
    uint64_t size;

    (void)timeline, (void)turn;
    if (reply->reply.lines == 1 && !bytes_to_u64(ftp_answer_text(reply, 0), &size))
        ftp_answer_breach(run, reply, "213, a space and decimal digits alone");
}

void ftp_213_size(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "SIZE", 213, judge_213_size);
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
        ftp_time_parse(ftp_answer_text(reply, 0), &seconds, &flaw) != PARSE_DONE)
        ftp_answer_breach(run, reply, "213, a space and YYYYMMDDHHMMSS, with a fraction at most");
}

void ftp_213_mdtm(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "MDTM", 213, judge_213_mdtm);
}

static void judge_213_lines(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    (void)timeline, (void)turn;
    if (reply->reply.lines > 1)
        ftp_answer_breach(run, reply, "a reply of one line");
}

void ftp_singleline_213(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "SIZE", 213, judge_213_lines);
    ftp_answer_each(timeline, run, "MDTM", 213, judge_213_lines);
}

/* The last line of a reply: lines before it keep the connection alive while the server computes. */
static struct bytes last_text(const struct event *reply)
{
    return ftp_answer_text(reply, reply->reply.lines - 1);
}

/* Take the word before the next space. */
static struct bytes next_word(struct bytes *text)
{
    size_t end = bytes_index(*text, ' ');
    struct bytes word = bytes_slice(*text, 0, end);

    *text = bytes_from(*text, end + 1);
    return word;
}

static bool is_hex(struct bytes word)
{
    for (size_t n = 0; n < word.len; n++)
        if (!isxdigit((unsigned char)word.at[n]))
            return false;
    return word.len > 0;
}

static bool is_range(struct bytes word)
{
    size_t hyphen = bytes_index(word, '-');
    uint64_t start, end;

    return hyphen < word.len && bytes_to_u64(bytes_slice(word, 0, hyphen), &start) &&
           bytes_to_u64(bytes_from(word, hyphen + 1), &end) && start <= end;
}

static void judge_213_hash(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes text = last_text(reply);
    bool named = next_word(&text).len > 0, ranged = is_range(next_word(&text)),
         hashed = is_hex(next_word(&text));

    (void)timeline, (void)turn;
    if (!named || !ranged || !hashed || text.len == 0)
        ftp_answer_breach(run, reply, "213, the algorithm, start-end, the hash in hex, the path");
}

void ftp_213_hash(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "HASH", 213, judge_213_hash);
}

/* True where the reply names the file that was asked for with a full stop behind it. */
static bool adds_stop(struct bytes path, struct bytes argument)
{
    next_word(&argument);
    return argument.len > 0 && path.len == argument.len + 1 && path.at[argument.len] == '.' &&
           bytes_equal(bytes_slice(path, 0, argument.len), argument);
}

static void judge_213_mfmt(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes text = last_text(reply), path;
    struct bytes argument = timeline->events[turn->command].command.argument;
    struct bytes fact = bytes_slice(text, 0, 7);
    size_t end = bytes_index(text, ';');
    int64_t seconds;
    struct flaw flaw;

    path = bytes_from(text, end + 2);
    if (!bytes_is_nocase(fact, "modify=") || end == text.len ||
        ftp_time_parse(bytes_slice(text, 7, end - 7), &seconds, &flaw) != PARSE_DONE ||
        path.len == 0 || text.at[end + 1] != ' ' || adds_stop(path, argument))
        ftp_answer_breach(run, reply, "213, Modify=YYYYMMDDHHMMSS; and the path");
}

void ftp_213_mfmt(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "MFMT", 213, judge_213_mfmt);
}

/* --- preliminary replies ---------------------------------------------------------------------- */

void ftp_stou_file(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct event *reply;
        struct bytes text;

        if (!ftp_turn_is(turn, "STOU") || turn->preliminary == FTP_NONE)
            continue;
        reply = &timeline->events[turn->preliminary];
        text = ftp_answer_text(reply, 0);
        if (reply->code != 125 && reply->code != 150)
            continue;
        if (reply->reply.lines != 1 || !bytes_starts(text, "FILE: ") || text.len == 6)
            ftp_answer_breach(run, reply, "FILE: and the pathname as the whole text");
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

        if (turn->mark != FTP_NONE && !is_mark(ftp_answer_text(&timeline->events[turn->mark], 0)))
            ftp_answer_breach(run, &timeline->events[turn->mark],
                              "MARK, the client's marker, =, the server's");
    }
}
