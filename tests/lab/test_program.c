#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/program.h"

/* A folder with a program `name` in it, and its path in *path. */
static void make_program(const char *folder, const char *name, char *path)
{
    int file;

    sprintf(path, "%s/%s", folder, name);
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(fchmod(file, 0700), 0);
    close(file);
}

START_TEST(programs_are_found_in_path_first_then_below_the_root_for_iuts)
{
    char root[] = "/tmp/peerspec-root-XXXXXX";
    char below[64], program[128], found[256];

    ck_assert_ptr_nonnull(mkdtemp(root));
    snprintf(below, sizeof below, "%s/usr", root);
    ck_assert_int_eq(mkdir(below, 0700), 0);
    snprintf(below, sizeof below, "%s/usr/sbin", root);
    ck_assert_int_eq(mkdir(below, 0700), 0);
    make_program(below, "peerspec-iut", program);
    ck_assert(!program_find("peerspec-iut", found, sizeof found));
    setenv("PEERSPEC_IUT_ROOT", root, 1);
    ck_assert(program_find("peerspec-iut", found, sizeof found));
    ck_assert_str_eq(found, program);
    ck_assert(!program_find("peerspec-iut", found, strlen(program)));
    ck_assert(!program_find("usr", found, sizeof found));
    ck_assert(!program_find("", found, sizeof found));
    ck_assert(program_find("sh", found, sizeof found));
    ck_assert_ptr_null(strstr(found, root));
    ck_assert(program_find(program, found, sizeof found));
    unlink(program);
    rmdir(below);
    snprintf(below, sizeof below, "%s/usr", root);
    rmdir(below);
    rmdir(root);
}
END_TEST

static Suite *program_suite(void)
{
    Suite *suite = suite_create("program");
    TCase *places = tcase_create("places");

    tcase_add_test(places, programs_are_found_in_path_first_then_below_the_root_for_iuts);
    suite_add_tcase(suite, places);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(program_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
