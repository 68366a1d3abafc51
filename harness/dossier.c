#include "dossier.h"

#include <stdlib.h>

#include "headline.h"
#include "report/finding_json.h"
#include "report/json_page.h"
#include "report/out_file.h"

#define SCHEMA "peerspec-check"
#define SCHEMA_VERSION 1

struct dossier {
    struct out_file file;
    struct json_page page;
};

/* --- values --- */

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *seconds(int64_t ns)
{
    return json_real((double)ns / 1e9);
}

static json_t *endpoint(const struct endpoint *at)
{
    char text[ENDPOINT_TEXT];

    if (at->family != 0)
        return json_string(endpoint_format(at, text));
    return at->port == 0 ? json_null() : json_sprintf(":%u", at->port);
}

static json_t *side(enum side from)
{
    return json_string(side_name(from));
}

static void text_set(json_t *object, const char *key, struct bytes text, bool octets)
{
    json_object_set_new(object, key, json_page_text(text, octets));
}

/* What a peer said need not be UTF-8: the object of such a text says so. */
static void encoding_set(json_t *object, bool octets)
{
    if (octets)
        json_object_set_new(object, "encoding", json_string("ISO-8859-1"));
}

static json_t *event_object(const struct event *event)
{
    json_t *object = json_object();

    json_object_set_new(object, "packet", number(event->packet));
    json_object_set_new(object, "time", seconds(event->time));
    return object;
}

/* --- FTP --- */

static json_t *command_object(const struct event *event)
{
    const struct ftp_command *command = &event->command;
    bool octets = !json_page_is_utf8(command->verb) || !json_page_is_utf8(command->argument);
    json_t *object = event_object(event);

    text_set(object, "verb", command->verb, octets);
    if (command->has_argument)
        text_set(object, "argument", command->argument, octets);
    else
        json_object_set_new(object, "argument", json_null());
    encoding_set(object, octets);
    return object;
}

static json_t *reply_object(const struct event *event)
{
    bool octets = !json_page_is_utf8(event->text), good = event->kind == EVENT_REPLY;
    json_t *object = event_object(event);

    json_object_set_new(object, "code", good ? json_integer(event->code) : json_null());
    json_object_set_new(object, "lines", good ? json_integer(event->reply.lines) : json_null());
    text_set(object, "text", event->text, octets);
    encoding_set(object, octets);
    return object;
}

static const char *direction(const struct timeline_flow *flow)
{
    if (flow->octets[SIDE_CLIENT] > 0 && flow->octets[SIDE_SERVER] > 0)
        return "both";
    if (flow->octets[SIDE_CLIENT] > 0)
        return "to server";
    return flow->octets[SIDE_SERVER] > 0 ? "to client" : "none";
}

static json_t *hash(const struct timeline_flow *flow)
{
    char text[2 * sizeof flow->sha256 + 1];

    for (size_t i = 0; i < sizeof flow->sha256; i++)
        snprintf(text + 2 * i, 3, "%02x", flow->sha256[i]);
    return flow->has_hash ? json_string(text) : json_null();
}

static void transfer_command_set(json_t *object, const struct timeline *timeline,
                                 const struct timeline_flow *flow)
{
    const struct event *event =
        flow->command < timeline->event_count ? &timeline->events[flow->command] : NULL;
    bool octets = event != NULL && (!json_page_is_utf8(event->command.verb) ||
                                    !json_page_is_utf8(event->command.argument));

    if (event == NULL) {
        json_object_set_new(object, "command", json_null());
        return;
    }
    text_set(object, "command", event->command.verb, octets);
    text_set(object, "argument", event->command.argument, octets);
    json_object_set_new(object, "command_packet", number(event->packet));
    encoding_set(object, octets);
}

static json_t *transfer_packets(const struct timeline_flow *flow)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "count", (json_int_t)flow->packets, "syn",
                     (json_int_t)flow->syn, "first", (json_int_t)flow->first, "last",
                     (json_int_t)flow->last);
}

