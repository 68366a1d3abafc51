#include "inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"
#include "breakdown.h"
#include "dossier.h"
#include "escape.h"
#include "headline.h"
#include "report/report.h"
#include "wire/savefile.h"

#define ARGUMENT_COLUMNS 40

struct inspection {
    const struct options *options;
    const struct kit *kit;
    bool color;
    FILE *page;              /* the text for people; NULL: there is none */
    struct dossier *dossier; /* --json; NULL: not asked for */
    const char *file;        /* at hand */
    size_t conversations;    /* of it */
    bool named;              /* its name was printed */
    struct breakdown breakdown;
};

/* --- one conversation --- */

static void hash_print(FILE *out, const struct timeline_flow *flow)
{
    if (!flow->has_hash) {
        fputs("no hash: not all of it was seen", out);
        return;
    }
    fputs("sha256 ", out);
    for (size_t i = 0; i < sizeof flow->sha256; i++)
        fprintf(out, "%02x", flow->sha256[i]);
}

/* --hash: "  RETR a.txt: 12 octets, sha256 ..." */
static void transfers_print(FILE *out, const struct timeline *timeline)
{
    for (size_t i = 1; i < timeline->flow_count; i++) {
        const struct timeline_flow *flow = &timeline->flows[i];
        char text[ARGUMENT_COLUMNS + 1] = "a transfer of an unknown command";

        if (flow->command < timeline->event_count)
            escape_bytes(ftp_line_text(timeline->events[flow->command].text), text,
                         ARGUMENT_COLUMNS);
        fprintf(out, "  %s: %" PRIu64 " octets, ", text, flow->octets[0] + flow->octets[1]);
        hash_print(out, flow);
        putc('\n', out);
    }
}

/* Where a finding comes on the page. */
struct rank {
    uint64_t packet; /* the first that any finding of its rule names */
    size_t n;
};

static int by_rank(const void *a, const void *b)
{
    const struct rank *left = a, *right = b;

    if (left->packet != right->packet)
        return left->packet < right->packet ? -1 : 1;
    return left->n < right->n ? -1 : 1;
}

/* The findings of a rule follow each other; all of them get the least of their packets. */
static void ranks_fill(const struct findings *all, struct rank *ranks)
{
    size_t count = findings_count(all);

    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = findings_at(all, i);

        ranks[i] = (struct rank){finding->packets[0], i};
        if (i > 0 && findings_at(all, i - 1)->rule == finding->rule &&
            ranks[i - 1].packet < ranks[i].packet)
            ranks[i].packet = ranks[i - 1].packet;
    }
    for (size_t i = count; i-- > 1;)
        if (findings_at(all, i - 1)->rule == findings_at(all, i)->rule)
            ranks[i - 1].packet = ranks[i].packet;
}

/* In the order of the packets, as one goes through a capture. */
static void side_print(const struct inspection *inspection, const struct findings *all,
                       enum side subject)
{
    struct findings *some = findings_new();
    size_t count = findings_count(all);
    struct rank *ranks = count == 0 ? NULL : calloc(count, sizeof *ranks);

    if (count > 0 && ranks == NULL)
        abort();
    ranks_fill(all, ranks);
    if (count > 0)
        qsort(ranks, count, sizeof *ranks, by_rank);
    for (size_t i = 0; i < count; i++)
        if (findings_at(all, ranks[i].n)->subject == subject)
            findings_add(some, findings_at(all, ranks[i].n));
    free(ranks);
    if (findings_count(some) > 0) {
        fprintf(inspection->page, "  The %s:\n", side_name(subject));
        report_findings(inspection->page, some, inspection->color, 4);
    }
    findings_free(some);
}

static const char *file_name(const struct inspection *inspection)
{
    return strcmp(inspection->file, "-") == 0 ? "standard input" : inspection->file;
}

/* One of several files is named before its first conversation. */
static void file_print(struct inspection *inspection)
{
    if (!inspection->named && inspection->options->words.count > 1)
        fprintf(inspection->page, "--- %s\n", file_name(inspection));
    inspection->named = true;
}

static void conversation_print(struct inspection *inspection, const struct timeline *timeline,
                               const struct findings *findings)
{
    if (findings_count(findings) == 0 && inspection->options->quiet)
        return;
    file_print(inspection);
    headline_print(inspection->page, timeline, inspection->conversations);
    if (inspection->options->hash)
        transfers_print(inspection->page, timeline);
    side_print(inspection, findings, SIDE_CLIENT);
    side_print(inspection, findings, SIDE_SERVER);
}

static void timeline_take(void *ctx, struct timeline *timeline)
{
    struct inspection *inspection = ctx;
    struct rule_selection selection = {.glob = inspection->options->rules,
                                       .level = inspection->options->level};
    struct findings *findings = findings_new();

    inspection->conversations++;
    rules_run(inspection->kit->rules, &selection, timeline, findings);
    breakdown_add(&inspection->breakdown, timeline->protocol, headline_doubts(timeline), findings);
    if (inspection->page != NULL)
        conversation_print(inspection, timeline, findings);
    if (inspection->dossier != NULL)
        dossier_add(inspection->dossier, inspection->conversations, timeline, findings);
    findings_free(findings);
    timeline_free(timeline);
}

/* --- one file --- */

