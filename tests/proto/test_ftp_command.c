#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ftp_command.h"

static struct ftp_command command;
static char room[256];
static size_t used;

static enum parse parse_octets(const char *text, size_t len)
{
    return ftp_command_parse((struct bytes){text, len}, room, &command, &used);
}

static enum parse parse(const char *text)
{
    return parse_octets(text, strlen(text));
}

START_TEST(verb_and_argument_are_split_at_the_first_space)
{
    ck_assert_int_eq(parse("retr a b.txt\r\nQUIT\r\n"), PARSE_DONE);
    ck_assert(bytes_is(command.verb, "retr"));
    ck_assert(bytes_is(command.argument, "a b.txt"));
    ck_assert(command.has_argument);
    ck_assert_uint_eq(command.quirks, 0);
    ck_assert_uint_eq(used, strlen("retr a b.txt\r\n"));
    ck_assert_str_eq(command.known->name, "RETR");
}
END_TEST

START_TEST(a_verb_alone_has_no_argument)
{
    ck_assert_int_eq(parse("PASV\r\n"), PARSE_DONE);
    ck_assert(!command.has_argument);
    ck_assert_uint_eq(command.argument.len, 0);
    ck_assert_uint_eq(command.quirks, 0);
}
END_TEST

START_TEST(an_unknown_verb_is_still_a_command)
{
    ck_assert_int_eq(parse("XYZZY now\r\n"), PARSE_DONE);
    ck_assert(bytes_is(command.verb, "XYZZY"));
    ck_assert_ptr_null(command.known);
}
END_TEST

static const struct {
    const char *text;
    size_t len; /* 0: to the zero */
    const char *verb, *argument;
    unsigned quirks;
} odd[] = {
    {"NOOP\n", 0, "NOOP", "", FTP_COMMAND_BARE_LF},
    {"RETR a\rb\r\n", 0, "RETR", "a\rb", FTP_COMMAND_BARE_CR},
    {"RETR a\r\0b\r\n", 11, "RETR", "a\rb", 0},
    {"RETR a\r\0\nb\r\n", 12, "RETR", "a\r\nb", 0},
    {"NOOP\0\r\n", 7, NULL, "", FTP_COMMAND_NUL},
    {"\xff\xf4\xff\xf2\101BOR\r\n", 0, "ABOR", "", FTP_COMMAND_TELNET},
    {"NO\xff\xf1OP\r\n", 0, "NOOP", "", FTP_COMMAND_TELNET},
    {"\xff\xfd\x0aNOOP\r\n", 0, "NOOP", "", FTP_COMMAND_TELNET | FTP_COMMAND_NEGOTIATES},
    {"\xff\xfa\x18\x0a\xff\xf0NOOP\r\n", 0, "NOOP", "",
     FTP_COMMAND_TELNET | FTP_COMMAND_NEGOTIATES},
    {"RETR a\xff\xff\r\n", 0, "RETR", "a\xff", FTP_COMMAND_8BIT},
    {"RETR a\xff\r\n", 0, "RETR", "a\xff", FTP_COMMAND_8BIT},
    {"RETR \xc3\xa9\r\n", 0, "RETR", "\xc3\xa9", FTP_COMMAND_8BIT},
    {"RETR  a\r\n", 0, "RETR", " a", FTP_COMMAND_TWO_SPACES},
    {"RETR a \r\n", 0, "RETR", "a ", FTP_COMMAND_TRAILING_SP},
    {"NOOP \r\n", 0, "NOOP", "", FTP_COMMAND_TRAILING_SP},
    {"\r\n", 0, "", "", FTP_COMMAND_EMPTY},
    {"\n", 0, "", "", FTP_COMMAND_EMPTY | FTP_COMMAND_BARE_LF},
    {" NOOP\r\n", 0, "", "NOOP", 0},
};

START_TEST(oddities_are_told_in_quirks)
{
    size_t len = odd[_i].len > 0 ? odd[_i].len : strlen(odd[_i].text);

    ck_assert_int_eq(parse_octets(odd[_i].text, len), PARSE_DONE);
    ck_assert_uint_eq(used, len);
    ck_assert_uint_eq(command.quirks, odd[_i].quirks);
    if (odd[_i].verb != NULL)
        ck_assert(bytes_is(command.verb, odd[_i].verb));
    ck_assert(bytes_is(command.argument, odd[_i].argument));
}
END_TEST