static json_t *transfer_object(const struct timeline *timeline, const struct timeline_flow *flow)
{
    static const char *const modes[] = {[OPENED_PASV] = "PASV",
                                        [OPENED_EPSV] = "EPSV",
                                        [OPENED_PORT] = "PORT",
                                        [OPENED_EPRT] = "EPRT",
                                        [OPENED_UNANNOUNCED] = "unannounced"};
    json_t *object = json_object();

    transfer_command_set(object, timeline, flow);
    json_object_set_new(object, "mode", json_string(modes[flow->opening]));
    json_object_set_new(object, "announced", endpoint(&flow->announced));
    json_object_set_new(object, "used",
                        endpoint(flow->opener == SIDE_CLIENT ? &flow->server : &flow->client));
    json_object_set_new(object, "client", endpoint(&flow->client));
    json_object_set_new(object, "server", endpoint(&flow->server));
    json_object_set_new(object, "direction", json_string(direction(flow)));
    json_object_set_new(object, "octets", number(flow->octets[0] + flow->octets[1]));
    json_object_set_new(object, "sha256", hash(flow));
    json_object_set_new(object, "whole", json_boolean(flow->from_start && flow->whole));
    json_object_set_new(object, "packets", transfer_packets(flow));
    return object;
}

/* --- UDP and TCP --- */

static json_t *datagram_object(const struct event *event)
{
    json_t *object = event_object(event);

    json_object_set_new(object, "from", side(event->from));
    json_object_set_new(object, "octets", number(event->octets));
    return object;
}

static json_t *icmp_object(const struct event *event)
{
    char text[ENDPOINT_TEXT];
    json_t *object = event_object(event);

    json_object_set_new(object, "from", json_string(endpoint_addr(&event->src, text)));
    json_object_set_new(object, "type", json_integer(event->code / 256));
    json_object_set_new(object, "code", json_integer(event->code % 256));
    return object;
}

/* --- the lists of a conversation --- */

struct list {
    const char *key;
    enum protocol protocol;
    enum event_kind kind, or_kind;
    json_t *(*object)(const struct event *event);
};

static const struct list lists[] = {
    {"commands", PROTOCOL_FTP, EVENT_COMMAND, EVENT_COMMAND, command_object},
    {"replies", PROTOCOL_FTP, EVENT_REPLY, EVENT_BAD_REPLY, reply_object},
    {"datagrams", PROTOCOL_UDP, EVENT_DATAGRAM, EVENT_DATAGRAM, datagram_object},
    {"icmp", PROTOCOL_UDP, EVENT_ICMP, EVENT_ICMP, icmp_object},
    {"icmp", PROTOCOL_TCP, EVENT_ICMP, EVENT_ICMP, icmp_object},
};

static void list_write(struct json_page *page, const struct timeline *timeline,
                       const struct list *list)
{
    json_page_open(page, list->key, '[');
    for (size_t i = 0; i < timeline->event_count; i++) {
        const struct event *event = &timeline->events[i];

        if (event->kind == list->kind || event->kind == list->or_kind)
            json_page_put(page, NULL, list->object(event));
    }
    json_page_close(page, ']');
}

static void lists_write(struct json_page *page, const struct timeline *timeline)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i].protocol == timeline->protocol)
            list_write(page, timeline, &lists[i]);
    if (timeline->protocol != PROTOCOL_FTP)
        return;
    json_page_open(page, "transfers", '[');
    for (size_t i = 1; i < timeline->flow_count; i++)
        json_page_put(page, NULL, transfer_object(timeline, &timeline->flows[i]));
    json_page_close(page, ']');
}

/* --- findings --- */

static void findings_write(struct json_page *page, const struct findings *findings)
{
    json_page_open(page, "findings", '[');
    for (size_t i = 0; i < findings_count(findings); i++)
        json_page_put(page, NULL, finding_json(findings_at(findings, i)));
    json_page_close(page, ']');
}

