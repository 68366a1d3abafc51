#include "subject.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "workspace.h"

static char folder[WORKSPACE_PATH];
static struct places places;
static struct options options;
static struct subject subject;
static struct diag why;

static void put(const char *name, const char *text)
{
    char path[WORKSPACE_PATH + 40];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(workspace_write(path, bytes_of(text), &why), OK);
}

static void set_up(void)
{
    ck_assert_int_eq(workspace_new(folder, &why), OK);
    snprintf(places.iut, sizeof places.iut, "%s", folder);
    put("here.client", "[client]\nprotocol = ftp\nprogram = sh\n\n[operations]\nget = sh\n");
    put("absent.client", "[client]\nprotocol = ftp\nprogram = no-such-program\ninstall = buy it\n\n"
                         "[operations]\nget = no-such-program\n");
    put("library.client", "[client]\nprogram = sh\nmodule = pack\ninstall = npm install pack\n\n"
                          "[operations]\nget = sh {module}\n");
    unsetenv("PEERSPEC_IUT_ROOT");
    setenv("NODE_PATH", folder, 1);
    subject = (struct subject){.side = SIDE_CLIENT};
}

static void tear_down(void)
{
    subject_fini(&subject);
    options_fini(&options);
    workspace_remove(folder);
}

static enum err make(int argc, const char *const *argv)
{
    ck_assert_int_eq(options_parse(&options, argc, (char *const *)argv, &why), OK);
    return subject_init(&subject, &options, &places, &why);
}

START_TEST(a_command_is_called_by_its_program_and_repeated_as_it_was_written)
{
    const char *const argv[] = {"peerspec", "client", "--", "python3", "x.py", "{url}", NULL};

    ck_assert_int_eq(make(6, argv), OK);
    ck_assert_int_eq(subject.side, SIDE_CLIENT);
    ck_assert_str_eq(subject.name, "python3");
    ck_assert_str_eq(subject.words, "-- python3 x.py {url}");
    ck_assert_str_eq(subject.command[2], "{url}");
}
END_TEST

START_TEST(a_url_is_a_server_elsewhere)
{
    const char *const argv[] = {"peerspec", "server", "ftp://me:secret@127.0.0.1:2121", NULL};

    ck_assert_int_eq(make(3, argv), OK);
    ck_assert_int_eq(subject.side, SIDE_SERVER);
    ck_assert_str_eq(subject.name, "ftp://127.0.0.1:2121");
    ck_assert_str_eq(subject.words, "ftp://me:secret@127.0.0.1:2121");
    ck_assert_str_eq(subject.user, "me");
    ck_assert_str_eq(subject.password, "secret");
    ck_assert_int_eq(subject.protocol, PROTOCOL_FTP);
    ck_assert_uint_eq(subject.address.family, 4);
    ck_assert_uint_eq(subject.address.port, 2121);
}
END_TEST

START_TEST(an_adapter_is_loaded_by_its_name)
{
    const char *const argv[] = {"peerspec", "client", "here", NULL};

    ck_assert_int_eq(make(3, argv), OK);
    ck_assert_str_eq(subject.words, "here");
    ck_assert_str_eq(subject.iut->program, "sh");
    ck_assert_uint_eq(subject.address.family, 0);
}
END_TEST

START_TEST(a_program_that_is_not_installed_is_told_with_how_to_get_it)
{
    const char *const argv[] = {"peerspec", "client", "absent", NULL};

    ck_assert_int_eq(make(3, argv), ERR_UNREACHABLE);
    ck_assert_str_eq(why.text, "absent is not installed here: buy it");
}
END_TEST

START_TEST(a_package_that_the_client_is_must_be_there_as_well)
{
    const char *const argv[] = {"peerspec", "client", "library", NULL};

    ck_assert_int_eq(make(3, argv), ERR_UNREACHABLE);
    ck_assert_str_eq(why.text, "library is not installed here: npm install pack");
    ck_assert_ptr_null(subject.module);
}
END_TEST

START_TEST(a_package_that_is_there_is_named_by_its_folder)
{
    const char *const argv[] = {"peerspec", "client", "library", NULL};
    size_t len;

    put("pack/package.json", "{}");
    ck_assert_int_eq(make(3, argv), OK);
    len = strlen(subject.module);
    ck_assert_uint_gt(len, strlen("/pack"));
    ck_assert_str_eq(subject.module + len - strlen("/pack"), "/pack");
}
END_TEST

START_TEST(a_name_that_there_is_not_is_told_with_the_nearest)
{
    const char *const argv[] = {"peerspec", "client", "hare", NULL};

    ck_assert_int_eq(make(3, argv), ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(why.text, "here"));
}
END_TEST

static Suite *subject_suite(void)
{
    Suite *suite = suite_create("subject");
    TCase *target = tcase_create("target");

    tcase_add_checked_fixture(target, set_up, tear_down);
    tcase_add_test(target, a_command_is_called_by_its_program_and_repeated_as_it_was_written);
    tcase_add_test(target, a_url_is_a_server_elsewhere);
    tcase_add_test(target, an_adapter_is_loaded_by_its_name);
    tcase_add_test(target, a_program_that_is_not_installed_is_told_with_how_to_get_it);
    tcase_add_test(target, a_package_that_the_client_is_must_be_there_as_well);
    tcase_add_test(target, a_package_that_is_there_is_named_by_its_folder);
    tcase_add_test(target, a_name_that_there_is_not_is_told_with_the_nearest);
    suite_add_tcase(suite, target);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(subject_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
