/* Where the control connection goes over to TLS: RFC 4217 section 4. */
#include "suites/ftp/ftp_checks.h"

#define TLS_HANDSHAKE 0x16
#define TLS_ALERT 0x15

/* Index of the event with which TLS begins after 234; FTP_NONE where it does not, or where the
 * capture does not show all. */
static size_t tls_start(const struct timeline *timeline, struct rule_run *run)
{
    if (!timeline->whole || !ftp_heard_any(&ftp_dialogue(timeline, run)->heard, EVENT_TLS))
        return FTP_NONE;
    for (size_t n = 1; n < timeline->event_count; n++) {
        const struct event *before = &timeline->events[n - 1];

        if (timeline->events[n].kind == EVENT_TLS)
            return before->kind == EVENT_REPLY && before->code == 234 ? n : FTP_NONE;
    }
    return FTP_NONE;
}

/* The first segment of that side after event `from`; NULL where there is none. */
static const struct event *segment_after(const struct timeline *timeline, size_t from,
                                         enum side side)
{
    for (size_t n = from; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->flow == 0 && event->kind == EVENT_SEGMENT && event->from == side)
            return event->text.len > 0 ? event : NULL;
    }
    return NULL;
}

/* What follows the line that ends with `line` in the segment that brought it. */
static struct bytes behind_line(const struct timeline *timeline, const struct event *line)
{
    for (const struct event *event = line; event >= timeline->events; event--) {
        size_t at;

        if (event->flow != 0 || event->kind != EVENT_SEGMENT || event->from != line->from ||
            event->packet != line->packet)
            continue;
        at = bytes_search(event->text, line->text);
        return bytes_from(event->text, at + line->text.len);
    }
    return (struct bytes){NULL, 0};
}

static bool begins_record(struct bytes octets)
{
    return octets.len > 0 && (octets.at[0] == TLS_HANDSHAKE || octets.at[0] == TLS_ALERT);
}

void ftp_auth_clienthello(const struct timeline *timeline, struct rule_run *run)
{
    size_t start = tls_start(timeline, run);
    const struct event *segment;

    if (start == FTP_NONE || (segment = segment_after(timeline, start, SIDE_CLIENT)) == NULL)
        return;
    if (!begins_record(segment->text))
        rule_breach(run, SIDE_CLIENT, PACKETS(timeline->events[start - 1].packet, segment->packet),
                    "a TLS ClientHello after 234", "%s", rule_quote(run, segment->text));
}

void ftp_auth_234_tls(const struct timeline *timeline, struct rule_run *run)
{
    size_t start = tls_start(timeline, run);
    const struct event *segment;

    if (start == FTP_NONE || (segment = segment_after(timeline, start, SIDE_SERVER)) == NULL)
        return;
    if (begins_record(segment->text) || bytes_starts(segment->text, "421"))
        return;
    rule_breach(run, SIDE_SERVER, PACKETS(timeline->events[start - 1].packet, segment->packet),
                "TLS after 234", "%s", rule_quote(run, segment->text));
}

void ftp_auth_no_pipeline_server(const struct timeline *timeline, struct rule_run *run)
{
    size_t start = tls_start(timeline, run);
    const struct event *reply;
    struct bytes behind;

    if (start == FTP_NONE)
        return;
    reply = &timeline->events[start - 1];
    behind = behind_line(timeline, reply);
    if (behind.len > 0 && !begins_record(behind))
        rule_breach(run, SIDE_SERVER, PACKETS(reply->packet), "nothing in clear after 234", "%s",
                    rule_quote(run, behind));
}

void ftp_auth_no_pipeline_client(const struct timeline *timeline, struct rule_run *run)
{
    size_t start = tls_start(timeline, run);

    for (size_t n = start; start != FTP_NONE && n-- > 0;) {
        const struct event *event = &timeline->events[n];
        struct bytes behind;

        if (event->kind != EVENT_COMMAND)
            continue;
        if (!bytes_is_nocase(event->command.verb, "AUTH"))
            continue;
        behind = behind_line(timeline, event);
        if (behind.len > 0)
            rule_breach(run, SIDE_CLIENT, PACKETS(event->packet), "nothing after AUTH before 234",
                        "%s", rule_quote(run, behind));
        return;
    }
}

/* --- what clear text shows of PBSZ and PROT --------------------------------------------------- */

void ftp_pbsz_before_prot(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    bool sized = false;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;

        if (ftp_turn_is(turn, "PBSZ"))
            sized = sized || code / 100 == 2;
        if (ftp_turn_is(turn, "REIN"))
            sized = false;
        if (!ftp_turn_is(turn, "PROT") || sized || turn->pipelined)
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, turn->command)),
                    "PROT after a PBSZ that was accepted", "PROT without one");
        if (code / 100 == 2)
            rule_breach(
                run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                "503 to PROT without PBSZ", "%d", code);
    }
}

static bool asks_for_tls(struct bytes mechanism)
{
    return bytes_is_nocase(mechanism, "TLS") || bytes_is_nocase(mechanism, "TLS-C") ||
           bytes_is_nocase(mechanism, "TLS-P") || bytes_is_nocase(mechanism, "SSL");
}

void ftp_pbsz_zero(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    bool tls = false;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        struct bytes argument = timeline->events[turn->command].command.argument;
        uint64_t size;

        if (ftp_turn_is(turn, "AUTH"))
            tls = asks_for_tls(argument);
        if (tls && ftp_turn_is(turn, "PBSZ") && (!bytes_to_u64(argument, &size) || size != 0))
            rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, turn->command)),
                        "PBSZ 0, since TLS has records of its own", "PBSZ %s",
                        rule_quote(run, argument));
    }
}

void ftp_prot_c_clear(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct timeline_flow *flow = ftp_turn_flow(timeline, turn);
        size_t first;

        if (ftp_turn_is(turn, "PROT") || ftp_turn_is(turn, "ADAT"))
            return;
        if (flow == NULL || !flow->from_start || !ftp_starts_tls(flow->payload) ||
            (first = dialogue->marks[turn->flow].first) == FTP_NONE)
            continue;
        rule_breach(run, timeline->events[first].from,
                    PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, first)),
                    "data in clear where PROT did not ask for more", "a TLS handshake");
    }
}

#define IMPLICIT_PORT 990

void ftp_implicit_tls(const struct timeline *timeline, struct rule_run *run)
{
    if (timeline->server.port != IMPLICIT_PORT || !timeline->from_start || !timeline->whole)
        return;
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->flow != 0 || event->kind != EVENT_SEGMENT || event->text.len == 0)
            continue;
        if (!begins_record(event->text))
            rule_breach(run, event->from, PACKETS(event->packet),
                        "a TLS ClientHello as the first octets", "%s",
                        rule_quote(run, event->text));
        return;
    }
}
