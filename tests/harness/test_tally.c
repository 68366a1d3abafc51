#include <check.h>
#include <stdlib.h>

#include "tally.h"

static struct tally *tally;
static struct findings *breaches;

static void set_up(void)
{
    tally = tally_new();
    breaches = findings_new();
}

static void tear_down(void)
{
    tally_free(tally);
    findings_free(breaches);
}

static void breach(const char *rule, enum verdict verdict)
{
    struct finding finding = {
        .rule = rule, .verdict = verdict, .requirement = "asked", .expected = "e", .seen = "s"};

    findings_add(breaches, &finding);
}

START_TEST(a_rule_counts_once_for_each_case)
{
    breach("A", VERDICT_WARN);
    breach("A", VERDICT_WARN);
    breach("B", VERDICT_FAIL);
    tally_add(tally, "one", breaches);
    tally_add(tally, "two", breaches);
    ck_assert_uint_eq(tally_count(tally), 2);
    ck_assert_str_eq(tally_at(tally, 0)->rule, "A");
    ck_assert_uint_eq(tally_at(tally, 0)->cases, 2);
    ck_assert_str_eq(tally_at(tally, 0)->first, "one");
    ck_assert_int_eq(tally_at(tally, 1)->verdict, VERDICT_FAIL);
}
END_TEST

START_TEST(the_findings_of_the_first_case_are_kept)
{
    breach("A", VERDICT_WARN);
    breach("A", VERDICT_FAIL);
    tally_add(tally, "one", breaches);
    tally_add(tally, "two", breaches);
    ck_assert_uint_eq(findings_count(tally_at(tally, 0)->findings), 2);
    ck_assert_int_eq(tally_at(tally, 0)->verdict, VERDICT_FAIL);
}
END_TEST

START_TEST(a_run_without_breaches_is_an_empty_tally)
{
    tally_add(tally, "one", breaches);
    ck_assert_uint_eq(tally_count(tally), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tally");
    TCase *count = tcase_create("count");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(count, set_up, tear_down);
    tcase_add_test(count, a_rule_counts_once_for_each_case);
    tcase_add_test(count, the_findings_of_the_first_case_are_kept);
    tcase_add_test(count, a_run_without_breaches_is_an_empty_tally);
    suite_add_tcase(suite, count);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
