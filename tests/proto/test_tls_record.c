#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "proto/tls_record.h"

#define RANDOM "0123456789abcdefghijklmnopqrstuv"
#define CLIENT_HELLO "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"
#define SERVER_HELLO_12 "\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03" RANDOM "\x00\xc0\x2f\x00"
#define SERVER_HELLO_13                                                                            \
    "\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03" RANDOM                                          \
    "\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04"
#define CIPHER "\x14\x03\x03\x00\x01\x01"
#define DATA "\x17\x03\x03\x00\x03xyz"
#define ALERT "\x15\x03\x03\x00\x02\x01\x00"
#define FATAL "\x15\x03\x03\x00\x02\x02\x28"
#define OCTETS(text) ((struct bytes){(text), sizeof(text) - 1})

static struct tls_reader reader;

/* Read `in` in pieces of `step` octets; returns how many were of records. */
static size_t read_by(struct bytes in, size_t step)
{
    size_t used = 0;

    memset(&reader, 0, sizeof reader);
    for (; in.len > 0 && !reader.clear; in = bytes_from(in, step))
        used += tls_read(&reader, bytes_slice(in, 0, step));
    return used;
}

START_TEST(records_are_read_in_pieces_of_any_length)
{
    struct bytes in = OCTETS(SERVER_HELLO_12 CIPHER DATA ALERT);

    ck_assert_uint_eq(read_by(in, 1 + (size_t)_i), in.len);
    ck_assert(tls_is_between(&reader));
    ck_assert_uint_eq(reader.data_records, 1);
    ck_assert(reader.encrypted);
    ck_assert_int_eq(reader.type, TLS_ALERT);
    ck_assert(!reader.failed);
    ck_assert_int_eq(tls_first_message(&reader), TLS_SERVER_HELLO);
    ck_assert_uint_eq(tls_chosen_version(&reader), 0x0303);
}
END_TEST

START_TEST(a_prefix_chooses_no_version_before_the_hello_is_whole)
{
    struct bytes in = OCTETS(SERVER_HELLO_13);

    for (size_t len = 0; len < in.len; len++) {
        ck_assert_uint_eq(read_by(bytes_slice(in, 0, len), 7), len);
        ck_assert_uint_eq(tls_chosen_version(&reader), 0);
        ck_assert_int_eq(tls_is_between(&reader), len == 0);
    }
    read_by(in, 7);
    ck_assert_uint_eq(tls_chosen_version(&reader), 0x0304);
}
END_TEST

START_TEST(a_client_begins_with_its_hello)
{
    read_by(OCTETS(CLIENT_HELLO CIPHER), 4);
    ck_assert_int_eq(tls_first_message(&reader), TLS_CLIENT_HELLO);
    ck_assert_uint_eq(tls_chosen_version(&reader), 0);
}
END_TEST

START_TEST(a_fatal_alert_in_clear_is_a_failure)
{
    read_by(OCTETS(CLIENT_HELLO FATAL), 2);
    ck_assert(reader.failed);
    read_by(OCTETS(CLIENT_HELLO CIPHER FATAL), 2);
    ck_assert(!reader.failed);
}
END_TEST

/* What is no record, and where it begins. */
static const struct bad {
    struct bytes octets;
    size_t at;
} bad[] = {
    {{"USER me\r\n", 9}, 0},
    {{DATA "NOOP\r\n", 14}, 8},
    {{DATA ALERT "200 OK\r\n", 23}, 15},
    {{"\x19\x03\x03\x00\x01x", 6}, 0},
    {{CIPHER "\x17\x02\x03\x00\x01x", 12}, 7},
};

START_TEST(what_is_no_record_is_told_with_its_place)
{
    for (size_t step = 1; step <= bad[_i].octets.len; step++) {
        ck_assert_uint_eq(read_by(bad[_i].octets, step), bad[_i].at);
        ck_assert(reader.clear);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tls_record");
    TCase *records = tcase_create("records");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(records, records_are_read_in_pieces_of_any_length, 0, 60);
    tcase_add_test(records, a_prefix_chooses_no_version_before_the_hello_is_whole);
    tcase_add_test(records, a_client_begins_with_its_hello);
    tcase_add_test(records, a_fatal_alert_in_clear_is_a_failure);
    tcase_add_loop_test(records, what_is_no_record_is_told_with_its_place, 0,
                        (int)(sizeof bad / sizeof *bad));
    suite_add_tcase(suite, records);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
