#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ftp_reply.h"

static struct ftp_reply reply;
static struct flaw flaw;
static size_t used;

static enum parse parse(const char *text)
{
    return ftp_reply_parse(bytes_of(text), &reply, &used, &flaw);
}

static enum parse parse_octets(const char *text, size_t len)
{
    return ftp_reply_parse((struct bytes){text, len}, &reply, &used, &flaw);
}

START_TEST(single_line_reply_is_taken_with_its_line_end)
{
    ck_assert_int_eq(parse("220 Ready.\r\n331 next\r\n"), PARSE_DONE);
    ck_assert_int_eq(reply.code, 220);
    ck_assert_uint_eq(reply.lines, 1);
    ck_assert_uint_eq(reply.quirks, 0);
    ck_assert_uint_eq(used, strlen("220 Ready.\r\n"));
    ck_assert(bytes_is(reply.text, "220 Ready.\r\n"));
}
END_TEST

START_TEST(multiline_reply_ends_at_its_own_code)
{
    const char *text = "211-Status\r\n 220 is not the end\r\n211 End\r\n";

    ck_assert_int_eq(parse(text), PARSE_DONE);
    ck_assert_int_eq(reply.code, 211);
    ck_assert_uint_eq(reply.lines, 3);
    ck_assert_uint_eq(reply.quirks, 0);
    ck_assert_uint_eq(used, strlen(text));
}
END_TEST

START_TEST(own_code_with_a_hyphen_is_an_inner_line)
{
    ck_assert_int_eq(parse("230-a\r\n230-b\r\n230-c\r\n230 d\r\n"), PARSE_DONE);
    ck_assert_uint_eq(reply.lines, 4);
    ck_assert_uint_eq(reply.quirks, 0);
}
END_TEST

START_TEST(another_code_and_space_does_not_close)
{
    ck_assert_int_eq(parse("211-a\r\n220 x\r\n220-y\r\n211 End\r\n"), PARSE_DONE);
    ck_assert_uint_eq(reply.lines, 4);
    ck_assert_uint_eq(reply.quirks, FTP_REPLY_INNER_CODE | FTP_REPLY_INNER_HYPHEN);
}
END_TEST

START_TEST(lines_are_found_by_number)
{
    ck_assert_int_eq(parse("211-a\r\n b\n211 c\r\n"), PARSE_DONE);
    ck_assert(bytes_is(ftp_reply_line(&reply, 0), "211-a"));
    ck_assert(bytes_is(ftp_reply_line(&reply, 1), " b"));
    ck_assert(bytes_is(ftp_reply_line(&reply, 2), "211 c"));
    ck_assert_uint_eq(ftp_reply_line(&reply, 3).len, 0);
}
END_TEST

START_TEST(lines_are_taken_one_by_one)
{
    struct bytes lines, line;

    ck_assert_int_eq(parse("211-a\r\n b\n\r\n211 c\r\n"), PARSE_DONE);
    lines = reply.text;
    ck_assert(ftp_reply_take_line(&lines, &line) && bytes_is(line, "211-a"));
    ck_assert(ftp_reply_take_line(&lines, &line) && bytes_is(line, " b"));
    ck_assert(ftp_reply_take_line(&lines, &line) && bytes_is(line, ""));
    ck_assert(ftp_reply_take_line(&lines, &line) && bytes_is(line, "211 c"));
    ck_assert(!ftp_reply_take_line(&lines, &line));
}
END_TEST

static const struct {
    const char *text, *inner;
} inners[] = {
    {"200 a\r\n", ""},
    {"211-a\r\n211 b\r\n", ""},
    {"211-a\r\n b\r\n211 c\r\n", " b\r\n"},
    {"211-a\n b\n\n c\n211 d\n", " b\n\n c\n"},
};

START_TEST(inner_lines_are_those_between_the_first_and_the_last)
{
    ck_assert_int_eq(parse(inners[_i].text), PARSE_DONE);
    ck_assert(bytes_is(ftp_reply_inner(&reply), inners[_i].inner));
}
END_TEST

static const struct {
    const char *text;
    size_t len; /* 0: to the zero */
    unsigned quirks;
} odd[] = {
    {"220 a\n", 0, FTP_REPLY_BARE_LF},
    {"220 a\rb\r\n", 0, FTP_REPLY_BARE_CR},
    {"220 a\r\r\n", 0, FTP_REPLY_BARE_CR},
    {"220 a\0b\r\n", 9, FTP_REPLY_NUL},
    {"220 a\r\0b\r\n", 10, 0},
    {"220 a\r\0\nb\r\n", 11, 0},
    {"220\r\n", 0, FTP_REPLY_NO_SPACE},
    {"220-a\r\n220\r\n", 0, FTP_REPLY_LAST_NO_SPACE},
    {"220 caf\xc3\xa9\r\n", 0, FTP_REPLY_8BIT},
    {"220 a\xff\xff\r\n", 0, FTP_REPLY_8BIT},
    {"220 a\x1b[1m\r\n", 0, FTP_REPLY_CONTROL},
    {"220 a\tb\r\n", 0, 0},
    {"220 a\xff\xf1\r\n", 0, FTP_REPLY_TELNET | FTP_REPLY_8BIT},
    {"\xff\xf1\06220 a\r\n", 0, FTP_REPLY_TELNET},
    {"\xff\xfd\x0a\06220 a\r\n", 0, FTP_REPLY_TELNET},
    {"\xff\xfa\x18\x01\xff\xf0\06220 a\r\n", 0, FTP_REPLY_TELNET},
};

