#include "ladder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "escape.h"

#define MARGIN 23                           /* of packet number and time */
#define INNER (LADDER_COLUMNS - MARGIN - 2) /* between the lifelines */
#define DATA_INSET 5                        /* of a data connection's arrows, at either side */
#define NOTE_INSET 6
#define REPLY_LINES 20 /* of a reply, shown at most */
#define LISTING_LINES 6

struct ladder {
    FILE *out;
    const struct timeline *timeline;
    int64_t start;
    bool tls;
};

/* --- rows --- */

static void margin_print(const struct ladder *ladder, const struct event *event)
{
    if (event == NULL)
        fprintf(ladder->out, "%*s", MARGIN, "");
    else
        fprintf(ladder->out, "%8" PRIu64 " %13.6f ", event->packet,
                (double)(event->time - ladder->start) / 1e9);
}

/* A row that no packet stands for. */
static void note_print(const struct ladder *ladder, const char *text)
{
    margin_print(ladder, NULL);
    fprintf(ladder->out, "|%*s%-*.*s|\n", NOTE_INSET, "", INNER - NOTE_INSET, INNER - NOTE_INSET,
            text);
}

/* `label` on a line of `width` columns that points to the side which did not send it. */
static void arrow_fill(char *row, size_t width, enum side from, char line, const char *label)
{
    size_t len = strlen(label), most = width - 6;

    memset(row, line, width);
    row[width] = '\0';
    row[from == SIDE_CLIENT ? width - 1 : 0] = from == SIDE_CLIENT ? '>' : '<';
    row[3] = ' ';
    memcpy(row + 4, label, len > most ? most : len);
    if (len > most)
        memcpy(row + 4 + most - 3, "...", 3);
    row[4 + (len > most ? most : len)] = ' ';
}

static void arrow_print(const struct ladder *ladder, const struct event *event, const char *label)
{
    bool data = ladder->timeline->flows[event->flow].role == ROLE_DATA;
    int inset = data ? DATA_INSET : 0;
    char row[INNER + 1];

    arrow_fill(row, (size_t)(INNER - 2 * inset), event->from, data ? '=' : '-', label);
    margin_print(ladder, event);
    fprintf(ladder->out, "|%*s%s%*s|\n", inset, "", row, inset, "");
}

/* --- texts --- */

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* What stands on an arrow; what is too long ends early. */
struct label {
    char text[INNER + 1];
    size_t len;
};

