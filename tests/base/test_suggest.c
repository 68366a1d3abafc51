#include <check.h>
#include <stdlib.h>

#include "base/suggest.h"

static const char *const words[] = {"server", "client", "check", "play", "list", NULL};

START_TEST(distance_counts_single_edits)
{
    ck_assert_uint_eq(suggest_distance("server", "server"), 0);
    ck_assert_uint_eq(suggest_distance("sever", "server"), 1);
    ck_assert_uint_eq(suggest_distance("severr", "server"), 2);
    ck_assert_uint_eq(suggest_distance("lsit", "list"), 1);
    ck_assert_uint_eq(suggest_distance("LIST", "list"), 0);
    ck_assert_uint_eq(suggest_distance("", "list"), 4);
}
END_TEST

START_TEST(the_nearest_word_is_suggested)
{
    ck_assert_str_eq(suggest_nearest("sevrer", words), "server");
    ck_assert_str_eq(suggest_nearest("chekc", words), "check");
}
END_TEST

START_TEST(a_word_far_from_all_suggests_nothing)
{
    ck_assert_ptr_null(suggest_nearest("xyzzy", words));
    ck_assert_ptr_null(suggest_nearest("", words));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suggest");
    TCase *near = tcase_create("near");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(near, distance_counts_single_edits);
    tcase_add_test(near, the_nearest_word_is_suggested);
    tcase_add_test(near, a_word_far_from_all_suggests_nothing);
    suite_add_tcase(suite, near);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
