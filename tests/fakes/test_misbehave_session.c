#include "ftp_rig.h"

static struct rig rig;

static void set_up(void)
{
    rig_init_misbehaving(&rig);
}

static void tear_down(void)
{
    rig_fini(&rig);
}

START_TEST(no_greeting_still_answers)
{
    rig_start_faulty(&rig, "no-greeting");
    rig_expect(&rig, "USER u", 331);
}
END_TEST

START_TEST(accepts_before_login_serves_files)
{
    rig_start_faulty(&rig, "accepts-before-login");
    rig_reply(&rig);
    rig_expect(&rig, "PWD", 257);
}
END_TEST

START_TEST(close_after_user_closes)
{
    rig_start_faulty(&rig, "close-after-user");
    rig_reply(&rig);
    ck_assert_str_eq(rig_ask(&rig, "USER u"), "");
}
END_TEST

START_TEST(drop_after_closes_behind_the_first_reply)
{
    rig_start_faulty(&rig, "drop-after:PASV");
    rig_login(&rig);
    rig_expect(&rig, "PASV", 227);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

START_TEST(stall_waits_before_it_answers)
{
    int64_t before;

    rig_start_faulty(&rig, "stall:NOOP=30ms");
    rig_login(&rig);
    before = clock_now();
    rig_expect(&rig, "NOOP", 200);
    ck_assert_int_ge(clock_now() - before, 30 * CLOCK_MS);
}
END_TEST

START_TEST(greeting_120_is_never_followed_by_220)
{
    rig_start_faulty(&rig, "120-alone");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 120);
    rig_expect(&rig, "USER u", 331);
}
END_TEST

START_TEST(greeting_late_takes_a_second)
{
    int64_t before = clock_now();

    rig_start_faulty(&rig, "greeting-late");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 220);
    ck_assert_int_ge(clock_now() - before, CLOCK_SECOND);
}
END_TEST

START_TEST(telnet_negotiates_before_the_greeting)
{
    rig_start_faulty(&rig, "telnet-negotiates");
    ck_assert_ptr_nonnull(strstr(rig_raw(&rig, "", "220"), "\xff\xfb\x01"
                                                           "220"));
}
END_TEST

START_TEST(telnet_silent_leaves_options_unanswered)
{
    rig_start_faulty(&rig, "telnet-silent");
    rig_login(&rig);
    ck_assert_str_eq(rig_ask(&rig, "\xff\xfb\x01NOOP"), "200 Here I am.\r\n");
}
END_TEST

START_TEST(spontaneous_says_more_than_it_was_asked)
{
    rig_start_faulty(&rig, "spontaneous");
    rig_reply(&rig);
    rig_expect(&rig, "USER u", 331);
    rig_expect(&rig, "PASS p", 230);
    ck_assert_str_eq(rig_reply(&rig), "200 By the way.\r\n");
}
END_TEST

START_TEST(no_reply_leaves_noop_unanswered)
{
    rig_start_faulty(&rig, "no-reply");
    rig_login(&rig);
    rig_send(&rig, "NOOP\r\n");
    rig_expect(&rig, "SYST", 215);
}
END_TEST

START_TEST(close_mid_reply_ends_without_a_line_end)
{
    rig_start_faulty(&rig, "close-mid-reply");
    rig_login(&rig);
    ck_assert_str_eq(rig_ask(&rig, "NOOP"), "");
    ck_assert_str_eq(buf_text(&rig.replies), "200 Here");
}
END_TEST

START_TEST(rein_keeps_login_keeps_it)
{
    rig_start_faulty(&rig, "rein-keeps-login");
    rig_login(&rig);
    rig_expect(&rig, "REIN", 220);
    rig_expect(&rig, "PWD", 257);
}
END_TEST

START_TEST(quit_stays_and_answers_on)
{
    rig_start_faulty(&rig, "quit-stays");
    rig_login(&rig);
    rig_expect(&rig, "QUIT", 221);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(quit_resets_ends_with_rst)
{
    char octet;

    rig_start_faulty(&rig, "quit-resets");
    rig_login(&rig);
    rig_expect(&rig, "QUIT", 221);
    ck_assert_str_eq(rig_reply(&rig), "");
    ck_assert_int_le(recv(rig.control, &octet, 1, 0), 0);
    ck_assert_int_ge(rig_entry(&rig, ENTRY_CLOSED, "reset by us"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misbehave_session");
    TCase *session = tcase_create("session");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(session, set_up, tear_down);
    tcase_add_test(session, no_greeting_still_answers);
    tcase_add_test(session, accepts_before_login_serves_files);
    tcase_add_test(session, close_after_user_closes);
    tcase_add_test(session, drop_after_closes_behind_the_first_reply);
    tcase_add_test(session, stall_waits_before_it_answers);
    tcase_add_test(session, greeting_120_is_never_followed_by_220);
    tcase_add_test(session, greeting_late_takes_a_second);
    tcase_add_test(session, telnet_negotiates_before_the_greeting);
    tcase_add_test(session, telnet_silent_leaves_options_unanswered);
    tcase_add_test(session, spontaneous_says_more_than_it_was_asked);
    tcase_add_test(session, no_reply_leaves_noop_unanswered);
    tcase_add_test(session, close_mid_reply_ends_without_a_line_end);
    tcase_add_test(session, rein_keeps_login_keeps_it);
    tcase_add_test(session, quit_stays_and_answers_on);
    tcase_add_test(session, quit_resets_ends_with_rst);
    suite_add_tcase(suite, session);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
