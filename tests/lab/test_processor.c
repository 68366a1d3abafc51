#include <check.h>
#include <stdlib.h>

#include "base/clock.h"
#include "lab/processor.h"
#include "lab/spawn.h"

static cpu_set_t may_run_on(pid_t pid)
{
    cpu_set_t set;

    ck_assert_int_eq(sched_getaffinity(pid, sizeof set, &set), 0);
    return set;
}

START_TEST(holds_the_thread_where_it_runs_until_released)
{
    cpu_set_t before = may_run_on(0), within, after;
    struct processor_hold hold;

    processor_hold(&hold);
    within = may_run_on(0);
    ck_assert(hold.held);
    ck_assert_int_eq(CPU_COUNT(&within), 1);
    ck_assert(CPU_ISSET((size_t)sched_getcpu(), &within));
    processor_release(&hold);
    after = may_run_on(0);
    ck_assert(!hold.held);
    ck_assert(CPU_EQUAL(&before, &after));
}
END_TEST

START_TEST(a_release_of_nothing_changes_nothing)
{
    cpu_set_t before = may_run_on(0), after;
    struct processor_hold hold = {.held = false};

    processor_release(&hold);
    after = may_run_on(0);
    ck_assert(CPU_EQUAL(&before, &after));
}
END_TEST

START_TEST(what_is_started_meanwhile_stays_there)
{
    const char *argv[] = {"sleep", "60", NULL};
    struct processor_hold hold;
    cpu_set_t ours, its;
    struct spawn *spawn;
    struct diag why;

    processor_hold(&hold);
    ours = may_run_on(0);
    ck_assert_msg(
        spawn_start(&(struct spawn_options){.argv = argv, .output = -1, .own_pids = _i == 1},
                    &spawn, &why) == OK,
        "%s", why.text);
    processor_release(&hold);
    its = may_run_on(spawn_pid(spawn));
    ck_assert(CPU_EQUAL(&ours, &its));
    spawn_free(spawn);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("processor");
    TCase *tcase = tcase_create("hold");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, holds_the_thread_where_it_runs_until_released);
    tcase_add_test(tcase, a_release_of_nothing_changes_nothing);
    tcase_add_loop_test(tcase, what_is_started_meanwhile_stays_there, 0, 2);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
