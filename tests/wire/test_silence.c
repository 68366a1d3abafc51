#include <check.h>
#include <stdlib.h>

#include "wire/silence.h"

#define MANY 200

static struct silence silence;
static struct conversation all[MANY];

static void tear_down(void)
{
    silence_fini(&silence);
}

static void add(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        silence_add(&silence, &all[i]);
}

/* Take out the one that was silent for longest; its index. */
static size_t take(void)
{
    struct conversation *longest = silence_longest(&silence);

    ck_assert_ptr_nonnull(longest);
    silence_remove(&silence, longest);
    return (size_t)(longest - all);
}

START_TEST(nothing_is_silent_where_there_is_nothing)
{
    ck_assert_ptr_null(silence_longest(&silence));
    add(0, 1);
    ck_assert_uint_eq(take(), 0);
    ck_assert_ptr_null(silence_longest(&silence));
}
END_TEST

START_TEST(the_first_that_came_was_silent_for_longest)
{
    add(0, MANY);
    for (size_t i = 0; i < MANY; i++)
        ck_assert_uint_eq(take(), i);
}
END_TEST

START_TEST(who_speaks_is_the_last_again)
{
    add(0, 5);
    silence_break(&silence, &all[0]);
    silence_break(&silence, &all[3]);
    silence_break(&silence, &all[1]);
    add(5, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(take(), ((const size_t[]){2, 4, 0, 3, 1, 5})[i]);
}
END_TEST

START_TEST(to_be_asked_for_is_not_to_speak)
{
    add(0, 3);
    ck_assert_ptr_eq(silence_longest(&silence), &all[0]);
    ck_assert_ptr_eq(silence_longest(&silence), &all[0]);
}
END_TEST

START_TEST(any_may_leave)
{
    add(0, MANY);
    for (size_t i = 0; i < MANY; i += 7)
        silence_break(&silence, &all[i]);
    for (size_t i = 0; i < MANY; i++)
        if (i % 3 == 0)
            silence_remove(&silence, &all[i]);
    for (size_t i = 0; i < MANY; i++) /* those that said nothing again, in their order */
        if (i % 3 != 0 && i % 7 != 0)
            ck_assert_uint_eq(take(), i);
    for (size_t i = 0; i < MANY; i++)
        if (i % 3 != 0 && i % 7 == 0)
            ck_assert_uint_eq(take(), i);
    ck_assert_uint_eq(silence.count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("silence");
    TCase *order = tcase_create("order");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(order, NULL, tear_down);
    tcase_add_test(order, nothing_is_silent_where_there_is_nothing);
    tcase_add_test(order, the_first_that_came_was_silent_for_longest);
    tcase_add_test(order, who_speaks_is_the_last_again);
    tcase_add_test(order, to_be_asked_for_is_not_to_speak);
    tcase_add_test(order, any_may_leave);
    suite_add_tcase(suite, order);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
