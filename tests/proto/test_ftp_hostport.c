#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ftp_hostport.h"

static struct endpoint out;
static struct flaw flaw;
static uint16_t port;

static const char *shown(void)
{
    static char text[ENDPOINT_TEXT];

    return endpoint_format(&out, text);
}

START_TEST(port_carries_address_and_port)
{
    ck_assert_int_eq(ftp_port_parse(bytes_of("192,0,2,1,4,1"), &out, &flaw), PARSE_DONE);
    ck_assert_str_eq(shown(), "192.0.2.1:1025");
    ck_assert_int_eq(ftp_port_parse(bytes_of("255,255,255,255,255,255"), &out, &flaw), PARSE_DONE);
    ck_assert_str_eq(shown(), "255.255.255.255:65535");
}
END_TEST

START_TEST(host_number_is_four_numbers)
{
    ck_assert(ftp_is_host_number(bytes_of("192,0,2,1")));
    ck_assert(!ftp_is_host_number(bytes_of("192,0,2")));
    ck_assert(!ftp_is_host_number(bytes_of("192,0,2,1,4")));
    ck_assert(!ftp_is_host_number(bytes_of("192,0,2,256")));
    ck_assert(!ftp_is_host_number(bytes_of("192,0,2,1 ")));
}
END_TEST

static const struct {
    const char *text;
    size_t at;
} bad_port[] = {
    {"", 0},
    {"192", 3},
    {"192,0,2,1,4", 11},
    {"192,0,2,1,4,", 12},
    {"192,0,2,1,4,1,", 13},
    {"192,0,2,1,4,1 ", 13},
    {"192,0,2,256,4,1", 8},
    {"192,0,2,1,4,0001", 12},
    {"192, 0,2,1,4,1", 4},
    {" 192,0,2,1,4,1", 0},
    {"192.0.2.1.4.1", 3},
    {"192,0,-2,1,4,1", 6},
    {"99999999999999999999,0,2,1,4,1", 0},
};

START_TEST(port_names_the_octet_that_is_wrong)
{
    ck_assert_int_eq(ftp_port_parse(bytes_of(bad_port[_i].text), &out, &flaw), PARSE_BAD);
    ck_assert_uint_eq(flaw.at, bad_port[_i].at);
}
END_TEST

static const struct {
    const char *text, *endpoint;
} pasv[] = {
    {"227 Entering Passive Mode (192,0,2,1,4,1).", "192.0.2.1:1025"},
    {"227 Entering Passive Mode (192,0,2,1,4,1)\r\n", "192.0.2.1:1025"},
    {"227 Entering Passive Mode 192,0,2,1,4,1", "192.0.2.1:1025"},
    {"227 =192,0,2,1,4,1", "192.0.2.1:1025"},
    {"227 of 4 ports, 3,4 or so (192,0,2,1,4,1)", "192.0.2.1:1025"},
    {"192,0,2,1,4,1", "192.0.2.1:1025"},
    {"227 1192,0,2,1,4,1,0 then (10,0,0,1,0,21)", "10.0.0.1:21"},
};

START_TEST(pasv_is_scanned_for_six_numbers)
{
    ck_assert_int_eq(ftp_pasv_parse(bytes_of(pasv[_i].text), &out, &flaw), PARSE_DONE);
    ck_assert_str_eq(shown(), pasv[_i].endpoint);
}
END_TEST

static const struct {
    const char *text;
    size_t at;
} bad_pasv[] = {
    {"", 0},
    {"227 Entering Passive Mode", 25},
    {"227 (192,0,2,1,4)", 16},
    {"227 (192,0,2,1,4,256)", 17},
    {"227 (192,0,2,1,4,1,9)", 18},
    {"227 (192,0,2,1,,1)", 15},
    {"227 (192.0.2.1.4.1)", 19},
};

START_TEST(pasv_without_an_address_is_refused)
{
    ck_assert_int_eq(ftp_pasv_parse(bytes_of(bad_pasv[_i].text), &out, &flaw), PARSE_BAD);
    ck_assert_uint_eq(flaw.at, bad_pasv[_i].at);
}
END_TEST

static const struct {
    const char *text, *endpoint;
} eprt[] = {
    {"|1|132.235.1.2|6275|", "132.235.1.2:6275"},
    {"|2|1080::8:800:200C:417A|5282|", "[1080::8:800:200c:417a]:5282"},
    {"!1!192.0.2.1!65535!", "192.0.2.1:65535"},
    {"$2$::1$1$", "[::1]:1"},
};

START_TEST(eprt_carries_either_family)
{
    ck_assert_int_eq(ftp_eprt_parse(bytes_of(eprt[_i].text), &out, &flaw), PARSE_DONE);
    ck_assert_str_eq(shown(), eprt[_i].endpoint);
    for (size_t len = 0; len < strlen(eprt[_i].text); len++) {
        struct bytes prefix = {eprt[_i].text, len};

        ck_assert_int_eq(ftp_eprt_parse(prefix, &out, &flaw), PARSE_BAD);
        ck_assert_uint_le(flaw.at, len);
    }
}
END_TEST

