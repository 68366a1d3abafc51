#include <check.h>
#include <string.h>

#include "base/buf.h"
#include "wire/stream.h"

static struct stream stream;
static struct buf said; /* what was handed on: text, "[N]" for a gap, "." for the end */
static uint64_t number;

static void run_note(void *ctx, const struct stream_run *run)
{
    (void)ctx;
    if (run->gap > 0)
        buf_addf(&said, "[%llu]", (unsigned long long)run->gap);
    buf_add(&said, run->data);
    if (run->octets > run->data.len)
        buf_addf(&said, "<%zu>", run->octets - run->data.len);
    if (run->fin)
        buf_add_text(&said, ".");
}

static const struct stream_sink sink = {NULL, run_note};

static void set_up(void)
{
    stream = (struct stream){0};
    buf_init(&said, 1 << 20);
    stream_start(&stream, 100);
}

static void tear_down(void)
{
    stream_fini(&stream);
    buf_fini(&said);
}

static void add(uint32_t seq, const char *text, bool fin)
{
    struct stream_segment segment = {.seq = seq,
                                     .data = bytes_of(text),
                                     .octets = strlen(text),
                                     .number = ++number,
                                     .fin = fin,
                                     .keep = true};

    stream_add(&stream, &segment, &sink);
}

static void add_lengths(uint32_t seq, size_t octets)
{
    struct stream_segment segment = {.seq = seq, .octets = octets, .number = ++number};

    stream_add(&stream, &segment, &sink);
}

START_TEST(segments_in_order_pass)
{
    add(100, "one", false);
    add(103, "two", true);
    ck_assert_str_eq(buf_text(&said), "onetwo.");
    ck_assert(stream.ended);
}
END_TEST

START_TEST(a_segment_that_came_early_waits_for_its_place)
{
    add(103, "two", false);
    add(106, "three", true);
    ck_assert_str_eq(buf_text(&said), "");
    add(100, "one", false);
    ck_assert_str_eq(buf_text(&said), "onetwothree.");
}
END_TEST

START_TEST(what_was_handed_on_is_not_handed_on_again)
{
    add(100, "abc", false);
    add(100, "abc", false);
    add(100, "XYZdef", false); /* its first half is old */
    add(99, "", false);        /* a keep-alive */
    add(98, "__", false);
    ck_assert_str_eq(buf_text(&said), "abcdef");
}
END_TEST

START_TEST(of_overlapping_early_segments_each_octet_comes_once)
{
    add(104, "efgh", false);
    add(102, "cdEF", false);
    add(104, "efghij", false);
    add(100, "ab", false);
    ck_assert_str_eq(buf_text(&said), "abcdEFghij");
}
END_TEST

START_TEST(a_hole_that_the_peer_acknowledged_is_a_gap)
{
    add(105, "later", false);
    stream_acked(&stream, 104, &sink);
    ck_assert_str_eq(buf_text(&said), "");
    stream_acked(&stream, 110, &sink);
    ck_assert_str_eq(buf_text(&said), "[5]later");
}
END_TEST

START_TEST(a_hole_that_was_acknowledged_before_is_a_gap_at_once)
{
    stream_acked(&stream, 105, &sink);
    add(105, "later", false);
    ck_assert_str_eq(buf_text(&said), "[5]later");
}
END_TEST

START_TEST(the_end_shows_the_holes)
{
    add(102, "b", false);
    add(105, "e", true);
    stream_flush(&stream, &sink);
    ck_assert_str_eq(buf_text(&said), "[2]b[2]e.");
}
END_TEST

START_TEST(sequence_numbers_wrap)
{
    stream_start(&stream, 0xfffffffe);
    add(0xfffffffe, "abcd", false);
    add(5, "h", true);
    add(2, "efg", false);
    ck_assert_str_eq(buf_text(&said), "abcdefgh.");
    ck_assert_uint_eq(stream.next, 7);
}
END_TEST

START_TEST(a_fin_takes_one_number_and_is_closed_once_it_is_acknowledged)
{
    add(100, "x", true);
    stream_acked(&stream, 101, &sink);
    ck_assert(!stream_closed(&stream));
    stream_acked(&stream, 102, &sink);
    ck_assert(stream_closed(&stream));
}
END_TEST

