/* The form of commands: RFC 959 section 5.3 and the extensions. */
#include <string.h>

#include "proto/ftp_hostport.h"
#include "suites/ftp/ftp_checks.h"

#define LINE_LIMIT 4096
#define LONGEST_VERB 8 /* RFC 959 has at most 4 letters; XSHA512 and others came later */

static void report_quirk(const struct timeline *timeline, struct rule_run *run, unsigned quirk,
                         const char *expected, const char *seen)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.commands;
    const struct event *event;

    while ((event = *walk++) != NULL)
        if ((event->command.quirks & quirk) != 0)
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet), expected,
                        "%s in %s", seen, rule_quote(run, event->text));
}

static bool is(const struct event *event, const char *verb)
{
    return bytes_is_nocase(event->command.verb, verb);
}

static unsigned traits(const struct event *event)
{
    return event->command.known == NULL ? 0 : event->command.known->traits;
}

void ftp_cmd_crlf(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_COMMAND_BARE_LF, "CR LF at the end of the command", "LF alone");
    report_quirk(timeline, run, FTP_COMMAND_BARE_CR, "CR only before LF or NUL", "CR alone");
}

void ftp_cmd_printable(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_COMMAND_NUL, "NUL only after CR", "NUL");
}

void ftp_telnet_client(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_COMMAND_NEGOTIATES,
                 "no Telnet command but Interrupt Process and Data Mark",
                 "a Telnet option negotiation");
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void ftp_cmd_verb(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "a command that begins with a word of at most four letters";
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.commands;
    const struct event *event;

    while ((event = *walk++) != NULL) {
        struct bytes verb = event->command.verb;
        size_t letters = 0;

        if (event->command.known != NULL)
            continue;
        while (letters < verb.len && is_letter(verb.at[letters]))
            letters++;
        if ((event->command.quirks & FTP_COMMAND_EMPTY) != 0)
            rule_remark(run, SIDE_CLIENT, VERDICT_WARN, PACKETS(event->first_packet, event->packet),
                        expected, "an empty line");
        else if (letters == 0)
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet), expected,
                        "the line %s", rule_quote(run, event->text));
        else if (letters > LONGEST_VERB)
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet), expected,
                        "a word of %zu letters in %s", letters, rule_quote(run, event->text));
    }
}

void ftp_cmd_one_sp(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.commands;
    const struct event *event;

    while ((event = *walk++) != NULL)
        if ((event->command.quirks & FTP_COMMAND_TWO_SPACES) != 0 &&
            (traits(event) & FTP_VERB_PATH) != 0 && bytes_trim(event->command.argument).len > 0)
            rule_remark(run, SIDE_CLIENT, VERDICT_WARN, PACKETS(event->first_packet, event->packet),
                        "exactly one space before a pathname", "more than one in %s",
                        rule_quote(run, event->text));
}

void ftp_cmd_no_trailing_sp(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.commands;
    const struct event *event;

    while ((event = *walk++) != NULL) {
        bool bare = event->command.has_argument && bytes_trim(event->command.argument).len == 0;

        if (bare && (traits(event) & FTP_VERB_NO_ARG) != 0)
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet),
                        "no space after a command without an argument", "%s",
                        rule_quote(run, event->text));
    }
}

void ftp_cmd_args(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.commands;
    const struct event *event;

    while ((event = *walk++) != NULL) {
        bool given = event->command.argument.len > 0;
        bool blank = given && bytes_trim(event->command.argument).len == 0;

        if (!given && (traits(event) & FTP_VERB_NEEDS_ARG) != 0 && !is(event, "CWD") &&
            !is(event, "PASS"))
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet),
                        "an argument", "%s", rule_quote(run, event->text));
        if (given && !blank && (traits(event) & FTP_VERB_NO_ARG) != 0 && !is(event, "STOU"))
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet),
                        "no argument", "%s", rule_quote(run, event->text));
    }
}

