#include "sample.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const char *const no_specs[] = {NULL};

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
      .repeat = "peerspec server vsftpd ftp/login/greeting",
      .evidence = "ev/ftp/login/greeting",
      .duration = 1250 * CLOCK_MS},
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
      .why = "the segments did not leave as written",
      .repeat = "peerspec server vsftpd 'ftp/transfer/active[per-octet]'"},
     {&late}},
    {{.id = "ftp/transfer/known",
      .title = "a known deviation",
      .verdict = VERDICT_FAIL,
      .baseline = BASELINE_KNOWN,
      .repeat = "peerspec server vsftpd ftp/transfer/known"},
     {&crlf}},
    {{.id = "ftp/transfer/stale",
      .title = "was a deviation once",
      .verdict = VERDICT_PASS,
      .baseline = BASELINE_STALE},
     {NULL}},
    {{.id = "udp/echo/one",
      .title = "one datagram",
      .verdict = VERDICT_ERROR,
      .why = "a fixture is gone",
      .repeat = "peerspec server vsftpd udp/echo/one"},
     {NULL}},
    {{.id = "./mine/retry.exchange", .title = "of my own", .verdict = VERDICT_PASS}, {NULL}},
};

const size_t sample_count = sizeof samples / sizeof samples[0];

static void tell_case(struct report *report, const struct sample *sample)
{
    struct findings *findings = findings_new();
    struct report_case one = sample->one;

    for (size_t i = 0; sample->findings[i] != NULL; i++)
        findings_add(findings, sample->findings[i]);
    one.specs = no_specs;
    one.findings = findings;
    one.iut_side = SIDE_SERVER;
    report->ops->done(report, &one);
    findings_free(findings);
}

void sample_begin(struct report *report, size_t count)
{
    static const char *const notes[] = {"no namespaces: loopback with free ports", NULL};
    const struct report_run run = {"vsftpd 3.0.3", SIDE_SERVER, sample_count, notes};

    report->ops->begin(report, &run);
    for (size_t i = 0; i < count; i++)
        tell_case(report, &samples[i]);
}

bool sample_end(struct report *report, size_t count, struct diag *why)
{
    struct report_totals totals = {.known = 1, .stale = 1, .duration = 1900 * CLOCK_MS};

    for (size_t i = 0; i < count; i++)
        totals.by_verdict[samples[i].one.verdict]++;
    return report->ops->end(report, &totals, why);
}

bool sample_tell(struct report *report, struct diag *why)
{
    sample_begin(report, sample_count);
    return sample_end(report, sample_count, why);
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
