#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

static struct arena arena;

static void set_up(void)
{
    arena_init(&arena);
}

static void tear_down(void)
{
    arena_fini(&arena);
}

START_TEST(what_is_taken_is_zero_and_aligned)
{
    for (size_t len = 1; len < 200; len += 7) {
        char *at = arena_take(&arena, len);

        ck_assert_uint_eq((uintptr_t)at % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < len; i++)
            ck_assert_int_eq(at[i], 0);
        memset(at, 0xff, len);
    }
}
END_TEST

START_TEST(earlier_pieces_stay_where_they_are)
{
    char *first = arena_text(&arena, bytes_of("first"));

    for (int i = 0; i < 1000; i++)
        arena_printf(&arena, "piece %d", i);
    ck_assert_str_eq(first, "first");
}
END_TEST

START_TEST(a_piece_may_be_larger_than_a_block)
{
    char *at = arena_take(&arena, 100000);

    at[99999] = 'x';
    ck_assert_str_eq(arena_text(&arena, bytes_of("after")), "after");
    ck_assert_int_eq(at[99999], 'x');
}
END_TEST

START_TEST(the_callers_room_comes_first_and_then_blocks)
{
    _Alignas(max_align_t) char room[64];
    struct arena lent;
    char *first, *second;

    memset(room, 0xff, sizeof room);
    arena_init_in(&lent, room, sizeof room);
    first = arena_take(&lent, 40);
    second = arena_take(&lent, 40);
    ck_assert_ptr_eq(first, room);
    ck_assert_int_eq(first[39], 0);
    ck_assert(second < room || second >= room + sizeof room);
    arena_fini(&lent);
}
END_TEST

START_TEST(copies_end_in_zero)
{
    struct bytes copy = arena_bytes(&arena, (struct bytes){"a\0b", 3});

    ck_assert_uint_eq(copy.len, 3);
    ck_assert_int_eq(memcmp(copy.at, "a\0b\0", 4), 0);
    ck_assert_str_eq(arena_text(&arena, (struct bytes){"abcdef", 3}), "abc");
    ck_assert_str_eq(arena_text(&arena, (struct bytes){NULL, 0}), "");
    ck_assert_str_eq(arena_printf(&arena, "%s:%d", "x", 7), "x:7");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arena");
    TCase *all = tcase_create("arena");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, what_is_taken_is_zero_and_aligned);
    tcase_add_test(all, earlier_pieces_stay_where_they_are);
    tcase_add_test(all, a_piece_may_be_larger_than_a_block);
    tcase_add_test(all, the_callers_room_comes_first_and_then_blocks);
    tcase_add_test(all, copies_end_in_zero);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
