#include "sample.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const char *const specs[] = {"RFC 959 5.4", NULL};

static const struct finding crlf = {
    .rule = "FTP-REPLY-CRLF",
    .verdict = VERDICT_FAIL,
    .level = LEVEL_MUST,
    .subject = SIDE_SERVER,
    .spec = "RFC 959 4.2",
    .requirement = "A reply line ends with CRLF.",
    .packets = {12, 14},
    .packet_count = 2,
    .expected = "CRLF at the end of the line",
    .seen = "\"220 \x1b[31mhello\" ends with LF: it's \\n alone",
};

static const struct finding port = {
    .verdict = VERDICT_WARN,
    .level = LEVEL_SHOULD,
    .subject = SIDE_SERVER,
    .spec = "RFC 959 3.2",
    .packets = {31},
    .packet_count = 1,
    .at = {"suites/ftp/transfer/active.exchange", 21, 8},
    .expected = "data.server.port == 20",
    .seen = "data.server.port is 40112 # not 20",
};

static const struct finding late = {
    .verdict = VERDICT_INCONCLUSIVE,
    .level = LEVEL_PRACTICE,
    .expected = "the fake's segments as written",
    .seen = "two of them in one",
};

struct sample {
    struct report_case one;
    const struct finding *findings[3];
};

static const struct sample samples[] = {
    {{.id = "sanity", .title = "the server greets", .verdict = VERDICT_PASS}, {NULL}},
    {{.id = "ftp/login/anonymous",
      .title = "log in as anonymous",
      .verdict = VERDICT_PASS,
      .duration = 4 * CLOCK_MS},
     {NULL}},
    {{.id = "ftp/login/greeting",
      .title = "the greeting comes first",
      .verdict = VERDICT_FAIL,
      .bearing = BEARING_FAILURE,
      .repeat = "peerspec server vsftpd ftp/login/greeting",
      .evidence = "ev/ftp/login/greeting",
      .script = "suites/ftp/login/greeting.exchange",
      .duration = 1250 * CLOCK_MS,
      .own = 3 * CLOCK_MS},
     {&crlf, &port}},
    {{.id = "ftp/login/acct",
      .title = "ACCT after PASS",
      .verdict = VERDICT_SKIP,
      .why = "the server offers no ACCT"},
     {NULL}},
    {{.id = "ftp/transfer/active",
      .title = "download in active mode",
      .verdict = VERDICT_WARN,
      .repeat = "peerspec server vsftpd ftp/transfer/active"},
     {&port}},
    {{.id = "ftp/transfer/active[per-octet]",
      .title = "download in active mode",
      .verdict = VERDICT_INCONCLUSIVE,
      .bearing = BEARING_DOUBT,
      .why = "the segments did not leave as written",
      .repeat = "peerspec server vsftpd 'ftp/transfer/active[per-octet]'"},
     {&late}},
    {{.id = "ftp/transfer/known",
      .title = "a known deviation",
      .verdict = VERDICT_FAIL,
      .baseline = {BASELINE_KNOWN, "issue #17 of theirs", {"peerspec.baseline", 3, 1}},
      .repeat = "peerspec server vsftpd ftp/transfer/known"},
     {&crlf}},
    {{.id = "ftp/transfer/stale",
      .title = "was a deviation once",
      .verdict = VERDICT_PASS,
      .bearing = BEARING_FAILURE,
      .baseline = {BASELINE_STALE, "was slow", {"peerspec.baseline", 4, 1}},
      .why = "passes, but peerspec.baseline:4 lists it: take the line out"},
     {NULL}},
    {{.id = "udp/echo/one",
      .title = "one datagram",
      .verdict = VERDICT_ERROR,
      .bearing = BEARING_DOUBT,
      .why = "a fixture is gone",
      .repeat = "peerspec server vsftpd udp/echo/one"},
     {NULL}},
    {{.id = "./mine/retry.exchange",
      .title = "of my own",
      .verdict = VERDICT_PASS,
      .duration = 2 * CLOCK_MS,
      .own = CLOCK_MS},
     {NULL}},
    {{.kind = REPORT_RULE,
      .id = "rules/FTP-REPLY-CRLF",
      .title = "A reply line ends with CRLF.",
      .verdict = VERDICT_FAIL,
      .bearing = BEARING_FAILURE,
      .why = "broken in 2 cases, first in ftp/login/greeting",
      .cases = 2,
      .first = "ftp/login/greeting",
      .repeat = "peerspec server vsftpd ftp/login/greeting"},
     {&crlf}},
    {{.kind = REPORT_LINE,
      .id = "ftp/login/gone",
      .bearing = BEARING_FAILURE,
      .baseline = {BASELINE_STALE, "was there once", {"peerspec.baseline", 9, 1}},
      .why = "peerspec.baseline:9 lists it, but there is no such case or rule"},
     {NULL}},
};

