#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"

static struct diag why;
static char printed[2048];

static const char *print(void)
{
    FILE *out = fmemopen(printed, sizeof printed, "w");

    diag_print(out, &why);
    fclose(out);
    return printed;
}

START_TEST(each_code_has_the_exit_status_of_the_manual)
{
    static const int statuses[] = {[OK] = 0,        [ERR_USAGE] = 2,       [ERR_SYNTAX] = 3,
                                   [ERR_INPUT] = 3, [ERR_UNREACHABLE] = 4, [ERR_PERMISSION] = 4,
                                   [ERR_SYSTEM] = 5};

    for (int code = OK; code <= ERR_SYSTEM; code++)
        ck_assert_int_eq(err_status((enum err)code), statuses[code]);
}
END_TEST

START_TEST(set_gives_its_code_back_and_has_no_place)
{
    ck_assert_int_eq(diag_set(&why, ERR_INPUT, "%s is %d", "x", 7), ERR_INPUT);
    ck_assert_int_eq(why.code, ERR_INPUT);
    ck_assert_str_eq(why.text, "x is 7");
    ck_assert_ptr_null(why.at.file);
    ck_assert_str_eq(print(), "x is 7\n");
}
END_TEST

START_TEST(what_is_known_of_the_place_is_printed)
{
    diag_at(&why, ERR_SYNTAX, (struct place){"absent.exchange", 0, 0}, "bad");
    ck_assert_str_eq(print(), "absent.exchange: bad\n");
    diag_at(&why, ERR_SYNTAX, (struct place){"absent.exchange", 3, 0}, "bad");
    ck_assert_str_eq(print(), "absent.exchange:3: bad\n");
    diag_at(&why, ERR_SYNTAX, (struct place){"absent.exchange", 3, 9}, "bad");
    ck_assert_str_eq(print(), "absent.exchange:3:9: bad\n");
}
END_TEST

START_TEST(the_caret_stands_under_the_column)
{
    char path[] = "diag-XXXXXX", want[256];
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    fputs("one\n\ttwo three\n", file);
    fclose(file);
    diag_at(&why, ERR_SYNTAX, (struct place){path, 2, 6}, "not a step");
    print();
    unlink(path);
    snprintf(want, sizeof want, "%s:2:6: not a step\n    \ttwo three\n    \t    ^\n", path);
    ck_assert_str_eq(printed, want);
}
END_TEST

START_TEST(a_long_text_is_cut_and_not_overrun)
{
    char much[2000];

    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    diag_set(&why, ERR_SYSTEM, "%s", much);
    ck_assert_uint_eq(strlen(why.text), sizeof why.text - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diag");
    TCase *all = tcase_create("diag");
    SRunner *runner;
    int failed;

    tcase_add_test(all, each_code_has_the_exit_status_of_the_manual);
    tcase_add_test(all, set_gives_its_code_back_and_has_no_place);
    tcase_add_test(all, what_is_known_of_the_place_is_printed);
    tcase_add_test(all, the_caret_stands_under_the_column);
    tcase_add_test(all, a_long_text_is_cut_and_not_overrun);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
