/* Connections, one after the other and at once. */
#include "ftp_served.h"

START_TEST(quit_is_answered_and_then_the_server_closes)
{
    rig_expect(&rig, "QUIT", 221);
    ck_assert_str_eq(rig_reply(&rig), "");
    close(rig.control);
    rig.control = -1;
    for (int i = 0; i < 20 && rig.closed == 0; i++)
        loop_turn(rig.loop, 50 * CLOCK_MS);
    ck_assert_uint_eq(rig.closed, 1);
    ck_assert_int_eq(rig.how, PEER_FIN);
}
END_TEST

START_TEST(two_clients_are_served_at_once_and_the_player_hears_the_first)
{
    int first = rig.control;

    ck_assert_uint_eq(rig.opened, 1);
    rig.control = rig_connect_to(&rig.peer->base.bound);
    rig_login(&rig);
    ck_assert_uint_eq(rig.opened, 1);
    close(rig.control);
    rig.control = first;
    rig_expect(&rig, "NOOP", 200);
    ck_assert_uint_eq(rig.closed, 0);
}
END_TEST

START_TEST(a_connection_after_the_first_is_told_again)
{
    rig_expect(&rig, "QUIT", 221);
    close(rig.control);
    rig.control_over = false;
    while (rig.closed == 0)
        loop_turn(rig.loop, CLOCK_MS);
    rig.control = rig_connect_to(&rig.peer->base.bound);
    rig_login(&rig);
    ck_assert_uint_eq(rig.opened, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_server");
    TCase *in = after_login(suite);

    tcase_add_test(in, quit_is_answered_and_then_the_server_closes);
    tcase_add_test(in, two_clients_are_served_at_once_and_the_player_hears_the_first);
    tcase_add_test(in, a_connection_after_the_first_is_told_again);
    return run_suite(suite);
}
