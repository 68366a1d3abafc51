#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report/ink.h"
#include "sample.h"

static struct diag why;
static char *text;
static size_t length;
static FILE *out;
static struct report *report;

static void set_up(void)
{
    out = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(out);
}

static void tear_down(void)
{
    report->ops->free(report);
    fclose(out);
    free(text);
}

static void make(struct report_style style)
{
    ck_assert_int_eq(report_text_new(out, &style, &report, &why), OK);
}

START_TEST(run_is_a_tree_with_details_where_it_matters)
{
    make((struct report_style){0});
    ck_assert(sample_tell(report, &why));
    sample_expect(text, "run.txt");
}
END_TEST

START_TEST(quiet_run_shows_what_is_not_pass)
{
    make((struct report_style){.quiet = true});
    ck_assert(sample_tell(report, &why));
    sample_expect(text, "quiet.txt");
}
END_TEST

START_TEST(colors_come_only_where_asked_for)
{
    make((struct report_style){0});
    sample_tell(report, &why);
    ck_assert_ptr_null(strchr(text, '\033'));
    report->ops->free(report);
    make((struct report_style){.color = true});
    sample_tell(report, &why);
    ck_assert_ptr_nonnull(strstr(text, "\033[31mFAIL\033[0m"));
    ck_assert_ptr_nonnull(strstr(text, "\033[33mWARN\033[0m"));
    ck_assert_ptr_nonnull(strstr(text, "\033[32m+\033[0m"));
}
END_TEST

/* What a peer sent can not steer the terminal. */
START_TEST(control_octets_are_shown_not_sent)
{
    make((struct report_style){.color = true});
    sample_tell(report, &why);
    ck_assert_ptr_null(strstr(text, "\033[31mhello"));
    ck_assert_ptr_nonnull(strstr(text, "220 \\x1b[31mhello"));
}
END_TEST

static const struct {
    const char *text, *page;
} octets[] = {
    {"für €", "für €"},
    {"a\xff.txt", "a\\xff.txt"},
    {"cut \xe2\x82", "cut \\xe2\\x82"},
    {"\x1b[31m\r\x7f", "\\x1b[31m\\x0d\\x7f"},
    {"C1: \xc2\x9b"
     "31m",
     "C1: \\x9b31m"},
};

START_TEST(what_is_no_text_comes_out_as_octets)
{
    char page[80] = "";
    struct ink ink = {fmemopen(page, sizeof page, "w"), false};

    ink_plain(&ink, octets[_i].text);
    fclose(ink.out);
    ck_assert_str_eq(page, octets[_i].page);
}
END_TEST

START_TEST(progress_is_wiped_before_a_case_is_printed)
{
    make((struct report_style){.progress = true});
    sample_begin(report, 1);
    ck_assert_ptr_nonnull(strstr(text, "+ sanity"));
    ck_assert_ptr_nonnull(strstr(text, "\r\033[K  1 of 10"));
    report->ops->running(report, "ftp/login/anonymous");
    ck_assert_ptr_nonnull(strstr(text, "\r\033[K  1 of 10  ftp/login/anonymous"));
    ck_assert(sample_stop(report, 1, &why));
    ck_assert_ptr_nonnull(strstr(text, "ftp/login/anonymous\r\033[K\n1 case in"));
}
END_TEST

START_TEST(failures_are_counted_in_the_progress)
{
    make((struct report_style){.progress = true});
    sample_begin(report, 3);
    ck_assert_ptr_nonnull(strstr(text, "  3 of 10, 1 failed"));
}
END_TEST

START_TEST(without_a_terminal_there_is_no_progress)
{
    make((struct report_style){0});
    sample_begin(report, 1);
    report->ops->running(report, "ftp/login/anonymous");
    ck_assert_ptr_null(strchr(text, '\r'));
}
END_TEST

START_TEST(run_that_stops_early_says_so)
{
    make((struct report_style){0});
    sample_begin(report, 2);
    sample_stop(report, 2, &why);
    ck_assert_ptr_nonnull(strstr(text, "stopped early: 8 of 10 cases were not run\n"));
}
END_TEST

START_TEST(each_case_is_written_at_once)
{
    make((struct report_style){0});
    sample_begin(report, 3);
    ck_assert_ptr_nonnull(strstr(text, "[FTP-REPLY-CRLF]"));
}
END_TEST

START_TEST(full_disk_is_told_at_the_end)
{
    FILE *full = fopen("/dev/full", "w");
    struct report_style style = {0};

    ck_assert_int_eq(report_text_new(full, &style, &report, &why), OK);
    ck_assert(!sample_tell(report, &why));
    ck_assert_int_eq(why.code, ERR_SYSTEM);
    ck_assert_str_eq(why.text, "the report could not be written whole: No space left on device");
    fclose(full);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *run = tcase_create("run"), *page = tcase_create("page");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(run, set_up, tear_down);
    tcase_add_test(run, run_is_a_tree_with_details_where_it_matters);
    tcase_add_test(run, quiet_run_shows_what_is_not_pass);
    tcase_add_test(run, colors_come_only_where_asked_for);
    tcase_add_test(run, control_octets_are_shown_not_sent);
    tcase_add_test(run, progress_is_wiped_before_a_case_is_printed);
    tcase_add_test(run, failures_are_counted_in_the_progress);
    tcase_add_test(run, without_a_terminal_there_is_no_progress);
    tcase_add_test(run, run_that_stops_early_says_so);
    tcase_add_test(run, each_case_is_written_at_once);
    tcase_add_test(run, full_disk_is_told_at_the_end);
    suite_add_tcase(suite, run);
    tcase_add_loop_test(page, what_is_no_text_comes_out_as_octets, 0,
                        sizeof octets / sizeof *octets);
    suite_add_tcase(suite, page);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
