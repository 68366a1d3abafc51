#include "proto/telnet.h"

#include <check.h>
#include <stdlib.h>

static const struct {
    struct bytes in;
    size_t len;
} commands[] = {
    {{"\xff\xf4", 2}, 2},                      /* IP */
    {{"\xff\xf2QUIT", 6}, 2},                  /* DM */
    {{"\xff\xff", 2}, 2},                      /* an octet 255 */
    {{"\xff\xfb\x01", 3}, 3},                  /* WILL ECHO */
    {{"\xff\xfe\x01x", 4}, 3},                 /* DONT ECHO */
    {{"\xff\xfa\x18\x01\xff\xf0NOOP", 10}, 6}, /* SB TERMINAL-TYPE SEND IAC SE */
};

START_TEST(a_command_ends_where_the_rfc_says)
{
    ck_assert_uint_eq(telnet_length(commands[_i].in), commands[_i].len);
}
END_TEST

START_TEST(of_a_command_that_is_not_all_there_the_rest_is_awaited)
{
    for (size_t len = 0; len < commands[_i].len; len++)
        ck_assert_uint_eq(telnet_length(bytes_slice(commands[_i].in, 0, len)), 0);
}
END_TEST

static Suite *telnet_suite(void)
{
    Suite *suite = suite_create("telnet");
    TCase *length = tcase_create("length");
    int count = sizeof commands / sizeof *commands;

    tcase_add_loop_test(length, a_command_ends_where_the_rfc_says, 0, count);
    tcase_add_loop_test(length, of_a_command_that_is_not_all_there_the_rest_is_awaited, 0, count);
    suite_add_tcase(suite, length);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(telnet_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
