#include "fakes/ftp_replies.h"

#include <check.h>
#include <stdio.h>

static struct ftp_replies replies;

static void setup(void)
{
    ftp_replies_init(&replies);
}

static void teardown(void)
{
    ftp_replies_fini(&replies);
}

static void add(int code, const char *text)
{
    ftp_replies_add(&replies, &(struct ftp_reply){.code = code, .text = bytes_of(text)});
}

static void expect_last(const char *text)
{
    ck_assert(bytes_equal(ftp_replies_last(&replies), bytes_of(text)));
}

START_TEST(replies_are_taken_in_order)
{
    add(150, "150 Here.\r\n");
    add(226, "226 Done.\r\n");
    ck_assert_uint_eq(replies.count, 2);
    ck_assert_int_eq(ftp_replies_take(&replies), 150);
    expect_last("150 Here.");
    ck_assert_int_eq(ftp_replies_take(&replies), 226);
    expect_last("226 Done.");
    ck_assert_uint_eq(replies.count, 0);
    expect_last("226 Done.");
}
END_TEST

START_TEST(no_reply_was_taken_at_first)
{
    add(220, "220 Hi.\r\n");
    expect_last("");
}
END_TEST

START_TEST(only_line_ends_at_the_end_go)
{
    add(211, "211-a\r\n b\r\n211 c\r\n");
    add(0, "\n\r\n");
    ftp_replies_take(&replies);
    expect_last("211-a\r\n b\r\n211 c");
    ck_assert_int_eq(ftp_replies_take(&replies), 0);
    expect_last("");
}
END_TEST

START_TEST(text_is_a_copy)
{
    char text[] = "220 Hi.\r\n";

    add(220, text);
    text[4] = 'X';
    ftp_replies_take(&replies);
    expect_last("220 Hi.");
}
END_TEST

START_TEST(server_without_end_is_heard_so_far)
{
    for (int i = 0; i < FTP_REPLIES_MOST + 10; i++)
        add(200 + i, "2yz\r\n");
    ck_assert_uint_eq(replies.count, FTP_REPLIES_MOST);
    for (int i = 0; i < FTP_REPLIES_MOST; i++)
        ck_assert_int_eq(ftp_replies_take(&replies), 200 + i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_replies");
    TCase *tcase = tcase_create("queue");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, replies_are_taken_in_order);
    tcase_add_test(tcase, no_reply_was_taken_at_first);
    tcase_add_test(tcase, only_line_ends_at_the_end_go);
    tcase_add_test(tcase, text_is_a_copy);
    tcase_add_test(tcase, server_without_end_is_heard_so_far);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