void ftp_cmd_length(const struct timeline *timeline, struct rule_run *run)
{
    static const char *const long_ones[] = {"ADAT", "MIC", "CONF", "ENC", NULL};
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.commands;
    const struct event *event;

    while ((event = *walk++) != NULL) {
        bool may = event->text.len <= LINE_LIMIT;

        for (const char *const *verb = long_ones; !may && *verb != NULL; verb++)
            may = is(event, *verb);
        if (!may)
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet),
                        "a line of at most 4096 octets", "a line of %zu octets", event->text.len);
    }
}

static bool is_byte_size(struct bytes text)
{
    uint64_t size;

    return bytes_to_u64(text, &size) && size > 0 && size <= 255;
}

static bool is_type(struct bytes argument)
{
    static const char *const formats[] = {"A",   "E",   "A N", "A T", "A C",
                                          "E N", "E T", "E C", "I",   NULL};

    for (const char *const *format = formats; *format != NULL; format++)
        if (bytes_is_nocase(argument, *format))
            return true;
    return argument.len > 2 && (argument.at[0] == 'L' || argument.at[0] == 'l') &&
           argument.at[1] == ' ' && is_byte_size(bytes_from(argument, 2));
}

static bool is_number(struct bytes argument)
{
    uint64_t value;

    return bytes_to_u64(argument, &value);
}

static bool is_allo(struct bytes argument)
{
    size_t end = bytes_index(argument, ' ');
    struct bytes rest = bytes_from(argument, end);

    if (!is_number(bytes_slice(argument, 0, end)))
        return false;
    return rest.len == 0 || (rest.len > 3 && (rest.at[1] == 'R' || rest.at[1] == 'r') &&
                             rest.at[2] == ' ' && is_number(bytes_from(rest, 3)));
}

static bool is_port(struct bytes argument)
{
    struct endpoint endpoint;
    struct flaw flaw;

    return ftp_port_parse(argument, &endpoint, &flaw) == PARSE_DONE;
}

static bool is_eprt(struct bytes argument)
{
    struct endpoint endpoint;
    struct flaw flaw;

    return ftp_eprt_parse(argument, &endpoint, &flaw) == PARSE_DONE;
}

static bool is_epsv(struct bytes argument)
{
    return argument.len == 0 || bytes_is_nocase(argument, "ALL") || is_number(argument);
}

/* Hold the argument of each `verb` against a grammar. Without an argument another rule speaks. */
static void judge_argument(const struct timeline *timeline, struct rule_run *run, const char *verb,
                           bool (*fits)(struct bytes argument), const char *expected)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.commands;
    const struct event *event;

    while ((event = *walk++) != NULL)
        if (is(event, verb) && event->command.argument.len > 0 && !fits(event->command.argument))
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet), expected,
                        "%s", rule_quote(run, event->text));
}

void ftp_type_syntax(const struct timeline *timeline, struct rule_run *run)
{
    judge_argument(timeline, run, "TYPE", is_type,
                   "A or E with N, T or C or nothing, I, or L and a number of bits");
}

void ftp_rest_arg(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct event *event;

        if (!ftp_turn_is(turn, "REST") || turn->mode != 'S')
            continue;
        event = &timeline->events[turn->command];
        if (event->command.argument.len > 0 && !is_number(event->command.argument))
            rule_breach(run, SIDE_CLIENT, PACKETS(event->first_packet, event->packet),
                        "digits alone in stream mode", "%s", rule_quote(run, event->text));
    }
}

void ftp_allo_arg(const struct timeline *timeline, struct rule_run *run)
{
    judge_argument(timeline, run, "ALLO", is_allo, "a number, or two with R between them");
}

void ftp_port_syntax(const struct timeline *timeline, struct rule_run *run)
{
    judge_argument(timeline, run, "PORT", is_port, "six numbers from 0 to 255 with commas between");
}

void ftp_eprt_syntax(const struct timeline *timeline, struct rule_run *run)
{
    judge_argument(timeline, run, "EPRT", is_eprt,
                   "|1|IPv4 address|port| or |2|IPv6 address|port|");
}

void ftp_epsv_arg(const struct timeline *timeline, struct rule_run *run)
{
    judge_argument(timeline, run, "EPSV", is_epsv, "nothing, a number, or ALL");
}
