#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sample.h"

static struct diag why;
static struct report *report;
static char path[] = "junit-XXXXXX";
static char text[32768];

static void set_up(void)
{
    strcpy(path, "junit-XXXXXX");
    close(mkstemp(path));
    ck_assert_int_eq(report_junit_new(path, &report, &why), OK);
}

static void tear_down(void)
{
    report->ops->free(report);
    unlink(path);
}

static const char *written(void)
{
    FILE *in = fopen(path, "re");

    ck_assert_ptr_nonnull(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    return text;
}

static void has(const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
}

/* tests/report/junit.py holds the same file against what CI systems read. */
START_TEST(run_is_junit_xml)
{
    ck_assert(sample_tell(report, &why));
    sample_expect(written(), "run.xml");
}
END_TEST

/* Of one case, with its bearing; what is between <testcase ... name="x" and </testcase>. */
static void tell(const struct report_case *one)
{
    static const struct report_run run = {
        .iut_side = SIDE_CLIENT, .iut = "-- ./x.py", .name = "./x.py", .planned = 1};
    struct report_totals totals = {.status = 0};

    report->ops->begin(report, &run);
    report->ops->done(report, one);
    totals.by_verdict[one->verdict]++;
    ck_assert(report->ops->end(report, &totals, &why));
    written();
}

START_TEST(warning_passes_with_its_text)
{
    tell(&(struct report_case){.id = "a/b", .verdict = VERDICT_WARN, .repeat = "again so"});
    has("<testsuite name=\"a\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\"");
    has("<system-out>  again     again so\n</system-out>");
}
END_TEST

START_TEST(warning_that_counts_is_a_failure)
{
    tell(&(struct report_case){
        .id = "a/b", .verdict = VERDICT_WARN, .bearing = BEARING_FAILURE, .why = "not so"});
    has("<testsuite name=\"a\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\"");
    has("<failure type=\"WARN\" message=\"not so\">not so\n</failure>");
}
END_TEST

START_TEST(warning_that_is_known_is_skipped)
{
    tell(&(struct report_case){.id = "a/b",
                               .verdict = VERDICT_WARN,
                               .baseline = {BASELINE_KNOWN, "theirs", {"base", 3, 1}}});
    has("<testsuite name=\"a\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\"");
    has("<skipped type=\"KNOWN\" message=\"known: theirs\">known: theirs (base:3)\n</skipped>");
}
END_TEST

static const struct {
    const char *id, *suite, *names;
} places[] = {
    {"ftp/transfer/retr[per-octet]", "name=\"ftp/transfer\"",
     "classname=\"./x.py.ftp.transfer\" name=\"retr[per-octet]\""},
    {"rules/FTP-X", "name=\"rules\"", "classname=\"./x.py.rules\" name=\"FTP-X\""},
    {"mine.exchange", "name=\".\"", "classname=\"./x.py\" name=\"mine.exchange\""},
    {"./mine.exchange", "name=\".\"", "classname=\"./x.py\" name=\"mine.exchange\""},
    {"../a/mine.exchange", "name=\"../a\"", "classname=\"./x.py.a\" name=\"mine.exchange\""},
    {"/a/b/mine.exchange", "name=\"/a/b\"", "classname=\"./x.py.a.b\" name=\"mine.exchange\""},
};

START_TEST(topic_is_suite_and_class)
{
    tell(&(struct report_case){.id = places[_i].id});
    has(places[_i].suite);
    has(places[_i].names);
}
END_TEST

START_TEST(case_that_passes_is_one_element)
{
    tell(&(struct report_case){
        .id = "a/b", .duration = INT64_C(61002900000), .script = "suites/a/b.exchange"});
    has("<testcase classname=\"./x.py.a\" name=\"b\" time=\"61.002\" "
        "file=\"suites/a/b.exchange\" line=\"1\"/>");
}
END_TEST

START_TEST(place_is_where_it_failed)
{
    struct findings *findings = findings_new();
    struct finding minor = {.verdict = VERDICT_WARN, .at = {"b.exchange", 7, 1}, .seen = "less"};
    struct finding major = {
        .verdict = VERDICT_FAIL, .at = {"b.exchange", 9, 1}, .seen = "<&\"\x1b\n"};

    findings_add(findings, &minor);
    findings_add(findings, &major);
    tell(&(struct report_case){.id = "a/b",
                               .verdict = VERDICT_FAIL,
                               .bearing = BEARING_FAILURE,
                               .script = "b.exchange",
                               .findings = findings});
    findings_free(findings);
    has("file=\"b.exchange\" line=\"9\"");
    has("message=\"seen: &lt;&amp;&quot;\\x1b\\x0a\"");
    has("  seen      &lt;&amp;&quot;\\x1b\\x0a\n");
}
END_TEST

START_TEST(run_that_is_stopped_has_an_error)
{
    sample_begin(report, 2);
    ck_assert(sample_stop(report, 2, &why));
    written();
    has("<testsuites name=\"server vsftpd\" tests=\"3\" failures=\"0\" errors=\"1\" skipped=\"0\"");
    has("<testcase classname=\"vsftpd.run\" name=\"whole\" time=\"0.000\">");
    has("<error type=\"STOPPED\" message=\"the run was stopped after 2 of 10 cases: "
        "interrupted\">");
    has("</testsuites>");
}
END_TEST

START_TEST(run_that_is_killed_leaves_nothing)
{
    sample_begin(report, sample_count);
    ck_assert_str_eq(written(), "");
}
END_TEST

START_TEST(file_that_cannot_be_opened_is_refused)
{
    struct report *none;

    ck_assert_int_eq(report_junit_new("/nonexistent/x.xml", &none, &why), ERR_INPUT);
    ck_assert_ptr_null(none);
    ck_assert_str_eq(why.text, "/nonexistent/x.xml cannot be written: No such file or directory");
}
END_TEST

START_TEST(full_disk_is_told_at_the_end)
{
    struct report *full;

    ck_assert_int_eq(report_junit_new("/dev/full", &full, &why), OK);
    ck_assert(!sample_tell(full, &why));
    ck_assert_int_eq(why.code, ERR_SYSTEM);
    ck_assert_str_eq(why.text, "/dev/full could not be written whole: No space left on device");
    full->ops->free(full);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("junit");
    TCase *run = tcase_create("run");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(run, set_up, tear_down);
    tcase_add_test(run, run_is_junit_xml);
    tcase_add_test(run, warning_passes_with_its_text);
    tcase_add_test(run, warning_that_counts_is_a_failure);
    tcase_add_test(run, warning_that_is_known_is_skipped);
    tcase_add_loop_test(run, topic_is_suite_and_class, 0, sizeof places / sizeof *places);
    tcase_add_test(run, case_that_passes_is_one_element);
    tcase_add_test(run, place_is_where_it_failed);
    tcase_add_test(run, run_that_is_stopped_has_an_error);
    tcase_add_test(run, run_that_is_killed_leaves_nothing);
    tcase_add_test(run, file_that_cannot_be_opened_is_refused);
    tcase_add_test(run, full_disk_is_told_at_the_end);
    suite_add_tcase(suite, run);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
