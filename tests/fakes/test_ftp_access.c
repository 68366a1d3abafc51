/* Logging in, and out again. */
#include "ftp_served.h"

START_TEST(only_the_configured_user_gets_in)
{
    rig.config.user = "hudan";
    rig.config.password = "123";
    rig_start(&rig);
    rig_reply(&rig);
    rig_expect(&rig, "USER other", 331);
    rig_expect(&rig, "PASS 123", 530);
    rig_expect(&rig, "USER hudan", 331);
    rig_expect(&rig, "PASS 1234", 530);
    rig_expect(&rig, "PASS 123", 503);
    rig_expect(&rig, "USER hudan", 331);
    rig_expect(&rig, "PASS 123", 230);
}
END_TEST

START_TEST(five_failures_end_the_connection_with_421)
{
    rig.config.user = "hudan";
    rig.config.password = "123";
    rig_start(&rig);
    rig_reply(&rig);
    for (int i = 0; i < 4; i++) {
        rig_expect(&rig, "USER hudan", 331);
        rig_expect(&rig, "PASS no", 530);
    }
    rig_expect(&rig, "USER hudan", 331);
    rig_expect(&rig, "PASS no", 421);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

START_TEST(rein_forgets_the_login_the_type_and_the_directory)
{
    rig_expect(&rig, "CWD pub", 250);
    rig_expect(&rig, "REIN", 220);
    rig_expect(&rig, "PWD", 530);
    rig_expect(&rig, "USER u", 331);
    rig_expect(&rig, "PASS p", 230);
    ck_assert_str_eq(rig_ask(&rig, "PWD"), "257 \"/\" is the current directory.\r\n");
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), "one\r\ntwo\r\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_access");
    TCase *fresh = before_login(suite), *in = after_login(suite);

    tcase_add_test(fresh, only_the_configured_user_gets_in);
    tcase_add_test(fresh, five_failures_end_the_connection_with_421);
    tcase_add_test(in, rein_forgets_the_login_the_type_and_the_directory);
    return run_suite(suite);
}
