#include "exchange/suggest.h"

#include <check.h>
#include <stdlib.h>

static const char *const words[] = {"expect", "either", "or", "end", "half-close", NULL};

static const struct {
    const char *word, *hint;
} near[] = {
    {"expct", "; did you mean 'expect'?"},
    {"EXPECT", "; did you mean 'expect'?"},
    {"eiter", "; did you mean 'either'?"},
    {"ned", "; did you mean 'end'?"},
    {"halfclose", "; did you mean 'half-close'?"},
    {"banana", ""},
    {"", ""},
    {"x", ""},
    {"a-word-much-longer-than-any-that-there-is-in-the-language", ""},
};

START_TEST(the_nearest_word_is_named_where_one_is_near)
{
    char text[SUGGEST_TEXT];

    ck_assert_str_eq(suggest(bytes_of(near[_i].word), words, text), near[_i].hint);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suggest");
    TCase *hints = tcase_create("hints");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(hints, the_nearest_word_is_named_where_one_is_near, 0,
                        sizeof near / sizeof *near);
    suite_add_tcase(suite, hints);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
