/* A transfer, what is said in the middle of it, and its end. */
#include "ftp_served.h"

START_TEST(a_transfer_ends_before_its_226)
{
    rig_get(&rig, "RETR a.txt");
    ck_assert_int_lt(rig_entry(&rig, ENTRY_SENT, "150"), rig_entry(&rig, ENTRY_DATA_SENT, ""));
    ck_assert_int_lt(rig_entry(&rig, ENTRY_DATA_CLOSED, "closed by us"),
                     rig_entry(&rig, ENTRY_SENT, "226"));
}
END_TEST

START_TEST(commands_during_a_transfer_wait_for_its_end)
{
    rig_pasv(&rig);
    rig_send(&rig, "STOR new\r\nNOOP\r\nQUIT\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 150);
    ck_assert_int_eq(send(rig.data, "x", 1, 0), 1);
    shutdown(rig.data, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 221);
}
END_TEST

START_TEST(stat_is_answered_in_the_middle_of_a_transfer)
{
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    rig_send(&rig, "STAT\r\n");
    ck_assert_ptr_nonnull(strstr(rig_reply(&rig), "In transfer: STOR"));
    shutdown(rig.data, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

START_TEST(urgent_abor_ends_the_transfer_with_426_and_is_answered_226)
{
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    ck_assert_int_eq(send(rig.control, "\xff\xf4", 2, 0), 2);
    ck_assert_int_eq(send(rig.control, "\xff", 1, MSG_OOB), 1);
    rig_send(&rig, "\xf2"
                   "ABOR\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 426);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_int_eq(rig_fetch(&rig), 0);
    rig_expect(&rig, "NOOP", 200);
    rig_expect(&rig, "SIZE new", 550);
}
END_TEST

START_TEST(abor_behind_a_queued_command_keeps_the_order_of_replies)
{
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    rig_send(&rig, "NOOP\r\nABOR\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 426);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

START_TEST(a_lost_control_connection_ends_the_transfer)
{
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    close(rig.control);
    rig.control = -1;
    ck_assert_int_eq(rig_fetch(&rig), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_transfer");
    TCase *in = after_login(suite);

    tcase_add_test(in, a_transfer_ends_before_its_226);
    tcase_add_test(in, commands_during_a_transfer_wait_for_its_end);
    tcase_add_test(in, stat_is_answered_in_the_middle_of_a_transfer);
    tcase_add_test(in, urgent_abor_ends_the_transfer_with_426_and_is_answered_226);
    tcase_add_test(in, abor_behind_a_queued_command_keeps_the_order_of_replies);
    tcase_add_test(in, a_lost_control_connection_ends_the_transfer);
    return run_suite(suite);
}
