#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/ink.h"
#include "report/report.h"
#include "report/topic.h"

#define NAME_WIDTH 30
#define VERDICT_WIDTH 6
#define TREE_INDENT 2
#define DETAIL_INDENT 4

struct text {
    struct report report;
    struct ink ink;
    struct report_style style;
    char *topic; /* of the case printed last; owned */
    size_t planned, finished, failed;
    bool dirty; /* the progress line is on the terminal */
    int error;  /* errno of the first write that failed */
};

static struct text *text_of(struct report *report)
{
    return (struct text *)report;
}

static void flush(struct text *text)
{
    if (fflush(text->ink.out) != 0 && text->error == 0)
        text->error = errno;
}

/* ---- progress: one line that is wiped before anything else is printed ---- */

static void wipe(struct text *text)
{
    if (text->dirty)
        fputs("\r\033[K", text->ink.out);
    text->dirty = false;
}

static void show_progress(struct text *text, const char *id)
{
    if (!text->style.progress || text->finished >= text->planned)
        return;
    fprintf(text->ink.out, "\r\033[K  %zu of %zu", text->finished, text->planned);
    if (text->failed > 0)
        fprintf(text->ink.out, ", %zu failed", text->failed);
    if (id != NULL)
        fprintf(text->ink.out, "  %.50s", id);
    text->dirty = true;
    flush(text);
}

static void running(struct report *report, const char *id)
{
    show_progress(text_of(report), id);
}

/* ---- the tree ---- */

/* How much of `topic` the topic printed last has in common, in whole components. */
static size_t shared_length(const char *last, const char *topic)
{
    size_t shared = 0;
    size_t i = 0;

    if (last == NULL || topic_is_path(topic))
        return 0;
    for (; last[i] != '\0' && last[i] == topic[i]; i++) {
        if (topic[i] == '/')
            shared = i + 1;
    }
    if (last[i] == '\0' && (topic[i] == '\0' || topic[i] == '/'))
        shared = topic[i] == '\0' ? i : i + 1;
    return shared;
}

static unsigned depth_at(const char *topic, size_t end)
{
    unsigned depth = 0;

    for (size_t i = 0; i < end; i++)
        depth += topic[i] == '/';
    return depth;
}

/* Print the components of the topic that the case before was not in. Returns the depth. */
static unsigned print_topic(struct text *text, char *topic)
{
    size_t len = strlen(topic);
    size_t at = shared_length(text->topic, topic);
    bool same = text->topic != NULL && strcmp(text->topic, topic) == 0;

    while (!same && at < len && !topic_is_path(topic)) {
        size_t end = at + strcspn(topic + at, "/");

        ink_indent(&text->ink, TREE_INDENT * (int)depth_at(topic, at));
        fprintf(text->ink.out, "%.*s\n", (int)(end - at), topic + at);
        at = end + 1;
    }
    if (!same && topic_is_path(topic))
        fprintf(text->ink.out, "%s\n", topic);
    free(text->topic);
    text->topic = topic;
    if (len == 0)
        return 0;
    return topic_is_path(topic) ? 1 : depth_at(topic, len) + 1;
}

/* ---- one case ---- */

static bool is_stale(const struct report_case *done)
{
    return done->baseline.answer == BASELINE_STALE;
}

static bool goes_unseen(const struct text *text, const struct report_case *done)
{
    return text->style.quiet && done->verdict == VERDICT_PASS && !is_stale(done);
}

/* What the line of the case ends with: why it did not count, else what it is about. */
static const char *remark(const struct report_case *done)
{
    if (done->why != NULL)
        return done->why;
    return done->title != NULL ? done->title : "";
}

static void print_case(struct text *text, const struct report_case *done, int indent)
{
    const struct ink *ink = &text->ink;
    const char *name = topic_rest(done->id);
    const char *verdict = done->verdict == VERDICT_PASS ? "" : verdict_name(done->verdict);
    enum verdict weight = is_stale(done) ? VERDICT_FAIL : done->verdict;
    char sign[2] = {ink_sign(weight), '\0'};

    if (is_stale(done))
        verdict = "STALE";
    ink_indent(ink, indent);
    ink_verdict(ink, weight, sign, 2);
    ink_plain(ink, name);
    ink_indent(ink, NAME_WIDTH - indent - (int)strlen(name));
    putc(' ', ink->out);
    ink_verdict(ink, weight, verdict, VERDICT_WIDTH);
    if (strlen(verdict) >= VERDICT_WIDTH)
        putc(' ', ink->out);
    if (done->baseline.answer == BASELINE_KNOWN)
        fputs("(known) ", ink->out);
    ink_plain(ink, remark(done));
    if (done->duration >= CLOCK_SECOND)
        fprintf(ink->out, " (%.1f s)", (double)done->duration / (double)CLOCK_SECOND);
    putc('\n', ink->out);
}

