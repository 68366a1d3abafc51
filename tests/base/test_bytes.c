#include <check.h>
#include <string.h>

#include "base/bytes.h"

START_TEST(from_never_passes_the_end)
{
    struct bytes in = bytes_of("abc");

    ck_assert(bytes_is(bytes_from(in, 1), "bc"));
    ck_assert_uint_eq(bytes_from(in, 3).len, 0);
    ck_assert_uint_eq(bytes_from(in, 99).len, 0);
    ck_assert_uint_eq(bytes_from((struct bytes){NULL, 0}, 5).len, 0);
}
END_TEST

START_TEST(slice_is_cut_to_what_is_there)
{
    struct bytes in = bytes_of("abcdef");

    ck_assert(bytes_is(bytes_slice(in, 1, 2), "bc"));
    ck_assert(bytes_is(bytes_slice(in, 4, 99), "ef"));
    ck_assert(bytes_is(bytes_slice(in, 7, 1), ""));
}
END_TEST

START_TEST(equal_compares_octets_and_length)
{
    struct bytes nul = {"a\0b", 3}, other = {"a\0c", 3};

    ck_assert(bytes_equal(nul, nul));
    ck_assert(!bytes_equal(nul, other));
    ck_assert(!bytes_equal(nul, bytes_of("a")));
    ck_assert(bytes_equal((struct bytes){NULL, 0}, bytes_of("")));
}
END_TEST

START_TEST(case_is_that_of_ascii_letters_alone)
{
    ck_assert(bytes_is_nocase(bytes_of("UsEr"), "uSeR"));
    ck_assert(!bytes_is_nocase(bytes_of("[@"), "{`"));
    ck_assert(!bytes_is_nocase(bytes_of("USERS"), "USER"));
    ck_assert(bytes_equal_nocase(bytes_of("\xc3\x89"), bytes_of("\xc3\x89")));
    ck_assert(!bytes_equal_nocase(bytes_of("\xc3\x89"), bytes_of("\xc3\xa9")));
}
END_TEST

START_TEST(starts_wants_the_whole_prefix)
{
    ck_assert(bytes_starts(bytes_of("220 Ready"), "220"));
    ck_assert(bytes_starts(bytes_of("x"), ""));
    ck_assert(!bytes_starts(bytes_of("22"), "220"));
}
END_TEST

START_TEST(index_and_search_give_the_length_for_nothing)
{
    struct bytes in = bytes_of("abcabc");

    ck_assert_uint_eq(bytes_index(in, 'c'), 2);
    ck_assert_uint_eq(bytes_index(in, 'x'), 6);
    ck_assert_uint_eq(bytes_index((struct bytes){NULL, 0}, 'x'), 0);
    ck_assert_uint_eq(bytes_search(in, bytes_of("ca")), 2);
    ck_assert_uint_eq(bytes_search(in, bytes_of("cb")), 6);
    ck_assert_uint_eq(bytes_search(in, bytes_of("")), 0);
    ck_assert_uint_eq(bytes_search((struct bytes){NULL, 0}, bytes_of("a")), 0);
}
END_TEST

START_TEST(trim_takes_blanks_and_tabs_at_both_ends)
{
    ck_assert(bytes_is(bytes_trim(bytes_of(" \t a b\t ")), "a b"));
    ck_assert(bytes_is(bytes_trim(bytes_of("  ")), ""));
    ck_assert(bytes_is(bytes_trim(bytes_of("a\n")), "a\n"));
}
END_TEST

static const struct {
    const char *text;
    bool is;
    uint64_t value;
} numbers[] = {
    {"0", true, 0},
    {"007", true, 7},
    {"18446744073709551615", true, UINT64_MAX},
    {"18446744073709551616", false, 0},
    {"99999999999999999999", false, 0},
    {"", false, 0},
    {"-1", false, 0},
    {"+1", false, 0},
    {"1 ", false, 0},
    {"0x10", false, 0},
    {"1\xb2", false, 0},
};

START_TEST(a_number_is_digits_that_fit)
{
    uint64_t value = 42;

    ck_assert_int_eq(bytes_to_u64(bytes_of(numbers[_i].text), &value), numbers[_i].is);
    ck_assert_uint_eq(value, numbers[_i].is ? numbers[_i].value : 42);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bytes");
    TCase *all = tcase_create("bytes");
    SRunner *runner;
    int failed;

    tcase_add_test(all, from_never_passes_the_end);
    tcase_add_test(all, slice_is_cut_to_what_is_there);
    tcase_add_test(all, equal_compares_octets_and_length);
    tcase_add_test(all, case_is_that_of_ascii_letters_alone);
    tcase_add_test(all, starts_wants_the_whole_prefix);
    tcase_add_test(all, index_and_search_give_the_length_for_nothing);
    tcase_add_test(all, trim_takes_blanks_and_tabs_at_both_ends);
    tcase_add_loop_test(all, a_number_is_digits_that_fit, 0,
                        (int)(sizeof numbers / sizeof *numbers));
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
