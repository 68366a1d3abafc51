/* JUnit XML: what each case is to a CI system. A suite's counts stand before its cases, so all is
 * held until the end. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "report/junit_xml.h"
#include "report/report.h"
#include "report/topic.h"
#include "report/xml_text.h"

#define SENTENCE_MOST (1u << 20)

struct junit {
    struct report report;
    struct out_file file;
    struct junit_xml *xml; /* owned */
    struct arena arena;    /* owns all texts, which are fit for XML */
    const char *iut;
    size_t planned;
    struct junit_document document;
    struct junit_property **last_property;
    struct junit_suite **last_suite;
};

static struct junit *junit_of(struct report *report)
{
    return (struct junit *)report;
}

static const char *one_line(struct junit *junit, const char *text)
{
    return xml_text(&junit->arena, text, XML_ONE_LINE);
}

/* ---- the run ---- */

static void add_property(struct junit *junit, const char *name, const char *value)
{
    struct junit_property *property;

    if (value == NULL)
        return;
    property = arena_take(&junit->arena, sizeof *property);
    property->name = name;
    property->value = one_line(junit, value);
    *junit->last_property = property;
    junit->last_property = &property->next;
}

/* In UTC and without a zone, as the schema of Ant asks for it. */
static const char *timestamp_of(struct junit *junit, int64_t started)
{
    time_t seconds = (time_t)started;
    struct tm utc;
    char text[40];

    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
    return one_line(junit, text);
}

static void begin(struct report *report, const struct report_run *run)
{
    struct junit *junit = junit_of(report);

    junit->planned = run->planned;
    junit->iut = one_line(junit, run->name);
    junit->document.timestamp = timestamp_of(junit, run->started);
    junit->document.name =
        one_line(junit, arena_printf(&junit->arena, "%s %s", side_name(run->iut_side), run->iut));
    add_property(junit, "iut.side", side_name(run->iut_side));
    add_property(junit, "iut.name", run->name);
    add_property(junit, "iut.target", run->iut);
    add_property(junit, "iut.version", run->version);
    add_property(junit, "peerspec.version", run->peerspec);
    add_property(junit, "isolation", run->isolation);
    add_property(junit, "level", level_name(run->level));
    add_property(junit, "strict", run->strict ? "yes" : "no");
    add_property(junit, "baseline", run->baseline);
    if (run->shards > 0)
        add_property(junit, "shard", arena_printf(&junit->arena, "%u/%u", run->shard, run->shards));
    for (size_t i = 0; run->notes != NULL && run->notes[i] != NULL; i++)
        add_property(junit, "note", run->notes[i]);
}

/* ---- suites ---- */

/* "curl.ftp.transfer": the part before the last dot is the package to Jenkins, and cases of other
 * programs in the same job have other names. */
static const char *class_name(struct junit *junit, const char *topic)
{
    const char *below = topic + strspn(topic, "./");
    char *name;

    if (below[0] == '\0')
        return junit->iut;
    name = arena_printf(&junit->arena, "%s.%s", junit->iut, below);
    for (char *at = name + strlen(junit->iut); *at != '\0'; at++)
        if (*at == '/')
            *at = '.';
    return name;
}

static struct junit_suite *suite_named(struct junit *junit, const char *name)
{
    struct junit_suite *suite;

    for (suite = junit->document.suites; suite != NULL; suite = suite->next)
        if (strcmp(suite->name, name) == 0)
            return suite;
    suite = arena_take(&junit->arena, sizeof *suite);
    suite->name = name;
    suite->class_name = class_name(junit, name);
    suite->last = &suite->first;
    *junit->last_suite = suite;
    junit->last_suite = &suite->next;
    return suite;
}

/* A script in the folder where peerspec was started has no topic. */
static struct junit_suite *suite_of(struct junit *junit, const char *id)
{
    const char *topic = arena_text(&junit->arena, (struct bytes){id, topic_length(id)});

    return suite_named(junit, topic[0] == '\0' ? "." : one_line(junit, topic));
}

static void add_case(struct junit *junit, struct junit_suite *suite, const struct junit_case *given)
{
    struct junit_case *one = arena_take(&junit->arena, sizeof *one);

    *one = *given;
    *suite->last = one;
    suite->last = &one->next;
    suite->counts[one->result]++;
    suite->duration += one->duration;
}

/* ---- one ending ---- */

static bool is_known(const struct report_case *done)
{
    return done->baseline.answer == BASELINE_KNOWN;
}

/* A known deviation is expected to fail, which JUnit calls skipped. */
static enum junit_result result_of(const struct report_case *done)
{
    if (done->bearing == BEARING_FAILURE)
        return JUNIT_FAILED;
    if (done->bearing == BEARING_DOUBT)
        return JUNIT_ERRED;
    return is_known(done) || done->verdict == VERDICT_SKIP ? JUNIT_SKIPPED : JUNIT_PASSED;
}

static const char *type_of(const struct report_case *done)
{
    if (done->baseline.answer == BASELINE_STALE)
        return "STALE";
    if (is_known(done))
        return "KNOWN";
    return verdict_name(done->verdict);
}

static size_t count_of(const struct report_case *done)
{
    return done->findings == NULL ? 0 : findings_count(done->findings);
}

/* The first finding that made the case end so; NULL where none did. */
static const struct finding *decisive(const struct report_case *done)
{
    for (size_t i = 0; i < count_of(done); i++)
        if (findings_at(done->findings, i)->verdict == done->verdict)
            return findings_at(done->findings, i);
    return NULL;
}