static const struct {
    const char *text;
    size_t at;
} bad_eprt[] = {
    {"", 0},
    {" 1 192.0.2.1 21 ", 0},
    {"|3|192.0.2.1|21|", 1},
    {"|1192.0.2.1|21|", 2},
    {"|1|::1|21|", 3},
    {"|2|192.0.2.1|21|", 3},
    {"|1|192.0.2|21|", 3},
    {"|1|192.0.2.1|0|", 13},
    {"|1|192.0.2.1|65536|", 13},
    {"|1|192.0.2.1||", 13},
    {"|1|192.0.2.1|21", 15},
    {"|1|192.0.2.1|21|x", 16},
};

START_TEST(eprt_names_the_octet_that_is_wrong)
{
    ck_assert_int_eq(ftp_eprt_parse(bytes_of(bad_eprt[_i].text), &out, &flaw), PARSE_BAD);
    ck_assert_uint_eq(flaw.at, bad_eprt[_i].at);
}
END_TEST

START_TEST(epsv_finds_the_port_behind_any_delimiter)
{
    ck_assert_int_eq(ftp_epsv_parse(bytes_of("229 Extended (|||6446|)"), &port, &flaw), PARSE_DONE);
    ck_assert_uint_eq(port, 6446);
    ck_assert_int_eq(ftp_epsv_parse(bytes_of("229 (ok) (!!!65535!)."), &port, &flaw), PARSE_DONE);
    ck_assert_uint_eq(port, 65535);
}
END_TEST

static const struct {
    const char *text;
    size_t at;
} bad_epsv[] = {
    {"229 Extended", 12},   {"229 |||6446|", 12},          {"229 (||6446|)", 7},
    {"229 (|||6446)", 12},  {"229 (|||6446|", 13},         {"229 (|||0|)", 8},
    {"229 (|||65536|)", 8}, {"229 (|1|192.0.2.1|21|)", 6}, {"229 (", 5},
    {"229 (11121)", 5},
};

START_TEST(epsv_names_the_octet_that_is_wrong)
{
    ck_assert_int_eq(ftp_epsv_parse(bytes_of(bad_epsv[_i].text), &port, &flaw), PARSE_BAD);
    ck_assert_uint_eq(flaw.at, bad_epsv[_i].at);
}
END_TEST

START_TEST(what_is_formatted_is_parsed_again)
{
    struct endpoint four, six;
    char text[FTP_HOSTPORT_TEXT];

    ck_assert(endpoint_parse("192.0.2.1", 50021, &four));
    ck_assert(endpoint_parse("2001:db8::1", 5282, &six));
    ck_assert_str_eq(ftp_host_number_format(&four, text), "192,0,2,1");
    ck_assert_str_eq(ftp_hostport_format(&four, text), "192,0,2,1,195,101");
    ck_assert_int_eq(ftp_port_parse(bytes_of(text), &out, &flaw), PARSE_DONE);
    ck_assert(endpoint_equal(&out, &four));
    ck_assert_str_eq(ftp_eprt_format(&four, text), "|1|192.0.2.1|50021|");
    ck_assert_str_eq(ftp_eprt_format(&six, text), "|2|2001:db8::1|5282|");
    ck_assert_int_eq(ftp_eprt_parse(bytes_of(text), &out, &flaw), PARSE_DONE);
    ck_assert(endpoint_equal(&out, &six));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *suite = suite_create("ftp_hostport");
    TCase *four = tcase_create("PORT and PASV"), *extended = tcase_create("EPRT and EPSV");
    SRunner *runner;
    int failed;

    tcase_add_test(four, port_carries_address_and_port);
    tcase_add_test(four, host_number_is_four_numbers);
    tcase_add_loop_test(four, port_names_the_octet_that_is_wrong, 0, COUNT(bad_port));
    tcase_add_loop_test(four, pasv_is_scanned_for_six_numbers, 0, COUNT(pasv));
    tcase_add_loop_test(four, pasv_without_an_address_is_refused, 0, COUNT(bad_pasv));
    tcase_add_loop_test(extended, eprt_carries_either_family, 0, COUNT(eprt));
    tcase_add_loop_test(extended, eprt_names_the_octet_that_is_wrong, 0, COUNT(bad_eprt));
    tcase_add_test(extended, epsv_finds_the_port_behind_any_delimiter);
    tcase_add_loop_test(extended, epsv_names_the_octet_that_is_wrong, 0, COUNT(bad_epsv));
    tcase_add_test(extended, what_is_formatted_is_parsed_again);
    suite_add_tcase(suite, four);
    suite_add_tcase(suite, extended);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
