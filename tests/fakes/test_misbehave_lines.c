#include "fakes/misbehave_lines.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct buf text;

static void set_up(void)
{
    buf_init(&text, 1 << 20);
}

static void tear_down(void)
{
    buf_fini(&text);
}

static void spoil(const char *fault, size_t from, bool ended)
{
    const char *names[] = {fault, NULL};
    struct misbehave *misbehave;
    struct diag why;

    ck_assert_int_eq(misbehave_new(names, &misbehave, &why), OK);
    misbehave_lines(misbehave, &text, from, ended);
    misbehave_free(misbehave);
}

#define TEXT(text) text, sizeof(text) - 1

static const struct {
    const char *fault, *in;
    size_t in_len;
    const char *out;
    size_t out_len;
} lines[] = {
    {"cr-ends-line", TEXT("NOOP\rSYST\r\nPWD\r\n"), TEXT("NOOP\r\nSYST\r\nPWD\r\n")},
    {"cr-ends-line", TEXT("NOOP\r"), TEXT("NOOP\r")},
    {"lf-drops-rest", TEXT("NOOP\nSYST\r\nPWD\r\n"), TEXT("NOOP\r\nPWD\r\n")},
    {"lf-drops-rest", TEXT("NOOP\nSYST\nPWD"), TEXT("NOOP\r\n")},
    {"one-line-a-read", TEXT("NOOP\r\nPWD\r\n"), TEXT("NOOP\r\n")},
    {"one-line-a-read", TEXT("NOOP"), TEXT("NOOP")},
    {"telnet-as-text", TEXT("\377\373\001NOOP\r\n"), TEXT("\377\377\373\001NOOP\r\n")},
    {"nul-ends-line", TEXT("CWD a\0b\r\nNOOP\r\n"), TEXT("CWD a\r\nNOOP\r\n")},
    {"runs-unterminated", TEXT("DELE a"), TEXT("DELE a")},
    {"silent-500", TEXT("NOOP\rSYST\r\n"), TEXT("NOOP\rSYST\r\n")},
};

START_TEST(what_has_come_is_spoilt)
{
    buf_add(&text, (struct bytes){lines[_i].in, lines[_i].in_len});
    spoil(lines[_i].fault, 0, false);
    ck_assert_uint_eq(text.len, lines[_i].out_len);
    ck_assert_mem_eq(text.ptr, lines[_i].out, text.len);
}
END_TEST

START_TEST(what_had_come_before_is_let_be)
{
    buf_add_text(&text, "NOOP\rSYST\rPWD\r\n");
    spoil("cr-ends-line", 10, false);
    ck_assert_str_eq(buf_text(&text), "NOOP\rSYST\rPWD\r\n");
    spoil("cr-ends-line", 5, false);
    ck_assert_str_eq(buf_text(&text), "NOOP\rSYST\r\nPWD\r\n");
}
END_TEST

START_TEST(a_long_line_becomes_several)
{
    buf_add_text(&text, "CWD ");
    for (unsigned i = 0; i < 5000; i++)
        buf_add_text(&text, "A");
    buf_add_text(&text, "\r\nNOOP\r\n");
    spoil("splits-long-lines", 0, false);
    ck_assert_uint_eq(text.len, 5004 + 2 + 2 + 6);
    ck_assert_mem_eq(text.ptr + 4094, "AA\r\nAA", 6);
    ck_assert_mem_eq(text.ptr + text.len - 9, "A\r\nNOOP\r\n", 9);
}
END_TEST

START_TEST(what_is_left_of_a_long_line_begins_behind_its_spaces)
{
    buf_add_text(&text, "CWD ");
    for (unsigned i = 0; i < 5000; i++)
        buf_add_text(&text, " ");
    buf_add_text(&text, "DELE a\r\n");
    spoil("splits-long-lines", 0, false);
    ck_assert_uint_eq(text.len, 4096 + 2 + 8);
    ck_assert_mem_eq(text.ptr + 4094, "  \r\nDELE a\r\n", 12);
}
END_TEST

START_TEST(what_the_end_cuts_off_is_made_a_line)
{
    buf_add_text(&text, "DELE a");
    spoil("runs-unterminated", 6, true);
    ck_assert_str_eq(buf_text(&text), "DELE a\r\n");
    buf_clear(&text);
    spoil("runs-unterminated", 0, true);
    ck_assert_uint_eq(text.len, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misbehave_lines");
    TCase *tcase = tcase_create("lines");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, what_has_come_is_spoilt, 0, sizeof lines / sizeof lines[0]);
    tcase_add_test(tcase, what_had_come_before_is_let_be);
    tcase_add_test(tcase, a_long_line_becomes_several);
    tcase_add_test(tcase, what_is_left_of_a_long_line_begins_behind_its_spaces);
    tcase_add_test(tcase, what_the_end_cuts_off_is_made_a_line);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
