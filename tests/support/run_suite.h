/* run_suite: a suite as the program that it is. */
#ifndef PEERSPEC_SUPPORT_RUN_SUITE_H
#define PEERSPEC_SUPPORT_RUN_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Runs and frees it; the exit status. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
