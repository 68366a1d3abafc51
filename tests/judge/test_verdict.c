#include <check.h>
#include <stdlib.h>

#include "judge/finding.h"

static struct findings *findings;

static void setup(void)
{
    findings = findings_new();
}

static void teardown(void)
{
    findings_free(findings);
}

static void add(enum verdict verdict, const char *seen)
{
    struct finding finding = {.verdict = verdict, .expected = "a thing", .seen = seen};

    findings_add(findings, &finding);
}

START_TEST(a_verdict_only_gets_worse)
{
    for (int a = 0; a < VERDICT_COUNT; a++)
        for (int b = 0; b < VERDICT_COUNT; b++)
            ck_assert_int_eq(verdict_worse((enum verdict)a, (enum verdict)b), a > b ? a : b);
}
END_TEST

START_TEST(a_verdict_has_the_name_that_reports_print)
{
    ck_assert_str_eq(verdict_name(VERDICT_PASS), "PASS");
    ck_assert_str_eq(verdict_name(VERDICT_INCONCLUSIVE), "INCONCLUSIVE");
    ck_assert_str_eq(verdict_name(VERDICT_ERROR), "ERROR");
}
END_TEST

START_TEST(no_findings_are_a_pass)
{
    ck_assert_uint_eq(findings_count(findings), 0);
    ck_assert_int_eq(findings_verdict(findings), VERDICT_PASS);
}
END_TEST

START_TEST(the_worst_finding_is_the_verdict)
{
    add(VERDICT_WARN, "a");
    add(VERDICT_FAIL, "b");
    add(VERDICT_INCONCLUSIVE, "c");
    ck_assert_int_eq(findings_verdict(findings), VERDICT_FAIL);
}
END_TEST

START_TEST(a_finding_outlives_the_text_it_was_made_from)
{
    char text[] = "226 in packet 31";

    add(VERDICT_FAIL, text);
    text[0] = 'X';
    ck_assert_str_eq(findings_at(findings, 0)->seen, "226 in packet 31");
}
END_TEST

START_TEST(findings_keep_their_order)
{
    char text[2] = "a";

    for (int n = 0; n < 20; n++, text[0]++)
        add(VERDICT_WARN, text);
    ck_assert_uint_eq(findings_count(findings), 20);
    ck_assert_str_eq(findings_at(findings, 0)->seen, "a");
    ck_assert_str_eq(findings_at(findings, 19)->seen, "t");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verdict");
    TCase *all = tcase_create("findings");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_verdict_only_gets_worse);
    tcase_add_test(all, a_verdict_has_the_name_that_reports_print);
    tcase_add_test(all, no_findings_are_a_pass);
    tcase_add_test(all, the_worst_finding_is_the_verdict);
    tcase_add_test(all, a_finding_outlives_the_text_it_was_made_from);
    tcase_add_test(all, findings_keep_their_order);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
