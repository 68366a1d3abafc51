#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "iut_version.h"
#include "workspace.h"

static struct iut iut;
static struct settings settings;
static char line[40];
static struct diag why;

static void set_up(void)
{
    iut = (struct iut){.name = "x"};
    settings = (struct settings){.subject.iut = &iut, .self = "/opt/peerspec"};
    ck_assert_int_eq(workspace_new(settings.work, &why), OK);
}

static void tear_down(void)
{
    workspace_remove(settings.work);
}

static const struct {
    const char *command, *line;
} versions[] = {
    {"echo one 1.2", "one 1.2"},
    {"sh -c 'echo; echo \"  one 1.2 \"; echo two'", "one 1.2"},
    {"sh -c 'echo on the error output >&2'", "on the error output"},
    {"sh -c 'printf \"one\\r\\ntwo\"'", "one"},
    {"sh -c 'printf %060d 7'", "000000000000000000000000000000000000000"},
    {"echo {peerspec}", "/opt/peerspec"},
    {"sh -c 'echo one 1.2; exit 3'", NULL},
    {"sh -c 'kill -9 $$'", NULL},
    {"true", NULL},
    {"no-such-program-at-all --version", NULL},
    {"echo {nothing}", NULL},
    {"sh -c 'echo", NULL},
};

START_TEST(first_line_is_the_version)
{
    iut.version = versions[_i].command;
    ck_assert_pstr_eq(iut_version(&settings, line, sizeof line), versions[_i].line);
}
END_TEST

START_TEST(program_is_named_with_its_path)
{
    iut.program = "sh";
    iut.version = "echo {program}";
    ck_assert_pstr_eq(iut_version(&settings, line, sizeof line), line);
    ck_assert_int_eq(line[0], '/');
    ck_assert_str_eq(line + strlen(line) - 3, "/sh");
}
END_TEST

START_TEST(package_is_named_with_its_folder)
{
    static char module[] = "/opt/node_modules/x";

    settings.subject.module = module;
    iut.version = "echo {module}";
    ck_assert_pstr_eq(iut_version(&settings, line, sizeof line), module);
}
END_TEST

START_TEST(environment_is_that_of_the_adapter)
{
    static const char *const env[] = {"HOME={work}", NULL};

    iut.env = env;
    iut.version = "sh -c 'test \"$HOME\" = \"$PWD\" && echo at home'";
    ck_assert_pstr_eq(iut_version(&settings, line, sizeof line), "at home");
}
END_TEST

START_TEST(what_has_no_version_command_has_no_version)
{
    ck_assert_ptr_null(iut_version(&settings, line, sizeof line));
    settings.subject.iut = NULL;
    ck_assert_ptr_null(iut_version(&settings, line, sizeof line));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("iut_version");
    TCase *all = tcase_create("version");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_loop_test(all, first_line_is_the_version, 0, sizeof versions / sizeof *versions);
    tcase_add_test(all, program_is_named_with_its_path);
    tcase_add_test(all, package_is_named_with_its_folder);
    tcase_add_test(all, environment_is_that_of_the_adapter);
    tcase_add_test(all, what_has_no_version_command_has_no_version);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
