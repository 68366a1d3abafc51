#include <check.h>
#include <stdlib.h>

#include "play/script.h"

static struct exchange *exchange;
static struct script script;

/* A fake server's script, unless a test says otherwise. */
static void script_of(const char *steps, enum side fake)
{
    struct exchange_places places = {0};
    struct diag why;

    ck_assert_int_eq(exchange_parse(bytes_of(steps), "test", &places, &exchange, &why), OK);
    script_init(&script, exchange, fake);
}

static void teardown(void)
{
    exchange_free(exchange);
    exchange = NULL;
}

/* Line numbers in the script are 1-based; the header takes two lines. */
static unsigned line_of(const struct step *step)
{
    return step == NULL ? 0 : step->at.line;
}

START_TEST(without_a_script_all_is_over)
{
    script_init(&script, NULL, SIDE_SERVER);
    ck_assert(script_over(&script));
    ck_assert_ptr_null(script_fake_step(&script));
    ck_assert_ptr_null(script_expected(&script));
}
END_TEST

START_TEST(turns_alternate)
{
    script_of("title: t\n\nC> NOOP\nS> 200 Yes.\n", SIDE_SERVER);
    ck_assert_ptr_null(script_fake_step(&script));
    ck_assert_uint_eq(line_of(script_expected(&script)), 3);
    script_accept(&script, 0);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 4);
    ck_assert(!script_over(&script));
    script_pass(&script);
    ck_assert(script_over(&script));
}
END_TEST

START_TEST(an_optional_command_is_left_out_with_its_answer)
{
    size_t candidates[SCRIPT_CANDIDATES];

    script_of("title: t\n\nC? SYST\nS> 215 UNIX\nC> NOOP\nS> 200 Yes.\n", SIDE_SERVER);
    ck_assert_uint_eq(script_candidates(&script, candidates), 2);
    ck_assert_uint_eq(candidates[0], 0);
    ck_assert_uint_eq(candidates[1], 2);
    ck_assert_uint_eq(line_of(script_expected(&script)), 5);
    script_accept(&script, 2);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 6);
}
END_TEST

START_TEST(what_arrives_chooses_the_alternative)
{
    size_t candidates[SCRIPT_CANDIDATES];

    script_of("title: t\n\neither\nC> NOOP\nS> 200 Yes.\nor\nC> PWD\nS> 257 \"/\" is it.\nend\n"
              "C> QUIT\nS> 221 Bye.\n",
              SIDE_SERVER);
    ck_assert_uint_eq(script_candidates(&script, candidates), 2);
    script_accept(&script, candidates[1]);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 8);
    script_pass(&script);
    ck_assert_uint_eq(line_of(script_expected(&script)), 10);
}
END_TEST

START_TEST(a_fake_takes_the_first_alternative)
{
    script_of("title: t\n\neither\nC> NOOP\nS> 200 Yes.\nor\nC> PWD\nS> 257 \"/\" is it.\nend\n"
              "C> QUIT\nS> 221 Bye.\n",
              SIDE_CLIENT);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 4);
    script_pass(&script);
    ck_assert_uint_eq(line_of(script_expected(&script)), 5);
    script_accept(&script, 2);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 10);
}
END_TEST

START_TEST(patience_ends_where_an_alternative_begins_with_silence)
{
    int64_t ns = 0;
    size_t index = 0;

    script_of(
        "title: t\ntests: client\neither\nC> NOOP\nS> 200 Yes.\nor\n! silent 2s\n! close\nend\n",
        SIDE_SERVER);
    ck_assert_ptr_null(script_fake_step(&script));
    ck_assert(script_patience(&script, &ns, &index));
    ck_assert_int_eq(ns, INT64_C(2000000000));
    script_lose_patience(&script, index);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 8);
    script_pass(&script);
    ck_assert(script_over(&script));
}
END_TEST