static void label_add(struct label *label, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void label_add(struct label *label, const char *format, ...)
{
    size_t room = sizeof label->text - label->len;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(label->text + label->len, room, format, args);
    va_end(args);
    if (len > 0)
        label->len += (size_t)len < room ? (size_t)len : room - 1;
}

/* "data 2: ", or nothing for a flow that is the only one. */
static struct label label_of(const struct event *event)
{
    struct label label = {.len = 0};

    if (event->flow > 0)
        label_add(&label, "data %u: ", event->flow);
    return label;
}

static size_t lines_count(struct bytes text)
{
    size_t count = 0;

    for (; text.len > 0; text = bytes_from(text, bytes_index(text, '\n') + 1))
        count++;
    return count;
}

static struct bytes line_take(struct bytes *text)
{
    struct bytes line = bytes_slice(*text, 0, bytes_index(*text, '\n') + 1);

    *text = bytes_from(*text, line.len);
    return ftp_line_text(line);
}

/* Up to `most` lines as notes, and how many there are more. */
static void lines_print(const struct ladder *ladder, struct bytes text, size_t most)
{
    char row[INNER + 1];
    struct label more = {.len = 0};

    for (size_t shown = 0; shown < most && text.len > 0; shown++) {
        escape_bytes(line_take(&text), row, INNER - NOTE_INSET - 1);
        note_print(ladder, row);
    }
    if (text.len == 0)
        return;
    label_add(&more, "(%zu more line%s)", lines_count(text), plural(lines_count(text)));
    note_print(ladder, more.text);
}

/* --- events --- */

typedef void event_fn(struct ladder *ladder, const struct event *event);

/* The port alone of who is at the end of the ladder's line anyway. */
static void end_add(struct label *label, const struct ladder *ladder, const char *how,
                    const struct endpoint *end)
{
    char text[ENDPOINT_TEXT];

    if (endpoint_same_addr(end, &ladder->timeline->client) ||
        endpoint_same_addr(end, &ladder->timeline->server))
        label_add(label, "%s port %u", how, end->port);
    else
        label_add(label, "%s %s", how, endpoint_format(end, text));
}

static void syn_show(struct ladder *ladder, const struct event *event)
{
    struct label label = label_of(event);

    label_add(&label, event->kind == EVENT_SYN ? "SYN" : "SYN, ACK");
    if (event->kind == EVENT_SYN && event->flow > 0) {
        end_add(&label, ladder, " from", &event->src);
        end_add(&label, ladder, " to", &event->dst);
    }
    arrow_print(ladder, event, label.text);
}

static void flag_show(struct ladder *ladder, const struct event *event)
{
    static const char *const flags[] = {[EVENT_ACK] = "ACK",
                                        [EVENT_FIN] = "FIN, sends no more",
                                        [EVENT_RST] = "RST, resets the connection"};
    struct label label = label_of(event);

    label_add(&label, "%s", flags[event->kind]);
    arrow_print(ladder, event, label.text);
}

static void begun_print(const struct ladder *ladder, const struct event *event)
{
    struct label label = {.len = 0};

    if (event->first_packet >= event->packet)
        return;
    label_add(&label, "(begun in packet %" PRIu64 ")", event->first_packet);
    note_print(ladder, label.text);
}

/* A command or the first line of a reply; the other lines follow. */
static void speech_show(struct ladder *ladder, const struct event *event)
{
    struct bytes text = event->text;
    char line[INNER + 1];

    if (escape_bytes(line_take(&text), line, INNER - 8) == 0)
        arrow_print(ladder, event, "(an empty line)");
    else
        arrow_print(ladder, event, line);
    lines_print(ladder, text, REPLY_LINES);
    if (event->kind == EVENT_BAD_REPLY)
        note_print(ladder, "(this is no reply of FTP)");
    begun_print(ladder, event);
}

/* 12 octets "Hi ..." */
static void octets_show(struct ladder *ladder, const struct event *event)
{
    struct label label = {.len = 0};
    char quoted[INNER + 1];

    label_add(&label, "%" PRIu64 " octet%s", event->octets, plural(event->octets));
    if (event->text.len > 0) {
        escape_bytes(event->text, quoted, INNER - 12 - label.len);
        label_add(&label, " \"%s\"", quoted);
    }
    arrow_print(ladder, event, label.text);
}

/* Of a control connection the commands and replies tell it, until they are hidden. */
static void segment_show(struct ladder *ladder, const struct event *event)
{
    struct label label = {.len = 0};

    if (ladder->timeline->flows[event->flow].role != ROLE_CONTROL) {
        octets_show(ladder, event);
    } else if (ladder->tls) {
        label_add(&label, "TLS, %" PRIu64 " octet%s", event->octets, plural(event->octets));
        arrow_print(ladder, event, label.text);
    }
}

static void first_show(struct ladder *ladder, const struct event *event)
{
    const struct timeline_flow *flow = &ladder->timeline->flows[event->flow];
    struct label label = label_of(event);

    if (flow->role != ROLE_DATA || flow->first == flow->last)
        return;
    label_add(&label, "first octets");
    arrow_print(ladder, event, label.text);
}

static void last_show(struct ladder *ladder, const struct event *event)
{
    const struct timeline_flow *flow = &ladder->timeline->flows[event->flow];
    uint64_t octets = flow->octets[0] + flow->octets[1];
    struct label label = label_of(event);

    if (flow->role != ROLE_DATA)
        return;
    label_add(&label, "%s%" PRIu64 " octet%s%s", flow->first == flow->last ? "" : "last octets; ",
              octets, plural(octets), flow->first == flow->last ? "" : " in all");
    arrow_print(ladder, event, label.text);
    lines_print(ladder, flow->payload, LISTING_LINES);
}

static const char *icmp_words(const struct event *event)
{
    static const struct {
        uint8_t family;
        int type, code;
        const char *words;
    } errors[] = {{4, 3, 0, ": network unreachable"},
                  {4, 3, 1, ": host unreachable"},
                  {4, 3, 2, ": protocol unreachable"},
                  {4, 3, 3, ": port unreachable"},
                  {4, 3, 4, ": too long to pass whole"},
                  {4, 11, 0, ": time to live exceeded"},
                  {6, 1, 0, ": no route"},
                  {6, 1, 3, ": address unreachable"},
                  {6, 1, 4, ": port unreachable"},
                  {6, 2, 0, ": too long to pass"}};

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].family == event->src.family &&
            errors[i].type * 256 + errors[i].code == event->code)
            return errors[i].words;
    return "";
}

