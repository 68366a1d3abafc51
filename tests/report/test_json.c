#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sample.h"

static struct diag why;
static struct report *report;
static char path[] = "json-XXXXXX";
static json_t *document;

static void set_up(void)
{
    strcpy(path, "json-XXXXXX");
    close(mkstemp(path));
    ck_assert_int_eq(report_json_new(path, &report, &why), OK);
    document = NULL;
}

static void tear_down(void)
{
    report->ops->free(report);
    json_decref(document);
    unlink(path);
}

static void load(void)
{
    json_error_t error;

    document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(document != NULL, "%d: %s", error.line, error.text);
}

static const json_t *of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    ck_assert_msg(value != NULL, "there is no member %s", key);
    return value;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(of(object, key));
}

static long long number_of(const json_t *object, const char *key)
{
    ck_assert_msg(json_is_integer(of(object, key)), "%s is no number", key);
    return json_integer_value(of(object, key));
}

static const json_t *item(const char *list, size_t n)
{
    return json_array_get(of(document, list), n);
}

/* The ending of the list that has this id. */
static const json_t *ending(const char *list, const char *id)
{
    const json_t *one;
    size_t i;

    json_array_foreach(of(document, list), i,
                       one) if (strcmp(text_of(one, "id"), id) == 0) return one;
    ck_abort_msg("there is no %s in %s", id, list);
    return NULL;
}

START_TEST(document_says_what_was_run)
{
    const json_t *iut;

    ck_assert(sample_tell(report, &why));
    load();
    ck_assert_str_eq(text_of(document, "schema"), "peerspec-run");
    ck_assert_int_eq(number_of(document, "version"), 1);
    ck_assert_str_eq(text_of(document, "peerspec"), "0.1.0");
    iut = of(document, "iut");
    ck_assert_str_eq(text_of(iut, "side"), "server");
    ck_assert_str_eq(text_of(iut, "name"), "vsftpd");
    ck_assert_str_eq(text_of(iut, "target"), "vsftpd");
    ck_assert_str_eq(text_of(iut, "version"), "vsftpd: version 3.0.3");
    ck_assert_int_eq(number_of(document, "started"), 1700000000);
    ck_assert_str_eq(text_of(document, "isolation"), "none");
    ck_assert_str_eq(json_string_value(item("notes", 0)),
                     "no namespaces: loopback with free ports");
    ck_assert_str_eq(text_of(document, "level"), "practice");
    ck_assert(json_is_false(of(document, "strict")));
    ck_assert_int_eq(number_of(of(document, "shard"), "index"), 2);
    ck_assert_int_eq(number_of(of(document, "shard"), "of"), 4);
    ck_assert_str_eq(text_of(document, "baseline"), "peerspec.baseline");
    ck_assert_int_eq(number_of(document, "planned"), (long long)sample_count);
}
END_TEST

START_TEST(case_has_its_findings)
{
    const json_t *one, *finding;

    ck_assert(sample_tell(report, &why));
    load();
    ck_assert_uint_eq(json_array_size(of(document, "cases")), sample_count);
    one = ending("cases", "ftp/login/greeting");
    ck_assert_str_eq(text_of(one, "title"), "the greeting comes first");
    ck_assert_str_eq(json_string_value(json_array_get(of(one, "rfc"), 0)), "RFC 959 5.4");
    ck_assert_str_eq(text_of(one, "level"), "MUST");
    ck_assert_str_eq(text_of(one, "verdict"), "FAIL");
    ck_assert_str_eq(text_of(one, "counts_as"), "failure");
    ck_assert(json_is_null(of(one, "baseline")));
    ck_assert(json_is_null(of(one, "why")));
    ck_assert_double_eq(json_real_value(of(one, "seconds")), 1.25);
    ck_assert_double_eq(json_real_value(of(one, "own_seconds")), 0.003);
    ck_assert_str_eq(text_of(one, "script"), "suites/ftp/login/greeting.exchange");
    ck_assert_str_eq(text_of(one, "again"), "peerspec server vsftpd ftp/login/greeting");
    ck_assert_str_eq(text_of(one, "evidence"), "ev/ftp/login/greeting");
    ck_assert_uint_eq(json_array_size(of(one, "findings")), 2);
    finding = json_array_get(of(one, "findings"), 0);
    ck_assert_str_eq(text_of(finding, "rule"), "FTP-REPLY-CRLF");
    ck_assert_str_eq(text_of(finding, "seen"),
                     "\"220 \x1b[31mhello\" ends with LF: it's \\n alone");
    finding = json_array_get(of(one, "findings"), 1);
    ck_assert_str_eq(text_of(finding, "script"), "suites/ftp/transfer/active.exchange");
    ck_assert_int_eq(number_of(finding, "line"), 21);
}
END_TEST

static const struct {
    const char *id, *verdict, *counts_as, *why;
} endings[] = {
    {"sanity", "PASS", NULL, NULL},
    {"ftp/login/acct", "SKIP", NULL, "the server offers no ACCT"},
    {"ftp/transfer/active", "WARN", NULL, NULL},
    {"ftp/transfer/active[per-octet]", "INCONCLUSIVE", "doubt",
     "the segments did not leave as written"},
    {"ftp/transfer/known", "FAIL", NULL, NULL},
    {"ftp/transfer/stale", "PASS", "failure",
     "passes, but peerspec.baseline:4 lists it: take the line out"},
    {"udp/echo/one", "ERROR", "doubt", "a fixture is gone"},
};

