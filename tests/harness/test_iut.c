#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "iut.h"

static char folder[] = "/tmp/peerspec-test-iut-XXXXXX";
static char suites[512];
static struct iut *iut;
static struct diag why;

static void set_up(void)
{
    strcpy(folder, "/tmp/peerspec-test-iut-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(suites, sizeof suites, "%s/suites/iut", getenv("PEERSPEC_SOURCE"));
    iut = NULL;
}

static const char *const names[] = {"one.client", "one.server", "two.client"};

static void tear_down(void)
{
    char path[128];

    iut_free(iut);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    ck_assert_int_eq(rmdir(folder), 0);
}

/* Write a file into the folder; returns its path. */
static const char *wrote(const char *name, const char *text)
{
    static char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static enum err load_text(const char *name, enum side side, const char *text)
{
    return iut_load(folder, wrote(name, text), side, &iut, &why);
}

/* ---- files ---- */

START_TEST(adapter_names_its_operations)
{
    const char *text = "; a comment\n"
                       "[client]\n"
                       "program = one\n"
                       "protocol = tcp\n"
                       "module = one-module\n"
                       "install = apt-get install one\n"
                       "features = ftp passive\n"
                       "    resume\n"
                       "env = A=1\n"
                       "env = B={work}\n"
                       "[operations]\n"
                       "get = one -g\n"
                       "    {remote}\n"
                       "put = one -p {local}\n";

    ck_assert_int_eq(load_text("one.client", SIDE_CLIENT, text), OK);
    ck_assert_str_eq(iut->name, "one");
    ck_assert_int_eq(iut->side, SIDE_CLIENT);
    ck_assert_int_eq(iut->protocol, PROTOCOL_TCP);
    ck_assert_str_eq(iut->program, "one");
    ck_assert_str_eq(iut->module, "one-module");
    ck_assert_str_eq(iut->install, "apt-get install one");
    ck_assert_ptr_null(iut->version);
    ck_assert_str_eq(iut->env[0], "A=1");
    ck_assert_str_eq(iut->env[1], "B={work}");
    ck_assert_ptr_null(iut->env[2]);
    ck_assert_uint_eq(iut->operation_count, 2);
    ck_assert_str_eq(iut_operation(iut, "get")->command, "one -g {remote}");
    ck_assert_str_eq(iut_operation(iut, "put")->command, "one -p {local}");
    ck_assert_ptr_null(iut_operation(iut, "mkdir"));
    ck_assert(iut_has(iut, "passive") && iut_has(iut, "resume") && iut_has(iut, "ftp"));
    ck_assert(!iut_has(iut, "pass") && !iut_has(iut, "") && !iut_has(iut, "ftp passive"));
}
END_TEST

START_TEST(profile_says_how_to_start_the_server)
{
    const char *text = "[server]\n"
                       "start = one --config {config}\n"
                       "config = listen={host}\n"
                       "    port={port}\n"
                       "accounts = me:x:{root}\n"
                       "    you:y:{root}\n"
                       "user = me\n"
                       "password = x\n"
                       "writable =\n"
                       "port = 2121\n";

    ck_assert_int_eq(load_text("one.server", SIDE_SERVER, text), OK);
    ck_assert_str_eq(iut->start, "one --config {config}");
    ck_assert_str_eq(iut->config, "listen={host}\nport={port}");
    ck_assert_str_eq(iut->accounts, "me:x:{root}\nyou:y:{root}");
    ck_assert_str_eq(iut->user, "me");
    ck_assert_str_eq(iut->password, "x");
    ck_assert_str_eq(iut->root, "root");
    ck_assert_str_eq(iut->writable, "");
    ck_assert_uint_eq(iut->port, 2121);
    ck_assert_str_eq(iut->features, "");
}
END_TEST

START_TEST(profile_may_leave_out_what_has_a_default)
{
    ck_assert_int_eq(load_text("one.server", SIDE_SERVER, "[server]\nstart=x\n"), OK);
    ck_assert_int_eq(iut->protocol, PROTOCOL_FTP);
    ck_assert_uint_eq(iut->port, 21);
    ck_assert_ptr_null(iut->writable);
    ck_assert_ptr_null(iut->config);
    ck_assert_ptr_null(iut->accounts);
    ck_assert_ptr_null(iut->env[0]);
}
END_TEST

#define LONG_120                                                                                   \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
    "xxxx"                                                                                         \
    "xxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
    enum side side;
    const char *text;
    unsigned line, column;
    const char *message;
} bad_files[] = {
    {SIDE_CLIENT, "[client]\nprogrm = x\n", 2, 1, "'progrm' is no key; did you mean 'program'?"},
    {SIDE_CLIENT, "[client]\nstart = x\n", 2, 1, "'start' is no key of a [client] section"},
    {SIDE_CLIENT, "[client]\nprogram = x\nprogram = y\n", 3, 1, "'program' is said twice"},
    {SIDE_CLIENT, "[client]\nenv = x\n", 2, 1, "'x' is not NAME=value"},
    {SIDE_CLIENT, "[client]\nprotocol = ssh\n", 2, 1, "'ssh' is no protocol: ftp, udp or tcp"},
    {SIDE_CLIENT, "[operations]\ngte = x\n", 2, 1, "'gte' is no operation; did you mean 'get'?"},
    {SIDE_CLIENT, "[operations]\nget = x\nput = y\nget = z\n", 4, 1, "'get' is said twice"},
    {SIDE_CLIENT, "[client]\n\nnonsense\n", 3, 1, "this is neither a [section] nor name = value"},
    {SIDE_CLIENT, "[server]\nstart = x\n", 2, 1,
     "a key of section [server]: there is only [client] and [operations]"},
    {SIDE_CLIENT, "[client]\nprogram = x\n", 0, 0, "[operations] names no operation"},
    {SIDE_CLIENT, "", 0, 0, "[operations] names no operation"},
    {SIDE_SERVER, "[server]\nmodule = x\n", 2, 1, "'module' is no key of a [server] section"},
    {SIDE_SERVER, "[server]\nuser = x\n", 0, 0, "[server] does not say how to start it"},
    {SIDE_SERVER, "[server]\nport = 0\n", 2, 1, "'0' is no port: a number from 1 to 65535"},
    {SIDE_SERVER, "[server]\nport = x\n", 2, 1, "'x' is no port: a number from 1 to 65535"},
    {SIDE_SERVER, "[operations]\nget = x\n", 2, 1,
     "a key of section [operations]: there is only [server]"},
    {SIDE_SERVER, "[server]\nstart = " LONG_120 LONG_120 "\n", 2, 1,
     "this line is too long: go on in an indented line"},
};

START_TEST(bad_file_is_told_with_its_place)
{
    const char *name = bad_files[_i].side == SIDE_CLIENT ? "one.client" : "one.server";
    enum err err = load_text(name, bad_files[_i].side, bad_files[_i].text);

    ck_assert_str_eq(why.text, bad_files[_i].message);
    ck_assert_int_eq(err, ERR_SYNTAX);
    ck_assert_ptr_null(iut);
    ck_assert_uint_eq(why.at.line, bad_files[_i].line);
    ck_assert_uint_eq(why.at.column, bad_files[_i].column);
    ck_assert_ptr_nonnull(strstr(why.at.file, name));
}
END_TEST

START_TEST(every_prefix_of_a_good_file_is_read_or_refused)
{
    const char *text = "[client]\nprogram = one\nenv = A=1\n[operations]\nget = one\n    {1}\n";
    char part[128];

    for (size_t len = 0; len <= strlen(text); len++) {
        enum err err;

        snprintf(part, sizeof part, "%.*s", (int)len, text);
        err = load_text("one.client", SIDE_CLIENT, part);
        ck_assert_msg(err == OK || err == ERR_SYNTAX, "%zu octets: %s", len, why.text);
        ck_assert_int_eq(err == OK, iut != NULL);
        iut_free(iut);
        iut = NULL;
    }
}
END_TEST

START_TEST(unknown_name_is_told_with_what_there_is)
{
    wrote("one.client", "[operations]\nget = x\n");
    wrote("two.client", "[operations]\nget = x\n");
    wrote("one.server", "[server]\nstart = x\n");
    ck_assert_int_eq(iut_load(folder, "tow", SIDE_CLIENT, &iut, &why), ERR_USAGE);
    ck_assert_str_eq(why.text,
                     "there is no adapter 'tow'; did you mean 'two'? There are: one, two");
    ck_assert_int_eq(iut_load(folder, "apache", SIDE_SERVER, &iut, &why), ERR_USAGE);
    ck_assert_str_eq(why.text, "there is no profile 'apache'. There are: one");
}
END_TEST

START_TEST(missing_path_is_an_input_error)
{
    ck_assert_int_eq(iut_load(folder, "./no/such.client", SIDE_CLIENT, &iut, &why), ERR_INPUT);
    ck_assert_str_eq(why.text, "./no/such.client cannot be read: No such file or directory");
}
END_TEST

static void add_name(void *ctx, const struct iut *one)
{
    strcat(ctx, one->name);
    strcat(ctx, " ");
}

START_TEST(list_is_sorted)
{
    char text[64] = "";

    wrote("two.client", "[operations]\nget = x\n");
    wrote("one.client", "[operations]\nget = x\n");
    wrote("one.server", "[server]\nstart = x\n");
    ck_assert_int_eq(iut_list(folder, SIDE_CLIENT, add_name, text, &why), OK);
    ck_assert_str_eq(text, "one two ");
}
END_TEST

static void check_shipped(void *ctx, const struct iut *one)
{
    ck_assert_ptr_nonnull(one->install);
    ck_assert_msg(iut_has(one, protocol_name(one->protocol)), "%s: features", one->name);
    ++*(size_t *)ctx;
}

/* All of those that come with peerspec load, say how to get the program, and what they can. */
START_TEST(shipped_files_load)
{
    size_t count = 0;

    ck_assert_msg(iut_list(suites, SIDE_CLIENT, check_shipped, &count, &why) == OK, "%s", why.text);
    ck_assert_uint_ge(count, 9);
    count = 0;
    ck_assert_msg(iut_list(suites, SIDE_SERVER, check_shipped, &count, &why) == OK, "%s", why.text);
    ck_assert_uint_ge(count, 6);
}
END_TEST

/* ---- command lines ---- */

static struct arena arena;
static const char *const *argv;

static const struct iut_hole holes[] = {
    {"host", "192.0.2.1"}, {"user", "a b"}, {"password", ""},
    {"1", "x y.pdf"},      {"2", NULL},     {"six", "2001:db8::1"},
};

#define HOLES (sizeof holes / sizeof holes[0])

static const struct {
    const char *command;
    const char *words; /* "|" behind each */
} good_commands[] = {
    {"curl {host}", "curl|192.0.2.1|"},
    {"  a \t b  ", "a|b|"},
    {"a -u {user}:{password} {1}", "a|-u|a b:|x y.pdf|"},
    {"a {password} b", "a|b|"},
    {"a '{password}' b", "a||b|"},
    {"a {2} {3} {1}{2}", "a|x y.pdf|"},
    {"sh -c 'x \"$1\"; y' {1}", "sh|-c|x \"$1\"; y|x y.pdf|"},
    {"a \"it's {host}\"", "a|it's 192.0.2.1|"},
    {"a b'c d'e", "a|bc de|"},
    {"a {} {a b} { ${x:+y}", "a|{}|{a|b}|{|${x:+y}|"},
    {"a ''", "a||"},
    {"ftp://{%user}@{@host}:21/{%1}", "ftp://a%20b@192.0.2.1:21/x%20y.pdf|"},
    {"{@six} {six} {%six} {%2} {@2}", "[2001:db8::1]|2001:db8::1|2001%3Adb8%3A%3A1|"},
    {"{%} {@} {%a b}", "{%}|{@}|{%a|b}|"},
};

START_TEST(command_is_split_and_filled)
{
    char words[256] = "";

    arena_init(&arena);
    ck_assert_int_eq(iut_command(&arena, good_commands[_i].command, holes, HOLES, &argv, &why), OK);
    for (size_t i = 0; argv[i] != NULL; i++) {
        strcat(words, argv[i]);
        strcat(words, "|");
    }
    ck_assert_str_eq(words, good_commands[_i].words);
    arena_fini(&arena);
}
END_TEST

static const struct {
    const char *command, *message;
} bad_commands[] = {
    {"", "the command line is empty"},
    {"  ", "the command line is empty"},
    {"{2}", "the command line is empty"},
    {"a {hots}", "{hots} has no value here"},
    {"a {%hots}", "{%hots} has no value here"},
    {"a 'b", "a quote is left open in: a 'b"},
    {"a \"b'", "a quote is left open in: a \"b'"},
};

START_TEST(bad_command_is_refused)
{
    arena_init(&arena);
    ck_assert_int_eq(iut_command(&arena, bad_commands[_i].command, holes, HOLES, &argv, &why),
                     ERR_SYNTAX);
    ck_assert_str_eq(why.text, bad_commands[_i].message);
    arena_fini(&arena);
}
END_TEST

START_TEST(text_is_filled_and_not_split)
{
    const char *out;

    arena_init(&arena);
    ck_assert_int_eq(iut_fill(&arena, "listen={host}\nuser='{user}'", holes, HOLES, &out, &why),
                     OK);
    ck_assert_str_eq(out, "listen=192.0.2.1\nuser='a b'");
    ck_assert_int_eq(iut_fill(&arena, "{what}", holes, HOLES, &out, &why), ERR_SYNTAX);
    arena_fini(&arena);
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof table[0])

static Suite *make_suite(void)
{
    Suite *suite = suite_create("iut");
    TCase *files = tcase_create("files");
    TCase *commands = tcase_create("commands");

    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_add_test(files, adapter_names_its_operations);
    tcase_add_test(files, profile_says_how_to_start_the_server);
    tcase_add_test(files, profile_may_leave_out_what_has_a_default);
    tcase_add_loop_test(files, bad_file_is_told_with_its_place, 0, COUNT(bad_files));
    tcase_add_test(files, every_prefix_of_a_good_file_is_read_or_refused);
    tcase_add_test(files, unknown_name_is_told_with_what_there_is);
    tcase_add_test(files, missing_path_is_an_input_error);
    tcase_add_test(files, list_is_sorted);
    tcase_add_test(files, shipped_files_load);
    suite_add_tcase(suite, files);
    tcase_add_loop_test(commands, command_is_split_and_filled, 0, COUNT(good_commands));
    tcase_add_loop_test(commands, bad_command_is_refused, 0, COUNT(bad_commands));
    tcase_add_test(commands, text_is_filled_and_not_split);
    suite_add_tcase(suite, commands);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
