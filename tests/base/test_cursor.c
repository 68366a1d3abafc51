#include <check.h>
#include <string.h>

#include "base/cursor.h"

START_TEST(numbers_are_read_in_network_order)
{
    struct cursor cursor = cursor_at((struct bytes){"\x01\x02\x03\x80\xff\x00\x01", 7});

    ck_assert_uint_eq(cursor_u8(&cursor), 1);
    ck_assert_uint_eq(cursor_u16(&cursor), 0x0203);
    ck_assert_uint_eq(cursor_u32(&cursor), 0x80ff0001);
    ck_assert_uint_eq(cursor.rest.len, 0);
    ck_assert(!cursor.short_read);
}
END_TEST

START_TEST(a_short_read_gives_zero_and_is_remembered)
{
    struct cursor cursor = cursor_at((struct bytes){"\x01\x02\x03", 3});

    ck_assert_uint_eq(cursor_u32(&cursor), 0);
    ck_assert(cursor.short_read);
    ck_assert_uint_eq(cursor_u8(&cursor), 0);
    ck_assert(cursor.short_read);
}
END_TEST

START_TEST(take_lends_octets_and_skip_passes_them)
{
    struct cursor cursor = cursor_at(bytes_of("abcdef"));

    cursor_skip(&cursor, 2);
    ck_assert(bytes_is(cursor_take(&cursor, 3), "cde"));
    ck_assert(!cursor.short_read);
    ck_assert_uint_eq(cursor_take(&cursor, 2).len, 0);
    ck_assert(cursor.short_read);
}
END_TEST

START_TEST(nothing_can_be_taken_from_nothing)
{
    struct cursor cursor = cursor_at((struct bytes){NULL, 0});

    ck_assert_uint_eq(cursor_take(&cursor, 0).len, 0);
    ck_assert(!cursor.short_read);
    cursor_skip(&cursor, SIZE_MAX);
    ck_assert(cursor.short_read);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cursor");
    TCase *all = tcase_create("cursor");
    SRunner *runner;
    int failed;

    tcase_add_test(all, numbers_are_read_in_network_order);
    tcase_add_test(all, a_short_read_gives_zero_and_is_remembered);
    tcase_add_test(all, take_lends_octets_and_skip_passes_them);
    tcase_add_test(all, nothing_can_be_taken_from_nothing);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
