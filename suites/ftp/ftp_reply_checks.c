/* The form of single replies: RFC 959 section 4.2. */
#include "suites/ftp/ftp_checks.h"
#include "suites/ftp/ftp_replies.h"

#define LINE_LIMIT 512 /* octets with CR LF; the classic size of a client's line buffer */

/* The next line that is a reply; NULL: none is left. */
static const struct event *next_reply(const struct event *const **walk)
{
    const struct event *event;

    do
        event = *(*walk)++;
    while (event != NULL && event->kind != EVENT_REPLY);
    return event;
}

/* Report each reply that has one of the quirks. */
static void report_quirk(const struct timeline *timeline, struct rule_run *run, unsigned quirk,
                         const char *expected, const char *seen)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = next_reply(&walk)) != NULL)
        if ((event->reply.quirks & quirk) != 0)
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet), expected,
                        "%s in %s", seen, rule_quote(run, event->reply.text));
}

/* A reply that the end of the connection cut off: the line, or the lines, have no end. */
static bool is_torn(const struct event *event)
{
    struct bytes text = event->text;

    if (event->kind != EVENT_BAD_REPLY)
        return false;
    return text.len == 0 || text.at[text.len - 1] != '\n' ||
           bytes_index(text, '\n') + 1 < text.len ||
           (text.len > 3 && text.at[3] == '-' && text.at[0] >= '1' && text.at[0] <= '5');
}

void ftp_reply_code_format(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "three digits, then a space or a hyphen";
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = *walk++) != NULL) {
        if (is_torn(event))
            return; /* told by FTP-REPLY-WHOLE-AT-CLOSE */
        if (event->kind == EVENT_BAD_REPLY)
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet), expected,
                        "the line %s", rule_quote(run, event->text));
        else if ((event->reply.quirks & FTP_REPLY_NO_SPACE) != 0)
            rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(event->first_packet, event->packet),
                        expected, "a code alone: %s", rule_quote(run, event->reply.text));
        if (event->kind == EVENT_BAD_REPLY)
            return; /* what follows may be the rest of the same trouble */
    }
}

static bool is_protected_code(int code)
{
    return code == 631 || code == 632 || code == 633;
}

/* True also where that may have been, unseen. */
static bool security_agreed(const struct timeline *timeline, const struct event *before)
{
    if (!timeline->from_start || !timeline->whole)
        return true;
    for (const struct event *event = timeline->events; event < before; event++)
        if (event->kind == EVENT_REPLY && (event->code == 234 || event->code == 235))
            return true;
    return false;
}

void ftp_reply_first_digit(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = next_reply(&walk)) != NULL) {
        if (event->code >= 100 && event->code <= 599)
            continue;
        if (is_protected_code(event->code) && security_agreed(timeline, event))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet),
                    "a first digit from 1 to 5", "the code %03d", event->code);
    }
}

void ftp_reply_second_digit(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = next_reply(&walk)) != NULL) {
        int digit = event->code / 10 % 10;

        if (event->code >= 100 && event->code <= 599 && (digit == 4 || digit > 5))
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet),
                        "0, 1, 2, 3 or 5 as the second digit", "the code %03d", event->code);
    }
}

void ftp_reply_known_code(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = next_reply(&walk)) != NULL) {
        int digit = event->code / 10 % 10;

        if (event->code < 100 || event->code > 599 || digit == 4 || digit > 5)
            continue; /* told by the rules on the digits */
        if (!ftp_reply_code_known(event->code))
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet),
                        "a code that RFC 959 or one of its extensions defines", "the reply %s",
                        rule_quote(run, ftp_reply_line(&event->reply, 0)));
    }
}

void ftp_reply_crlf(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_REPLY_BARE_LF, "CR LF at the end of each line", "LF alone");
}

void ftp_reply_bare_cr(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_REPLY_BARE_CR, "LF or NUL after CR", "CR alone");
}

void ftp_reply_nul(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_REPLY_NUL, "NUL only after CR", "NUL");
}

void ftp_reply_control_bytes(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_REPLY_CONTROL, "text without control characters",
                 "a control character");
}

void ftp_multiline_inner_pad(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_REPLY_INNER_CODE,
                 "no inner line that begins with three digits and a space", "such a line");
}

void ftp_multiline_not_nested(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = next_reply(&walk)) != NULL)
        if ((event->reply.quirks & FTP_REPLY_INNER_HYPHEN) != 0)
            rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(event->first_packet, event->packet),
                        "no inner line that begins with another code and a hyphen",
                        "such a line in %s", rule_quote(run, event->reply.text));
}

void ftp_multiline_last_text(const struct timeline *timeline, struct rule_run *run)
{
    report_quirk(timeline, run, FTP_REPLY_LAST_NO_SPACE, "a space after the code of the last line",
                 "the code alone");
}

