#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge/baseline.h"

static char path[] = "baseline-XXXXXX";
static struct baseline *baseline;
static struct findings *findings;
static struct diag why;

static void setup(void)
{
    int fd;

    strcpy(path, "baseline-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    findings = findings_new();
    baseline = NULL;
    why = (struct diag){.code = OK};
}

static void teardown(void)
{
    baseline_free(baseline);
    findings_free(findings);
    unlink(path);
}

static enum err load(const char *text)
{
    FILE *out = fopen(path, "we");

    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    fclose(out);
    return baseline_load(path, &baseline, &why);
}

static enum baseline_answer ask(const char *id, const char *iut, enum verdict verdict)
{
    return baseline_ask(baseline, id, iut, verdict, findings).answer;
}

START_TEST(a_listed_case_that_fails_is_known)
{
    ck_assert_int_eq(load("# known\n\nftp/login/anonymous  vsftpd  no anonymous users\n"), OK);
    ck_assert_int_eq(ask("ftp/login/anonymous", "vsftpd", VERDICT_FAIL), BASELINE_KNOWN);
    ck_assert_int_eq(ask("ftp/login/anonymous", "vsftpd", VERDICT_WARN), BASELINE_KNOWN);
    ck_assert_int_eq(ask("ftp/login/anonymous", "proftpd", VERDICT_FAIL), BASELINE_NEW);
    ck_assert_int_eq(ask("ftp/login/other", "vsftpd", VERDICT_FAIL), BASELINE_NEW);
}
END_TEST

START_TEST(a_listed_case_that_passes_is_stale)
{
    ck_assert_int_eq(load("a/b  curl  slow\n"), OK);
    ck_assert_int_eq(ask("a/b", "curl", VERDICT_PASS), BASELINE_STALE);
    ck_assert_int_eq(ask("a/c", "curl", VERDICT_PASS), BASELINE_NEW);
}
END_TEST

START_TEST(reason_and_line_come_with_the_answer)
{
    struct baseline_entry entry;

    ck_assert_int_eq(load("# two\na/b  curl  slow  as it is\na/c  curl  other\n"), OK);
    entry = baseline_ask(baseline, "a/b", "curl", VERDICT_FAIL, findings);
    ck_assert_int_eq(entry.answer, BASELINE_KNOWN);
    ck_assert_str_eq(entry.reason, "slow  as it is");
    ck_assert_str_eq(entry.at.file, path);
    ck_assert_uint_eq(entry.at.line, 2);
    entry = baseline_ask(baseline, "a/c", "curl", VERDICT_PASS, findings);
    ck_assert_int_eq(entry.answer, BASELINE_STALE);
    ck_assert_uint_eq(entry.at.line, 3);
    entry = baseline_ask(baseline, "a/d", "curl", VERDICT_FAIL, findings);
    ck_assert_int_eq(entry.answer, BASELINE_NEW);
    ck_assert_ptr_null(entry.reason);
    ck_assert_ptr_null(entry.at.file);
}
END_TEST

START_TEST(a_case_that_fails_sometimes_is_never_stale)
{
    ck_assert_int_eq(load("ftp/a  curl  sometimes: a race of its own\n"), OK);
    ck_assert_int_eq(ask("ftp/a", "curl", VERDICT_PASS), BASELINE_NEW);
    ck_assert_int_eq(ask("ftp/a", "curl", VERDICT_FAIL), BASELINE_KNOWN);
}
END_TEST

START_TEST(a_case_that_did_not_run_is_neither)
{
    ck_assert_int_eq(load("a/b  curl  slow\n"), OK);
    ck_assert_int_eq(ask("a/b", "curl", VERDICT_SKIP), BASELINE_NEW);
    ck_assert_int_eq(ask("a/b", "curl", VERDICT_INCONCLUSIVE), BASELINE_NEW);
    ck_assert_int_eq(ask("a/b", "curl", VERDICT_ERROR), BASELINE_NEW);
}
END_TEST

START_TEST(a_message_must_appear_among_the_findings)
{
    struct finding other = {.verdict = VERDICT_FAIL, .expected = "x", .seen = "550 to RETR"};
    struct finding listed = {.verdict = VERDICT_FAIL, .expected = "x", .seen = "502 to ACCT"};

    ck_assert_int_eq(load("a/b  *  no accounts message: \"502 to ACCT\"\n"), OK);
    findings_add(findings, &other);
    ck_assert_int_eq(ask("a/b", "any", VERDICT_FAIL), BASELINE_NEW);
    findings_add(findings, &listed);
    ck_assert_int_eq(ask("a/b", "any", VERDICT_FAIL), BASELINE_KNOWN);
}
END_TEST

static const struct {
    const char *text;
    unsigned line, column;
} bad[] = {
    {"a/b\n", 1, 1},
    {"# fine\n  a/b  curl\n", 2, 3},
    {"a/b  curl  why message: text\n", 1, 16},
    {"a/b  curl  why message: \"text\n", 1, 16},
};

START_TEST(a_bad_line_is_named_with_its_place)
{
    ck_assert_int_eq(load(bad[_i].text), ERR_SYNTAX);
    ck_assert_ptr_null(baseline);
    ck_assert_uint_eq(why.at.line, bad[_i].line);
    ck_assert_uint_eq(why.at.column, bad[_i].column);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_told)
{
    ck_assert_int_eq(baseline_load("no/such/baseline", &baseline, &why), ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(why.text, "no/such/baseline"));
}
END_TEST

static bool is_ab(void *ctx, const char *id)
{
    (void)ctx;
    return strcmp(id, "a/b") == 0;
}

static void note(void *ctx, const char *id, const struct baseline_entry *entry)
{
    ck_assert_str_eq(id, "a/gone");
    ck_assert_int_eq(entry->answer, BASELINE_STALE);
    ck_assert_str_eq(entry->reason, "y");
    *(unsigned *)ctx = entry->at.line;
}

START_TEST(an_id_that_no_longer_exists_is_told_for_its_implementation)
{
    unsigned line = 0;

    ck_assert_int_eq(load("a/b curl x\na/gone curl y\na/gone lftp z\n"), OK);
    ck_assert_uint_eq(baseline_unknown(baseline, "curl", is_ab, &line, note), 1);
    ck_assert_uint_eq(line, 2);
    ck_assert_uint_eq(baseline_unknown(baseline, "wget", is_ab, &line, note), 0);
}
END_TEST

START_TEST(what_is_written_can_be_read_back)
{
    FILE *out = fopen(path, "we");

    ck_assert_ptr_nonnull(out);
    baseline_write(out, "a/b", "curl", "226 early\nseen once");
    fclose(out);
    ck_assert_int_eq(baseline_load(path, &baseline, &why), OK);
    ck_assert_int_eq(ask("a/b", "curl", VERDICT_FAIL), BASELINE_KNOWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("baseline");
    TCase *all = tcase_create("baseline");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_listed_case_that_fails_is_known);
    tcase_add_test(all, a_listed_case_that_passes_is_stale);
    tcase_add_test(all, reason_and_line_come_with_the_answer);
    tcase_add_test(all, a_case_that_fails_sometimes_is_never_stale);
    tcase_add_test(all, a_case_that_did_not_run_is_neither);
    tcase_add_test(all, a_message_must_appear_among_the_findings);
    tcase_add_loop_test(all, a_bad_line_is_named_with_its_place, 0, sizeof bad / sizeof *bad);
    tcase_add_test(all, a_file_that_is_not_there_is_told);
    tcase_add_test(all, an_id_that_no_longer_exists_is_told_for_its_implementation);
    tcase_add_test(all, what_is_written_can_be_read_back);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
