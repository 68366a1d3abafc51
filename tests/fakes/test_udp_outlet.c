#include "fakes/udp_outlet.h"

#include <stdio.h>

#include "loopback.h"

#define LEFT_MOST 8

static struct loop *loop;
static struct udp_outlet *outlet;
static char left[200]; /* what has left, in order: "first*2 second" */
static int64_t times[LEFT_MOST];
static unsigned left_count, closes, idles;

static void leaves(void *ctx, const struct udp_parcel *parcel)
{
    size_t len = strlen(left);

    (void)ctx;
    ck_assert_uint_lt(left_count, LEFT_MOST);
    times[left_count++] = clock_now();
    len += (size_t)snprintf(left + len, sizeof left - len, "%s%.*s%s", len > 0 ? " " : "",
                            (int)parcel->len, parcel->text, parcel->drop ? "!" : "");
    if (parcel->copies != 1)
        snprintf(left + len, sizeof left - len, "*%u", parcel->copies);
}

static void closes_now(void *ctx)
{
    (void)ctx;
    closes++;
    udp_outlet_shut(outlet);
}

static void idle(void *ctx)
{
    (void)ctx;
    idles++;
}

static void setup(void)
{
    struct diag why;

    ck_assert_int_eq(loop_new(&loop, &why), OK);
    ck_assert_int_eq(udp_outlet_new(
                         &(struct udp_outlet_config){
                             .loop = loop, .leaves = leaves, .closes = closes_now, .idle = idle},
                         &outlet, &why),
                     OK);
    left[0] = '\0';
    left_count = closes = idles = 0;
}

static void teardown(void)
{
    udp_outlet_free(outlet);
    loop_free(loop);
}

static void put(const char *text, enum delivery_kind kind, int64_t number)
{
    struct udp_parcel *parcel = udp_parcel_new(bytes_of(text));

    ck_assert_ptr_nonnull(parcel);
    udp_parcel_heed(parcel, &(struct delivery){.kind = kind, .number = number});
    udp_outlet_put(outlet, parcel);
}

static void put_plain(const char *text)
{
    udp_outlet_put(outlet, udp_parcel_new(bytes_of(text)));
}

static bool is_idle(void *ctx)
{
    (void)ctx;
    return idles > 0;
}

static void play(void)
{
    udp_outlet_await_idle(outlet);
    ck_assert_msg(loopback_turn(loop, is_idle, NULL), "idle was not told");
}

START_TEST(nothing_leaves_inside_the_call)
{
    put_plain("first");
    ck_assert_uint_eq(left_count, 0);
    play();
    ck_assert_str_eq(left, "first");
}
END_TEST

START_TEST(parcels_leave_in_order)
{
    put_plain("first");
    put_plain("second");
    put_plain("third");
    play();
    ck_assert_str_eq(left, "first second third");
}
END_TEST

/* Each delivery of the first of two, and what the owner is handed. */
static const struct {
    enum delivery_kind kind;
    int64_t number;
    const char *left;
} deliveries[] = {
    {DELIVER_DROP, 0, "first! second"},       {DELIVER_DUPLICATE, 3, "first*3 second"},
    {DELIVER_SWAP, 0, "second first"},        {DELIVER_TRUNCATE, 2, "fi second"},
    {DELIVER_TRUNCATE, 0, "second"},          {DELIVER_TRUNCATE, 5, "first second"},
    {DELIVER_TRUNCATE, 9, "first second"},    {DELIVER_DELAY, CLOCK_MS, "first second"},
    {DELIVER_DUPLICATE, 0, "first*0 second"},
};

START_TEST(delivery_says_what_leaves)
{
    put("first", deliveries[_i].kind, deliveries[_i].number);
    put_plain("second");
    play();
    ck_assert_str_eq(left, deliveries[_i].left);
}
END_TEST

START_TEST(swap_with_nothing_behind_it_never_leaves)
{
    put("first", DELIVER_SWAP, 0);
    play();
    ck_assert_str_eq(left, "");
}
END_TEST

START_TEST(second_swap_leaves_before_the_first)
{
    put("first", DELIVER_SWAP, 0);
    put("second", DELIVER_SWAP, 0);
    put_plain("third");
    play();
    ck_assert_str_eq(left, "second first third");
}
END_TEST

START_TEST(delay_holds_what_is_behind_it)
{
    put_plain("first");
    put("second", DELIVER_DELAY, 5 * CLOCK_MS);
    put_plain("third");
    play();
    ck_assert_str_eq(left, "first second third");
    ck_assert_int_ge(times[1] - times[0], 5 * CLOCK_MS);
}
END_TEST

START_TEST(delays_add_up)
{
    struct udp_parcel *parcel = udp_parcel_new(bytes_of("x"));

    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_DELAY, .number = 2});
    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_DELAY, .number = 3});
    ck_assert_int_eq(parcel->delay, 5);
    udp_outlet_put(outlet, parcel);
}
END_TEST

START_TEST(wait_lets_time_pass_and_nothing_leave)
{
    struct udp_parcel *wait = udp_parcel_new(bytes_of(""));
    int64_t start = clock_now();

    wait->is_wait = true;
    wait->delay = 3 * CLOCK_MS;
    udp_outlet_put(outlet, wait);
    put_plain("first");
    play();
    ck_assert_str_eq(left, "first");
    ck_assert_int_ge(times[0] - start, 3 * CLOCK_MS);
}
END_TEST

