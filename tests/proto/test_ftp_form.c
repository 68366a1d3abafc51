#include <check.h>
#include <stdlib.h>

#include "proto/ftp_form.h"

static struct ftp_form_reader reader;

/* Read `in` in pieces of `step` octets. */
static bool read_by(enum ftp_form form, struct bytes in, size_t step)
{
    ftp_form_start(&reader, form);
    for (; in.len > 0; in = bytes_from(in, step))
        if (!ftp_form_read(&reader, bytes_slice(in, 0, step)))
            return false;
    return true;
}

static const struct sample {
    enum ftp_form form;
    struct bytes octets;
} good[] = {
    {FTP_FORM_RECORDS, {"one\xff\x01two\xff\xff\xff\x03", 12}},
    {FTP_FORM_RECORDS, {"\xff\x01\xff\x02", 4}},
    {FTP_FORM_BLOCKS, {"\x00\x00\x03one\x80\x00\x01x\x10\x00\x02m1\x40\x00\x00", 18}},
    {FTP_FORM_BLOCKS,
     {"\xa0\x00\x02"
      "ab\x40\x00\x01z",
      9}},
    {FTP_FORM_COMPRESSED, {"\x03one\x85-\xc9\x00\x40\x01x", 11}},
};

START_TEST(good_data_is_read_in_pieces_of_any_length)
{
    const struct sample *sample = &good[_i];

    for (size_t step = 1; step <= sample->octets.len; step++) {
        ck_assert_msg(read_by(sample->form, sample->octets, step), "step %zu: flaw %d at %llu",
                      step, reader.flaw, (unsigned long long)reader.flaw_at);
        ck_assert(ftp_form_ends(&reader));
        ck_assert_uint_eq(reader.at, sample->octets.len);
    }
}
END_TEST

START_TEST(no_prefix_of_good_data_has_a_flaw)
{
    const struct sample *sample = &good[_i];

    for (size_t len = 0; len < sample->octets.len; len++) {
        ck_assert(read_by(sample->form, bytes_slice(sample->octets, 0, len), 3));
        if (sample->form == FTP_FORM_BLOCKS)
            ck_assert_msg(!ftp_form_ends(&reader), "ends after %zu", len);
    }
}
END_TEST

static const struct bad {
    enum ftp_form form;
    struct bytes octets;
    enum ftp_form_flaw flaw;
    uint64_t at;
} bad[] = {
    {FTP_FORM_RECORDS, {"one\xff\x04", 5}, FTP_FORM_ESCAPE, 4},
    {FTP_FORM_RECORDS, {"\xff\x00", 2}, FTP_FORM_ESCAPE, 1},
    {FTP_FORM_RECORDS, {"a\xff\xff\xff\xfe", 5}, FTP_FORM_ESCAPE, 4},
    {FTP_FORM_BLOCKS, {"\x41\x00\x00", 3}, FTP_FORM_DESCRIPTOR, 0},
    {FTP_FORM_BLOCKS, {"\x00\x00\x02one", 6}, FTP_FORM_DESCRIPTOR, 5},
    {FTP_FORM_BLOCKS, {"\x10\x00\x03m 1", 6}, FTP_FORM_MARKER, 4},
    {FTP_FORM_BLOCKS, {"\x00\x00\x01x\x10\x00\x01\x7f", 8}, FTP_FORM_MARKER, 7},
    {FTP_FORM_COMPRESSED, {"\x01x\x80y", 4}, FTP_FORM_COUNT, 2},
    {FTP_FORM_COMPRESSED, {"\xc0", 1}, FTP_FORM_COUNT, 0},
    {FTP_FORM_COMPRESSED, {"\x00\x44", 2}, FTP_FORM_DESCRIPTOR, 1},
};

START_TEST(a_flaw_is_told_with_its_octet)
{
    for (size_t step = 1; step <= bad[_i].octets.len; step++) {
        ck_assert(!read_by(bad[_i].form, bad[_i].octets, step));
        ck_assert_int_eq(reader.flaw, bad[_i].flaw);
        ck_assert_uint_eq(reader.flaw_at, bad[_i].at);
        ck_assert(!ftp_form_ends(&reader));
    }
}
END_TEST

static const struct sample unfinished[] = {
    {FTP_FORM_RECORDS, {"one\xff\x01", 5}},
    {FTP_FORM_RECORDS, {"one\xff\x02two", 8}},
    {FTP_FORM_RECORDS, {"one\xff", 4}},
    {FTP_FORM_RECORDS, {"one\xff\x02\xff\xff", 7}},
    {FTP_FORM_BLOCKS, {"\x00\x00\x03one", 6}},
    {FTP_FORM_BLOCKS, {"\x40\x00\x03on", 5}},
    {FTP_FORM_BLOCKS, {"\x40\x00\x00\x00\x00\x01x", 7}},
    {FTP_FORM_COMPRESSED, {"\x03on", 3}},
    {FTP_FORM_COMPRESSED, {"\x82", 1}},
    {FTP_FORM_COMPRESSED, {"\x01x\x00", 3}},
};

START_TEST(what_is_torn_does_not_end)
{
    ck_assert(read_by(unfinished[_i].form, unfinished[_i].octets, 2));
    ck_assert(!ftp_form_ends(&reader));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *suite = suite_create("ftp_form");
    TCase *forms = tcase_create("forms");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(forms, good_data_is_read_in_pieces_of_any_length, 0, COUNT(good));
    tcase_add_loop_test(forms, no_prefix_of_good_data_has_a_flaw, 0, COUNT(good));
    tcase_add_loop_test(forms, a_flaw_is_told_with_its_octet, 0, COUNT(bad));
    tcase_add_loop_test(forms, what_is_torn_does_not_end, 0, COUNT(unfinished));
    suite_add_tcase(suite, forms);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
