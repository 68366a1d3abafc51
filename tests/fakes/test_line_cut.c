#include "fakes/line_cut.h"

#include <check.h>
#include <string.h>

/* A cut, and the text with "|" between its segments. */
static const struct {
    struct line_cut cut;
    const char *text, *cut_up;
} cuts[] = {
    {{CUT_NOWHERE, 0}, "220 Hi\r\n", "220 Hi\r\n"},
    {{CUT_NOWHERE, 0}, "a\r\nb\r\n", "a\r\nb\r\n"},
    {{CUT_COUNT, 1}, "ab\r\n", "a|b|\r|\n"},
    {{CUT_COUNT, 3}, "abcdefgh", "abc|def|gh"},
    {{CUT_COUNT, 3}, "abc", "abc"},
    {{CUT_COUNT, 9}, "abc", "abc"},
    {{CUT_CRLF, 0}, "a\r\nb\r\n", "a\r|\n|b\r|\n"},
    {{CUT_CRLF, 0}, "a\nb", "a|\n|b"},
    {{CUT_CRLF, 0}, "no end", "no end"},
    {{CUT_LINES, 0}, "a\r\nb\r\n", "a\r\n|b\r\n"},
    {{CUT_LINES, 0}, "a\r\nb", "a\r\n|b"},
    {{CUT_LINES, 0}, "\n\n", "\n|\n"},
};

static const char *cut_up(const struct line_cut *cut, const char *text)
{
    static char out[64];
    struct bytes rest = bytes_of(text);
    size_t at = 0;

    while (rest.len > 0) {
        size_t len = line_cut_length(cut, rest);

        ck_assert_uint_gt(len, 0);
        ck_assert_uint_le(len, rest.len);
        ck_assert_uint_lt(at + len + 1, sizeof out);
        memcpy(out + at, rest.at, len);
        at += len;
        rest = bytes_from(rest, len);
        if (rest.len > 0)
            out[at++] = '|';
    }
    out[at] = '\0';
    return out;
}

START_TEST(line_is_cut_up)
{
    ck_assert_str_eq(cut_up(&cuts[_i].cut, cuts[_i].text), cuts[_i].cut_up);
}
END_TEST

START_TEST(empty_line_has_an_empty_segment)
{
    ck_assert_uint_eq(line_cut_length(&cuts[_i].cut, bytes_of("")), 0);
}
END_TEST

static const struct {
    enum peer_shape shape;
    const char *cut_up;
} shapes[] = {
    {SHAPE_WRITTEN, "a\r\nb\r\n"},
    {SHAPE_COALESCED, "a\r\nb\r\n"},
    {SHAPE_OCTETS, "a|\r|\n|b|\r|\n"},
    {SHAPE_LINES, "a\r\n|b\r\n"},
};

START_TEST(shape_says_how)
{
    struct line_cut cut = line_cut_of_shape(shapes[_i].shape);

    ck_assert_str_eq(cut_up(&cut, "a\r\nb\r\n"), shapes[_i].cut_up);
}
END_TEST

START_TEST(crlf_shape_parts_cr_and_lf)
{
    struct line_cut cut = line_cut_of_shape(SHAPE_CRLF);

    ck_assert_uint_eq(line_cut_length(&cut, bytes_of("ab\r\n")), 3);
}
END_TEST

static const struct {
    struct delivery delivery;
    struct line_cut cut;
} heeded[] = {
    {{.kind = DELIVER_SPLIT, .number = 4}, {CUT_COUNT, 4}},
    {{.kind = DELIVER_SPLIT, .number = 0}, {CUT_COUNT, 1}}, /* else it would never end */
    {{.kind = DELIVER_SPLIT, .number = -1}, {CUT_COUNT, 1}},
    {{.kind = DELIVER_SPLIT_CRLF}, {CUT_CRLF, 0}},
    {{.kind = DELIVER_DELAY, .number = 4}, {CUT_LINES, 0}},
    {{.kind = DELIVER_JOIN}, {CUT_LINES, 0}},
};

START_TEST(delivery_line_overrides_the_shape)
{
    struct line_cut cut = line_cut_of_shape(SHAPE_LINES);

    line_cut_heed(&cut, &heeded[_i].delivery);
    ck_assert_int_eq(cut.kind, heeded[_i].cut.kind);
    ck_assert_uint_eq(cut.count, heeded[_i].cut.count);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("line_cut");
    TCase *tcase = tcase_create("cutting");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tcase, line_is_cut_up, 0, COUNT(cuts));
    tcase_add_loop_test(tcase, empty_line_has_an_empty_segment, 0, COUNT(cuts));
    tcase_add_loop_test(tcase, shape_says_how, 0, COUNT(shapes));
    tcase_add_test(tcase, crlf_shape_parts_cr_and_lf);
    tcase_add_loop_test(tcase, delivery_line_overrides_the_shape, 0, COUNT(heeded));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
