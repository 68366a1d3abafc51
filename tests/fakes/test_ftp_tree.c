#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fakes/ftp_tree.h"

/* Each test runs over both kinds of a tree. */
enum { IN_MEMORY, ON_DISK, KINDS };

static struct ftp_tree *tree;
static char root[64], outside[80];

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void make_disk(void)
{
    char path[160];
    struct diag why;

    snprintf(path, sizeof path, "%s/root", root);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/root/pub", root);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/root/a.txt", root);
    write_file(path, "abc");
    snprintf(path, sizeof path, "%s/root/pub/b.txt", root);
    write_file(path, "defg");
    snprintf(path, sizeof path, "%s/root", root);
    ck_assert_int_eq(ftp_tree_new_disk(path, &tree, &why), OK);
}

static void make_memory(void)
{
    static const struct exchange_file files[] = {
        {.name = "a.txt", .content = {.given = true, .octets = {"abc", 3}}},
        {.name = "pub/b.txt", .content = {.given = true, .octets = {"defg", 4}}},
    };
    struct diag why;

    ck_assert_int_eq(ftp_tree_new_memory(files, 2, &tree, &why), OK);
}

static void make(int kind)
{
    if (kind == IN_MEMORY)
        make_memory();
    else
        make_disk();
}

static void set_up(void)
{
    const char *folder = getenv("TMPDIR");

    tree = NULL;
    snprintf(root, sizeof root, "%s/ftp_tree.XXXXXX", folder == NULL ? "/tmp" : folder);
    ck_assert_ptr_nonnull(mkdtemp(root));
    snprintf(outside, sizeof outside, "%s/secret", root);
    write_file(outside, "secret");
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *walk)
{
    (void)st;
    (void)flag;
    (void)walk;
    return remove(path);
}