/* --- a conversation --- */

static void user_write(struct json_page *page, const struct timeline *timeline)
{
    struct bytes user = headline_user(timeline);

    if (timeline->protocol == PROTOCOL_FTP)
        json_page_put(page, "user",
                      user.len == 0 ? json_null() : json_page_text(user, !json_page_is_utf8(user)));
}

static void sight_write(struct json_page *page, const struct timeline *timeline)
{
    uint64_t tls = headline_tls(timeline);

    json_page_put(page, "from_start", json_boolean(timeline->from_start));
    json_page_put(page, "whole", json_boolean(timeline->whole));
    json_page_put(page, "ended", json_boolean(timeline->ended));
    json_page_put(page, "tls_from", tls == 0 ? json_null() : number(tls));
}

static json_t *octets_object(const struct timeline_flow *flow)
{
    return json_pack("{s:I, s:I}", "client", (json_int_t)flow->octets[SIDE_CLIENT], "server",
                     (json_int_t)flow->octets[SIDE_SERVER]);
}

void dossier_add(struct dossier *dossier, size_t index, const struct timeline *timeline,
                 const struct findings *findings)
{
    struct json_page *page = &dossier->page;

    json_page_open(page, NULL, '{');
    json_page_put(page, "number", number(index));
    json_page_put(page, "protocol", json_string(protocol_name(timeline->protocol)));
    json_page_put(page, "client", endpoint(&timeline->client));
    json_page_put(page, "server", endpoint(&timeline->server));
    user_write(page, timeline);
    json_page_put(page, "packets", number(headline_packets(timeline)));
    json_page_put(page, "first_packet", number(headline_first_packet(timeline)));
    json_page_put(page, "last_packet", number(headline_last_packet(timeline)));
    json_page_put(page, "octets", octets_object(&timeline->flows[0]));
    sight_write(page, timeline);
    lists_write(page, timeline);
    findings_write(page, findings);
    json_page_close(page, '}');
}

/* --- the document --- */

enum err dossier_open(const char *path, struct dossier **out, struct diag *why)
{
    struct dossier *dossier = calloc(1, sizeof *dossier);

    *out = NULL;
    if (dossier == NULL)
        abort();
    if (out_file_open(&dossier->file, path, why) != OK) {
        free(dossier);
        return why->code;
    }
    dossier->page.out = dossier->file.stream;
    json_page_open(&dossier->page, NULL, '{');
    json_page_put(&dossier->page, "schema", json_string(SCHEMA));
    json_page_put(&dossier->page, "version", json_integer(SCHEMA_VERSION));
    json_page_open(&dossier->page, "files", '[');
    *out = dossier;
    return OK;
}

void dossier_begin(struct dossier *dossier, const char *capture)
{
    json_page_open(&dossier->page, NULL, '{');
    json_page_put(&dossier->page, "file", json_page_words(capture));
    json_page_open(&dossier->page, "conversations", '[');
}

void dossier_end(struct dossier *dossier, const struct savefile_summary *summary,
                 const char *failed)
{
    struct json_page *page = &dossier->page;

    json_page_close(page, ']');
    json_page_put(page, "packets", number(summary->packets));
    json_page_put(page, "octets", number(summary->octets));
    json_page_put(page, "undecoded", number(summary->undecoded));
    json_page_put(page, "cut", number(summary->cut));
    json_page_put(page, "truncated", json_boolean(summary->truncated));
    json_page_put(page, "stopped",
                  json_page_words(summary->stopped[0] == '\0' ? NULL : summary->stopped));
    json_page_put(page, "error", json_page_words(failed));
    json_page_close(page, '}');
}

enum err dossier_close(struct dossier *dossier, struct diag *why)
{
    enum err err;

    json_page_close(&dossier->page, ']');
    json_page_close(&dossier->page, '}');
    err = out_file_close(&dossier->file, why);
    free(dossier);
    return err;
}
