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

/* What is sent, and the code that comes: "" sends nothing, and 0 is the close. */
struct said {
    const char *text;
    int code;
};

static const struct {
    const char *fault;
    bool in; /* behind the login */
    struct said said[4];
} dialogues[] = {
    {"no-greeting", false, {{"USER u\r\n", 331}}},
    {"120-alone", false, {{"", 120}, {"USER u\r\n", 331}}},
    {"accepts-before-login", false, {{"", 220}, {"PWD\r\n", 257}}},
    {"close-after-user", false, {{"", 220}, {"USER u\r\n", 0}}},
    {"drop-after:PASV", true, {{"PASV\r\n", 227}, {"", 0}}},
    {"no-reply", true, {{"NOOP\r\nSYST\r\n", 215}}},
    {"rein-keeps-login", true, {{"REIN\r\n", 220}, {"PWD\r\n", 257}}},
    {"quit-stays", true, {{"QUIT\r\n", 221}, {"NOOP\r\n", 200}}},
    {"empty-line-ends", true, {{"\r\n", 0}}},
    {"empty-password", false, {{"", 220}, {"USER u\r\n", 331}, {"PASS \r\n", 230}}},
    {"relogin-logs-out", true, {{"USER u\r\n", 530}, {"PWD\r\n", 530}}},
    {"trims-names", true, {{"CWD  pub\r\n", 250}}},
    {"rest-wraps", true, {{"REST -1\r\n", 350}}},
    {"eprt-bar-only", true, {{"EPRT !1!127.0.0.1!4000!\r\n", 500}}},
    {"epsv-all-shuts", true, {{"EPSV ALL\r\n", 200}, {"EPSV\r\n", 501}}},
    {"abor-forgets-all", true, {{"EPSV ALL\r\n", 200}, {"ABOR\r\n", 226}, {"PASV\r\n", 227}}},
};

START_TEST(a_fault_changes_what_is_answered)
{
    rig_start_faulty(&rig, dialogues[_i].fault);
    if (dialogues[_i].in)
        rig_login(&rig);
    for (const struct said *said = dialogues[_i].said; said->text != NULL; said++) {
        rig_send(&rig, said->text);
        ck_assert_msg(atoi(rig_reply(&rig)) == said->code, "%s: %s -> %s", dialogues[_i].fault,
                      said->text, buf_text(&rig.reply));
    }
}
END_TEST

START_TEST(stall_waits_before_it_answers)
{
    int64_t before;

    rig_login_faulty(&rig, "stall:NOOP=30ms");
    before = clock_now();
    rig_expect(&rig, "NOOP", 200);
    ck_assert_int_ge(clock_now() - before, 30 * CLOCK_MS);
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
    rig_login_faulty(&rig, "telnet-silent");
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

START_TEST(fin_stays_answers_on)
{
    rig_login_faulty(&rig, "fin-stays");
    rig_send(&rig, "NOOP\r\n");
    shutdown(rig.control, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    for (unsigned turn = 0; turn < 20; turn++)
        loop_turn(rig.loop, CLOCK_MS);
    rig_hear(&rig);
    ck_assert(!rig.control_over);
}
END_TEST

START_TEST(close_mid_reply_ends_without_a_line_end)
{
    rig_login_faulty(&rig, "close-mid-reply");
    ck_assert_str_eq(rig_ask(&rig, "NOOP"), "");
    ck_assert_str_eq(buf_text(&rig.replies), "200 Here");
}
END_TEST

START_TEST(quit_resets_ends_with_rst)
{
    char octet;

    rig_login_faulty(&rig, "quit-resets");
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
    tcase_add_loop_test(session, a_fault_changes_what_is_answered, 0,
                        sizeof dialogues / sizeof dialogues[0]);
    tcase_add_test(session, stall_waits_before_it_answers);
    tcase_add_test(session, greeting_late_takes_a_second);
    tcase_add_test(session, telnet_negotiates_before_the_greeting);
    tcase_add_test(session, telnet_silent_leaves_options_unanswered);
    tcase_add_test(session, spontaneous_says_more_than_it_was_asked);
    tcase_add_test(session, fin_stays_answers_on);
    tcase_add_test(session, close_mid_reply_ends_without_a_line_end);
    tcase_add_test(session, quit_resets_ends_with_rst);
    suite_add_tcase(suite, session);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
