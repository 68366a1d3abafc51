#include <check.h>
#include <string.h>

#include "escape.h"

static const struct {
    const char *in;
    size_t len, columns;
    const char *out;
} texts[] = {
    {"USER me", 7, 40, "USER me"},
    {"a\r\n\tb\\", 6, 40, "a\\r\\n\\tb\\\\"},
    {"\0\x1b[31m\x7f", 7, 40, "\\x00\\x1b[31m\\x7f"},
    {"\xc3\xa9", 2, 40, "\\xc3\\xa9"},
    {"12345678", 8, 8, "12345678"},
    {"123456789", 9, 8, "12345..."},
    {"123\n\n\n", 6, 8, "123\\n..."},
    {"1234\x01", 5, 6, "123..."},
    {"12\x01", 3, 2, ".."},
    {"123", 3, 2, ".."},
    {"", 0, 8, ""},
};

START_TEST(octets_fit_and_stay_printable)
{
    char out[41];
    size_t len = escape_bytes((struct bytes){texts[_i].in, texts[_i].len}, out, texts[_i].columns);

    ck_assert_str_eq(out, texts[_i].out);
    ck_assert_uint_eq(len, strlen(texts[_i].out));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("escape");
    TCase *tcase = tcase_create("octets");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tcase, octets_fit_and_stay_printable, 0,
                        (int)(sizeof texts / sizeof *texts));
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