#define ENDINGS (sizeof samples / sizeof samples[0])

const size_t sample_count = ENDINGS - 2; /* without rule and line */

static void tell_case(struct report *report, const struct sample *sample)
{
    struct findings *findings = findings_new();
    struct report_case one = sample->one;

    for (size_t i = 0; sample->findings[i] != NULL; i++)
        findings_add(findings, sample->findings[i]);
    one.specs = one.kind == REPORT_LINE ? NULL : specs;
    one.findings = findings;
    report->ops->done(report, &one);
    findings_free(findings);
}

void sample_begin(struct report *report, size_t count)
{
    static const char *const notes[] = {"no namespaces: loopback with free ports", NULL};
    const struct report_run run = {.iut_side = SIDE_SERVER,
                                   .iut = "vsftpd",
                                   .name = "vsftpd",
                                   .version = "vsftpd: version 3.0.3",
                                   .peerspec = "0.1.0",
                                   .isolation = "none",
                                   .level = LEVEL_PRACTICE,
                                   .baseline = "peerspec.baseline",
                                   .shard = 2,
                                   .shards = 4,
                                   .started = 1700000000,
                                   .planned = sample_count,
                                   .notes = notes};

    report->ops->begin(report, &run);
    for (size_t i = 0; i < count; i++)
        tell_case(report, &samples[i]);
}

static void count(struct report_totals *totals, const struct report_case *one)
{
    if (one->kind == REPORT_CASE)
        totals->by_verdict[one->verdict]++;
    else if (one->kind == REPORT_RULE)
        totals->rules[one->verdict]++;
    totals->known += one->baseline.answer == BASELINE_KNOWN;
    totals->stale += one->baseline.answer == BASELINE_STALE;
}

static bool end(struct report *report, size_t told, const char *stopped, struct diag *why)
{
    struct report_totals totals = {
        .duration = 1900 * CLOCK_MS, .stopped = stopped, .status = stopped == NULL ? 1 : 130};

    for (size_t i = 0; i < told; i++)
        count(&totals, &samples[i].one);
    return report->ops->end(report, &totals, why);
}

bool sample_stop(struct report *report, size_t told, struct diag *why)
{
    return end(report, told, "interrupted", why);
}

bool sample_tell(struct report *report, struct diag *why)
{
    sample_begin(report, ENDINGS);
    return end(report, ENDINGS, NULL, why);
}

/* Length of the first line of `text`, with its end. */
static size_t line_length(const char *text)
{
    size_t len = strcspn(text, "\n");

    return len + (text[len] == '\n');
}

/* Line by line, so that a failure prints the line that differs. */
static void expect_lines(const char *text, const char *golden)
{
    for (unsigned line = 1; *text != '\0' || *golden != '\0'; line++) {
        size_t len = line_length(text);
        size_t want = line_length(golden);

        ck_assert_msg(len == want && memcmp(text, golden, len) == 0,
                      "line %u is \"%.*s\" instead of \"%.*s\"", line, (int)len, text, (int)want,
                      golden);
        text += len;
        golden += want;
    }
}

void sample_expect(const char *text, const char *file)
{
    char path[512];
    char golden[16384];
    FILE *in;

    snprintf(path, sizeof path, "%s/tests/report/golden/%s", getenv("PEERSPEC_SOURCE"), file);
    in = fopen(path, "r");
    ck_assert_msg(in != NULL, "%s is missing", path);
    golden[fread(golden, 1, sizeof golden - 1, in)] = '\0';
    fclose(in);
    expect_lines(text, golden);
}
