/* Which reply answers which command, and what rules make of commands that did not wait. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suites/rules.h"
#include "support/wiretext.h"

#define LOGIN "S> 220 Ready.\nC> USER ann\nS> 331 Password.\nC> PASS x\nS> 230 In.\n"
#define BYE "C> QUIT\nS> 221 Bye.\n"

static struct findings *findings;

static void judge(void *ctx, struct timeline *timeline)
{
    rules_run(rule_tables, NULL, timeline, ctx);
    timeline_free(timeline);
}

static void run(const char *text)
{
    struct timeline_sink sink = {findings, judge};
    struct diag why = {.code = OK};

    ck_assert_msg(wiretext_feed(bytes_of(text), NULL, &sink, &why) == OK, "line %u: %s",
                  why.at.line, why.text);
}

static void start(void)
{
    findings = findings_new();
}

static void finish(void)
{
    findings_free(findings);
}

/* The only finding is that one; the words in it are all that is looked at. */
static void assert_only(const char *rule, enum verdict verdict, const char *seen)
{
    const struct finding *finding;

    ck_assert_uint_eq(findings_count(findings), 1);
    finding = findings_at(findings, 0);
    ck_assert_str_eq(finding->rule, rule);
    ck_assert_int_eq(finding->verdict, verdict);
    ck_assert_str_eq(finding->seen, seen);
}

START_TEST(a_command_before_any_reply_to_the_one_before_it_is_a_warning)
{
    run(LOGIN "C> PWD\nC> SYST\nS> 257 \"/\"\nS> 215 UNIX Type: L8\n" BYE);
    assert_only("FTP-CMD-BEFORE-FINAL", VERDICT_WARN, "SYST before the reply to PWD");
}
END_TEST

START_TEST(a_command_after_a_preliminary_reply_violates_the_protocol)
{
    run(LOGIN "C> PASV\nS> 227 Entering Passive Mode (192,0,2,1,156,65).\n"
              "C> LIST\nS> 150 Here.\nopen passive 40001\nC> NOOP\n"
              "send S \"a\\r\\n\"\nclose S\nS> 226 Done.\nS> 200 OK.\n" BYE);
    assert_only("FTP-CMD-BEFORE-FINAL", VERDICT_FAIL,
                "NOOP after the preliminary reply to LIST, before the final one");
}
END_TEST

START_TEST(stat_interrupts_a_transfer_and_nothing_else)
{
    run(LOGIN "C> PASV\nS> 227 Entering Passive Mode (192,0,2,1,156,65).\n"
              "C> LIST\nS> 150 Here.\nopen passive 40001\nC> STAT\nS> 211 Busy.\nC> STAT\n"
              "S> 211 Busy.\nsend S \"a\\r\\n\"\nclose S\nS> 226 Done.\n" BYE);
    ck_assert_uint_eq(findings_count(findings), 0);
    run(LOGIN "C> PWD\nC> STAT\nS> 257 \"/\"\nS> 211 Fine.\n" BYE);
    assert_only("FTP-CMD-BEFORE-FINAL", VERDICT_WARN, "STAT before the reply to PWD");
}
END_TEST

START_TEST(replies_to_commands_sent_at_once_are_read_where_all_of_them_came)
{
    run(LOGIN
        "C> FEAT\nC> NOOP\nS: \"211-Features:\\r\\n SIZE\\r\\n211 End.\\r\\n\"\nS> 200 OK.\n" BYE);
    ck_assert_uint_eq(findings_count(findings), 2);
    ck_assert_str_eq(findings_at(findings, 0)->rule, "FTP-CMD-BEFORE-FINAL");
    ck_assert_str_eq(findings_at(findings, 1)->rule, "FTP-FEAT-END");
}
END_TEST