START_TEST(ending_says_what_it_counts_as)
{
    const json_t *one;

    ck_assert(sample_tell(report, &why));
    load();
    one = ending("cases", endings[_i].id);
    ck_assert_str_eq(text_of(one, "verdict"), endings[_i].verdict);
    ck_assert_pstr_eq(text_of(one, "counts_as"), endings[_i].counts_as);
    ck_assert_pstr_eq(text_of(one, "why"), endings[_i].why);
}
END_TEST

START_TEST(baseline_is_quoted)
{
    const json_t *entry;

    ck_assert(sample_tell(report, &why));
    load();
    entry = of(ending("cases", "ftp/transfer/known"), "baseline");
    ck_assert_str_eq(text_of(entry, "state"), "known");
    ck_assert_str_eq(text_of(entry, "reason"), "issue #17 of theirs");
    ck_assert_str_eq(text_of(entry, "file"), "peerspec.baseline");
    ck_assert_int_eq(number_of(entry, "line"), 3);
    entry = of(ending("lines", "ftp/login/gone"), "baseline");
    ck_assert_str_eq(text_of(entry, "state"), "stale");
    ck_assert_int_eq(number_of(entry, "line"), 9);
    ck_assert_uint_eq(json_array_size(of(document, "lines")), 1);
}
END_TEST

START_TEST(rule_says_in_how_many_cases_it_was_broken)
{
    const json_t *rule;

    ck_assert(sample_tell(report, &why));
    load();
    ck_assert_uint_eq(json_array_size(of(document, "rules")), 1);
    rule = ending("rules", "FTP-REPLY-CRLF");
    ck_assert_int_eq(number_of(rule, "cases"), 2);
    ck_assert_str_eq(text_of(rule, "first"), "ftp/login/greeting");
    ck_assert_str_eq(text_of(rule, "counts_as"), "failure");
    ck_assert_uint_eq(json_array_size(of(rule, "findings")), 1);
}
END_TEST

START_TEST(totals_agree_with_the_endings)
{
    const json_t *totals, *one;
    long long fails = 0;
    size_t i;

    ck_assert(sample_tell(report, &why));
    load();
    totals = of(document, "totals");
    json_array_foreach(of(document, "cases"), i, one) fails +=
        strcmp(text_of(one, "verdict"), "FAIL") == 0;
    ck_assert_int_eq(number_of(of(totals, "cases"), "FAIL"), fails);
    ck_assert_int_eq(number_of(of(totals, "cases"), "PASS"), 4);
    ck_assert_int_eq(number_of(of(totals, "rules"), "FAIL"), 1);
    ck_assert_int_eq(number_of(totals, "known"), 1);
    ck_assert_int_eq(number_of(totals, "stale"), 2);
    ck_assert_double_eq(json_real_value(of(totals, "seconds")), 1.9);
    ck_assert(json_is_null(of(document, "stopped")));
    ck_assert_int_eq(number_of(document, "status"), 1);
}
END_TEST

START_TEST(run_that_is_stopped_leaves_a_whole_document)
{
    sample_begin(report, 2);
    ck_assert(sample_stop(report, 2, &why));
    load();
    ck_assert_uint_eq(json_array_size(of(document, "cases")), 2);
    ck_assert_int_eq(number_of(document, "planned"), (long long)sample_count);
    ck_assert_str_eq(text_of(document, "stopped"), "interrupted");
    ck_assert_int_eq(number_of(document, "status"), 130);
}
END_TEST

START_TEST(run_that_is_killed_leaves_none)
{
    FILE *in;

    sample_begin(report, sample_count);
    in = fopen(path, "re");
    ck_assert_ptr_nonnull(in);
    ck_assert_int_eq(getc(in), EOF);
    fclose(in);
}
END_TEST

START_TEST(file_that_cannot_be_opened_is_refused)
{
    struct report *none;

    ck_assert_int_eq(report_json_new("/nonexistent/x.json", &none, &why), ERR_INPUT);
    ck_assert_ptr_null(none);
    ck_assert_str_eq(why.text, "/nonexistent/x.json cannot be written: No such file or directory");
}
END_TEST

START_TEST(full_disk_is_told_at_the_end)
{
    struct report *full;

    ck_assert_int_eq(report_json_new("/dev/full", &full, &why), OK);
    ck_assert(!sample_tell(full, &why));
    ck_assert_int_eq(why.code, ERR_SYSTEM);
    ck_assert_str_eq(why.text, "/dev/full could not be written whole: No space left on device");
    full->ops->free(full);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *run = tcase_create("run");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(run, set_up, tear_down);
    tcase_add_test(run, document_says_what_was_run);
    tcase_add_test(run, case_has_its_findings);
    tcase_add_loop_test(run, ending_says_what_it_counts_as, 0, sizeof endings / sizeof *endings);
    tcase_add_test(run, baseline_is_quoted);
    tcase_add_test(run, rule_says_in_how_many_cases_it_was_broken);
    tcase_add_test(run, totals_agree_with_the_endings);
    tcase_add_test(run, run_that_is_stopped_leaves_a_whole_document);
    tcase_add_test(run, run_that_is_killed_leaves_none);
    tcase_add_test(run, file_that_cannot_be_opened_is_refused);
    tcase_add_test(run, full_disk_is_told_at_the_end);
    suite_add_tcase(suite, run);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
