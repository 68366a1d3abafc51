#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

static struct arena arena;
static struct target target;
static struct hostport hostport;
static struct diag why;

static void set_up(void)
{
    arena_init(&arena);
    why = (struct diag){0};
}

static void tear_down(void)
{
    arena_fini(&arena);
}

START_TEST(word_without_scheme_is_a_name)
{
    ck_assert_int_eq(target_parse(&arena, "vsftpd", &target, &why), OK);
    ck_assert_int_eq(target.kind, TARGET_NAME);
    ck_assert_str_eq(target.text, "vsftpd");
    ck_assert_str_eq(target.name, "vsftpd");
}
END_TEST

static const struct {
    const char *text;
    enum protocol protocol;
    const char *user, *password, *host;
    uint16_t port;
} good_urls[] = {
    {"ftp://localhost", PROTOCOL_FTP, NULL, NULL, "localhost", 21},
    {"ftp://localhost/", PROTOCOL_FTP, NULL, NULL, "localhost", 21},
    {"FTP://localhost:2121", PROTOCOL_FTP, NULL, NULL, "localhost", 2121},
    {"ftp://me@localhost", PROTOCOL_FTP, "me", NULL, "localhost", 21},
    {"ftp://me:secret@127.0.0.1:21", PROTOCOL_FTP, "me", "secret", "127.0.0.1", 21},
    {"ftp://me:@h", PROTOCOL_FTP, "me", "", "h", 21},
    {"ftp://anonymous:me@example.org@h", PROTOCOL_FTP, "anonymous", "me@example.org", "h", 21},
    {"ftp://a%40b:c%3Ad%2f%25@h", PROTOCOL_FTP, "a@b", "c:d/%", "h", 21},
    {"ftp://[2001:db8::1]", PROTOCOL_FTP, NULL, NULL, "2001:db8::1", 21},
    {"ftp://me:x@[::1]:2121", PROTOCOL_FTP, "me", "x", "::1", 2121},
    {"udp://127.0.0.1:5000", PROTOCOL_UDP, NULL, NULL, "127.0.0.1", 5000},
    {"tcp://[::1]:7", PROTOCOL_TCP, NULL, NULL, "::1", 7},
};

START_TEST(url_is_taken_apart)
{
    ck_assert_int_eq(target_parse(&arena, good_urls[_i].text, &target, &why), OK);
    ck_assert_int_eq(target.kind, TARGET_URL);
    ck_assert_int_eq(target.protocol, good_urls[_i].protocol);
    ck_assert_pstr_eq(target.user, good_urls[_i].user);
    ck_assert_pstr_eq(target.password, good_urls[_i].password);
    ck_assert_str_eq(target.host, good_urls[_i].host);
    ck_assert_uint_eq(target.port, good_urls[_i].port);
}
END_TEST

START_TEST(name_of_a_url_has_no_password)
{
    ck_assert_int_eq(target_parse(&arena, "FTP://me:secret@[::1]:2121/", &target, &why), OK);
    ck_assert_str_eq(target.name, "ftp://[::1]:2121");
    ck_assert_int_eq(target_parse(&arena, "udp://h:7", &target, &why), OK);
    ck_assert_str_eq(target.name, "udp://h:7");
}
END_TEST

static const struct {
    const char *text, *message;
} bad_urls[] = {
    {"", "the target is empty"},
    {"http://x", "'http://x' is no target: a URL begins with ftp://, udp:// or tcp://"},
    {"://x", "'://x' is no target: a URL begins with ftp://, udp:// or tcp://"},
    {"ftps://x", "'ftps://x' asks for TLS, which is not there yet: use an ftp:// URL"},
    {"ftp://", "'ftp://' names no host"},
    {"ftp://:21", "'ftp://:21' names no host"},
    {"ftp://me@", "'ftp://me@' names no host"},
    {"ftp://x:0", "'ftp://x:0' names no port"},
    {"ftp://x:65536", "'ftp://x:65536' has a port that is no number from 1 to 65535"},
    {"ftp://x:21x", "'ftp://x:21x' has a port that is no number from 1 to 65535"},
    {"udp://x", "'udp://x' names no port"},
    {"udp://me@x:7", "'udp://me@x:7' names a user, which only ftp:// has"},
    {"ftp://x/pub", "'ftp://x/pub' has a path: a target is a server, the files come from SELECT"},
    {"ftp://::1", "'ftp://::1' has a host that is none (IPv6 addresses stand in brackets)"},
    {"ftp://[::1", "'ftp://[::1' has a host that is none (IPv6 addresses stand in brackets)"},
    {"ftp://[::1]x", "'ftp://[::1]x' has a host that is none (IPv6 addresses stand in brackets)"},
    {"ftp://a b", "'ftp://a b' has a host that is none (IPv6 addresses stand in brackets)"},
    {"ftp://a%4@h", "'ftp://a%4@h' has a % that two hexadecimal digits do not follow"},
    {"ftp://a%zz@h", "'ftp://a%zz@h' has a % that two hexadecimal digits do not follow"},
    {"ftp://a%00b@h", "'ftp://a%00b@h' has a % that two hexadecimal digits do not follow"},
};

START_TEST(bad_url_is_told_in_one_sentence)
{
    ck_assert_int_eq(target_parse(&arena, bad_urls[_i].text, &target, &why), ERR_USAGE);
    ck_assert_str_eq(why.text, bad_urls[_i].message);
}
END_TEST

static const struct {
    const char *text, *host;
    uint16_t port;
} good_hostports[] = {
    {"127.0.0.1:2121", "127.0.0.1", 2121},
    {"[::1]:21", "::1", 21},
    {"localhost:0", "localhost", 0},
    {":2121", "", 2121},
};

START_TEST(host_and_port_are_taken_apart)
{
    ck_assert_int_eq(hostport_parse(&arena, good_hostports[_i].text, &hostport, &why), OK);
    ck_assert_str_eq(hostport.host, good_hostports[_i].host);
    ck_assert_uint_eq(hostport.port, good_hostports[_i].port);
}
END_TEST

static const char *const bad_hostports[] = {"", "x", "x:", "x:y", "::1:21", "[::1]", "x:65536"};

START_TEST(bad_host_and_port_is_refused)
{
    ck_assert_int_eq(hostport_parse(&arena, bad_hostports[_i], &hostport, &why), ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(why.text, "is not HOST:PORT"));
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof table[0])

int main(void)
{
    Suite *suite = suite_create("target");
    TCase *target_case = tcase_create("target");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(target_case, set_up, tear_down);
    tcase_add_test(target_case, word_without_scheme_is_a_name);
    tcase_add_loop_test(target_case, url_is_taken_apart, 0, COUNT(good_urls));
    tcase_add_test(target_case, name_of_a_url_has_no_password);
    tcase_add_loop_test(target_case, bad_url_is_told_in_one_sentence, 0, COUNT(bad_urls));
    tcase_add_loop_test(target_case, host_and_port_are_taken_apart, 0, COUNT(good_hostports));
    tcase_add_loop_test(target_case, bad_host_and_port_is_refused, 0, COUNT(bad_hostports));
    suite_add_tcase(suite, target_case);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
