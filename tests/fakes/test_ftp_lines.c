#include "fakes/ftp_lines.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct ftp_lines lines;
static struct ftp_line line;

static void setup(void)
{
    ftp_lines_init(&lines);
}

static void teardown(void)
{
    ftp_lines_fini(&lines);
}

static void come(const char *text)
{
    size_t len = strlen(text);
    char *space = ftp_lines_space(&lines, len + 1);

    ck_assert_ptr_nonnull(space);
    memcpy(space, text, len);
    ftp_lines_grew(&lines, len);
}

static void take(const char *text)
{
    size_t len = line.len;
    char *taken = ftp_lines_take(&lines, &line);

    ck_assert_ptr_nonnull(taken);
    ck_assert_uint_eq(len, strlen(text));
    ck_assert_mem_eq(taken, text, len);
    free(taken);
}

START_TEST(nothing_waits_at_first)
{
    ck_assert(!ftp_lines_find(&lines, 0, &line));
    ck_assert(!ftp_lines_too_long(&lines));
}
END_TEST

START_TEST(line_is_there_with_its_line_feed)
{
    const char *text = "NOOP\r\n";

    for (size_t i = 0; i < strlen(text); i++) {
        ck_assert(!ftp_lines_find(&lines, 0, &line));
        come((char[]){text[i], '\0'});
    }
    ck_assert(ftp_lines_find(&lines, 0, &line));
    take("NOOP\r\n");
    ck_assert(!ftp_lines_find(&lines, 0, &line));
}
END_TEST

START_TEST(lines_are_counted_from_the_first)
{
    come("ONE\r\nTWO\nTHREE\r\nFO");
    ck_assert(ftp_lines_find(&lines, 1, &line));
    take("TWO\n");
    ck_assert(ftp_lines_find(&lines, 1, &line));
    take("THREE\r\n");
    ck_assert(!ftp_lines_find(&lines, 1, &line));
    ck_assert(ftp_lines_find(&lines, 0, &line));
    take("ONE\r\n");
    come("UR\r\n");
    ck_assert(ftp_lines_find(&lines, 0, &line));
    take("FOUR\r\n");
}
END_TEST

static const struct {
    const char *text, *verb;
    bool holds;
} held[] = {
    {"ABOR\r\n", "ABOR", true},
    {"abor\r\n", "ABOR", true},
    {"ABORT\r\n", "ABOR", false},
    {"STAT a\r\n", "STAT", true},
    {"RETR ABOR\r\n", "ABOR", false},
    {"\r\n", "ABOR", false},
    {"\xff\xf4\xff\xf2"
     "ABOR\r\n",
     "ABOR", true}, /* RFC 959 section 4.1.3: IP and Synch before it */
};

START_TEST(line_holds_its_command)
{
    come(held[_i].text);
    ck_assert(ftp_lines_find(&lines, 0, &line));
    ck_assert_int_eq(ftp_lines_hold(&lines, &line, held[_i].verb), held[_i].holds);
}
END_TEST

/* What was looked through for Telnet options is not looked through again. */
START_TEST(taking_a_line_keeps_the_place_of_the_telnet_reader)
{
    come("ONE\r\nTWO\r\n");
    lines.negotiated = 7;
    ck_assert(ftp_lines_find(&lines, 0, &line));
    take("ONE\r\n");
    ck_assert_uint_eq(lines.negotiated, 2);
    ck_assert(ftp_lines_find(&lines, 0, &line));
    take("TWO\r\n");
    ck_assert_uint_eq(lines.negotiated, 0);
}
END_TEST

static void come_long(size_t len)
{
    char *text = malloc(len + 1);

    memset(text, 'x', len);
    text[len] = '\0';
    come(text);
    free(text);
}

START_TEST(line_is_too_long_behind_the_longest)
{
    come_long(FTP_LINE_LONGEST);
    ck_assert(!ftp_lines_too_long(&lines));
    come("x");
    ck_assert(ftp_lines_too_long(&lines));
}
END_TEST

START_TEST(whole_line_is_never_too_long_here)
{
    come_long(FTP_LINE_LONGEST + 1);
    come("\r\n");
    ck_assert(!ftp_lines_too_long(&lines));
    ck_assert(ftp_lines_find(&lines, 0, &line));
}
END_TEST

START_TEST(discarded_line_ends_with_its_line_end)
{
    come_long(FTP_LINE_LONGEST + 1);
    ftp_lines_discard(&lines);
    ck_assert(lines.discarding);
    come("xxx");
    ftp_lines_discard(&lines);
    ck_assert(lines.discarding);
    come("xxx\r\nNOOP\r\n");
    lines.negotiated = 9;
    ftp_lines_discard(&lines);
    ck_assert(!lines.discarding);
    ck_assert_uint_eq(lines.negotiated, 4);
    ck_assert(ftp_lines_find(&lines, 0, &line));
    take("NOOP\r\n");
}
END_TEST

START_TEST(discarding_of_nothing_goes_on)
{
    come_long(FTP_LINE_LONGEST + 1);
    ftp_lines_discard(&lines);
    ftp_lines_discard(&lines);
    ck_assert(lines.discarding);
}
END_TEST

START_TEST(full_is_where_there_is_no_room)
{
    ck_assert(!ftp_lines_are_full(&lines, 1000));
    while (!ftp_lines_are_full(&lines, 1000))
        come_long(1000);
    ck_assert_ptr_null(ftp_lines_space(&lines, 1001));
    ck_assert_uint_gt(lines.text.len, 200000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_lines");
    TCase *waiting = tcase_create("waiting"), *length = tcase_create("length");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(waiting, setup, teardown);
    tcase_add_test(waiting, nothing_waits_at_first);
    tcase_add_test(waiting, line_is_there_with_its_line_feed);
    tcase_add_test(waiting, lines_are_counted_from_the_first);
    tcase_add_loop_test(waiting, line_holds_its_command, 0, (int)(sizeof held / sizeof held[0]));
    tcase_add_test(waiting, taking_a_line_keeps_the_place_of_the_telnet_reader);
    suite_add_tcase(suite, waiting);
    tcase_add_checked_fixture(length, setup, teardown);
    tcase_add_test(length, line_is_too_long_behind_the_longest);
    tcase_add_test(length, whole_line_is_never_too_long_here);
    tcase_add_test(length, discarded_line_ends_with_its_line_end);
    tcase_add_test(length, discarding_of_nothing_goes_on);
    tcase_add_test(length, full_is_where_there_is_no_room);
    suite_add_tcase(suite, length);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
