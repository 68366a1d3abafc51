#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

static const struct {
    const char *in;
    size_t len;
    uint32_t code;
} good[] = {
    {"A", 1, 'A'},
    {"\x7f", 1, 0x7f},
    {"\xc2\x80", 2, 0x80},
    {"\xdf\xbf", 2, 0x7ff},
    {"\xe0\xa0\x80", 3, 0x800},
    {"\xed\x9f\xbf", 3, 0xd7ff},
    {"\xee\x80\x80", 3, 0xe000},
    {"\xef\xbf\xbf", 3, 0xffff},
    {"\xf0\x90\x80\x80", 4, 0x10000},
    {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
};

START_TEST(character_has_a_length_and_a_number)
{
    uint32_t code = 0;
    char text[8];

    snprintf(text, sizeof text, "%sA", good[_i].in);
    ck_assert_uint_eq(utf8_character(bytes_of(text), &code), good[_i].len);
    ck_assert_uint_eq(code, good[_i].code);
}
END_TEST

START_TEST(character_that_is_cut_is_none)
{
    uint32_t code = 7;

    for (size_t len = 0; len < good[_i].len; len++)
        ck_assert_uint_eq(utf8_character((struct bytes){good[_i].in, len}, &code), 0);
    ck_assert_uint_eq(code, 7);
}
END_TEST

START_TEST(zero_is_a_character)
{
    uint32_t code = 7;

    ck_assert_uint_eq(utf8_character((struct bytes){"\0A", 2}, &code), 1);
    ck_assert_uint_eq(code, 0);
}
END_TEST

static const char *const bad[] = {
    "\x80", /* goes on, where nothing began */
    "\xbf",
    "\xc0\xaf", /* overlong */
    "\xc1\xbf",
    "\xe0\x9f\xbf",
    "\xf0\x8f\xbf\xbf",
    "\xed\xa0\x80", /* surrogates */
    "\xed\xbf\xbf",
    "\xf4\x90\x80\x80", /* beyond the last */
    "\xf8\x88\x80\x80\x80",
    "\xfe",
    "\xff",
    "\xc3(", /* does not go on */
    "\xe2\x82(",
    "\xe9t\xe9", /* ISO 8859-1 */
};

START_TEST(what_is_no_utf8_is_no_character)
{
    uint32_t code = 7;

    ck_assert_uint_eq(utf8_character(bytes_of(bad[_i]), &code), 0);
    ck_assert_uint_eq(code, 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("utf8");
    TCase *all = tcase_create("character");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(all, character_has_a_length_and_a_number, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(all, character_that_is_cut_is_none, 0, sizeof good / sizeof *good);
    tcase_add_test(all, zero_is_a_character);
    tcase_add_loop_test(all, what_is_no_utf8_is_no_character, 0, sizeof bad / sizeof *bad);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