static bool counts_as_failed(const struct report_case *done)
{
    return done->bearing == BEARING_FAILURE || done->verdict == VERDICT_ERROR;
}

/* A known deviation was explained when it was written down. */
static bool needs_details(const struct report_case *done)
{
    return done->verdict != VERDICT_PASS && done->verdict != VERDICT_SKIP &&
           done->baseline.answer != BASELINE_KNOWN;
}

static void finished(struct report *report, const struct report_case *done)
{
    struct text *text = text_of(report);
    int indent;

    text->finished++;
    text->failed += counts_as_failed(done);
    if (!goes_unseen(text, done)) {
        wipe(text);
        indent = TREE_INDENT * (int)print_topic(text, strndup(done->id, topic_length(done->id)));
        print_case(text, done, indent);
        if (needs_details(done))
            report_details(text->ink.out, done, text->ink.color, indent + DETAIL_INDENT);
    }
    flush(text);
    show_progress(text, NULL);
}

/* ---- the run ---- */

static void begin(struct report *report, const struct report_run *run)
{
    struct text *text = text_of(report);

    text->planned = run->planned;
    if (text->style.quiet)
        return;
    fprintf(text->ink.out, "%s under test: ", side_name(run->iut_side));
    ink_plain(&text->ink, run->iut);
    fprintf(text->ink.out, ", %zu case%s\n", run->planned, run->planned == 1 ? "" : "s");
    for (size_t i = 0; run->notes != NULL && run->notes[i] != NULL; i++)
        ink_row(&text->ink, 0, "note", run->notes[i]);
    putc('\n', text->ink.out);
    flush(text);
}

static void print_counts(const struct text *text, const size_t *by_verdict)
{
    static const enum verdict order[VERDICT_COUNT] = {VERDICT_PASS,         VERDICT_WARN,
                                                      VERDICT_FAIL,         VERDICT_SKIP,
                                                      VERDICT_INCONCLUSIVE, VERDICT_ERROR};
    const char *gap = "";

    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        size_t count = by_verdict[order[i]];

        if (count == 0 && order[i] != VERDICT_PASS && order[i] != VERDICT_FAIL)
            continue;
        fprintf(text->ink.out, "%s%zu ", gap, count);
        if (count > 0)
            ink_verdict(&text->ink, order[i], verdict_name(order[i]), 0);
        else
            fputs(verdict_name(order[i]), text->ink.out);
        gap = ", ";
    }
}

static void print_totals(const struct text *text, const struct report_totals *totals)
{
    FILE *out = text->ink.out;
    size_t cases = report_cases(totals);

    if (!text->style.quiet)
        putc('\n', out);
    fprintf(out, "%zu case%s in %.1f s: ", cases, cases == 1 ? "" : "s",
            (double)totals->duration / (double)CLOCK_SECOND);
    print_counts(text, totals->by_verdict);
    if (totals->rules[VERDICT_FAIL] + totals->rules[VERDICT_WARN] > 0)
        fprintf(out, "; rules broken: %zu FAIL, %zu WARN", totals->rules[VERDICT_FAIL],
                totals->rules[VERDICT_WARN]);
    if (totals->known > 0)
        fprintf(out, "; %zu known from the baseline", totals->known);
    if (totals->stale > 0)
        fprintf(out, "; %zu stale in the baseline", totals->stale);
    putc('\n', out);
    if (cases < text->planned)
        fprintf(out, "stopped early: %zu of %zu cases were not run\n", text->planned - cases,
                text->planned);
}

static bool end(struct report *report, const struct report_totals *totals, struct diag *why)
{
    struct text *text = text_of(report);

    wipe(text);
    print_totals(text, totals);
    flush(text);
    if (text->error == 0 && !ferror(text->ink.out))
        return true;
    diag_set(why, ERR_SYSTEM, "the report could not be written whole: %s",
             strerror(text->error != 0 ? text->error : EIO));
    return false;
}

static void text_free(struct report *report)
{
    struct text *text = text_of(report);

    free(text->topic);
    free(text);
}

static const struct report_ops text_ops = {begin, finished, end, text_free, running};

enum err report_text_new(FILE *out, const struct report_style *style, struct report **report,
                         struct diag *why)
{
    struct text *text = calloc(1, sizeof *text);

    *report = NULL;
    if (text == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    text->report.ops = &text_ops;
    text->ink = (struct ink){out, style->color};
    text->style = *style;
    *report = &text->report;
    return OK;
}
