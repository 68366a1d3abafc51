#include "exchange/exchange.h"

#include <string.h>

#include "tests/exchange/script.h"

START_TEST(every_header_reaches_its_field)
{
    const struct exchange *e = loaded("title: a title: with colon\n"
                                      "spec: RFC 959 4.1.2, RFC 959 5.4\n"
                                      "level: should\n"
                                      "tests: client\n"
                                      "client: put \"two words\" b\n"
                                      "state: logged-in\n"
                                      "data: extended-active\n"
                                      "unscripted: fail\n"
                                      "model: lacks EPSV MLSD\n"
                                      "match: class\n"
                                      "vary: both\n"
                                      "port: 2121\n"
                                      "user: hudan\n"
                                      "password: 12 3\n"
                                      "needs: ipv6 writable\n"
                                      "deviates: yes\n");

    ck_assert_str_eq(e->title, "a title: with colon");
    ck_assert_str_eq(e->specs[0], "RFC 959 4.1.2");
    ck_assert_str_eq(e->specs[1], "RFC 959 5.4");
    ck_assert_ptr_null(e->specs[2]);
    ck_assert_int_eq(e->level, LEVEL_SHOULD);
    ck_assert(e->tests[SIDE_CLIENT] && !e->tests[SIDE_SERVER]);
    ck_assert_str_eq(e->operation, "put");
    ck_assert_str_eq(e->arguments[0], "two words");
    ck_assert_str_eq(e->arguments[1], "b");
    ck_assert_ptr_null(e->arguments[2]);
    ck_assert(e->logged_in && !e->answers_unscripted && e->deviates);
    ck_assert_int_eq(e->data, DATA_EXTENDED_ACTIVE);
    ck_assert_str_eq(e->lacks[0], "EPSV");
    ck_assert_str_eq(e->lacks[1], "MLSD");
    ck_assert_ptr_null(e->lacks[2]);
    ck_assert_int_eq(e->match, MATCH_CLASS);
    ck_assert_uint_eq(e->vary, VARY_DELIVERY | VARY_ORDER);
    ck_assert_uint_eq(e->port, 2121);
    ck_assert_str_eq(e->user, "hudan");
    ck_assert_str_eq(e->password, "12 3");
    ck_assert_str_eq(e->needs, "ipv6 writable");
}
END_TEST

START_TEST(without_headers_there_are_defaults)
{
    const struct exchange *e = loaded("C> NOOP\n");

    ck_assert_str_eq(e->id, "test.exchange");
    ck_assert_str_eq(e->title, e->id);
    ck_assert_ptr_null(e->specs[0]);
    ck_assert_ptr_null(e->lacks[0]);
    ck_assert_int_eq(e->level, LEVEL_MUST);
    ck_assert_int_eq(e->protocol, PROTOCOL_FTP);
    ck_assert_int_eq(e->match, MATCH_CODE);
    ck_assert(e->tests[SIDE_CLIENT] && e->tests[SIDE_SERVER]);
    ck_assert(e->answers_unscripted && !e->logged_in && !e->deviates);
    ck_assert_ptr_null(e->operation);
    ck_assert_ptr_null(e->user);
    ck_assert_ptr_null(e->needs);
    ck_assert_uint_eq(e->port, 0);
}
END_TEST

START_TEST(lists_repeat_and_go_on_after_a_comma)
{
    const struct exchange *e = loaded("spec: RFC 959 4.1.2,\n"
                                      "      RFC 959 5.4\n"
                                      "spec: RFC 1123 4.1.2\n"
                                      "files: a = \"x, y\",\n"
                                      "\n"
                                      "  # between\n"
                                      "  pub/, two words = random 3 seed 1\n"
                                      "files: \"c, d\" = x\"00ff\"\n"
                                      "local: mine = \"m\"\n");

    ck_assert_str_eq(e->specs[1], "RFC 959 5.4");
    ck_assert_str_eq(e->specs[2], "RFC 1123 4.1.2");
    ck_assert_uint_eq(e->file_count, 4);
    ck_assert_str_eq(e->files[0].name, "a");
    assert_bytes_eq(e->files[0].content.octets, "x, y");
    ck_assert_str_eq(e->files[1].name, "pub/");
    ck_assert(e->files[1].directory && !e->files[1].content.given);
    ck_assert_str_eq(e->files[2].name, "two words");
    ck_assert_uint_eq(e->files[2].content.octets.len, 3);
    ck_assert_str_eq(e->files[3].name, "c, d");
    assert_bytes_eq(e->files[3].content.octets, "\0\377");
    ck_assert_uint_eq(e->files[3].at.line, 8);
    ck_assert_uint_eq(e->local_count, 1);
    ck_assert_str_eq(e->local[0].name, "mine");
}
END_TEST