static void summary_print(const struct inspection *inspection,
                          const struct savefile_summary *summary)
{
    FILE *out = inspection->page;

    if (inspection->options->quiet && summary->cut == 0 && !summary->truncated)
        return;
    fprintf(out, "%s: %" PRIu64 " packet%s", file_name(inspection), summary->packets,
            summary->packets == 1 ? "" : "s");
    if (inspection->options->read_filter != NULL)
        fprintf(out, " that match%s '%s'", summary->packets == 1 ? "es" : "",
                inspection->options->read_filter);
    if (summary->undecoded > 0)
        fprintf(out, ", %" PRIu64 " of other protocols", summary->undecoded);
    if (summary->cut > 0)
        fprintf(out, ", %" PRIu64 " cut by the capture's snap length", summary->cut);
    if (summary->stopped[0] != '\0')
        fprintf(out, "; it cannot be read any further (%s), what is before that was judged",
                summary->stopped);
    else if (summary->truncated)
        fputs("; the file ends in the middle of a packet, what is before it was judged", out);
    putc('\n', out);
}

static enum err file_inspect(struct inspection *inspection, const char *path, struct diag *why)
{
    const struct options *asked = inspection->options;
    struct timeline_options options = {.ftp_ports = asked->ports,
                                       .hash_payload = asked->hash || asked->json != NULL};
    struct timeline_sink sink = {inspection, timeline_take};
    struct savefile_summary summary;
    enum err err;

    inspection->file = path;
    inspection->named = false;
    inspection->conversations = 0;
    if (inspection->dossier != NULL)
        dossier_begin(inspection->dossier, path);
    err = savefile_read(path, asked->read_filter, &options, &sink, &summary, why);
    if (inspection->dossier != NULL)
        dossier_end(inspection->dossier, &summary, err == OK ? NULL : why->text);
    if (err == OK && inspection->page != NULL)
        summary_print(inspection, &summary);
    return err;
}

/* A file that cannot be read is no reason to leave the others alone; what is wrong with the command
 * line is. The last failure is left in *why, those before it are printed. */
static enum err each_file_inspect(struct inspection *inspection, struct diag *why)
{
    const struct option_words *files = &inspection->options->words;
    enum err failed = OK;

    for (size_t i = 0; i < files->count && failed != ERR_USAGE; i++) {
        struct diag problem;
        enum err err = file_inspect(inspection, files->items[i], &problem);

        if (err == OK)
            continue;
        if (failed != OK) {
            fputs("peerspec: ", stderr);
            diag_print(stderr, why);
        }
        *why = problem;
        failed = err;
    }
    return failed;
}

/* --- all of it --- */

struct nearness {
    const char *wanted, *nearest;
    size_t least;
};

static void consider(void *ctx, const struct rule *rule)
{
    struct nearness *nearness = ctx;
    size_t distance = suggest_distance(nearness->wanted, rule->id);

    if (distance >= nearness->least)
        return;
    nearness->nearest = rule->id;
    nearness->least = distance;
}

static void pass(void *ctx, const struct rule *rule)
{
    (void)ctx;
    (void)rule;
}

static enum err rules_select(const struct options *options, const struct kit *kit, struct diag *why)
{
    struct nearness nearness = {.wanted = options->rules, .least = SIZE_MAX};
    char longer[80];
    size_t count;

    if (options->rules == NULL || rules_each(kit->rules, options->rules, pass, NULL) > 0)
        return OK;
    snprintf(longer, sizeof longer, "*%s*", options->rules);
    count = rules_each(kit->rules, longer, pass, NULL);
    if (count > 0)
        return diag_set(why, ERR_USAGE, "--rules %s selects no rule; '%s' selects %zu",
                        options->rules, longer, count);
    rules_each(kit->rules, NULL, consider, &nearness);
    if (nearness.least > strlen(options->rules) / 3)
        return diag_set(why, ERR_USAGE, "--rules %s selects no rule; peerspec list prints all",
                        options->rules);
    return diag_set(why, ERR_USAGE, "--rules %s selects no rule; did you mean '%s'?",
                    options->rules, nearness.nearest);
}

static int status_of(const struct inspection *inspection)
{
    const size_t *count = inspection->breakdown.by_verdict;

    return count[VERDICT_FAIL] > 0 || (inspection->options->strict && count[VERDICT_WARN] > 0);
}

enum err inspect_files(const struct options *options, const struct kit *kit, int *status,
                       struct diag *why)
{
    struct inspection inspection = {.options = options, .kit = kit};
    bool json_on_stdout = options->json != NULL && strcmp(options->json, "-") == 0;
    struct diag unwritten;
    enum err err = rules_select(options, kit, why);

    if (err == OK && options->json != NULL)
        err = dossier_open(options->json, &inspection.dossier, why);
    if (err != OK)
        return err;
    inspection.page = json_on_stdout ? NULL : stdout;
    inspection.color = isatty(STDOUT_FILENO) != 0 && !options->no_color;
    err = each_file_inspect(&inspection, why);
    if (inspection.page != NULL && (err == OK || (err != ERR_USAGE && options->words.count > 1)))
        breakdown_print(inspection.page, &inspection.breakdown);
    if (inspection.dossier != NULL && dossier_close(inspection.dossier, &unwritten) != OK &&
        err == OK) {
        *why = unwritten;
        err = unwritten.code;
    }
    *status = status_of(&inspection);
    breakdown_fini(&inspection.breakdown);
    return err;
}
