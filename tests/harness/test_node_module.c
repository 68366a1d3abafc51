#include "node_module.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[PATH_MAX];
static char found[PATH_MAX];

/* The two packages "pack": one in a folder for NODE_PATH, one below the root of programs under
 * test. */
static const char *const folders[] = {"/global", "/global/pack", "/node_modules",
                                      "/node_modules/pack"};

#define FOLDERS (sizeof folders / sizeof folders[0])

static const char *below_root(const char *name)
{
    static char path[PATH_MAX + 64];

    snprintf(path, sizeof path, "%s%s", root, name);
    return path;
}

static void touch(const char *name)
{
    FILE *file = fopen(below_root(name), "w");

    ck_assert_ptr_nonnull(file);
    fclose(file);
}

static void set_up(void)
{
    char template[] = "/tmp/peerspec-test-module-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(template));
    ck_assert_ptr_nonnull(realpath(template, root));
    for (size_t i = 0; i < FOLDERS; i++)
        ck_assert_int_eq(mkdir(below_root(folders[i]), 0777), 0);
    touch("/global/pack/package.json");
    touch("/node_modules/pack/package.json");
    unsetenv("NODE_PATH");
    unsetenv("PEERSPEC_IUT_ROOT");
}

static void tear_down(void)
{
    unlink(below_root("/global/pack/package.json"));
    unlink(below_root("/node_modules/pack/package.json"));
    for (size_t i = FOLDERS; i > 0; i--)
        rmdir(below_root(folders[i - 1]));
    ck_assert_int_eq(rmdir(root), 0);
}

START_TEST(nowhere_without_a_folder_to_look_in)
{
    ck_assert(!node_module_find("pack", found, sizeof found));
}
END_TEST

START_TEST(below_the_root_of_programs_under_test)
{
    setenv("PEERSPEC_IUT_ROOT", root, 1);
    ck_assert(node_module_find("pack", found, sizeof found));
    ck_assert_str_eq(found, below_root("/node_modules/pack"));
}
END_TEST

START_TEST(folders_of_node_path_come_first)
{
    char path[PATH_MAX + 64];

    snprintf(path, sizeof path, ":/no/such/folder:%s/global", root);
    setenv("NODE_PATH", path, 1);
    setenv("PEERSPEC_IUT_ROOT", root, 1);
    ck_assert(node_module_find("pack", found, sizeof found));
    ck_assert_str_eq(found, below_root("/global/pack"));
}
END_TEST

/* The client runs in another folder. */
START_TEST(path_is_absolute)
{
    ck_assert_int_eq(chdir(root), 0);
    setenv("NODE_PATH", "global", 1);
    ck_assert(node_module_find("pack", found, sizeof found));
    ck_assert_str_eq(found, below_root("/global/pack"));
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(folder_without_a_description_is_no_package)
{
    unlink(below_root("/node_modules/pack/package.json"));
    setenv("PEERSPEC_IUT_ROOT", root, 1);
    ck_assert(!node_module_find("pack", found, sizeof found));
    ck_assert(!node_module_find("no-such-pack", found, sizeof found));
}
END_TEST

START_TEST(path_that_does_not_fit_is_not_cut)
{
    setenv("PEERSPEC_IUT_ROOT", root, 1);
    ck_assert(!node_module_find("pack", found, strlen(root)));
    ck_assert(node_module_find("pack", found, strlen(root) + sizeof "/node_modules/pack"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node_module");
    TCase *topic = tcase_create("find");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(topic, set_up, tear_down);
    tcase_add_test(topic, nowhere_without_a_folder_to_look_in);
    tcase_add_test(topic, below_the_root_of_programs_under_test);
    tcase_add_test(topic, folders_of_node_path_come_first);
    tcase_add_test(topic, path_is_absolute);
    tcase_add_test(topic, folder_without_a_description_is_no_package);
    tcase_add_test(topic, path_that_does_not_fit_is_not_cut);
    suite_add_tcase(suite, topic);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
