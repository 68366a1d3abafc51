/* What is fetched, stored and listed. */
#include "ftp_served.h"

START_TEST(retr_sends_the_file_as_it_is_in_image_type)
{
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), "one\ntwo\n");
}
END_TEST

START_TEST(size_counts_what_retr_sends)
{
    ck_assert_str_eq(rig_ask(&rig, "SIZE a.txt"), "213 8\r\n");
    rig_expect(&rig, "TYPE A", 200);
    ck_assert_str_eq(rig_ask(&rig, "SIZE a.txt"), "213 10\r\n");
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), "one\r\ntwo\r\n");
}
END_TEST

START_TEST(what_is_stored_can_be_fetched_again)
{
    rig_put(&rig, "STOR new.txt", "abc\n");
    ck_assert_str_eq(rig_get(&rig, "RETR new.txt"), "abc\n");
    rig_put(&rig, "APPE new.txt", "def\n");
    ck_assert_str_eq(rig_get(&rig, "RETR new.txt"), "abc\ndef\n");
    rig_put(&rig, "STOR new.txt", "x");
    ck_assert_str_eq(rig_get(&rig, "RETR new.txt"), "x");
}
END_TEST

START_TEST(text_is_stored_with_line_ends_of_our_own)
{
    rig_expect(&rig, "TYPE A", 200);
    rig_put(&rig, "STOR new.txt", "abc\r\nde\rf\r\n");
    rig_expect(&rig, "TYPE I", 200);
    ck_assert_str_eq(rig_get(&rig, "RETR new.txt"), "abc\nde\rf\n");
}
END_TEST

START_TEST(stou_says_the_name_in_its_150)
{
    rig_pasv(&rig);
    ck_assert_str_eq(rig_ask(&rig, "STOU"), "150 FILE: unique.1\r\n");
    ck_assert_int_eq(send(rig.data, "xyz", 3, 0), 3);
    shutdown(rig.data, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_str_eq(rig_get(&rig, "RETR unique.1"), "xyz");
}
END_TEST

START_TEST(rest_holds_for_one_transfer)
{
    rig_expect(&rig, "REST 4", 350);
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "456789");
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "0123456789");
    rig_expect(&rig, "REST 4", 350);
    rig_get(&rig, "LIST");
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "0123456789");
    rig_expect(&rig, "REST 11", 350);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR pub/b.bin", 554);
    rig_expect(&rig, "REST 4", 350);
    rig_put(&rig, "STOR pub/b.bin", "xx");
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "0123xx");
}
END_TEST

START_TEST(nlst_names_can_be_fetched)
{
    ck_assert_str_eq(rig_get(&rig, "NLST"), "a.txt\r\nempty\r\npub\r\n");
    ck_assert_str_eq(rig_get(&rig, "NLST pub"), "pub/b.bin\r\n");
    ck_assert_str_eq(rig_get(&rig, "NLST empty"), "");
    ck_assert_str_eq(rig_get(&rig, "NLST pub/b.bin"), "pub/b.bin\r\n");
}
END_TEST

START_TEST(patterns_are_expanded)
{
    rig_put(&rig, "STOR pub/c.bin", "x");
    rig_put(&rig, "STOR pub/.hidden.bin", "x");
    ck_assert_str_eq(rig_get(&rig, "NLST pub/*.bin"), "pub/b.bin\r\npub/c.bin\r\n");
    ck_assert_str_eq(rig_get(&rig, "NLST pub/[c-z]*"), "pub/c.bin\r\n");
    ck_assert_str_eq(rig_get(&rig, "NLST -1 a.*"), "a.txt\r\n");
    rig_pasv(&rig);
    rig_expect(&rig, "NLST *.none", 450);
    rig_put(&rig, "STOR a*", "x");
    ck_assert_str_eq(rig_get(&rig, "NLST a*"), "a*\r\n");
}
END_TEST

START_TEST(list_is_lines_of_ls)
{
    ck_assert_str_eq(rig_get(&rig, "LIST -la pub"),
                     "-rw-r--r--   1 ftp      ftp                10 Sep 29  1999 b.bin\r\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_moves");
    TCase *in = after_login(suite);

    tcase_add_test(in, retr_sends_the_file_as_it_is_in_image_type);
    tcase_add_test(in, size_counts_what_retr_sends);
    tcase_add_test(in, what_is_stored_can_be_fetched_again);
    tcase_add_test(in, text_is_stored_with_line_ends_of_our_own);
    tcase_add_test(in, stou_says_the_name_in_its_150);
    tcase_add_test(in, rest_holds_for_one_transfer);
    tcase_add_test(in, nlst_names_can_be_fetched);
    tcase_add_test(in, patterns_are_expanded);
    tcase_add_test(in, list_is_lines_of_ls);
    return run_suite(suite);
}
