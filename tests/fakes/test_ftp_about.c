/* What the server says of itself. */
#include "ftp_served.h"

START_TEST(feat_lists_what_there_is)
{
    ck_assert_str_eq(rig_ask(&rig, "FEAT"),
                     "211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n"
                     " MLST type*;size*;modify*;perm*;unique*;\r\n REST STREAM\r\n SIZE\r\n"
                     " TVFS\r\n UTF8\r\n211 End\r\n");
}
END_TEST

START_TEST(features_that_the_exchange_takes_away_are_gone)
{
    static const char *const lacks[] = {"EPSV", "MLST", "MLSD", NULL};

    rig.exchange.lacks = lacks;
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "EPSV", 502);
    rig_expect(&rig, "MLSD", 502);
    ck_assert_str_eq(rig_ask(&rig, "FEAT"), "211-Features:\r\n EPRT\r\n MDTM\r\n REST STREAM\r\n"
                                            " SIZE\r\n TVFS\r\n UTF8\r\n211 End\r\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_about");
    TCase *fresh = before_login(suite), *in = after_login(suite);

    tcase_add_test(fresh, features_that_the_exchange_takes_away_are_gone);
    tcase_add_test(in, feat_lists_what_there_is);
    return run_suite(suite);
}
