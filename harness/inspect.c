#include "inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "report/report.h"
#include "wire/savefile.h"

struct inspection {
    const struct options *options;
    const struct kit *kit;
    bool color;
    size_t conversations, broken, findings;
    size_t by_verdict[VERDICT_COUNT];
};

/* --- one conversation ------------------------------------------------------------------------ */

static size_t count_events(const struct timeline *timeline, enum event_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < timeline->event_count; i++)
        count += timeline->events[i].kind == kind;
    return count;
}

static uint64_t count_packets(const struct timeline *timeline)
{
    uint64_t count = 0;

    for (size_t i = 0; i < timeline->flow_count; i++)
        count += timeline->flows[i].packets;
    return count;
}

static struct bytes user_of(const struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->event_count; i++) {
        const struct event *event = &timeline->events[i];

        if (event->kind == EVENT_COMMAND && bytes_is_nocase(event->command.verb, "USER"))
            return event->command.argument;
    }
    return (struct bytes){NULL, 0};
}

static void print_ftp(const struct timeline *timeline)
{
    struct bytes user = user_of(timeline);
    size_t transfers = timeline->flow_count == 0 ? 0 : timeline->flow_count - 1;

    printf(", %zu commands, %zu replies, %zu transfer%s", count_events(timeline, EVENT_COMMAND),
           count_events(timeline, EVENT_REPLY) + count_events(timeline, EVENT_BAD_REPLY), transfers,
           transfers == 1 ? "" : "s");
    if (user.len > 0)
        printf(", user " BYTES_FMT, BYTES_ARG(user));
    if (count_events(timeline, EVENT_TLS) > 0)
        printf(", TLS from packet %" PRIu64 " on: not judged further",
               timeline->events[timeline->event_count - 1].packet);
}

static void print_heading(const struct timeline *timeline)
{
    char client[ENDPOINT_TEXT], server[ENDPOINT_TEXT];
    const struct timeline_flow *first = &timeline->flows[0];

    printf("%s  client %s  server %s: %" PRIu64 " packets", protocol_name(timeline->protocol),
           endpoint_format(&timeline->client, client), endpoint_format(&timeline->server, server),
           count_packets(timeline));
    if (timeline->protocol == PROTOCOL_FTP)
        print_ftp(timeline);
    else
        printf(", %" PRIu64 " octets from the client, %" PRIu64 " from the server",
               first->octets[SIDE_CLIENT], first->octets[SIDE_SERVER]);
    if (!timeline->from_start)
        printf(", begins in the middle");
    if (!timeline->whole)
        printf(", parts are missing");
    putchar('\n');
}

static void inspect_timeline(void *ctx, struct timeline *timeline)
{
    struct inspection *inspection = ctx;
    struct findings *findings = findings_new();
    const struct rule *const *tables = inspection->kit->rules;
    size_t count;

    for (size_t i = 0; tables[i] != NULL; i++)
        rules_run(tables[i], inspection->options->rules, 0, timeline, findings);
    count = findings_count(findings);
    inspection->conversations++;
    inspection->broken += count > 0;
    inspection->findings += count;
    for (size_t i = 0; i < count; i++)
        inspection->by_verdict[findings_at(findings, i)->verdict]++;
    if (count > 0 || !inspection->options->quiet) {
        print_heading(timeline);
        report_findings(stdout, findings, inspection->color, 2);
    }
    findings_free(findings);
    timeline_free(timeline);
}

/* --- one file -------------------------------------------------------------------------------- */

static void print_summary(const char *path, const struct savefile_summary *summary)
{
    printf("%s: %" PRIu64 " packets", path, summary->packets);
    if (summary->undecoded > 0)
        printf(", %" PRIu64 " of other protocols", summary->undecoded);
    if (summary->cut > 0)
        printf(", %" PRIu64 " cut by the capture's snap length", summary->cut);
    if (summary->truncated)
        printf("; the file ends in the middle of a packet, what is before it was judged");
    putchar('\n');
}

static enum err inspect_file(struct inspection *inspection, const char *path, struct diag *why)
{
    struct timeline_options options = {.ftp_ports = inspection->options->ports};
    struct timeline_sink sink = {inspection, inspect_timeline};
    struct savefile_summary summary;
    enum err err;

    err = savefile_read(path, inspection->options->read_filter, &options, &sink, &summary, why);
    if (err == OK)
        print_summary(path, &summary);
    return err;
}

static void print_totals(const struct inspection *inspection)
{
    printf("%zu conversation%s, %zu with findings: %zu FAIL, %zu WARN\n",
           inspection->conversations, inspection->conversations == 1 ? "" : "s",
           inspection->broken, inspection->by_verdict[VERDICT_FAIL],
           inspection->by_verdict[VERDICT_WARN]);
}

enum err inspect_files(const struct options *options, const struct kit *kit, int *status,
                       struct diag *why)
{
    struct inspection inspection = {.options = options, .kit = kit};
    enum err err = OK, failed = OK;

    inspection.color = isatty(STDOUT_FILENO) != 0 && !options->no_color;
    for (size_t i = 0; i < options->words.count; i++) {
        err = inspect_file(&inspection, options->words.items[i], why);
        if (err != OK && i + 1 < options->words.count) {
            fprintf(stderr, "peerspec: ");
            diag_print(stderr, why);
        }
        if (err != OK)
            failed = err;
    }
    print_totals(&inspection);
    *status = inspection.by_verdict[VERDICT_FAIL] > 0 ||
                      (options->strict && inspection.by_verdict[VERDICT_WARN] > 0)
                  ? 1
                  : 0;
    return failed;
}
