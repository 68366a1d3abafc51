/* TAP version 13, https://testanything.org/tap-version-13-specification.html */
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "report/out_file.h"
#include "report/report.h"
#include "report/yaml.h"

struct tap {
    struct report report;
    struct out_file file;
    size_t planned, number;
};

static struct tap *tap_of(struct report *report)
{
    return (struct tap *)report;
}

/* Text on a line of its own: one line, and no `#` or `\` that would be taken for more. */
static void print_line_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned octet = (unsigned char)*text;

        if (octet == '#' || octet == '\\')
            putc('\\', out);
        putc(octet < ' ' || octet == 0x7f ? ' ' : *text, out);
    }
}

static void begin(struct report *report, const struct report_run *run)
{
    struct tap *tap = tap_of(report);
    FILE *out = tap->file.stream;

    tap->planned = run->planned;
    fprintf(out, "TAP version 13\n");
    fprintf(out, "# %s under test: ", side_name(run->iut_side));
    print_line_text(out, run->iut);
    putc('\n', out);
    for (size_t i = 0; run->notes != NULL && run->notes[i] != NULL; i++) {
        fputs("# ", out);
        print_line_text(out, run->notes[i]);
        putc('\n', out);
    }
}

/* ---- the test line ---- */

/* A known deviation is a test that is expected to fail: `not ok` with TODO, which fails nothing. */
static bool is_ok(const struct report_case *done)
{
    return done->bearing == BEARING_NONE && done->baseline.answer != BASELINE_KNOWN;
}

/* The word of the directive; NULL where the line needs none. */
static const char *directive(const struct report_case *done)
{
    if (done->baseline.answer == BASELINE_STALE)
        return "STALE";
    if (done->baseline.answer == BASELINE_KNOWN)
        return "TODO";
    if (done->verdict == VERDICT_PASS || done->verdict == VERDICT_FAIL)
        return NULL;
    return verdict_name(done->verdict);
}

static const char *reason(const struct report_case *done)
{
    const struct finding *first;

    if (done->baseline.answer == BASELINE_KNOWN)
        return done->baseline.reason;
    if (done->why != NULL)
        return done->why;
    if (done->findings == NULL || findings_count(done->findings) == 0)
        return "";
    first = findings_at(done->findings, 0);
    return first->seen != NULL ? first->seen : "";
}

static void print_test_line(struct tap *tap, const struct report_case *done)
{
    const char *word = directive(done);
    FILE *out = tap->file.stream;

    fprintf(out, "%s %zu - ", is_ok(done) ? "ok" : "not ok", ++tap->number);
    print_line_text(out, done->id);
    if (word != NULL) {
        fprintf(out, " # %s %s", word, done->baseline.answer == BASELINE_KNOWN ? "known: " : "");
        print_line_text(out, reason(done));
    }
    putc('\n', out);
}

/* ---- the YAML block ---- */

static void print_pair(FILE *out, const char *before, const char *key, const char *value)
{
    if (value == NULL)
        return;
    fprintf(out, "%s%s: ", before, key);
    yaml_quote(out, value);
    putc('\n', out);
}

static void print_place(FILE *out, struct place at)
{
    if (at.file == NULL)
        return;
    fputs("      script: ", out);
    yaml_quote(out, at.file);
    fprintf(out, "\n      line: %u\n", at.line);
}

static void print_packets(FILE *out, const struct finding *finding)
{
    fputs("      packets: [", out);
    for (size_t i = 0; i < finding->packet_count; i++)
        fprintf(out, "%s%" PRIu64, i == 0 ? "" : ", ", finding->packets[i]);
    fputs("]\n", out);
}

static void print_finding(FILE *out, const struct finding *finding)
{
    fprintf(out, "    - verdict: %s\n      level: %s\n", verdict_name(finding->verdict),
            level_name(finding->level));
    print_pair(out, "      ", "rule", finding->rule);
    print_pair(out, "      ", "spec", finding->spec);
    print_pair(out, "      ", "requirement", finding->requirement);
    print_pair(out, "      ", "expected", finding->expected);
    print_pair(out, "      ", "seen", finding->seen);
    print_place(out, finding->at);
    print_packets(out, finding);
}

static void print_block(FILE *out, const struct report_case *done)
{
    size_t count = done->findings != NULL ? findings_count(done->findings) : 0;

    fprintf(out, "  ---\n  verdict: %s\n", verdict_name(done->verdict));
    print_pair(out, "  ", "title", done->title);
    print_pair(out, "  ", "why", done->why);
    fprintf(out, "  duration_ms: %" PRId64 "\n", done->duration / CLOCK_MS);
    print_pair(out, "  ", "repeat", done->repeat);
    print_pair(out, "  ", "evidence", done->evidence);
    if (count > 0)
        fputs("  findings:\n", out);
    for (size_t i = 0; i < count; i++)
        print_finding(out, findings_at(done->findings, i));
    fputs("  ...\n", out);
}

static void finished(struct report *report, const struct report_case *done)
{
    struct tap *tap = tap_of(report);

    print_test_line(tap, done);
    if (done->verdict != VERDICT_PASS && done->verdict != VERDICT_SKIP)
        print_block(tap->file.stream, done);
    if (done->own > 0)
        fprintf(tap->file.stream, "# %.3f ms, %.3f ms of it our own\n",
                (double)done->duration / (double)CLOCK_MS, (double)done->own / (double)CLOCK_MS);
    out_file_flush(&tap->file);
}

/* ---- the end ---- */

static bool end(struct report *report, const struct report_totals *totals, struct diag *why)
{
    struct tap *tap = tap_of(report);
    FILE *out = tap->file.stream;

    if (totals->stopped != NULL) {
        fprintf(out, "Bail out! the run was stopped after %zu of %zu cases: ", report_cases(totals),
                tap->planned);
        print_line_text(out, totals->stopped);
        putc('\n', out);
    }
    fprintf(out, "1..%zu\n", tap->number + tap->planned - report_cases(totals));
    return out_file_close(&tap->file, why) == OK;
}

static void tap_free(struct report *report)
{
    struct tap *tap = tap_of(report);

    out_file_abandon(&tap->file);
    free(tap);
}

static const struct report_ops tap_ops = {begin, finished, end, tap_free, NULL};

enum err report_tap_new(const char *path, struct report **report, struct diag *why)
{
    struct tap *tap = calloc(1, sizeof *tap);

    *report = NULL;
    if (tap == NULL)
        abort();
    if (out_file_open(&tap->file, path, why) != OK) {
        free(tap);
        return why->code;
    }
    tap->report.ops = &tap_ops;
    *report = &tap->report;
    return OK;
}
