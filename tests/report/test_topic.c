#include <check.h>
#include <stdlib.h>

#include "report/topic.h"

static const struct {
    const char *id;
    size_t len;
    const char *rest;
    bool path;
} ids[] = {
    {"ftp/transfer/retr", 12, "retr", false},
    {"ftp/transfer/retr[per-octet]", 12, "retr[per-octet]", false},
    {"ftp/transfer/retr[a/b]", 12, "retr[a/b]", false},
    {"rules/FTP-REPLY-CRLF", 5, "FTP-REPLY-CRLF", false},
    {"sanity", 0, "sanity", false},
    {"mine.exchange", 0, "mine.exchange", false},
    {"./mine.exchange", 1, "mine.exchange", true},
    {"../a/mine.exchange", 4, "mine.exchange", true},
    {"/mine.exchange", 0, "mine.exchange", true},
    {"", 0, "", false},
};

START_TEST(topic_ends_at_the_last_slash_before_the_variation)
{
    ck_assert_uint_eq(topic_length(ids[_i].id), ids[_i].len);
    ck_assert_str_eq(topic_rest(ids[_i].id), ids[_i].rest);
    ck_assert_int_eq(topic_is_path(ids[_i].id), ids[_i].path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("topic");
    TCase *all = tcase_create("topic");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(all, topic_ends_at_the_last_slash_before_the_variation, 0,
                        sizeof ids / sizeof *ids);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
