/* Paths, new names, and what is said of a name. */
#include "ftp_served.h"

START_TEST(quotes_in_a_path_are_doubled)
{
    ck_assert_str_eq(rig_ask(&rig, "MKD a\"b"), "257 \"/a\"\"b\" is made.\r\n");
    rig_expect(&rig, "CWD a\"b", 250);
    ck_assert_str_eq(rig_ask(&rig, "PWD"), "257 \"/a\"\"b\" is the current directory.\r\n");
}
END_TEST

START_TEST(rename_needs_rnfr_just_before)
{
    rig_expect(&rig, "RNFR a.txt", 350);
    rig_expect(&rig, "RNTO pub/c.txt", 250);
    rig_expect(&rig, "SIZE pub/c.txt", 213);
    rig_expect(&rig, "SIZE a.txt", 550);
    rig_expect(&rig, "RNFR pub/c.txt", 350);
    rig_expect(&rig, "PWD", 257);
    rig_expect(&rig, "RNTO d.txt", 503);
}
END_TEST

START_TEST(facts_are_those_that_opts_chose)
{
    ck_assert_str_eq(rig_ask(&rig, "OPTS MLST size;type;x;"), "200 MLST OPTS type;size;\r\n");
    ck_assert_str_eq(rig_ask(&rig, "MLST a.txt"),
                     "250-Facts of /a.txt\r\n type=file;size=8; /a.txt\r\n250 End\r\n");
    ck_assert_str_eq(rig_get(&rig, "MLSD pub"), "type=file;size=10; b.bin\r\n");
    ck_assert_str_eq(rig_ask(&rig, "OPTS MLST"), "200 MLST OPTS\r\n");
    ck_assert_str_eq(rig_get(&rig, "MLSD pub"), " b.bin\r\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_names");
    TCase *in = after_login(suite);

    tcase_add_test(in, quotes_in_a_path_are_doubled);
    tcase_add_test(in, rename_needs_rnfr_just_before);
    tcase_add_test(in, facts_are_those_that_opts_chose);
    return run_suite(suite);
}
