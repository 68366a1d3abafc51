#include <check.h>
#include <string.h>

#include "base/buf.h"

static struct buf buf;

static void set_up(void)
{
    buf_init(&buf, 1000);
}

static void tear_down(void)
{
    buf_fini(&buf);
}

START_TEST(a_new_buffer_is_empty_text)
{
    ck_assert_uint_eq(buf_bytes(&buf).len, 0);
    ck_assert_str_eq(buf_text(&buf), "");
}
END_TEST

START_TEST(what_is_added_stays_in_order)
{
    ck_assert(buf_add_text(&buf, "abc"));
    ck_assert(buf_addf(&buf, "%d-%s", 12, "x"));
    ck_assert(buf_add(&buf, (struct bytes){"\0z", 2}));
    ck_assert_uint_eq(buf.len, 9);
    ck_assert(bytes_equal(buf_bytes(&buf), (struct bytes){"abc12-x\0z", 9}));
}
END_TEST

START_TEST(the_ceiling_holds_and_changes_nothing)
{
    char much[1001] = {0};

    ck_assert(buf_add(&buf, (struct bytes){much, 999}));
    ck_assert(!buf_add_text(&buf, "ab"));
    ck_assert(!buf_addf(&buf, "%s", "ab"));
    ck_assert_uint_eq(buf.len, 999);
    ck_assert(buf_add_text(&buf, "a"));
    ck_assert(!buf_add(&buf, (struct bytes){much, sizeof much}));
    ck_assert_ptr_null(buf_space(&buf, SIZE_MAX));
    ck_assert_uint_eq(buf.len, 1000);
}
END_TEST

START_TEST(space_is_used_once_it_grew)
{
    char *end = buf_space(&buf, 3);

    memcpy(end, "xyz", 3);
    ck_assert_uint_eq(buf.len, 0);
    buf_grew(&buf, 2);
    ck_assert_str_eq(buf_text(&buf), "xy");
}
END_TEST

START_TEST(drop_takes_from_the_front)
{
    buf_add_text(&buf, "abcdef");
    buf_drop(&buf, 2);
    ck_assert_str_eq(buf_text(&buf), "cdef");
    buf_drop(&buf, 99);
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(clear_keeps_the_memory)
{
    buf_add_text(&buf, "abc");
    buf_clear(&buf);
    ck_assert_uint_eq(buf.len, 0);
    ck_assert_uint_gt(buf.room, 0);
    ck_assert_str_eq(buf_text(&buf), "");
}
END_TEST

START_TEST(many_additions_are_all_kept)
{
    struct buf large;

    buf_init(&large, 1 << 20);
    for (int i = 0; i < 10000; i++)
        ck_assert(buf_addf(&large, "%04d", i));
    ck_assert_uint_eq(large.len, 40000);
    ck_assert(bytes_is(bytes_slice(buf_bytes(&large), 39996, 4), "9999"));
    buf_fini(&large);
    ck_assert_ptr_null(large.ptr);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("buf");
    TCase *all = tcase_create("buf");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, a_new_buffer_is_empty_text);
    tcase_add_test(all, what_is_added_stays_in_order);
    tcase_add_test(all, the_ceiling_holds_and_changes_nothing);
    tcase_add_test(all, space_is_used_once_it_grew);
    tcase_add_test(all, drop_takes_from_the_front);
    tcase_add_test(all, clear_keeps_the_memory);
    tcase_add_test(all, many_additions_are_all_kept);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
