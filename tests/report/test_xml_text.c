#include <check.h>
#include <stdlib.h>

#include "report/xml_text.h"

static struct arena arena;

static void set_up(void)
{
    arena_init(&arena);
}

static void tear_down(void)
{
    arena_fini(&arena);
}

static const struct {
    const char *in, *out;
} lines[] = {
    {"", ""},
    {"plain <&>\"' text ]]>", "plain <&>\"' text ]]>"},
    {"220 Hi\r\n\t.", "220 Hi\\x0d\\x0a\\x09."},
    {"\x01\x1b[31m\x7f", "\\x01\\x1b[31m\\x7f"},
    {"na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80", "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"latin1 \xe9t\xe9", "latin1 \\xe9t\\xe9"},
    {"cut \xe2\x82", "cut \\xe2\\x82"},
    {"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
    {"control \xc2\x85 \xc2\xa0", "control \\u0085 \xc2\xa0"},
    {"none \xef\xbf\xbe \xef\xbf\xbf \xef\xbf\xbd", "none \\ufffe \\uffff \xef\xbf\xbd"},
    {"\xff\xff\xff\xff", "\\xff\\xff\\xff\\xff"},
};

START_TEST(what_xml_cannot_carry_is_readable)
{
    ck_assert_str_eq(xml_text(&arena, lines[_i].in, XML_ONE_LINE), lines[_i].out);
}
END_TEST

START_TEST(lines_stay_lines_where_they_may)
{
    ck_assert_str_eq(xml_text(&arena, "one\n  two\r\n", XML_LINES), "one\n  two\\x0d\n");
    ck_assert_str_eq(xml_text(&arena, "one\n  two\r\n", XML_ONE_LINE), "one\\x0a  two\\x0d\\x0a");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xml_text");
    TCase *all = tcase_create("xml_text");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_loop_test(all, what_xml_cannot_carry_is_readable, 0, sizeof lines / sizeof *lines);
    tcase_add_test(all, lines_stay_lines_where_they_may);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