/* One reply is missing: that 211 answers FEAT is a guess. */
START_TEST(replies_to_commands_sent_at_once_are_not_read_where_one_is_missing)
{
    run(LOGIN "C> FEAT\nC> NOOP\nS: \"211-Features:\\r\\n SIZE\\r\\n211 End.\\r\\n\"\n"
              "C> PWD\nS> 200 OK.\nleave open\n");
    ck_assert_uint_eq(findings_count(findings), 1);
    ck_assert_str_eq(findings_at(findings, 0)->rule, "FTP-CMD-BEFORE-FINAL");
}
END_TEST

START_TEST(commands_before_an_empty_line_keep_their_replies)
{
    run(LOGIN "C> PWD\nC> SYST\nC> \nS> 257 \"/\"\nS> 215 UNIX Type: L8\nleave open\n");
    ck_assert_uint_eq(findings_count(findings), 2);
    ck_assert_str_eq(findings_at(findings, 0)->rule, "FTP-CMD-BEFORE-FINAL");
    ck_assert_str_eq(findings_at(findings, 1)->rule, "FTP-CMD-VERB");
}
END_TEST

START_TEST(what_follows_an_empty_line_is_not_paired)
{
    run(LOGIN "C> \nS> 500 What?\nC> PWD\nC> SYST\nS> 257 \"/\"\nS> 215 UNIX Type: L8\n" BYE);
    assert_only("FTP-CMD-VERB", VERDICT_WARN, "an empty line");
}
END_TEST

START_TEST(a_server_that_says_goodbye_to_a_client_without_quit_is_not_to_blame)
{
    run(LOGIN
        "C> PWD\nS> 257 \"/\"\nfin control C\nS> 221 You could say goodbye.\nreset control C\n");
    assert_only("FTP-CLIENT-QUIT", VERDICT_WARN, "the connection closed after PWD");
}
END_TEST

START_TEST(a_verb_that_nobody_knows_is_shown_as_it_was_sent)
{
    run(LOGIN "C> xyzzy 1\nS> 500 What?\nfin control C\nfin control S\n");
    assert_only("FTP-CLIENT-QUIT", VERDICT_WARN, "the connection closed after \"xyzzy\"");
}
END_TEST

START_TEST(a_server_that_leaves_after_150_is_found_although_it_resets_what_comes_later)
{
    run(LOGIN "C> LIST\nS> 150 Here.\nfin control S\nC> NOOP\nreset control S\n");
    assert_only("FTP-1YZ-COMPLETED", VERDICT_FAIL,
                "none to LIST before the server closed the connection");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dialogue");
    TCase *pairing = tcase_create("pairing");
    TCase *waiting = tcase_create("waiting");
    TCase *leaving = tcase_create("leaving");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(pairing, start, finish);
    tcase_add_checked_fixture(waiting, start, finish);
    tcase_add_checked_fixture(leaving, start, finish);
    tcase_add_test(waiting, a_command_before_any_reply_to_the_one_before_it_is_a_warning);
    tcase_add_test(waiting, a_command_after_a_preliminary_reply_violates_the_protocol);
    tcase_add_test(waiting, stat_interrupts_a_transfer_and_nothing_else);
    tcase_add_test(pairing, replies_to_commands_sent_at_once_are_read_where_all_of_them_came);
    tcase_add_test(pairing, replies_to_commands_sent_at_once_are_not_read_where_one_is_missing);
    tcase_add_test(pairing, commands_before_an_empty_line_keep_their_replies);
    tcase_add_test(pairing, what_follows_an_empty_line_is_not_paired);
    tcase_add_test(pairing, a_verb_that_nobody_knows_is_shown_as_it_was_sent);
    tcase_add_test(leaving, a_server_that_says_goodbye_to_a_client_without_quit_is_not_to_blame);
    tcase_add_test(leaving,
                   a_server_that_leaves_after_150_is_found_although_it_resets_what_comes_later);
    suite_add_tcase(suite, waiting);
    suite_add_tcase(suite, pairing);
    suite_add_tcase(suite, leaving);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