/* True where octets above 127 are agreed on or echo what the client sent. */
static bool may_be_8bit(const struct timeline *timeline, const struct event *reply)
{
    for (const struct event *event = timeline->events; event < reply; event++) {
        if (event->kind == EVENT_COMMAND && ((event->command.quirks & FTP_COMMAND_8BIT) != 0 ||
                                             bytes_is_nocase(event->command.verb, "LANG")))
            return true;
        if (event->kind == EVENT_REPLY && event->code == 211 &&
            (bytes_search(event->reply.text, bytes_of("UTF8")) < event->reply.text.len ||
             bytes_search(event->reply.text, bytes_of("MLST")) < event->reply.text.len))
            return true;
    }
    return false;
}

void ftp_reply_7bit(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    if (!timeline->from_start || !timeline->whole)
        return;
    while ((event = next_reply(&walk)) != NULL) {
        if ((event->reply.quirks & FTP_REPLY_8BIT) == 0 || event->code == 257)
            continue;
        if (!may_be_8bit(timeline, event))
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet),
                        "octets below 128", "octets above 127 in %s",
                        rule_quote(run, event->reply.text));
        return; /* told once, or agreed on from here */
    }
}

void ftp_reply_line_length(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = next_reply(&walk)) != NULL) {
        struct bytes lines = event->reply.text, line;

        if (event->code == 334 || event->code == 335 || event->code / 100 == 6)
            continue; /* base64, RFC 2228 section 10 */
        if (event->reply.text.len < LINE_LIMIT)
            continue; /* all lines together are not longer */
        while (ftp_reply_take_line(&lines, &line)) {
            if (line.len + 2 <= LINE_LIMIT)
                continue;
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet),
                        "lines of at most 512 octets", "a line of %zu octets in a reply %d",
                        line.len + 2, event->code);
            break;
        }
    }
}

void ftp_reply_error_text(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = next_reply(&walk)) != NULL) {
        bool error = event->code == 421 || event->code == 425 || event->code == 426 ||
                     event->code / 100 == 5;

        if (error && event->reply.lines == 1 && (event->reply.quirks & FTP_REPLY_NO_SPACE) == 0 &&
            bytes_trim(bytes_from(ftp_reply_line(&event->reply, 0), 4)).len == 0)
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet),
                        "a text that says why", "%d without a text", event->code);
    }
}

/* The last line of a reply of several lines that never ended, where it looks like the end but for
 * its code; empty otherwise. */
static struct bytes false_end(const struct event *event)
{
    struct bytes rest = event->text, last = {NULL, 0};
    size_t len;

    if (!is_torn(event) || rest.len < 4 || rest.at[3] != '-')
        return last;
    while ((len = ftp_line_length(rest)) > 0) {
        last = ftp_line_text(bytes_slice(rest, 0, len));
        rest = bytes_from(rest, len);
    }
    if (rest.len > 0 || last.len < 4 || last.at[3] != ' ' ||
        bytes_equal(bytes_slice(last, 0, 3), bytes_slice(event->text, 0, 3)))
        return (struct bytes){NULL, 0};
    for (size_t n = 0; n < 3; n++)
        if (last.at[n] < '0' || last.at[n] > '9')
            return (struct bytes){NULL, 0};
    return last;
}

void ftp_multiline_end(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    if (!timeline->ended)
        return;
    while ((event = *walk++) != NULL)
        if (false_end(event).len > 0)
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet),
                        "a last line with the code of the first", "%s",
                        rule_quote(run, event->text));
}

void ftp_reply_whole_at_close(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_flow *control = &timeline->flows[0];
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    if (control->rst[SIDE_SERVER] != 0 || control->rst[SIDE_CLIENT] != 0)
        return;
    while ((event = *walk++) != NULL)
        if (is_torn(event) && false_end(event).len == 0)
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, control->fin[SIDE_SERVER]),
                        "the last reply whole before the connection is closed",
                        "%s, and then the end", rule_quote(run, event->text));
}

/* True also where that may have been, unseen. */
static bool client_negotiates(const struct timeline *timeline, const struct event *before)
{
    for (const struct event *event = timeline->events; event < before; event++)
        if (event->kind == EVENT_COMMAND && (event->command.quirks & FTP_COMMAND_TELNET) != 0)
            return true;
    return !timeline->from_start || !timeline->whole;
}

void ftp_telnet_server_noneg(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *const *walk = ftp_dialogue(timeline, run)->heard.replies;
    const struct event *event;

    while ((event = next_reply(&walk)) != NULL) {
        if ((event->reply.quirks & FTP_REPLY_TELNET) == 0)
            continue;
        if (!client_negotiates(timeline, event))
            rule_breach(run, SIDE_SERVER, PACKETS(event->first_packet, event->packet),
                        "no Telnet command but in answer to the client's", "a Telnet command in %s",
                        rule_quote(run, event->text));
        return; /* told once, or the client began */
    }
}