static const char *const good[] = {
    "RETR 2003.pdf\r\n",           "NOOP\n",
    "\xff\xf4\xff\xf2\101BOR\r\n", "\xff\xfa\x18\x0a\xff\xf0NOOP\r\n",
    "\xff\xfd\x0aNOOP\r\n",
};

START_TEST(every_prefix_asks_for_more)
{
    for (size_t len = 0; len < strlen(good[_i]); len++)
        ck_assert_int_eq(parse_octets(good[_i], len), PARSE_MORE);
    ck_assert_int_eq(parse(good[_i]), PARSE_DONE);
    ck_assert_uint_eq(used, strlen(good[_i]));
}
END_TEST

START_TEST(verbs_are_found_in_any_case)
{
    ck_assert_str_eq(ftp_verb_find(bytes_of("mLsD"))->name, "MLSD");
    ck_assert_ptr_null(ftp_verb_find(bytes_of("MLS")));
    ck_assert_ptr_null(ftp_verb_find(bytes_of("")));
}
END_TEST

START_TEST(x_forms_name_the_verb_that_they_stand_for)
{
    ck_assert_str_eq(ftp_verb_find(bytes_of("XMKD"))->canonical, "MKD");
    ck_assert_str_eq(ftp_verb_find(bytes_of("XCUP"))->canonical, "CDUP");
    ck_assert_str_eq(ftp_verb_find(bytes_of("PWD"))->canonical, "PWD");
}
END_TEST

START_TEST(the_table_agrees_with_itself)
{
    for (const struct ftp_verb *verb = ftp_verbs(); verb->name != NULL; verb++) {
        const struct ftp_verb *canonical = ftp_verb_find(bytes_of(verb->canonical));

        ck_assert_ptr_eq(ftp_verb_find(bytes_of(verb->name)), verb);
        ck_assert_str_eq(canonical->name, verb->canonical);
        ck_assert_msg((verb->traits & (FTP_VERB_NEEDS_ARG | FTP_VERB_NO_ARG)) !=
                          (FTP_VERB_NEEDS_ARG | FTP_VERB_NO_ARG),
                      "%s both needs and forbids an argument", verb->name);
        ck_assert_msg((verb->traits & FTP_VERB_LISTS) == 0 || (verb->traits & FTP_VERB_SENDS) != 0,
                      "%s lists without sending", verb->name);
        ck_assert_int_eq(strncmp(verb->spec, "RFC ", 4), 0);
    }
}
END_TEST

static unsigned count(unsigned trait)
{
    unsigned found = 0;

    for (const struct ftp_verb *verb = ftp_verbs(); verb->name != NULL; verb++)
        found += (verb->traits & trait) != 0;
    return found;
}

START_TEST(traits_are_those_of_the_standards)
{
    ck_assert_uint_eq(count(FTP_VERB_MANDATORY), 26); /* RFC 1123 4.1.2.13, with PASV of 4.1.2.6 */
    ck_assert_uint_eq(count(FTP_VERB_SENDS), 4);
    ck_assert_uint_eq(count(FTP_VERB_RECEIVES), 3);
    ck_assert_uint_eq(count(FTP_VERB_LISTS), 3);
    ck_assert_uint_eq(count(FTP_VERB_OPENS), 4);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *suite = suite_create("ftp_command");
    TCase *lines = tcase_create("lines"), *table = tcase_create("verbs");
    SRunner *runner;
    int failed;

    tcase_add_test(lines, verb_and_argument_are_split_at_the_first_space);
    tcase_add_test(lines, a_verb_alone_has_no_argument);
    tcase_add_test(lines, an_unknown_verb_is_still_a_command);
    tcase_add_loop_test(lines, oddities_are_told_in_quirks, 0, COUNT(odd));
    tcase_add_loop_test(lines, every_prefix_asks_for_more, 0, COUNT(good));
    tcase_add_test(table, verbs_are_found_in_any_case);
    tcase_add_test(table, x_forms_name_the_verb_that_they_stand_for);
    tcase_add_test(table, the_table_agrees_with_itself);
    tcase_add_test(table, traits_are_those_of_the_standards);
    suite_add_tcase(suite, lines);
    suite_add_tcase(suite, table);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
