#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "judge/rule.h"

static struct findings *findings;
static struct timeline timeline;
static unsigned made;

static void setup(void)
{
    findings = findings_new();
    timeline = (struct timeline){.protocol = PROTOCOL_FTP};
    made = 0;
}

static void teardown(void)
{
    findings_free(findings);
}

static void blame_both(const struct timeline *of, struct rule_run *run)
{
    const uint64_t packets[3] = {7, 7, 9};

    ck_assert_ptr_eq(of, &timeline);
    rule_breach(run, SIDE_CLIENT, packets, "one thing", "%d others", 2);
    rule_remark(run, SIDE_SERVER, VERDICT_WARN, packets, "one thing", "another");
}

static void *make(const struct timeline *of, struct arena *arena)
{
    ck_assert_ptr_eq(of, &timeline);
    made++;
    return arena_take(arena, 8);
}

static void use_memo(const struct timeline *of, struct rule_run *run)
{
    (void)of;
    ck_assert_ptr_nonnull(rule_memo(run, make));
}

static void quote(const struct timeline *of, struct rule_run *run)
{
    static char much[300];
    const char *quoted;

    (void)of;
    quoted = rule_quote(run, (struct bytes){"a\r\n\x1b\\\xff", 6});
    ck_assert_str_eq(quoted, "\"a\\r\\n\\x1b\\\\\\xff\"");
    memset(much, '\x01', sizeof much);
    ck_assert_uint_eq(strlen(rule_quote(run, (struct bytes){much, sizeof much})), 120 * 4 + 5);
}

static const struct rule table[] = {
    {"T-MUST", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST, "RFC 1", "q", "r", NULL, blame_both},
    {"T-SHOULD", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_SHOULD, "RFC 2", "q", "r", NULL, blame_both},
    {"U-UDP", PROTOCOL_UDP, SUBJECT_BOTH, LEVEL_MUST, "RFC 3", "q", "r", NULL, blame_both},
    {NULL, PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST, NULL, NULL, NULL, NULL, NULL},
};

static const struct rule others[] = {
    {"O-ONE", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST, "RFC 1", "q", "r", NULL, use_memo},
    {"O-TWO", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST, "RFC 1", "q", "r", NULL, use_memo},
    {"O-QUOTE", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST, "RFC 1", "q", "r", NULL, quote},
    {"O-ANY", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST, "RFC 1", "q", "r", NULL, blame_both},
    {NULL, PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST, NULL, NULL, NULL, NULL, NULL},
};

static const struct rule *const tables[] = {table, others, NULL};
static const struct rule *const first[] = {table, NULL}, *const second[] = {others, NULL};

START_TEST(the_level_of_a_rule_is_the_weight_of_its_breach)
{
    rules_run(first, NULL, &timeline, findings);
    ck_assert_uint_eq(findings_count(findings), 4);
    ck_assert_int_eq(findings_at(findings, 0)->verdict, VERDICT_FAIL);
    ck_assert_int_eq(findings_at(findings, 1)->verdict, VERDICT_WARN);
    ck_assert_int_eq(findings_at(findings, 2)->verdict, VERDICT_WARN);
}
END_TEST

START_TEST(a_finding_says_which_rule_and_where)
{
    const struct finding *finding;

    rules_run(first, &(struct rule_selection){.glob = "T-MUST"}, &timeline, findings);
    ck_assert_uint_eq(findings_count(findings), 2);
    finding = findings_at(findings, 0);
    ck_assert_str_eq(finding->rule, "T-MUST");
    ck_assert_str_eq(finding->spec, "RFC 1");
    ck_assert_str_eq(finding->expected, "one thing");
    ck_assert_str_eq(finding->seen, "2 others");
    ck_assert_uint_eq(finding->packet_count, 2);
    ck_assert_uint_eq(finding->packets[1], 9);
}
END_TEST

START_TEST(a_rule_of_any_protocol_is_run_whichever_table_it_stands_in)
{
    rules_run(tables, NULL, &timeline, findings);
    ck_assert_uint_eq(findings_count(findings), 6);
    ck_assert_str_eq(findings_at(findings, 0)->rule, "T-MUST");
    ck_assert_str_eq(findings_at(findings, 5)->rule, "O-ANY");
}
END_TEST

START_TEST(only_one_side_can_be_judged)
{
    rules_run(first, &(struct rule_selection){.only = 1 + SIDE_SERVER, .level = LEVEL_PRACTICE},
              &timeline, findings);
    ck_assert_uint_eq(findings_count(findings), 2);
    ck_assert_int_eq(findings_at(findings, 0)->subject, SIDE_SERVER);
}
END_TEST

START_TEST(a_glob_selects_rules)
{
    rules_run(first, &(struct rule_selection){.glob = "*-SHOULD", .level = LEVEL_SHOULD}, &timeline,
              findings);
    ck_assert_uint_eq(findings_count(findings), 2);
    ck_assert_str_eq(findings_at(findings, 0)->rule, "T-SHOULD");
}
END_TEST

START_TEST(weaker_rules_than_asked_for_are_left_out)
{
    static const size_t counts[] = {[LEVEL_MUST] = 2, [LEVEL_SHOULD] = 4, [LEVEL_PRACTICE] = 4};

    rules_run(first, &(struct rule_selection){.level = (enum level)_i}, &timeline, findings);
    ck_assert_uint_eq(findings_count(findings), counts[_i]);
    for (size_t i = 0; i < findings_count(findings); i++)
        ck_assert_int_le(findings_at(findings, i)->level, (enum level)_i);
}
END_TEST

START_TEST(what_is_made_for_the_rules_is_made_once)
{
    rules_run(second, NULL, &timeline, findings);
    ck_assert_uint_eq(made, 1);
}
END_TEST

START_TEST(a_rule_is_found_in_any_table)
{
    ck_assert_ptr_eq(rules_find(tables, "U-UDP"), &table[2]);
    ck_assert_ptr_eq(rules_find(tables, "O-TWO"), &others[1]);
    ck_assert_ptr_null(rules_find(tables, "T-NONE"));
}
END_TEST

static void count(void *ctx, const struct rule *rule)
{
    *(size_t *)ctx += rule->id != NULL;
}

START_TEST(all_rules_can_be_listed)
{
    size_t told = 0;

    ck_assert_uint_eq(rules_each(tables, NULL, count, &told), 7);
    ck_assert_uint_eq(told, 7);
    ck_assert_uint_eq(rules_each(tables, "O-*", count, &told), 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rule");
    TCase *all = tcase_create("engine");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, the_level_of_a_rule_is_the_weight_of_its_breach);
    tcase_add_test(all, a_finding_says_which_rule_and_where);
    tcase_add_test(all, a_rule_of_any_protocol_is_run_whichever_table_it_stands_in);
    tcase_add_test(all, only_one_side_can_be_judged);
    tcase_add_test(all, a_glob_selects_rules);
    tcase_add_loop_test(all, weaker_rules_than_asked_for_are_left_out, LEVEL_MUST,
                        LEVEL_PRACTICE + 1);
    tcase_add_test(all, what_is_made_for_the_rules_is_made_once);
    tcase_add_test(all, a_rule_is_found_in_any_table);
    tcase_add_test(all, all_rules_can_be_listed);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
