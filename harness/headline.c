#include "headline.h"

#include <inttypes.h>

#include "escape.h"

#define USER_COLUMNS 40

/* --- what there is --- */

static const struct event *event_of(const struct timeline *timeline, enum event_kind kind)
{
    for (size_t i = 0; i < timeline->event_count; i++)
        if (timeline->events[i].kind == kind)
            return &timeline->events[i];
    return NULL;
}

static size_t events_count(const struct timeline *timeline, enum event_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < timeline->event_count; i++)
        count += timeline->events[i].kind == kind;
    return count;
}

static bool data_is_whole(const struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->flow_count; i++)
        if (!timeline->flows[i].whole)
            return false;
    return true;
}

uint64_t headline_tls(const struct timeline *timeline)
{
    const struct event *event = event_of(timeline, EVENT_TLS);

    return event == NULL ? 0 : event->packet;
}

unsigned headline_doubts(const struct timeline *timeline)
{
    unsigned doubts = 0;

    if (!timeline->from_start)
        doubts |= DOUBT_MIDDLE;
    if (!timeline->whole || !data_is_whole(timeline))
        doubts |= DOUBT_PARTS;
    if (headline_tls(timeline) != 0)
        doubts |= DOUBT_TLS;
    return doubts;
}

uint64_t headline_packets(const struct timeline *timeline)
{
    uint64_t count = 0;

    for (size_t i = 0; i < timeline->flow_count; i++)
        count += timeline->flows[i].packets;
    return count;
}

uint64_t headline_first_packet(const struct timeline *timeline)
{
    return timeline->event_count == 0 ? timeline->flows[0].last : timeline->events[0].packet;
}

uint64_t headline_last_packet(const struct timeline *timeline)
{
    return timeline->event_count == 0 ? timeline->flows[0].last
                                      : timeline->events[timeline->event_count - 1].packet;
}

struct bytes headline_user(const struct timeline *timeline)
{
    for (size_t i = timeline->event_count; i-- > 0;) {
        const struct event *event = &timeline->events[i];

        if (event->kind == EVENT_COMMAND && bytes_is_nocase(event->command.verb, "USER"))
            return event->command.argument;
    }
    return (struct bytes){NULL, 0};
}

/* --- the line --- */

static void count_print(FILE *out, uint64_t count, const char *one, const char *many)
{
    fprintf(out, ", %" PRIu64 " %s", count, count == 1 ? one : many);
}

/* Without its data connection a transfer is known by its 125 or 150. */
static void transfers_print(FILE *out, const struct timeline *timeline)
{
    size_t connections = timeline->flow_count - 1, begun = 0;

    for (size_t i = 0; i < timeline->event_count; i++)
        begun += timeline->events[i].kind == EVENT_REPLY &&
                 (timeline->events[i].code == 125 || timeline->events[i].code == 150);
    count_print(out, begun > connections ? begun : connections, "transfer", "transfers");
    if (begun > connections)
        fprintf(out, " (%zu data connection%s seen)", connections, connections == 1 ? "" : "s");
}

static void ftp_print(FILE *out, const struct timeline *timeline)
{
    char user[USER_COLUMNS + 1];

    count_print(out, events_count(timeline, EVENT_COMMAND), "command", "commands");
    count_print(out, events_count(timeline, EVENT_REPLY) + events_count(timeline, EVENT_BAD_REPLY),
                "reply", "replies");
    transfers_print(out, timeline);
    if (escape_bytes(headline_user(timeline), user, USER_COLUMNS) > 0)
        fprintf(out, ", user %s", user);
}

static void octets_print(FILE *out, const struct timeline *timeline)
{
    const uint64_t *octets = timeline->flows[0].octets;

    if (timeline->protocol == PROTOCOL_UDP)
        count_print(out, events_count(timeline, EVENT_DATAGRAM), "datagram", "datagrams");
    fprintf(out, ", %" PRIu64 " octets from the client, %" PRIu64 " from the server",
            octets[SIDE_CLIENT], octets[SIDE_SERVER]);
}

static void doubts_print(FILE *out, const struct timeline *timeline)
{
    unsigned doubts = headline_doubts(timeline);

    if (doubts & DOUBT_MIDDLE)
        fputs(" [begins in the middle]", out);
    if (doubts & DOUBT_PARTS)
        fputs(" [parts missing]", out);
    if (doubts & DOUBT_TLS)
        fprintf(out, " [TLS from packet %" PRIu64 " on, not judged]", headline_tls(timeline));
}

void headline_print_counts(FILE *out, const struct timeline *timeline)
{
    count_print(out, headline_packets(timeline), "packet", "packets");
    fprintf(out, " from number %" PRIu64 " on", headline_first_packet(timeline));
    if (timeline->protocol == PROTOCOL_FTP)
        ftp_print(out, timeline);
    else
        octets_print(out, timeline);
    doubts_print(out, timeline);
    putc('\n', out);
}

void headline_print(FILE *out, const struct timeline *timeline, size_t number)
{
    char client[ENDPOINT_TEXT], server[ENDPOINT_TEXT];

    fprintf(out, "#%zu %s: client %s, server %s", number, protocol_name(timeline->protocol),
            endpoint_format(&timeline->client, client), endpoint_format(&timeline->server, server));
    headline_print_counts(out, timeline);
}