static void icmp_show(struct ladder *ladder, const struct event *event)
{
    struct label label = label_of(event);
    char from[ENDPOINT_TEXT];

    label_add(&label, "ICMP type %d code %d from %s%s", event->code / 256, event->code % 256,
              endpoint_addr(&event->src, from), icmp_words(event));
    arrow_print(ladder, event, label.text);
}

static void gap_show(struct ladder *ladder, const struct event *event)
{
    struct label label = label_of(event);

    label_add(&label, "(here %" PRIu64 " octet%s of the %s's are not in the capture)",
              event->octets, plural(event->octets), side_name(event->from));
    note_print(ladder, label.text);
}

static void tls_show(struct ladder *ladder, const struct event *event)
{
    struct label label = {.len = 0};

    ladder->tls = true;
    label_add(&label, "(TLS from packet %" PRIu64 " on: what is said cannot be read)",
              event->packet);
    note_print(ladder, label.text);
}

static void oddity_show(struct ladder *ladder, const struct event *event)
{
    struct label label = {.len = 0};

    label_add(&label, "(packet %" PRIu64 ": %s)", event->packet, oddity_text(event->oddity));
    note_print(ladder, label.text);
}

static void clear_show(struct ladder *ladder, const struct event *event)
{
    struct label label = {.len = 0};

    label_add(&label, "(in clear again from packet %" PRIu64 " on)", event->packet);
    note_print(ladder, label.text);
}

static void urgent_show(struct ladder *ladder, const struct event *event)
{
    struct label label = {.len = 0};

    label_add(&label, "(packet %" PRIu64 ": urgent data)", event->packet);
    note_print(ladder, label.text);
}

static event_fn *const shows[] = {
    [EVENT_SYN] = syn_show,         [EVENT_SYN_ACK] = syn_show,      [EVENT_ACK] = flag_show,
    [EVENT_SEGMENT] = segment_show, [EVENT_FIRST] = first_show,      [EVENT_LAST] = last_show,
    [EVENT_FIN] = flag_show,        [EVENT_RST] = flag_show,         [EVENT_COMMAND] = speech_show,
    [EVENT_REPLY] = speech_show,    [EVENT_BAD_REPLY] = speech_show, [EVENT_DATAGRAM] = octets_show,
    [EVENT_ICMP] = icmp_show,       [EVENT_GAP] = gap_show,          [EVENT_TLS] = tls_show,
    [EVENT_ODDITY] = oddity_show,   [EVENT_URGENT] = urgent_show,    [EVENT_CLEAR] = clear_show,
};

/* --- the page --- */

/* Each side above its line; two long addresses stand one below the other. */
static void heading_print(const struct ladder *ladder)
{
    char client[ENDPOINT_TEXT], server[ENDPOINT_TEXT];
    int left = (int)strlen(endpoint_format(&ladder->timeline->client, client));
    int right = (int)strlen(endpoint_format(&ladder->timeline->server, server));
    int room = LADDER_COLUMNS - MARGIN - left - right - (int)strlen("client  server");

    fprintf(ladder->out, "%8s %13s client %s", "packet", "seconds", client);
    if (room < 1) {
        putc('\n', ladder->out);
        room = LADDER_COLUMNS - right - (int)strlen(" server");
    }
    fprintf(ladder->out, "%*s%s server\n", room, "", server);
}

void ladder_print(FILE *out, const struct timeline *timeline)
{
    struct ladder ladder = {.out = out, .timeline = timeline};

    if (timeline->event_count > 0)
        ladder.start = timeline->events[0].time;
    heading_print(&ladder);
    for (size_t i = 0; i < timeline->event_count; i++)
        shows[timeline->events[i].kind](&ladder, &timeline->events[i]);
}
