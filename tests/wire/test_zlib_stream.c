#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "wire/zlib_stream.h"

/* "one two three one two three" as zlib deflates it. */
static const char stream_text[] = "\x78\x9c\xcb\xcf\x4b\x55\x28\x29\xcf\x57\x28\xc9\x28\x4a\x4d\x55"
                                  "\xc8\x47\xe6\x01\x00\x8b\xf3\x0a\x09";
#define LENGTH (sizeof stream_text - 1)

static struct zlib_stream *stream;
static uint64_t at;

static void begin(void)
{
    stream = zlib_stream_new();
}

static void end(void)
{
    zlib_stream_free(stream);
}

/* Read `in` in pieces of `step` octets up to the first flaw. */
static enum ftp_form_flaw read_by(struct bytes in, size_t step)
{
    enum ftp_form_flaw flaw = FTP_FORM_FLAWLESS;

    for (; in.len > 0 && flaw == FTP_FORM_FLAWLESS; in = bytes_from(in, step))
        flaw = zlib_stream_read(stream, bytes_slice(in, 0, step), &at);
    return flaw;
}

START_TEST(a_stream_ends_with_its_checksum)
{
    ck_assert_int_eq(read_by((struct bytes){stream_text, LENGTH}, 1 + (size_t)_i),
                     FTP_FORM_FLAWLESS);
    ck_assert(zlib_stream_ended(stream));
}
END_TEST

START_TEST(a_prefix_has_no_flaw_and_no_end)
{
    ck_assert_int_eq(read_by((struct bytes){stream_text, (size_t)_i}, 4), FTP_FORM_FLAWLESS);
    ck_assert(!zlib_stream_ended(stream));
}
END_TEST

/* The stream with the octet at `where` replaced. */
static enum ftp_form_flaw broken_at(size_t where, char octet)
{
    char text[LENGTH];

    memcpy(text, stream_text, LENGTH);
    text[where] = octet;
    return read_by((struct bytes){text, LENGTH}, 3);
}

START_TEST(a_wrong_header_is_told_at_the_first_octet)
{
    ck_assert_int_eq(broken_at(1, 'x'), FTP_FORM_ZLIB_HEADER);
    ck_assert_uint_eq(at, 0);
}
END_TEST

START_TEST(a_wrong_checksum_is_a_flaw)
{
    ck_assert_int_eq(broken_at(LENGTH - 1, 'x'), FTP_FORM_ZLIB_DATA);
    ck_assert_uint_eq(at, LENGTH);
}
END_TEST

START_TEST(octets_behind_the_end_are_told_with_their_place)
{
    char text[LENGTH + 1];

    memcpy(text, stream_text, LENGTH);
    text[LENGTH] = 'x';
    ck_assert_int_eq(read_by((struct bytes){text, sizeof text}, 1 + (size_t)_i),
                     FTP_FORM_ZLIB_BEHIND);
    ck_assert_uint_eq(at, LENGTH);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zlib_stream");
    TCase *streams = tcase_create("streams");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(streams, begin, end);
    tcase_add_loop_test(streams, a_stream_ends_with_its_checksum, 0, (int)LENGTH);
    tcase_add_loop_test(streams, a_prefix_has_no_flaw_and_no_end, 0, (int)LENGTH);
    tcase_add_test(streams, a_wrong_header_is_told_at_the_first_octet);
    tcase_add_test(streams, a_wrong_checksum_is_a_flaw);
    tcase_add_loop_test(streams, octets_behind_the_end_are_told_with_their_place, 0,
                        (int)LENGTH + 1);
    suite_add_tcase(suite, streams);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
