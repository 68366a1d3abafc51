#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/yaml.h"
#include "sample.h"

static struct diag why;
static struct report *report;
static char path[] = "/tmp/peerspec-test-tap-XXXXXX";
static char text[16384];

static void set_up(void)
{
    strcpy(path, "/tmp/peerspec-test-tap-XXXXXX");
    close(mkstemp(path));
    ck_assert_int_eq(report_tap_new(path, &report, &why), OK);
}

static void tear_down(void)
{
    report->ops->free(report);
    unlink(path);
}

static const char *written(void)
{
    FILE *in = fopen(path, "r");

    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    return text;
}

START_TEST(run_is_tap_13)
{
    ck_assert(sample_tell(report, &why));
    sample_expect(written(), "run.tap");
}
END_TEST

START_TEST(each_case_is_written_at_once)
{
    sample_begin(report, 2);
    ck_assert_ptr_nonnull(strstr(written(), "\nok 2 - ftp/login/anonymous\n"));
}
END_TEST

START_TEST(run_that_stops_early_bails_out)
{
    sample_begin(report, 2);
    ck_assert(sample_stop(report, 2, &why));
    ck_assert_ptr_nonnull(
        strstr(written(), "\nBail out! the run was stopped after 2 of 10 cases: interrupted\n"));
}
END_TEST

START_TEST(file_that_cannot_be_opened_is_refused)
{
    struct report *none;

    ck_assert_int_eq(report_tap_new("/nonexistent/x.tap", &none, &why), ERR_INPUT);
    ck_assert_ptr_null(none);
    ck_assert_str_eq(why.text, "/nonexistent/x.tap cannot be written: No such file or directory");
}
END_TEST

START_TEST(full_disk_is_told_at_the_end)
{
    struct report *full;

    ck_assert_int_eq(report_tap_new("/dev/full", &full, &why), OK);
    ck_assert(!sample_tell(full, &why));
    ck_assert_int_eq(why.code, ERR_SYSTEM);
    ck_assert_str_eq(why.text, "/dev/full could not be written whole: No space left on device");
    full->ops->free(full);
}
END_TEST

/* ---- YAML scalars ---- */

static const struct {
    const char *in, *out;
} scalars[] = {
    {"", "\"\""},
    {"plain: # text", "\"plain: # text\""},
    {"a \"b\" c\\d", "\"a \\\"b\\\" c\\\\d\""},
    {"220 Hi\r\n\t.", "\"220 Hi\\r\\n\\t.\""},
    {"\x01\x1b\x7f", "\"\\x01\\x1B\\x7F\""},
    {"na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80",
     "\"na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80\""},
    {"latin1 \xe9t\xe9", "\"latin1 \\xE9t\\xE9\""},
    {"cut \xe2\x82", "\"cut \\xE2\\x82\""},
    {"overlong \xc0\xaf", "\"overlong \\xC0\\xAF\""},
    {"surrogate \xed\xa0\x80", "\"surrogate \\xED\\xA0\\x80\""},
    {"break \xc2\x85\xe2\x80\xa8", "\"break \\x85\\u2028\""},
    {"bom \xef\xbb\xbf", "\"bom \\uFEFF\""},
    {"\xff\xfe", "\"\\xFF\\xFE\""},
    {"\xf4\x90\x80\x80", "\"\\xF4\\x90\\x80\\x80\""},
};

START_TEST(scalar_stays_on_its_line)
{
    char *quoted;
    size_t length;
    FILE *out = open_memstream(&quoted, &length);

    yaml_quote(out, scalars[_i].in);
    fclose(out);
    ck_assert_str_eq(quoted, scalars[_i].out);
    free(quoted);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tap");
    TCase *run = tcase_create("run");
    TCase *yaml = tcase_create("yaml");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(run, set_up, tear_down);
    tcase_add_test(run, run_is_tap_13);
    tcase_add_test(run, each_case_is_written_at_once);
    tcase_add_test(run, run_that_stops_early_bails_out);
    tcase_add_test(run, file_that_cannot_be_opened_is_refused);
    tcase_add_test(run, full_disk_is_told_at_the_end);
    suite_add_tcase(suite, run);
    tcase_add_loop_test(yaml, scalar_stays_on_its_line, 0,
                        (int)(sizeof scalars / sizeof scalars[0]));
    suite_add_tcase(suite, yaml);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
