#include <check.h>
#include <stdlib.h>

#include "outcome.h"

static struct outcome sent, got;
static struct buf octets;

static void set_up(void)
{
    outcome_init(&sent);
    outcome_init(&got);
    buf_init(&octets, 1u << 20);
}

static void tear_down(void)
{
    outcome_fini(&sent);
    outcome_fini(&got);
    buf_fini(&octets);
}

static void find(struct findings *to, const char *rule, const char *seen)
{
    struct finding finding = {.rule = rule,
                              .verdict = VERDICT_FAIL,
                              .level = LEVEL_MUST,
                              .spec = "RFC 959 4.2",
                              .requirement = "a requirement",
                              .packets = {3, 9},
                              .packet_count = 2,
                              .at = {"a.exchange", 7, 2},
                              .expected = "this",
                              .seen = seen};

    findings_add(to, &finding);
}

START_TEST(what_is_written_can_be_read)
{
    find(sent.findings, NULL, "that");
    find(sent.breaches, "FTP-X", "another");
    outcome_worsen(&sent, VERDICT_INCONCLUSIVE, "because");
    sent.duration = 42;
    outcome_write(&sent, &octets);
    ck_assert(outcome_read(&got, buf_bytes(&octets)));
    ck_assert_int_eq(got.verdict, VERDICT_INCONCLUSIVE);
    ck_assert_str_eq(got.why, "because");
    ck_assert_int_eq(got.duration, 42);
    ck_assert_uint_eq(findings_count(got.findings), 1);
    ck_assert_str_eq(findings_at(got.findings, 0)->seen, "that");
    ck_assert_str_eq(findings_at(got.findings, 0)->at.file, "a.exchange");
    ck_assert_uint_eq(findings_at(got.findings, 0)->packets[1], 9);
    ck_assert_ptr_null(findings_at(got.findings, 0)->rule);
    ck_assert_uint_eq(findings_count(got.breaches), 1);
    ck_assert_str_eq(findings_at(got.breaches, 0)->rule, "FTP-X");
}
END_TEST

START_TEST(no_prefix_is_taken_for_the_whole)
{
    find(sent.findings, NULL, "that");
    outcome_write(&sent, &octets);
    for (size_t len = 0; len < octets.len; len++) {
        struct outcome torn;

        outcome_init(&torn);
        ck_assert_msg(!outcome_read(&torn, bytes_slice(buf_bytes(&octets), 0, len)), "%zu of %zu",
                      len, octets.len);
        outcome_fini(&torn);
    }
}
END_TEST

START_TEST(a_verdict_only_gets_worse_and_keeps_its_reason)
{
    outcome_worsen(&sent, VERDICT_FAIL, "broken");
    outcome_worsen(&sent, VERDICT_WARN, "less");
    ck_assert_int_eq(sent.verdict, VERDICT_FAIL);
    ck_assert_str_eq(sent.why, "broken");
    outcome_worsen(&sent, VERDICT_ERROR, "worse");
    ck_assert_str_eq(sent.why, "worse");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outcome");
    TCase *travel = tcase_create("travel");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(travel, set_up, tear_down);
    tcase_add_test(travel, what_is_written_can_be_read);
    tcase_add_test(travel, no_prefix_is_taken_for_the_whole);
    tcase_add_test(travel, a_verdict_only_gets_worse_and_keeps_its_reason);
    suite_add_tcase(suite, travel);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
