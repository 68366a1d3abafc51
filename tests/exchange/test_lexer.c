#include "exchange/lexer.h"

#include <string.h>

#include "tests/exchange/script.h"

static struct line line;

static void at_line(const char *text)
{
    line = (struct line){bytes_of(text), 0, 1};
}

START_TEST(lines_end_in_LF_or_CRLF_and_the_last_in_nothing)
{
    struct lexer lexer = lexer_at(bytes_of("a\r\n\nb\rc\n\r\nd"));

    ck_assert(lexer_next(&lexer, &line));
    assert_bytes_eq(line.text, "a");
    ck_assert(lexer_next(&lexer, &line));
    assert_bytes_eq(line.text, "");
    ck_assert(lexer_next(&lexer, &line));
    assert_bytes_eq(line.text, "b\rc");
    ck_assert(lexer_next(&lexer, &line));
    assert_bytes_eq(line.text, "");
    ck_assert(lexer_next(&lexer, &line));
    assert_bytes_eq(line.text, "d");
    ck_assert_uint_eq(line.number, 5);
    ck_assert(!lexer_next(&lexer, &line));
}
END_TEST

START_TEST(words_end_at_blanks_and_stops)
{
    at_line("  one\ttwo,three ");
    assert_bytes_eq(line_word(&line, ","), "one");
    assert_bytes_eq(line_word(&line, ","), "two");
    assert_bytes_eq(line_word(&line, ","), "");
    ck_assert(line_take(&line, ","));
    assert_bytes_eq(line_word(&line, ","), "three");
    ck_assert(line_over(&line));
    assert_bytes_eq(line_word(&line, ","), "");
    ck_assert_int_eq(line_peek(&line), '\0');
}
END_TEST

START_TEST(what_is_not_taken_stays)
{
    at_line("  files: a");
    ck_assert(!line_take(&line, "file:"));
    ck_assert(!line_take_word(&line, "files"));
    ck_assert_uint_eq(line.at, 0);
    ck_assert(line_take(&line, "files"));
    ck_assert_uint_eq(line.at, 7);
    assert_bytes_eq(line_rest(&line), ": a");
}
END_TEST

START_TEST(a_word_is_taken_whole_or_not_at_all)
{
    at_line("no nose");
    ck_assert(line_take_word(&line, "no"));
    ck_assert(!line_take_word(&line, "no"));
    ck_assert(line_take_word(&line, "nose"));
    ck_assert(line_over(&line));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lexer");
    TCase *tcase = tcase_create("lines");

    tcase_add_checked_fixture(tcase, NULL, unload);
    tcase_add_test(tcase, lines_end_in_LF_or_CRLF_and_the_last_in_nothing);
    tcase_add_test(tcase, words_end_at_blanks_and_stops);
    tcase_add_test(tcase, what_is_not_taken_stays);
    tcase_add_test(tcase, a_word_is_taken_whole_or_not_at_all);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
