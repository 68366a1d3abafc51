#include "fakes/local_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/peerspec-local-XXXXXX";
static struct local_file file;
static struct diag why;

static const char *path_of(const char *name)
{
    static char path[LOCAL_FILE_NAME];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void setup(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    file.fd = -1;
}

static void teardown(void)
{
    unlink(path_of("a.txt"));
    unlink(path_of("a.txt.part"));
    ck_assert_int_eq(rmdir(folder), 0);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
}

static void write_old(const char *text)
{
    FILE *old = fopen(path_of("a.txt"), "w");

    ck_assert_ptr_nonnull(old);
    fputs(text, old);
    fclose(old);
}

/* "(none)" where there is none. */
static const char *content_of(const char *name)
{
    static struct buf content;

    buf_fini(&content);
    buf_init(&content, 1u << 20);
    if (access(path_of(name), F_OK) != 0)
        return "(none)";
    ck_assert_int_eq(local_file_read(path_of(name), &content, &why), OK);
    return buf_text(&content);
}

static void create(const char *text)
{
    ck_assert_int_eq(local_file_create(folder, "a.txt", &file, &why), OK);
    ck_assert_int_ge(file.fd, 0);
    ck_assert_int_eq(local_file_write(&file, bytes_of(text), &why), OK);
}

START_TEST(file_gets_its_name_when_it_is_whole)
{
    write_old("old");
    create("new one");
    ck_assert_str_eq(content_of("a.txt"), "old");
    ck_assert_int_eq(local_file_finish(&file, &why), OK);
    ck_assert_str_eq(content_of("a.txt"), "new one");
    ck_assert_str_eq(content_of("a.txt.part"), "(none)");
    ck_assert_int_eq(file.fd, -1);
}
END_TEST

START_TEST(discarded_file_leaves_what_was_there)
{
    write_old("old");
    create("new");
    local_file_discard(&file);
    ck_assert_str_eq(content_of("a.txt"), "old");
    ck_assert_str_eq(content_of("a.txt.part"), "(none)");
    ck_assert_int_eq(file.fd, -1);
}
END_TEST

START_TEST(discarded_file_leaves_nothing_where_there_was_none)
{
    create("new");
    local_file_discard(&file);
    ck_assert_str_eq(content_of("a.txt"), "(none)");
}
END_TEST

START_TEST(name_that_cannot_be_had_leaves_nothing)
{
    ck_assert_int_eq(mkdir(path_of("a.txt"), 0700), 0);
    create("new");
    ck_assert_int_eq(local_file_finish(&file, &why), ERR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(why.text, "cannot name "));
    ck_assert_str_eq(content_of("a.txt.part"), "(none)");
    ck_assert_int_eq(rmdir(path_of("a.txt")), 0);
}
END_TEST

/* As /dev/null is: a device that root downloads to must stay one. */
START_TEST(what_is_no_plain_file_is_written_to_and_stays)
{
    char octets[8] = "";
    struct stat there;

    ck_assert_int_eq(mkfifo(path_of("a.txt"), 0600), 0);
    create("12345");
    ck_assert_int_eq(read(file.fd, octets, sizeof octets), 5);
    ck_assert_str_eq(octets, "12345");
    if (_i == 0)
        ck_assert_int_eq(local_file_finish(&file, &why), OK);
    else
        local_file_discard(&file);
    ck_assert_int_eq(stat(path_of("a.txt"), &there), 0);
    ck_assert(S_ISFIFO(there.st_mode));
}
END_TEST

START_TEST(spoiling_changes_the_last_octet_alone)
{
    create("abc");
    local_file_spoil(&file);
    ck_assert_int_eq(local_file_finish(&file, &why), OK);
    ck_assert_str_eq(content_of("a.txt"), "abb");
}
END_TEST

START_TEST(spoiling_of_an_empty_file_changes_nothing)
{
    create("");
    local_file_spoil(&file);
    ck_assert_int_eq(local_file_finish(&file, &why), OK);
    ck_assert_str_eq(content_of("a.txt"), "");
}
END_TEST

START_TEST(folder_that_is_not_there_is_an_error)
{
    ck_assert_int_eq(local_file_create(path_of("none"), "a.txt", &file, &why), ERR_SYSTEM);
    ck_assert_int_eq(file.fd, -1);
    ck_assert_ptr_nonnull(strstr(why.text, "cannot create "));
}
END_TEST

START_TEST(file_that_is_not_there_cannot_be_read)
{
    struct buf content;

    buf_init(&content, 1000);
    ck_assert_int_eq(local_file_read(path_of("a.txt"), &content, &why), ERR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(why.text, "cannot open "));
    buf_fini(&content);
}
END_TEST

START_TEST(file_past_the_ceiling_cannot_be_read)
{
    static char much[200000];
    struct buf content;

    memset(much, 'm', sizeof much - 1);
    write_old(much);
    buf_init(&content, 1u << 17);
    ck_assert_int_eq(local_file_read(path_of("a.txt"), &content, &why), ERR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(why.text, "cannot read "));
    buf_fini(&content);
}
END_TEST

/* --- names ----------------------------------------------------------------------------------- */

static const struct {
    const char *folder, *name, *path; /* NULL: a usage error */
} paths[] = {
    {"/f", "a", "/f/a"}, {"/f", "/g/a", "/g/a"}, {NULL, "a", "a"},   {NULL, "/g/a", "/g/a"},
    {"/f", "", NULL},    {"/f", ".", NULL},      {"/f", "..", NULL}, {NULL, "", NULL},
};

START_TEST(name_is_in_the_folder)
{
    char path[LOCAL_FILE_NAME];
    enum err err = local_file_path(paths[_i].folder, paths[_i].name, path, &why);

    ck_assert_int_eq(err, paths[_i].path != NULL ? OK : ERR_USAGE);
    if (err == OK)
        ck_assert_str_eq(path, paths[_i].path);
    else
        ck_assert_ptr_nonnull(strstr(why.text, "is no name for a local file"));
}
END_TEST

START_TEST(name_that_is_too_long_is_none)
{
    char name[LOCAL_FILE_NAME + 1], path[LOCAL_FILE_NAME];

    memset(name, 'n', sizeof name);
    name[LOCAL_FILE_NAME - 1] = '\0';
    ck_assert_int_eq(local_file_path(NULL, name, path, &why), OK);
    name[LOCAL_FILE_NAME - 1] = 'n';
    name[LOCAL_FILE_NAME] = '\0';
    ck_assert_int_eq(local_file_path(NULL, name, path, &why), ERR_USAGE);
}
END_TEST

START_TEST(base_is_what_follows_the_last_slash)
{
    ck_assert_str_eq(local_file_base("a"), "a");
    ck_assert_str_eq(local_file_base("/a/b/c"), "c");
    ck_assert_str_eq(local_file_base("a/"), "");
    ck_assert_str_eq(local_file_base("../../etc/passwd"), "passwd");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("local_file");
    TCase *whole = tcase_create("whole or none"), *names = tcase_create("names");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(whole, setup, teardown);
    tcase_add_test(whole, file_gets_its_name_when_it_is_whole);
    tcase_add_test(whole, discarded_file_leaves_what_was_there);
    tcase_add_test(whole, discarded_file_leaves_nothing_where_there_was_none);
    tcase_add_test(whole, name_that_cannot_be_had_leaves_nothing);
    tcase_add_loop_test(whole, what_is_no_plain_file_is_written_to_and_stays, 0, 2);
    tcase_add_test(whole, spoiling_changes_the_last_octet_alone);
    tcase_add_test(whole, spoiling_of_an_empty_file_changes_nothing);
    tcase_add_test(whole, folder_that_is_not_there_is_an_error);
    tcase_add_test(whole, file_that_is_not_there_cannot_be_read);
    tcase_add_test(whole, file_past_the_ceiling_cannot_be_read);
    suite_add_tcase(suite, whole);
    tcase_add_loop_test(names, name_is_in_the_folder, 0, (int)(sizeof paths / sizeof paths[0]));
    tcase_add_test(names, name_that_is_too_long_is_none);
    tcase_add_test(names, base_is_what_follows_the_last_slash);
    suite_add_tcase(suite, names);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