START_TEST(oddities_are_told_in_quirks)
{
    size_t len = odd[_i].len > 0 ? odd[_i].len : strlen(odd[_i].text);

    ck_assert_int_eq(parse_octets(odd[_i].text, len), PARSE_DONE);
    ck_assert_int_eq(reply.code, 220);
    ck_assert_uint_eq(reply.quirks, odd[_i].quirks);
    ck_assert_uint_eq(used, len);
}
END_TEST

static const char *const good[] = {
    "220 Ready.\r\n",
    "220\r\n",
    "220 bare\n",
    "211-Features:\r\n SIZE\r\n MDTM\r\n211 End\r\n",
    "230-\r\n\r\n331 inner\r\n230\r\n",
    "\xff\xfb\x01\06220 a\r\n",
    "\xff\xfa\x01\x02\xff\xf0\06220 a\r\n",
};

START_TEST(every_prefix_asks_for_more)
{
    for (size_t len = 0; len < strlen(good[_i]); len++)
        ck_assert_int_eq(parse_octets(good[_i], len), PARSE_MORE);
    ck_assert_int_eq(parse(good[_i]), PARSE_DONE);
    ck_assert_uint_eq(used, strlen(good[_i]));
}
END_TEST

static const struct {
    const char *text;
    size_t at, used;
} bad[] = {
    {"\r\n", 0, 2},
    {"hello\r\n220 a\r\n", 0, 7},
    {" 220 a\r\n", 0, 8},
    {"22\r\n", 2, 4},
    {"2x0 a\r\n", 1, 7},
    {"22x a\r\n", 2, 7},
    {"2200 a\r\n", 3, 8},
    {"220_a\r\n", 3, 7},
    {"220\ta\r\n", 3, 7},
    {"\xff\xf1\0622a\r\n", 4, 7},
    {"\xef\xbb\xbf\06220 a\r\n", 0, 10},
};

START_TEST(a_line_that_is_no_reply_is_named_with_its_place)
{
    ck_assert_int_eq(parse(bad[_i].text), PARSE_BAD);
    ck_assert_uint_eq(flaw.at, bad[_i].at);
    ck_assert_uint_eq(used, bad[_i].used);
    ck_assert_ptr_nonnull(flaw.what);
}
END_TEST

START_TEST(a_reply_of_a_megabyte_is_one_reply)
{
    size_t lines = 100000, line_len = strlen(" 220 x\r\n"), len = 7 + lines * line_len + 7;
    char *text = malloc(len + 1), *at = text;

    memcpy(at, "211-a\r\n", 7);
    at += 7;
    for (size_t i = 0; i < lines; i++, at += line_len)
        memcpy(at, " 220 x\r\n", line_len);
    memcpy(at, "211 z\r\n", 7);
    ck_assert_int_eq(parse_octets(text, len), PARSE_DONE);
    ck_assert_uint_eq(reply.lines, lines + 2);
    ck_assert_uint_eq(used, len);
    ck_assert_int_eq(parse_octets(text, len - 1), PARSE_MORE);
    free(text);
}
END_TEST

START_TEST(line_length_counts_the_line_feed)
{
    ck_assert_uint_eq(ftp_line_length(bytes_of("ab\r\ncd")), 4);
    ck_assert_uint_eq(ftp_line_length(bytes_of("\n")), 1);
    ck_assert_uint_eq(ftp_line_length(bytes_of("ab\r")), 0);
    ck_assert_uint_eq(ftp_line_length(bytes_of("")), 0);
}
END_TEST

START_TEST(line_text_loses_one_line_end)
{
    ck_assert(bytes_is(ftp_line_text(bytes_of("ab\r\n")), "ab"));
    ck_assert(bytes_is(ftp_line_text(bytes_of("ab\n")), "ab"));
    ck_assert(bytes_is(ftp_line_text(bytes_of("ab\r\r\n")), "ab\r"));
    ck_assert(bytes_is(ftp_line_text(bytes_of("ab")), "ab"));
    ck_assert(bytes_is(ftp_line_text(bytes_of("\n")), ""));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *suite = suite_create("ftp_reply");
    TCase *framing = tcase_create("framing"), *flaws = tcase_create("flaws");
    SRunner *runner;
    int failed;

    tcase_add_test(framing, single_line_reply_is_taken_with_its_line_end);
    tcase_add_test(framing, multiline_reply_ends_at_its_own_code);
    tcase_add_test(framing, own_code_with_a_hyphen_is_an_inner_line);
    tcase_add_test(framing, another_code_and_space_does_not_close);
    tcase_add_test(framing, lines_are_found_by_number);
    tcase_add_test(framing, lines_are_taken_one_by_one);
    tcase_add_loop_test(framing, inner_lines_are_those_between_the_first_and_the_last, 0,
                        COUNT(inners));
    tcase_add_loop_test(framing, every_prefix_asks_for_more, 0, COUNT(good));
    tcase_add_test(framing, a_reply_of_a_megabyte_is_one_reply);
    tcase_add_test(framing, line_length_counts_the_line_feed);
    tcase_add_test(framing, line_text_loses_one_line_end);
    tcase_add_loop_test(flaws, oddities_are_told_in_quirks, 0, COUNT(odd));
    tcase_add_loop_test(flaws, a_line_that_is_no_reply_is_named_with_its_place, 0, COUNT(bad));
    suite_add_tcase(suite, framing);
    suite_add_tcase(suite, flaws);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