static void add_part(struct buf *sentence, const char *gap, const char *word, const char *part)
{
    if (part != NULL && part[0] != '\0')
        buf_addf(sentence, "%s%s%s", sentence->len == 0 ? "" : gap, word, part);
}

/* What rules ask ends with a period, what titles do not: here the sentence goes on. */
static void add_asked(struct buf *sentence, const char *asked)
{
    add_part(sentence, ": ", "", asked);
    if (sentence->len > 0 && sentence->ptr[sentence->len - 1] == '.')
        sentence->len--;
}

/* "RFC 959 4.2: what is asked; expected this; seen: that" */
static const char *sentence_of(struct junit *junit, const struct finding *finding)
{
    struct buf sentence;
    const char *text;

    buf_init(&sentence, SENTENCE_MOST);
    add_part(&sentence, "", "", finding->spec);
    add_asked(&sentence, finding->requirement);
    add_part(&sentence, "; ", "expected ", finding->expected);
    add_part(&sentence, "; ", "seen: ", finding->seen);
    text = arena_text(&junit->arena, buf_bytes(&sentence));
    buf_fini(&sentence);
    return text;
}

static const char *message_of(struct junit *junit, const struct report_case *done)
{
    const struct finding *finding = decisive(done);

    if (is_known(done))
        return arena_printf(&junit->arena, "known: %s", done->baseline.reason);
    if (finding != NULL && (done->why == NULL || done->kind == REPORT_RULE))
        return sentence_of(junit, finding);
    return done->why != NULL ? done->why : "";
}

/* What a person wants to read; some CI systems show it in place of the message. */
static void write_text(FILE *out, const struct report_case *done)
{
    if (is_known(done))
        fprintf(out, "known: %s (%s:%u)\n", done->baseline.reason, done->baseline.at.file,
                done->baseline.at.line);
    if (done->why != NULL)
        fprintf(out, "%s\n", done->why);
    if (done->verdict != VERDICT_SKIP)
        report_details(out, done, false, 0);
}

static const char *text_of(struct junit *junit, const struct report_case *done)
{
    const char *fit;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        abort();
    write_text(out, done);
    if (fclose(out) != 0)
        abort();
    fit = xml_text(&junit->arena, text, XML_LINES);
    free(text);
    return fit;
}

/* Where the case failed, else where it is written. */
static void set_place(struct junit *junit, struct junit_case *one, const struct report_case *done)
{
    const struct finding *finding = decisive(done);
    struct place at = {done->script, 1, 0};

    if (finding != NULL && finding->at.file != NULL && finding->at.line > 0)
        at = finding->at;
    if (at.file == NULL || done->kind != REPORT_CASE)
        return;
    one->file = one_line(junit, at.file);
    one->line = at.line;
}

static void done(struct report *report, const struct report_case *ending)
{
    struct junit *junit = junit_of(report);
    struct junit_case one = {.name = one_line(junit, topic_rest(ending->id)),
                             .duration = ending->duration,
                             .result = result_of(ending)};

    set_place(junit, &one, ending);
    if (one.result != JUNIT_PASSED) {
        one.type = type_of(ending);
        one.message = one_line(junit, message_of(junit, ending));
    }
    if (one.result != JUNIT_PASSED || ending->verdict != VERDICT_PASS)
        one.text = text_of(junit, ending);
    add_case(junit, suite_of(junit, ending->id), &one);
}

/* ---- the end ---- */

/* A run that ended early is no success, however its cases ended. */
static void add_stop(struct junit *junit, const struct report_totals *totals)
{
    const char *message =
        arena_printf(&junit->arena, "the run was stopped after %zu of %zu cases: %s",
                     report_cases(totals), junit->planned, totals->stopped);
    struct junit_case one = {.name = "whole",
                             .result = JUNIT_ERRED,
                             .type = "STOPPED",
                             .message = one_line(junit, message),
                             .text = xml_text(&junit->arena, message, XML_LINES)};

    add_case(junit, suite_named(junit, "run"), &one);
}

static bool end(struct report *report, const struct report_totals *totals, struct diag *why)
{
    struct junit *junit = junit_of(report);

    if (totals->stopped != NULL)
        add_stop(junit, totals);
    junit->document.duration = totals->duration;
    junit_xml_write(junit->xml, &junit->document, &junit->file);
    return out_file_close(&junit->file, why) == OK;
}

static void junit_free(struct report *report)
{
    struct junit *junit = junit_of(report);

    out_file_abandon(&junit->file);
    junit_xml_free(junit->xml);
    arena_fini(&junit->arena);
    free(junit);
}

static const struct report_ops junit_ops = {begin, done, end, junit_free, NULL};

enum err report_junit_new(const char *path, struct report **report, struct diag *why)
{
    struct junit *junit = calloc(1, sizeof *junit);

    *report = NULL;
    if (junit == NULL)
        abort();
    junit->report.ops = &junit_ops;
    arena_init(&junit->arena);
    junit->last_property = &junit->document.properties;
    junit->last_suite = &junit->document.suites;
    if (junit_xml_new(&junit->xml, why) != OK || out_file_open(&junit->file, path, why) != OK) {
        junit_free(&junit->report);
        return why->code;
    }
    *report = &junit->report;
    return OK;
}