START_TEST(without_such_an_alternative_patience_has_no_end)
{
    int64_t ns = 0;
    size_t index = 0;

    script_of("title: t\ntests: client\neither\nC> NOOP\nor\nC> STAT\n! silent 2s\nend\n",
              SIDE_SERVER);
    ck_assert(!script_patience(&script, &ns, &index));
    script_accept(&script, 1);
    ck_assert(!script_patience(&script, &ns, &index));
}
END_TEST

START_TEST(an_optional_reply_may_be_waited_for_in_vain)
{
    script_of("title: t\n\nC> NOOP\nS? 200 Yes.\nC> QUIT\nS> 221 Bye.\n", SIDE_CLIENT);
    script_pass(&script);
    ck_assert(script_may_go_on(&script));
    ck_assert_ptr_null(script_fake_step(&script));
    script_go_on(&script);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 5);
}
END_TEST

START_TEST(a_script_that_ends_in_what_may_be_left_out_is_over)
{
    script_of("title: t\n\nC> NOOP\nS> 200 Yes.\nC? QUIT\nS> 221 Bye.\n", SIDE_SERVER);
    ck_assert(!script_over(&script));
    script_accept(&script, 0);
    script_pass(&script);
    ck_assert(script_over(&script));
}
END_TEST

START_TEST(data_is_the_fakes_turn_in_both_directions)
{
    script_of("title: t\n\nC> STOR a\nS> 150 Go.\nD> text\nS> 226 Done.\n", SIDE_SERVER);
    script_accept(&script, 0);
    script_pass(&script);
    ck_assert_int_eq(script_fake_step(&script)->kind, STEP_DATA);
}
END_TEST

START_TEST(a_fake_leaves_out_its_own_optional_steps)
{
    script_of("title: t\n\nC? SYST\nS> 215 UNIX\nC> NOOP\nS> 200 Yes.\n", SIDE_CLIENT);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 5);
}
END_TEST

START_TEST(a_fake_answers_an_optional_command_that_came)
{
    script_of("title: t\n\nC? SYST\nS? 215 UNIX\nC> NOOP\nS> 200 Yes.\n", SIDE_SERVER);
    script_accept(&script, 0);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 4);
}
END_TEST

/* Lines:                      3         4           5         6       7         8            9 */
#define PREPARES "title: t\n\nC> TYPE I\nS> 200 Yes.\nC> PASV\nS> 227 ({hostport})\nC> RETR a\n"

START_TEST(commands_that_only_prepare_may_come_in_another_order)
{
    script_of(PREPARES "S> 550 No.\n", SIDE_SERVER);
    script_accept(&script, 2);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 6);
    script_pass(&script);
    ck_assert_uint_eq(line_of(script_expected(&script)), 3);
    script_accept(&script, 0);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 4);
    script_pass(&script);
    ck_assert_uint_eq(line_of(script_expected(&script)), 7);
}
END_TEST

START_TEST(an_alternative_may_come_before_its_turn_too)
{
    size_t candidates[SCRIPT_CANDIDATES];

    script_of("title: t\n\nC> TYPE I\nS> 200 Yes.\neither\nC> EPSV\nS> 229 (|||{port}|)\nor\n"
              "C> PASV\nS> 227 ({hostport})\nend\nC> RETR a\nS> 550 No.\n",
              SIDE_SERVER);
    ck_assert_uint_eq(script_candidates(&script, candidates), 3);
    script_accept(&script, candidates[1]);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 7);
    script_pass(&script);
    ck_assert_uint_eq(line_of(script_expected(&script)), 3);
    script_accept(&script, 0);
    script_pass(&script);
    ck_assert_uint_eq(line_of(script_expected(&script)), 12);
}
END_TEST

START_TEST(a_transfer_does_not_come_before_what_prepares_it)
{
    size_t candidates[SCRIPT_CANDIDATES];

    script_of(PREPARES "S> 550 No.\n", SIDE_SERVER);
    ck_assert_uint_eq(script_candidates(&script, candidates), 2);
    ck_assert_uint_eq(candidates[1], 2);
}
END_TEST

