/* Commands as they come: cut, pipelined, too long, with Telnet in them. */
#include "ftp_served.h"

START_TEST(pipelined_commands_are_answered_in_order)
{
    rig_send(&rig, "NOOP\r\nPWD\r\nSYST\r\nNOOP\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 257);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 215);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
}
END_TEST

START_TEST(a_command_may_come_octet_by_octet)
{
    for (const char *at = "NOOP\r\n"; *at != '\0'; at++) {
        ck_assert_int_eq(send(rig.control, at, 1, 0), 1);
        loop_turn(rig.loop, 0);
    }
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_refused_once_and_its_tail_is_no_command)
{
    char *line = malloc(20001);

    memset(line, 'A', 20000);
    line[20000] = '\0';
    rig_send(&rig, line);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 500);
    rig_send(&rig, "DELE a.txt\r\n");
    rig_expect(&rig, "SIZE a.txt", 213);
    free(line);
}
END_TEST

START_TEST(a_line_without_an_end_is_no_command)
{
    rig_send(&rig, "DELE a.txt");
    shutdown(rig.control, SHUT_WR);
    ck_assert_str_eq(rig_reply(&rig), "");
    close(rig.control);
    rig.control_over = false;
    rig.control = rig_connect_to(&rig.peer->base.bound);
    rig_login(&rig);
    rig_expect(&rig, "SIZE a.txt", 213);
}
END_TEST

START_TEST(what_came_before_a_half_close_is_answered)
{
    rig_send(&rig, "NOOP\r\nPWD\r\n");
    shutdown(rig.control, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 257);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

START_TEST(telnet_options_are_refused_and_the_command_is_understood)
{
    rig_send(&rig, "\xff\xfb\x01\xff\xfd\x03NOOP\r\n");
    while (rig.replies.len < 6)
        rig_hear(&rig), loop_turn(rig.loop, CLOCK_MS);
    ck_assert_mem_eq(rig.replies.ptr, "\xff\xfe\x01\xff\xfc\x03", 6);
    buf_drop(&rig.replies, 6);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
}
END_TEST

START_TEST(an_octet_255_is_doubled_on_its_way_out_and_single_in_the_name)
{
    ck_assert_str_eq(rig_ask(&rig, "MKD a\xff\xff"), "257 \"/a\xff\xff\" is made.\r\n");
    rig_expect(&rig, "CWD a\xff\xff\xff\xff", 550);
    rig_expect(&rig, "CWD a\xff\xff", 250);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_session");
    TCase *in = after_login(suite);

    tcase_add_test(in, pipelined_commands_are_answered_in_order);
    tcase_add_test(in, a_command_may_come_octet_by_octet);
    tcase_add_test(in, a_line_that_is_too_long_is_refused_once_and_its_tail_is_no_command);
    tcase_add_test(in, a_line_without_an_end_is_no_command);
    tcase_add_test(in, what_came_before_a_half_close_is_answered);
    tcase_add_test(in, telnet_options_are_refused_and_the_command_is_understood);
    tcase_add_test(in, an_octet_255_is_doubled_on_its_way_out_and_single_in_the_name);
    return run_suite(suite);
}
