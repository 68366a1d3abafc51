#include "show.h"

#include <inttypes.h>
#include <time.h>

#include "headline.h"
#include "ladder.h"
#include "wire/savefile.h"

struct show {
    const struct options *options;
    size_t conversations, shown;
};

static bool has_port(const struct timeline *timeline, unsigned port)
{
    for (size_t i = 0; i < timeline->flow_count; i++)
        if (timeline->flows[i].client.port == port || timeline->flows[i].server.port == port)
            return true;
    return false;
}

static bool is_wanted(const struct show *show, const struct timeline *timeline)
{
    const struct options *options = show->options;

    return (options->session == 0 || options->session == show->conversations) &&
           (options->port == 0 || has_port(timeline, options->port));
}

static void start_print(const struct timeline *timeline)
{
    char date[32] = "";
    struct tm tm;
    int64_t ns = timeline->event_count == 0 ? 0 : timeline->events[0].time;
    time_t seconds = (time_t)(ns / 1000000000);

    if (gmtime_r(&seconds, &tm) != NULL)
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
    printf("begins at %s.%06" PRId64 " UTC with packet %" PRIu64 "\n", date, ns % 1000000000 / 1000,
           headline_first_packet(timeline));
}

static void timeline_take(void *ctx, struct timeline *timeline)
{
    struct show *show = ctx;

    show->conversations++;
    if (is_wanted(show, timeline)) {
        if (show->shown++ > 0)
            putchar('\n');
        printf("#%zu %s", show->conversations, protocol_name(timeline->protocol));
        headline_print_counts(stdout, timeline);
        start_print(timeline);
        ladder_print(stdout, timeline);
    }
    timeline_free(timeline);
}

enum err show_file(const struct options *options, struct diag *why)
{
    struct show show = {.options = options};
    struct timeline_options reading = {.ftp_ports = options->ports};
    struct timeline_sink sink = {&show, timeline_take};
    struct savefile_summary summary;
    enum err err = savefile_read(options->words.items[0], options->read_filter, &reading, &sink,
                                 &summary, why);

    if (err != OK)
        return err;
    if (show.shown == 0 && show.conversations > 0)
        return diag_set(why, ERR_USAGE,
                        "the capture has %zu conversation%s, none of which is asked for",
                        show.conversations, show.conversations == 1 ? "" : "s");
    if (show.conversations == 0)
        printf("no conversation in %" PRIu64 " packets\n", summary.packets);
    else if (summary.stopped[0] != '\0')
        printf("\nThe file cannot be read any further: %s.\n", summary.stopped);
    else if (summary.truncated)
        puts("\nThe file ends in the middle of a packet.");
    return OK;
}