START_TEST(nothing_comes_after_the_end)
{
    add(100, "x", true);
    add(102, "y", false);
    add(101, "z", true);
    stream_flush(&stream, &sink);
    ck_assert_str_eq(buf_text(&said), "x.");
}
END_TEST

START_TEST(what_waited_beyond_the_end_is_dropped)
{
    add(110, "beyond", false);
    add(100, "x", true);
    ck_assert_ptr_null(stream.held);
    stream_flush(&stream, &sink);
    ck_assert_str_eq(buf_text(&said), "x.");
}
END_TEST

START_TEST(what_was_acknowledged_and_never_came_is_unseen)
{
    add(100, "one", false);
    stream_acked(&stream, 103, &sink);
    ck_assert_uint_eq(stream_unseen(&stream), 0);
    stream_acked(&stream, 109, &sink);
    ck_assert_uint_eq(stream_unseen(&stream), 6);
    add(103, "two", true);
    ck_assert_uint_eq(stream_unseen(&stream), 0);
}
END_TEST

START_TEST(what_a_snaplen_cut_still_counts)
{
    struct stream_segment cut = {.seq = 100, .data = bytes_of("abc"), .octets = 10, .keep = true};

    stream_add(&stream, &cut, &sink);
    add(110, "def", false);
    add(105, "_____gh", false);
    ck_assert_str_eq(buf_text(&said), "abc<7>def");
    ck_assert_uint_eq(stream.next, 113);
}
END_TEST

START_TEST(a_stream_that_was_met_in_its_middle_begins_there)
{
    stream = (struct stream){0};
    add(5000, "mid", false);
    add(5003, "dle", false);
    ck_assert_str_eq(buf_text(&said), "middle");
}
END_TEST

START_TEST(what_is_held_has_a_ceiling)
{
    for (uint32_t i = 0; i < 2 * STREAM_PIECES; i++)
        add(200 + 2 * i, "x", false);
    ck_assert_uint_le(stream.held_count, STREAM_PIECES);
    ck_assert_int_eq(strncmp(buf_text(&said), "[100]x[1]x", 10), 0);
}
END_TEST

START_TEST(lengths_alone_are_held_as_one_piece)
{
    for (uint32_t i = 0; i < 10000; i++)
        add_lengths(200 + 1000 * i, 1000);
    ck_assert_uint_eq(stream.held_count, 1);
    ck_assert_uint_eq(stream.held_octets, 0);
    add_lengths(100, 100);
    ck_assert_uint_eq(stream.next, 200 + 10000 * 1000);
    ck_assert_str_eq(buf_text(&said), "<100><10000000>");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stream");
    TCase *order = tcase_create("order"), *gaps = tcase_create("gaps"),
          *bounds = tcase_create("bounds");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(order, set_up, tear_down);
    tcase_add_checked_fixture(gaps, set_up, tear_down);
    tcase_add_checked_fixture(bounds, set_up, tear_down);
    tcase_add_test(order, segments_in_order_pass);
    tcase_add_test(order, a_segment_that_came_early_waits_for_its_place);
    tcase_add_test(order, what_was_handed_on_is_not_handed_on_again);
    tcase_add_test(order, of_overlapping_early_segments_each_octet_comes_once);
    tcase_add_test(order, sequence_numbers_wrap);
    tcase_add_test(order, a_fin_takes_one_number_and_is_closed_once_it_is_acknowledged);
    tcase_add_test(order, nothing_comes_after_the_end);
    tcase_add_test(order, what_waited_beyond_the_end_is_dropped);
    tcase_add_test(gaps, a_hole_that_the_peer_acknowledged_is_a_gap);
    tcase_add_test(gaps, a_hole_that_was_acknowledged_before_is_a_gap_at_once);
    tcase_add_test(gaps, the_end_shows_the_holes);
    tcase_add_test(gaps, what_was_acknowledged_and_never_came_is_unseen);
    tcase_add_test(gaps, what_a_snaplen_cut_still_counts);
    tcase_add_test(gaps, a_stream_that_was_met_in_its_middle_begins_there);
    tcase_add_test(bounds, what_is_held_has_a_ceiling);
    tcase_add_test(bounds, lengths_alone_are_held_as_one_piece);
    suite_add_tcase(suite, order);
    suite_add_tcase(suite, gaps);
    suite_add_tcase(suite, bounds);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
