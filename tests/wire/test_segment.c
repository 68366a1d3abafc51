/* What is odd about TCP segments, with its values; and what is not, though it looks so. */
#include <check.h>
#include <stdlib.h>

#include "support/wiretext.h"

#define OPEN "open s 192.0.2.2:40000 > 192.0.2.1:7777\n"

static struct {
    unsigned count;
    struct event event; /* the first */
} odd;

static void take(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].kind == EVENT_ODDITY && odd.count++ == 0)
            odd.event = timeline->events[n];
    ck_assert_uint_eq(timeline->odd_count, odd.count);
    timeline_free(timeline);
}

static void feed(const char *text)
{
    struct timeline_sink sink = {NULL, take};
    struct diag why = {.code = OK};

    odd.count = 0;
    ck_assert_msg(wiretext_feed(bytes_of(text), NULL, &sink, &why) == OK, "line %u: %s",
                  why.at.line, why.text);
}

static const struct {
    const char *text;
    enum oddity oddity;
    enum side from;
    uint64_t first_packet, packet, wanted, found;
} cases[] = {
    {OPEN "send s C \"one two\"\n+300ms\nagain s C \"one TWO\"\nack s S\n", ODDITY_OTHER_OCTETS,
     SIDE_CLIENT, 4, 5, 't', 'T'},
    {OPEN "send s S \"hello\"\n! ack +10\nack s C\nack s S\n", ODDITY_ACK_UNSENT, SIDE_CLIENT, 5, 6,
     5006, 5016},
    {OPEN "send s S \"hello\"\nsend s C \"one\"\n! ack -5\nsend s C \"two\"\nack s S\n",
     ODDITY_ACK_BACK, SIDE_CLIENT, 5, 6, 5006, 5001},
    {OPEN "send s C \"one\"\n! flags none\nack s C\nack s S\n", ODDITY_NO_ACK_FLAG, SIDE_CLIENT, 5,
     5, 0, 0},
    {"! window 3\n" OPEN "send s C \"12345\"\n! ack -5\n! window 3\nack s S\n",
     ODDITY_BEYOND_WINDOW, SIDE_CLIENT, 4, 5, 1004, 1006},
    {OPEN
     "send s C \"one\"\nack s S\n! checksum bad\nsend s C \"two\"\n+300ms\nagain s C\nack s S\n",
     ODDITY_BAD_SUM, SIDE_CLIENT, 6, 7, 0, 0},
    {(OPEN "send s C \"one\"\n+600ms\nack s S\nsend s C \"two\"\n+600ms\nack s S\n"),
     ODDITY_ACK_LATE, SIDE_SERVER, 6, 7, 0, 599},
    {OPEN "fin s C\nsend s C \"more\"\nleave open\n", ODDITY_BEHIND_FIN, SIDE_CLIENT, 4, 5, 1001,
     1002},
    {OPEN "fin s C\n! ack +1\nack s S\n", ODDITY_ACK_BEHIND_FIN, SIDE_SERVER, 4, 5, 1002, 1003},
    {OPEN "! seq 0\n! flags R\nreset s S\n", ODDITY_RST_NUMBER, SIDE_SERVER, 2, 4, 5001, 0},
    {OPEN "send s C \"one\"\n! lost\nsend s C \"two\"\nsend s C \"three\"\n! ack -8\nack s S\n"
          "+300ms\nagain s C\n! ack -8\nack s S\n+600ms\nagain s C\n",
     ODDITY_HOLE_KEPT, SIDE_CLIENT, 5, 9, 1004, 1007},
    {"open s 192.0.2.2:40000 > 192.0.2.1:7777 unanswered\n! ack -1\n! flags RA\n! seq 0\nreset s "
     "S\n",
     ODDITY_REFUSAL_ACK, SIDE_SERVER, 1, 2, 1001, 1000},
    {"open s 192.0.2.2:40000 > 192.0.2.1:7777 unanswered\n+199ms\n! seq -1\n! flags S\nack s C\n",
     ODDITY_SYN_SOON, SIDE_CLIENT, 1, 2, 0, 200},
    {"isn s C 1\n" OPEN, ODDITY_ISN_LOW, SIDE_CLIENT, 1, 1, 0, 1},
};

START_TEST(what_is_odd_is_told_once_with_its_numbers)
{
    feed(cases[_i].text);
    ck_assert_uint_ge(odd.count, 1);
    ck_assert_str_eq(oddity_text(odd.event.oddity), oddity_text(cases[_i].oddity));
    ck_assert_uint_eq(odd.count, 1);
    ck_assert_int_eq(odd.event.from, cases[_i].from);
    if (cases[_i].first_packet != cases[_i].packet)
        ck_assert_uint_eq(odd.event.first_packet, cases[_i].first_packet);
    ck_assert_uint_eq(odd.event.packet, cases[_i].packet);
    ck_assert_uint_eq(odd.event.wanted, cases[_i].wanted);
    ck_assert_uint_eq(odd.event.found, cases[_i].found);
}
END_TEST

static const char *const fine[] = {
    /* the capture lost what is acknowledged */
    OPEN "send s C \"one\"\n! lost\nsend s C \"two\"\nack s S\nack s C\n",
    /* the capture lost octets, and sees what is behind them again */
    OPEN
    "! lost\nsend s C \"two\"\nsend s C \"three\"\n+300ms\nagain s C\n+600ms\nagain s C\nack s S\n",
    /* two ACKs changed places */
    OPEN "send s S \"one\"\n! late 1\nack s C\nsend s S \"two\"\nack s C\n",
    /* a keep-alive with an octet of garbage */
    OPEN "send s C \"one\"\nack s S\n! seq +2\nagain s C \"x\"\nack s S\n",
    /* a wrong checksum that the capture's host is to blame for: the other side takes the octets */
    OPEN
    "send s C \"one\"\nack s S\n! checksum bad\nsend s C \"two\"\nack s S\nagain s C\nack s S\n",
    /* sums that the network card computes */
    OPEN
    "! checksum offloaded\nsend s C \"one\"\n+300ms\n! checksum offloaded\nagain s C\nack s S\n",
    /* a capture that begins in the middle, and an RST */
    "open s 192.0.2.2:40000 > 192.0.2.1:7777 middle\nsend s C \"one\"\n! seq 0\nreset s S\n",
    /* both sides open at once */
    ("open s 192.0.2.2:40000 > 192.0.2.1:7777 unanswered\n! flags S\n! seq 5000\n! ack 0\nack s S\n"
     "! flags SA\n! seq 1000\n! ack 5001\nack s C\n"),
};

START_TEST(what_only_looks_odd_is_not_told)
{
    feed(fine[_i]);
    ck_assert_msg(odd.count == 0, "%s", oddity_text(odd.event.oddity));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("segment");
    TCase *told = tcase_create("told"), *silent = tcase_create("silent");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(told, what_is_odd_is_told_once_with_its_numbers, 0,
                        sizeof cases / sizeof *cases);
    tcase_add_loop_test(silent, what_only_looks_odd_is_not_told, 0, sizeof fine / sizeof *fine);
    suite_add_tcase(suite, told);
    suite_add_tcase(suite, silent);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