START_TEST(a_script_can_forgo_the_models_data_connections)
{
    ck_assert_int_eq(loaded("data: none\nC> NOOP\n")->data, DATA_NONE);
    ck_assert_str_eq(loaded("data-from: 127.0.0.2\nC> NOOP\n")->data_from, "127.0.0.2");
}
END_TEST

START_TEST(a_root_is_a_folder)
{
    ck_assert_str_eq(loaded("root: /tmp\nC> NOOP\n")->root, "/tmp");
}
END_TEST

START_TEST(an_empty_password_is_one)
{
    ck_assert_str_eq(loaded("password:\nC> NOOP\n")->password, "");
}
END_TEST

static const struct mistake mistakes[] = {
    {"titel: x\n", 1, 1, "'titel' is not a header; did you mean 'title'?"},
    {"  banana: x\n", 1, 3, "'banana' is not a header"},
    {"title:\n", 1, 7, "'title:' has no value"},
    {"spec: a,, b\n", 1, 9, "section of an RFC"},
    {"level: mustt\n", 1, 8, "MUST, SHOULD or practice should be; did you mean 'MUST'?"},
    {"level: MUST not\n", 1, 13, "end of the line"},
    {"tests: sever\n", 1, 8, "server or client should be; did you mean 'server'?"},
    {"tests: server, cleint\n", 1, 16, "did you mean 'client'?"},
    {"protocol: sctp\n", 1, 11, "ftp, udp or tcp"},
    {"state: in\n", 1, 8, "logged-in"},
    {"data-from: localhost\n", 1, 12, "'localhost' is no IPv4 or IPv6 address in numbers"},
    {"data: passiv\n", 1, 7, "did you mean 'passive'?"},
    {"unscripted: ignore\n", 1, 13, "answer or fail"},
    {"model: has EPSV\n", 1, 8, "'lacks'"},
    {"match: codes\n", 1, 8, "did you mean 'code'?"},
    {"vary: delivery sometimes\n", 1, 16, "delivery, order or both"},
    {"port: 0\n", 1, 7, "port"},
    {"port: 65536\n", 1, 7, "port"},
    {"port: ftp\n", 1, 7, "port"},
    {"deviates: maybe\n", 1, 11, "yes or no"},
    {"client: a 1 2 3 4 5 6 7 8\n", 1, 25, "7 arguments"},
    {"client: get \"x\n", 1, 13, "not closed"},
    {"files: a\n", 1, 8, "'a' has no content"},
    {"files: a =\n", 1, 11, "\"text\""},
    {"files: a = x\n", 1, 12, "\"text\""},
    {"files: a = \"x\" y\n", 1, 16, "a comma"},
    {"files: pub/ = \"x\"\n", 1, 8, "directory"},
    {"files: /a = \"x\"\n", 1, 8, "below the root"},
    {"files: a/../../b = \"x\"\n", 1, 8, "below the root"},
    {"files: a//b = \"x\"\n", 1, 8, "below the root"},
    {"files: = \"x\"\n", 1, 8, "below the root"},
    {"files: a = \"x\",\n  b\n", 2, 3, "'b' has no content"},
    {"title: x\nC> NOOP\nlevel: MUST\n", 3, 1, "'level:' stands below the first step"},
};

START_TEST(bad_headers_are_named_with_their_place)
{
    refused(&mistakes[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("header");
    TCase *good = tcase_create("good"), *bad = tcase_create("bad");

    tcase_add_checked_fixture(good, NULL, unload);
    tcase_add_test(good, every_header_reaches_its_field);
    tcase_add_test(good, without_headers_there_are_defaults);
    tcase_add_test(good, lists_repeat_and_go_on_after_a_comma);
    tcase_add_test(good, a_script_can_forgo_the_models_data_connections);
    tcase_add_test(good, a_root_is_a_folder);
    tcase_add_test(good, an_empty_password_is_one);
    tcase_add_loop_test(bad, bad_headers_are_named_with_their_place, 0,
                        sizeof mistakes / sizeof *mistakes);
    suite_add_tcase(suite, good);
    suite_add_tcase(suite, bad);
    return run_suite(suite);
}