START_TEST(a_script_that_allows_nothing_unscripted_keeps_its_order)
{
    size_t candidates[SCRIPT_CANDIDATES];

    script_of("title: t\nunscripted: fail\n\nC> TYPE I\nS> 200 Yes.\nC> PASV\nS> 500 No.\n",
              SIDE_SERVER);
    ck_assert_uint_eq(script_candidates(&script, candidates), 1);
}
END_TEST

START_TEST(datagrams_in_any_order_are_over_once_all_have_come)
{
    size_t candidates[SCRIPT_CANDIDATES];

    script_of("protocol: udp\n\nany order\nS> \"a\"\nS> \"b\"\nS> \"c\"\nend\nC> \"d\"\n",
              SIDE_CLIENT);
    ck_assert_ptr_null(script_fake_step(&script));
    ck_assert_uint_eq(script_candidates(&script, candidates), 3);
    script_accept(&script, candidates[1]);
    ck_assert_uint_eq(script_candidates(&script, candidates), 2);
    ck_assert_uint_eq(candidates[0], 1);
    ck_assert_uint_eq(candidates[1], 3);
    ck_assert_uint_eq(line_of(script_expected(&script)), 4);
    script_accept(&script, candidates[0]);
    ck_assert_uint_eq(line_of(script_peek(&script)), 6);
    ck_assert(!script_over(&script));
    script_accept(&script, 3);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 8);
}
END_TEST

START_TEST(one_block_in_any_order_after_another_begins_anew)
{
    size_t candidates[SCRIPT_CANDIDATES];

    script_of("protocol: udp\n\nany order\nS> \"a\"\nS> \"b\"\nend\n"
              "any order\nS> \"c\"\nS> \"d\"\nend\n",
              SIDE_CLIENT);
    script_accept(&script, 2);
    script_accept(&script, 1);
    ck_assert_uint_eq(script_candidates(&script, candidates), 2);
    ck_assert_uint_eq(candidates[0], 5);
    script_accept(&script, 5);
    script_accept(&script, 6);
    ck_assert(script_over(&script));
}
END_TEST

START_TEST(a_fake_sends_in_the_order_of_the_script)
{
    script_of("protocol: udp\n\nany order\nS> \"a\"\nS> \"b\"\nend\n", SIDE_SERVER);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 4);
    script_pass(&script);
    ck_assert_uint_eq(line_of(script_fake_step(&script)), 5);
    script_pass(&script);
    ck_assert(script_over(&script));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("script");
    TCase *turns = tcase_create("turns");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(turns, NULL, teardown);
    tcase_add_test(turns, without_a_script_all_is_over);
    tcase_add_test(turns, turns_alternate);
    tcase_add_test(turns, an_optional_command_is_left_out_with_its_answer);
    tcase_add_test(turns, what_arrives_chooses_the_alternative);
    tcase_add_test(turns, a_fake_takes_the_first_alternative);
    tcase_add_test(turns, patience_ends_where_an_alternative_begins_with_silence);
    tcase_add_test(turns, without_such_an_alternative_patience_has_no_end);
    tcase_add_test(turns, an_optional_reply_may_be_waited_for_in_vain);
    tcase_add_test(turns, a_script_that_ends_in_what_may_be_left_out_is_over);
    tcase_add_test(turns, data_is_the_fakes_turn_in_both_directions);
    tcase_add_test(turns, a_fake_leaves_out_its_own_optional_steps);
    tcase_add_test(turns, a_fake_answers_an_optional_command_that_came);
    tcase_add_test(turns, commands_that_only_prepare_may_come_in_another_order);
    tcase_add_test(turns, an_alternative_may_come_before_its_turn_too);
    tcase_add_test(turns, a_transfer_does_not_come_before_what_prepares_it);
    tcase_add_test(turns, a_script_that_allows_nothing_unscripted_keeps_its_order);
    tcase_add_test(turns, datagrams_in_any_order_are_over_once_all_have_come);
    tcase_add_test(turns, one_block_in_any_order_after_another_begins_anew);
    tcase_add_test(turns, a_fake_sends_in_the_order_of_the_script);
    suite_add_tcase(suite, turns);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
