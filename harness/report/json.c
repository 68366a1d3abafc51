/* The JSON of a run; peerspec(1) has its members. It is held until the end, so that a run which is
 * stopped leaves a whole document, and one that is killed none. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/finding_json.h"
#include "report/json_page.h"
#include "report/out_file.h"
#include "report/report.h"

#define SCHEMA "peerspec-run"
#define SCHEMA_VERSION 1

struct json {
    struct report report;
    struct out_file file;
    json_t *document, *endings[REPORT_LINE + 1]; /* by enum report_kind, arrays of the document */
};

static struct json *json_of(struct report *report)
{
    return (struct json *)report;
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *number(size_t value)
{
    return json_integer((json_int_t)value);
}

/* Down to the microsecond: more digits would pretend. */
static json_t *seconds(int64_t ns)
{
    return json_real((double)(ns / CLOCK_US) / (double)(CLOCK_SECOND / CLOCK_US));
}

/* `texts` is ended by NULL, or is NULL. */
static json_t *list(const char *const *texts)
{
    json_t *array = json_array();

    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
        json_array_append_new(array, json_page_words(texts[i]));
    return array;
}

/* ---- the run ---- */

static json_t *iut_object(const struct report_run *run)
{
    json_t *object = json_object();

    set(object, "side", json_page_words(side_name(run->iut_side)));
    set(object, "name", json_page_words(run->name));
    set(object, "target", json_page_words(run->iut));
    set(object, "version", json_page_words(run->version));
    return object;
}

static json_t *shard_object(const struct report_run *run)
{
    if (run->shards == 0)
        return json_null();
    return json_pack("{s:i, s:i}", "index", (int)run->shard, "of", (int)run->shards);
}

static void begin(struct report *report, const struct report_run *run)
{
    struct json *json = json_of(report);
    json_t *document = json->document;

    set(document, "peerspec", json_page_words(run->peerspec));
    set(document, "iut", iut_object(run));
    set(document, "started", json_integer(run->started));
    set(document, "isolation", json_page_words(run->isolation));
    set(document, "notes", list(run->notes));
    set(document, "level", json_page_words(level_name(run->level)));
    set(document, "strict", json_boolean(run->strict));
    set(document, "shard", shard_object(run));
    set(document, "baseline", json_page_words(run->baseline));
    set(document, "planned", number(run->planned));
    for (int kind = REPORT_CASE; kind <= REPORT_LINE; kind++) {
        static const char *const keys[] = {
            [REPORT_CASE] = "cases", [REPORT_RULE] = "rules", [REPORT_LINE] = "lines"};

        json->endings[kind] = json_array();
        set(document, keys[kind], json->endings[kind]);
    }
}

/* ---- one ending ---- */

static json_t *baseline_object(const struct baseline_entry *entry)
{
    static const char *const states[] = {[BASELINE_KNOWN] = "known", [BASELINE_STALE] = "stale"};
    json_t *object;

    if (entry->answer == BASELINE_NEW)
        return json_null();
    object = json_object();
    set(object, "state", json_page_words(states[entry->answer]));
    set(object, "reason", json_page_words(entry->reason));
    set(object, "file", json_page_words(entry->at.file));
    set(object, "line", json_integer(entry->at.line));
    return object;
}

static json_t *findings_array(const struct findings *findings)
{
    json_t *array = json_array();
    size_t count = findings == NULL ? 0 : findings_count(findings);

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, finding_json(findings_at(findings, i)));
    return array;
}

/* A rule's own id, as the baseline and `peerspec explain` call it. */
static const char *own_id(const struct report_case *done)
{
    static const char rules[] = "rules/";
    bool below = done->kind != REPORT_CASE && strncmp(done->id, rules, strlen(rules)) == 0;

    return done->id + (below ? strlen(rules) : 0);
}

static void judgement_set(json_t *object, const struct report_case *done)
{
    set(object, "title", json_page_words(done->title));
    set(object, "rfc", list(done->specs));
    set(object, "level", json_page_words(level_name(done->level)));
    set(object, "verdict", json_page_words(verdict_name(done->verdict)));
}

static void case_set(json_t *object, const struct report_case *done)
{
    set(object, "seconds", seconds(done->duration));
    set(object, "own_seconds", seconds(done->own));
    set(object, "script", json_page_words(done->script));
}

static void rule_set(json_t *object, const struct report_case *done)
{
    set(object, "cases", number(done->cases));
    set(object, "first", json_page_words(done->first));
}

static void findings_set(json_t *object, const struct report_case *done)
{
    set(object, "again", json_page_words(done->repeat));
    set(object, "evidence", json_page_words(done->evidence));
    set(object, "findings", findings_array(done->findings));
}

static void done(struct report *report, const struct report_case *one)
{
    static const char *const bearings[] = {
        [BEARING_FAILURE] = "failure", [BEARING_DOUBT] = "doubt"};
    json_t *object = json_object();

    set(object, "id", json_page_words(own_id(one)));
    if (one->kind != REPORT_LINE)
        judgement_set(object, one);
    set(object, "counts_as", json_page_words(bearings[one->bearing]));
    set(object, "baseline", baseline_object(&one->baseline));
    set(object, "why", json_page_words(one->why));
    if (one->kind == REPORT_CASE)
        case_set(object, one);
    if (one->kind == REPORT_RULE)
        rule_set(object, one);
    if (one->kind != REPORT_LINE)
        findings_set(object, one);
    json_array_append_new(json_of(report)->endings[one->kind], object);
}

/* ---- the end ---- */

static json_t *verdicts_object(const size_t *by_verdict)
{
    json_t *object = json_object();

    for (int verdict = VERDICT_PASS; verdict < VERDICT_COUNT; verdict++)
        set(object, verdict_name((enum verdict)verdict), number(by_verdict[verdict]));
    return object;
}

static json_t *totals_object(const struct report_totals *totals)
{
    json_t *object = json_object();

    set(object, "cases", verdicts_object(totals->by_verdict));
    set(object, "rules", verdicts_object(totals->rules));
    set(object, "known", number(totals->known));
    set(object, "stale", number(totals->stale));
    set(object, "seconds", seconds(totals->duration));
    return object;
}

static bool end(struct report *report, const struct report_totals *totals, struct diag *why)
{
    struct json *json = json_of(report);
    struct json_page page = {.out = json->file.stream};

    set(json->document, "totals", totals_object(totals));
    set(json->document, "stopped", json_page_words(totals->stopped));
    set(json->document, "status", json_integer(totals->status));
    json_page_unroll(&page, NULL, json_incref(json->document));
    return out_file_close(&json->file, why) == OK;
}

static void json_free(struct report *report)
{
    struct json *json = json_of(report);

    json_decref(json->document);
    out_file_abandon(&json->file);
    free(json);
}

static const struct report_ops json_ops = {begin, done, end, json_free, NULL};

enum err report_json_new(const char *path, struct report **report, struct diag *why)
{
    struct json *json = calloc(1, sizeof *json);

    *report = NULL;
    if (json == NULL)
        abort();
    if (out_file_open(&json->file, path, why) != OK) {
        free(json);
        return why->code;
    }
    json->report.ops = &json_ops;
    json->document = json_object();
    set(json->document, "schema", json_string(SCHEMA));
    set(json->document, "version", json_integer(SCHEMA_VERSION));
    *report = &json->report;
    return OK;
}
