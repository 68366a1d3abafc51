#include "fakes/ftp_client_script.h"

#include <check.h>
#include <stdio.h>

#define HEAD "title: t\nspec: RFC 959 4.1\n\n"

static struct exchange *exchange;

static void load(const char *steps)
{
    struct exchange_places places = {0};
    struct diag why;
    char text[1000];

    snprintf(text, sizeof text, HEAD "%s", steps);
    ck_assert_msg(exchange_parse(bytes_of(text), "test", &places, &exchange, &why) == OK, "%s",
                  why.text);
}

static void teardown(void)
{
    exchange_free(exchange);
    exchange = NULL;
}

static const struct {
    const char *steps;
    bool precedes;
} rests[] = {
    {"C> REST 5\nS> 350 a\nC> RETR x\nS> 550 b\n", true},
    {"C> REST 5\nS> 350 a\nC> APPE x\nS> 550 b\n", true},
    {"C> REST 5\nS> 350 a\nC> NOOP\nS> 200 b\nC> RETR x\nS> 550 c\n", false},
    {"C> REST 5\nS> 350 a\n", false},
    {"C> RETR x\nS> 550 b\n", false},
    {"C> NOOP\nS> 200 a\n", false},
};

START_TEST(rest_precedes_a_transfer_where_it_comes_next)
{
    load(rests[_i].steps);
    ck_assert_int_eq(ftp_script_rest_precedes_transfer(exchange), rests[_i].precedes);
}
END_TEST

START_TEST(cut_is_seen_ahead)
{
    load("C> RETR x\nS> 150 a\n! after 100 bytes reset\nD> \"abc\"\nS> 426 b\n");
    ck_assert(ftp_script_cuts_data(exchange));
}
END_TEST

START_TEST(data_without_a_delivery_line_are_not_cut)
{
    load("C> RETR x\nS> 150 a\nD> \"abc\"\n! delay 1s\nS> 226 b\n");
    ck_assert(!ftp_script_cuts_data(exchange));
    ck_assert(!ftp_script_cuts_data(NULL));
}
END_TEST

/* --- content --------------------------------------------------------------------------------- */

static const struct exchange_file local[] = {{.name = "l", .content = {true, {"local\n", 6}, {0}}},
                                             {.name = "x", .content = {true, {"mine", 4}, {0}}}};
static const struct exchange_file remote[] = {
    {.name = "r", .content = {true, {"a\nb\r\n", 5}, {0}}},
    {.name = "x", .content = {true, {"theirs", 6}, {0}}}};

static const struct {
    const char *name;
    bool ascii;
    const char *sent;
} contents[] = {
    {"l", false, "local\n"},
    {"l", true, "local\r\n"},
    {"r", false, "a\nb\r\n"},
    {"r", true, "a\r\nb\r\n"}, /* what ends with CRLF already does not get another CR */
    {"x", false, "mine"},
    {"/pub/r", false, "a\nb\r\n"},
    {"none", false, "sent by peerspec\r\n"},
    {"none", true, "sent by peerspec\r\n"},
    {"", false, "sent by peerspec\r\n"},
};

START_TEST(file_is_the_local_one_or_the_servers)
{
    struct exchange files = {.local = local, .local_count = 2, .files = remote, .file_count = 2};
    struct buf out;

    buf_init(&out, 1000);
    ftp_script_add_content(&files, contents[_i].name, contents[_i].ascii, &out);
    ck_assert_str_eq(buf_text(&out), contents[_i].sent);
    buf_fini(&out);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("ftp_client_script");
    TCase *ahead = tcase_create("ahead"), *content = tcase_create("content");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(ahead, NULL, teardown);
    tcase_add_loop_test(ahead, rest_precedes_a_transfer_where_it_comes_next, 0, COUNT(rests));
    tcase_add_test(ahead, cut_is_seen_ahead);
    tcase_add_test(ahead, data_without_a_delivery_line_are_not_cut);
    suite_add_tcase(suite, ahead);
    tcase_add_loop_test(content, file_is_the_local_one_or_the_servers, 0, COUNT(contents));
    suite_add_tcase(suite, content);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
