#include "workspace.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[WORKSPACE_PATH], path[WORKSPACE_PATH + 40];
static struct buf content;
static struct diag why;

static void set_up(void)
{
    ck_assert_int_eq(workspace_new(folder, &why), OK);
    snprintf(path, sizeof path, "%s/in/a/folder", folder);
}

static void tear_down(void)
{
    buf_fini(&content);
    workspace_remove(folder);
}

START_TEST(what_is_written_makes_its_folders_and_is_read_back)
{
    ck_assert_int_eq(workspace_write(path, bytes_of("hello"), &why), OK);
    buf_init(&content, 1000);
    workspace_read(path, &content);
    ck_assert_str_eq(buf_text(&content), "hello");
}
END_TEST

START_TEST(a_long_file_is_read_up_to_the_ceiling)
{
    static char octets[200000];

    memset(octets, 'x', sizeof octets);
    ck_assert_int_eq(workspace_write(path, (struct bytes){octets, sizeof octets}, &why), OK);
    buf_init(&content, 100000);
    workspace_read(path, &content);
    ck_assert_uint_eq(content.len, 100000);
}
END_TEST

START_TEST(what_is_not_there_reads_as_nothing)
{
    buf_init(&content, 1000);
    workspace_read(path, &content);
    ck_assert_uint_eq(content.len, 0);
}
END_TEST

START_TEST(removing_follows_no_link_out_of_the_folder)
{
    char other[WORKSPACE_PATH], kept[WORKSPACE_PATH + 40], link[WORKSPACE_PATH + 40];

    ck_assert_int_eq(workspace_new(other, &why), OK);
    snprintf(kept, sizeof kept, "%s/kept", other);
    snprintf(link, sizeof link, "%s/link", folder);
    ck_assert_int_eq(workspace_write(kept, bytes_of("x"), &why), OK);
    ck_assert_int_eq(symlink(other, link), 0);
    workspace_remove(folder);
    ck_assert_int_ne(access(folder, F_OK), 0);
    ck_assert_int_eq(access(kept, F_OK), 0);
    workspace_remove(other);
}
END_TEST

static Suite *workspace_suite(void)
{
    Suite *suite = suite_create("workspace");
    TCase *files = tcase_create("files");

    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_add_test(files, what_is_written_makes_its_folders_and_is_read_back);
    tcase_add_test(files, a_long_file_is_read_up_to_the_ceiling);
    tcase_add_test(files, what_is_not_there_reads_as_nothing);
    tcase_add_test(files, removing_follows_no_link_out_of_the_folder);
    suite_add_tcase(suite, files);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(workspace_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