static void tear_down(void)
{
    ftp_tree_free(tree);
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *content_of(const char *path)
{
    static char text[64];
    struct ftp_content content;
    ssize_t len;

    if (ftp_tree_read(tree, path, &content) != FTP_TREE_OK)
        return "(none)";
    if (content.fd >= 0) {
        len = read(content.fd, text, sizeof text - 1);
    } else {
        len = (ssize_t)content.octets.len;
        memcpy(text, content.octets.at, content.octets.len);
    }
    text[len] = '\0';
    ftp_content_release(&content);
    return text;
}

static void add_name(void *ctx, const char *name, const struct ftp_node *node)
{
    strcat(ctx, name);
    strcat(ctx, node->directory ? "/ " : " ");
}

static const char *names_of(const char *path)
{
    static char names[256];

    names[0] = '\0';
    if (ftp_tree_list(tree, path, add_name, names) != FTP_TREE_OK)
        return "(none)";
    return names;
}

/* ---- paths ---- */

static const struct {
    const char *cwd, *name, *path;
} paths[] = {
    {"/", "", "/"},
    {"/", "a", "/a"},
    {"/pub", "a", "/pub/a"},
    {"/pub", "/a", "/a"},
    {"/pub", "..", "/"},
    {"/pub", "../..", "/"},
    {"/", "../../etc/passwd", "/etc/passwd"},
    {"/pub", "./a//b/.", "/pub/a/b"},
    {"/pub", "a/../b", "/pub/b"},
    {"/pub", "...", "/pub/..."},
    {"/pub", " a ", "/pub/ a "},
    {"/pub", "/", "/"},
};

START_TEST(a_name_is_brought_into_normal_form)
{
    char path[FTP_PATH];

    ck_assert(ftp_path_resolve(paths[_i].cwd, bytes_of(paths[_i].name), path));
    ck_assert_str_eq(path, paths[_i].path);
}
END_TEST

START_TEST(a_name_with_a_nul_or_a_line_end_or_too_long_is_none)
{
    char path[FTP_PATH], name[FTP_PATH];

    memset(name, 'x', sizeof name);
    ck_assert(!ftp_path_resolve("/", (struct bytes){"a\0b", 3}, path));
    ck_assert(!ftp_path_resolve("/", bytes_of("a\rb"), path));
    ck_assert(!ftp_path_resolve("/", bytes_of("a\nb"), path));
    ck_assert(!ftp_path_resolve("/", (struct bytes){name, sizeof name}, path));
}
END_TEST

/* ---- both kinds ---- */

START_TEST(files_and_directories_are_there)
{
    struct ftp_node node, other;

    make(_i);
    ck_assert_int_eq(ftp_tree_stat(tree, "/a.txt", &node), FTP_TREE_OK);
    ck_assert(!node.directory);
    ck_assert_uint_eq(node.size, 3);
    ck_assert_int_eq(ftp_tree_stat(tree, "/pub", &other), FTP_TREE_OK);
    ck_assert(other.directory);
    ck_assert_uint_ne(node.number, other.number);
    ck_assert_int_eq(ftp_tree_stat(tree, "/A.TXT", &node), FTP_TREE_ABSENT);
    ck_assert_int_eq(ftp_tree_stat(tree, "/a.txt/x", &node), FTP_TREE_ABSENT);
    ck_assert_str_eq(names_of("/"), "a.txt pub/ ");
    ck_assert_str_eq(names_of("/a.txt"), "(none)");
    ck_assert_str_eq(content_of("/pub/b.txt"), "defg");
}
END_TEST

START_TEST(writing_makes_replaces_and_goes_on)
{
    make(_i);
    ck_assert_int_eq(ftp_tree_write(tree, "/new", 0, bytes_of("0123")), FTP_TREE_OK);
    ck_assert_str_eq(content_of("/new"), "0123");
    ck_assert_int_eq(ftp_tree_write(tree, "/new", 2, bytes_of("x")), FTP_TREE_OK);
    ck_assert_str_eq(content_of("/new"), "01x");
    ck_assert_int_eq(ftp_tree_write(tree, "/pub", 0, bytes_of("x")), FTP_TREE_DIRECTORY);
    ck_assert_int_eq(ftp_tree_write(tree, "/none/x", 0, bytes_of("x")), FTP_TREE_ABSENT);
}
END_TEST

START_TEST(what_is_being_read_does_not_change)
{
    struct ftp_content content;

    make(IN_MEMORY);
    ck_assert_int_eq(ftp_tree_read(tree, "/a.txt", &content), FTP_TREE_OK);
    ck_assert_int_eq(ftp_tree_write(tree, "/a.txt", 0, bytes_of("other")), FTP_TREE_OK);
    ck_assert_int_eq(ftp_tree_remove(tree, "/a.txt", false), FTP_TREE_OK);
    ck_assert(bytes_is(content.octets, "abc"));
    ftp_content_release(&content);
}
END_TEST

START_TEST(removing_minds_what_it_removes)
{
    make(_i);
    ck_assert_int_eq(ftp_tree_remove(tree, "/pub", true), FTP_TREE_NOT_EMPTY);
    ck_assert_int_eq(ftp_tree_remove(tree, "/pub", false), FTP_TREE_DIRECTORY);
    ck_assert_int_eq(ftp_tree_remove(tree, "/a.txt", true), FTP_TREE_NOT_DIRECTORY);
    ck_assert_int_eq(ftp_tree_remove(tree, "/none", false), FTP_TREE_ABSENT);
    ck_assert_int_eq(ftp_tree_remove(tree, "/", true), FTP_TREE_DENIED);
    ck_assert_int_eq(ftp_tree_remove(tree, "/pub/b.txt", false), FTP_TREE_OK);
    ck_assert_int_eq(ftp_tree_remove(tree, "/pub", true), FTP_TREE_OK);
    ck_assert_str_eq(names_of("/"), "a.txt ");
}
END_TEST

START_TEST(directories_are_made_once)
{
    make(_i);
    ck_assert_int_eq(ftp_tree_mkdir(tree, "/new"), FTP_TREE_OK);
    ck_assert_int_eq(ftp_tree_mkdir(tree, "/new"), FTP_TREE_EXISTS);
    ck_assert_int_eq(ftp_tree_mkdir(tree, "/none/new"), FTP_TREE_ABSENT);
    ck_assert_str_eq(names_of("/"), "a.txt new/ pub/ ");
}
END_TEST

START_TEST(renaming_moves_all_that_is_below)
{
    make(_i);
    ck_assert_int_eq(ftp_tree_rename(tree, "/pub", "/pub/x"), FTP_TREE_DENIED);
    ck_assert_int_eq(ftp_tree_rename(tree, "/a.txt", "/pub"), FTP_TREE_EXISTS);
    ck_assert_int_eq(ftp_tree_rename(tree, "/pub", "/moved"), FTP_TREE_OK);
    ck_assert_str_eq(content_of("/moved/b.txt"), "defg");
    ck_assert_int_eq(ftp_tree_rename(tree, "/a.txt", "/moved/b.txt"), FTP_TREE_OK);
    ck_assert_str_eq(content_of("/moved/b.txt"), "abc");
    ck_assert_str_eq(names_of("/"), "moved/ ");
}
END_TEST

START_TEST(a_unique_name_is_taken_by_nobody)
{
    char path[FTP_PATH];

    make(_i);
    ftp_tree_unique(tree, "/pub", path);
    ck_assert_str_eq(path, "/pub/unique.1");
    ck_assert_int_eq(ftp_tree_write(tree, path, 0, bytes_of("")), FTP_TREE_OK);
    ftp_tree_unique(tree, "/pub", path);
    ck_assert_str_eq(path, "/pub/unique.2");
}
END_TEST

/* ---- on disk ---- */

static void link_to(const char *target, const char *name)
{
    char path[160];

    snprintf(path, sizeof path, "%s/root/%s", root, name);
    ck_assert_int_eq(symlink(target, path), 0);
}

START_TEST(no_link_leads_out_of_the_root)
{
    char text[64] = "";
    FILE *file;

    make_disk();
    link_to("../secret", "relative");
    link_to(outside, "absolute");
    link_to("..", "up");
    ck_assert_str_eq(content_of("/relative"), "(none)");
    ck_assert_str_eq(content_of("/absolute"), "(none)");
    ck_assert_str_eq(content_of("/up/secret"), "(none)");
    ck_assert_int_ne(ftp_tree_remove(tree, "/up/secret", false), FTP_TREE_OK);
    (void)ftp_tree_write(tree, "/up/secret", 0, bytes_of("changed"));
    (void)ftp_tree_write(tree, "/absolute", 0, bytes_of("changed"));
    file = fopen(outside, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
    fclose(file);
    ck_assert_str_eq(text, "secret");
}
END_TEST

START_TEST(a_root_that_is_no_folder_is_refused)
{
    struct diag why;

    ck_assert_int_eq(ftp_tree_new_disk(outside, &tree, &why), ERR_INPUT);
    ck_assert_ptr_null(tree);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_tree");
    TCase *names = tcase_create("paths"), *both = tcase_create("both kinds"),
          *disk = tcase_create("on disk");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(names, a_name_is_brought_into_normal_form, 0,
                        sizeof paths / sizeof paths[0]);
    tcase_add_test(names, a_name_with_a_nul_or_a_line_end_or_too_long_is_none);
    suite_add_tcase(suite, names);
    tcase_add_checked_fixture(both, set_up, tear_down);
    tcase_add_loop_test(both, files_and_directories_are_there, 0, KINDS);
    tcase_add_loop_test(both, writing_makes_replaces_and_goes_on, 0, KINDS);
    tcase_add_test(both, what_is_being_read_does_not_change);
    tcase_add_loop_test(both, removing_minds_what_it_removes, 0, KINDS);
    tcase_add_loop_test(both, directories_are_made_once, 0, KINDS);
    tcase_add_loop_test(both, renaming_moves_all_that_is_below, 0, KINDS);
    tcase_add_loop_test(both, a_unique_name_is_taken_by_nobody, 0, KINDS);
    suite_add_tcase(suite, both);
    tcase_add_checked_fixture(disk, set_up, tear_down);
    tcase_add_test(disk, no_link_leads_out_of_the_root);
    tcase_add_test(disk, a_root_that_is_no_folder_is_refused);
    suite_add_tcase(suite, disk);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