START_TEST(other_port_moves_the_source)
{
    struct udp_parcel *parcel = udp_parcel_new(bytes_of("x"));

    parcel->source = loopback_endpoint(7);
    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_FROM_PORT, .number = 9999});
    ck_assert(parcel->moved);
    ck_assert_uint_eq(parcel->source.port, 9999);
    udp_outlet_put(outlet, parcel);
}
END_TEST

START_TEST(other_address_keeps_the_port)
{
    struct udp_parcel *parcel = udp_parcel_new(bytes_of("x"));
    char text[ENDPOINT_TEXT];

    parcel->source = loopback_endpoint(7);
    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_FROM_ADDRESS, .text = "127.0.0.2"});
    ck_assert(parcel->moved && !parcel->drop);
    ck_assert_str_eq(endpoint_format(&parcel->source, text), "127.0.0.2:7");
    udp_outlet_put(outlet, parcel);
}
END_TEST

START_TEST(address_that_is_none_drops_it)
{
    struct udp_parcel *parcel = udp_parcel_new(bytes_of("x"));

    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_FROM_ADDRESS, .text = "nowhere"});
    ck_assert(parcel->drop);
    udp_outlet_put(outlet, parcel);
}
END_TEST

START_TEST(nothing_leaves_after_the_close)
{
    struct udp_parcel *close = udp_parcel_new(bytes_of(""));

    close->is_close = true;
    put_plain("first");
    udp_outlet_put(outlet, close);
    put_plain("second");
    udp_outlet_await_idle(outlet);
    for (unsigned i = 0; i < 3; i++)
        loop_turn(loop, 0);
    ck_assert_uint_eq(closes, 1);
    ck_assert_str_eq(left, "first");
    ck_assert_uint_eq(idles, 0);
}
END_TEST

START_TEST(idle_is_told_once_and_only_where_awaited)
{
    put_plain("first");
    for (unsigned i = 0; i < 3; i++)
        loop_turn(loop, 0);
    ck_assert_str_eq(left, "first");
    ck_assert_uint_eq(idles, 0);
    play();
    put_plain("second");
    for (unsigned i = 0; i < 3; i++)
        loop_turn(loop, 0);
    ck_assert_uint_eq(idles, 1);
}
END_TEST

START_TEST(forged_datagrams_say_what_is_wrong_with_them)
{
    struct udp_parcel *parcel = udp_parcel_new(bytes_of("x"));

    ck_assert(!parcel->forged);
    ck_assert_int_eq(parcel->header_length, -1);
    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_LENGTH, .number = 7});
    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_CHECKSUM, .number = SUM_WRONG});
    ck_assert(parcel->forged);
    ck_assert_int_eq(parcel->header_length, 7);
    ck_assert_int_eq(parcel->sum, SUM_WRONG);
    free(parcel);
}
END_TEST

START_TEST(ends_of_a_datagram_are_what_its_lines_say)
{
    struct udp_parcel *parcel = udp_parcel_new(bytes_of("x"));
    char text[ENDPOINT_TEXT];

    parcel->to = loopback_endpoint(7);
    parcel->source = loopback_endpoint(40000);
    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_TO_ADDRESS, .text = "127.0.0.3"});
    udp_parcel_heed(parcel, &(struct delivery){.kind = DELIVER_FROM_DESTINATION});
    ck_assert(parcel->moved);
    ck_assert_str_eq(endpoint_format(&parcel->to, text), "127.0.0.3:7");
    ck_assert_str_eq(endpoint_format(&parcel->source, text), "127.0.0.3:7");
    free(parcel);
}
END_TEST

static TCase *order_case(void)
{
    TCase *tcase = tcase_create("order and time");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nothing_leaves_inside_the_call);
    tcase_add_test(tcase, parcels_leave_in_order);
    tcase_add_test(tcase, delay_holds_what_is_behind_it);
    tcase_add_test(tcase, wait_lets_time_pass_and_nothing_leave);
    tcase_add_test(tcase, nothing_leaves_after_the_close);
    tcase_add_test(tcase, idle_is_told_once_and_only_where_awaited);
    return tcase;
}

static TCase *delivery_case(void)
{
    TCase *tcase = tcase_create("delivery");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, delivery_says_what_leaves, 0,
                        (int)(sizeof deliveries / sizeof deliveries[0]));
    tcase_add_test(tcase, swap_with_nothing_behind_it_never_leaves);
    tcase_add_test(tcase, second_swap_leaves_before_the_first);
    tcase_add_test(tcase, delays_add_up);
    tcase_add_test(tcase, other_port_moves_the_source);
    tcase_add_test(tcase, other_address_keeps_the_port);
    tcase_add_test(tcase, address_that_is_none_drops_it);
    tcase_add_test(tcase, forged_datagrams_say_what_is_wrong_with_them);
    tcase_add_test(tcase, ends_of_a_datagram_are_what_its_lines_say);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("udp_outlet");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, order_case());
    suite_add_tcase(suite, delivery_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
