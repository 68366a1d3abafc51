#include "play/stopper.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

START_TEST(a_signal_is_told_by_the_next_turn_of_the_loop)
{
    struct stopper stopper = {.fd = -1};
    struct loop *loop;
    struct diag why;

    ck_assert_int_eq(loop_new(&loop, &why), OK);
    ck_assert_int_eq(stopper_start(&stopper, loop, &why), OK);
    loop_turn(loop, 0);
    ck_assert(!stopper.stopped);
    raise(numbers[_i]);
    ck_assert(!stopper.stopped);
    loop_turn(loop, -1);
    ck_assert(stopper.stopped);
    stopper_end(&stopper, loop);
    ck_assert_int_eq(stopper.fd, -1);
    stopper_end(&stopper, loop);
    loop_free(loop);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stopper");
    TCase *all = tcase_create("signals");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(all, a_signal_is_told_by_the_next_turn_of_the_loop, 0, 3);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
