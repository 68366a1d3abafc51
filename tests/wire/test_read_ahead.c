/* Records come out as they went in, whatever thread made them. */
#include "wire/read_ahead.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    size_t count, size; /* of what is put */
    size_t taken, octets;
    pthread_t taker;
    bool apart; /* read by another thread than took */
} run;

static char content_of(uint64_t number)
{
    return (char)('a' + number % 26);
}

static void put_all(void *ctx, struct read_ahead *ahead)
{
    char *octets = malloc(run.size + 1);

    (void)ctx;
    run.apart = !pthread_equal(pthread_self(), run.taker);
    for (uint64_t number = 1; number <= run.count; number++) {
        struct read_record record = {
            number, (int64_t)number * 1000, {octets, run.size}, run.size + 4};

        memset(octets, content_of(number), run.size);
        read_ahead_put(ahead, &record);
    }
    free(octets);
}

static void take(void *ctx, const struct read_record *record)
{
    (void)ctx;
    ck_assert(pthread_equal(pthread_self(), run.taker));
    ck_assert_uint_eq(record->number, ++run.taken);
    ck_assert_int_eq(record->time, (int64_t)run.taken * 1000);
    ck_assert_uint_eq(record->octets, run.size + 4);
    for (size_t i = 0; i < record->frame.len; i += 997)
        ck_assert_int_eq(record->frame.at[i], content_of(record->number));
    run.octets += record->frame.len;
}

static void run_with(size_t count, size_t size, bool at_once)
{
    memset(&run, 0, sizeof run);
    run.count = count;
    run.size = size;
    run.taker = pthread_self();
    read_ahead_run(&(struct read_ahead_sides){NULL, put_all, take}, at_once);
    ck_assert_uint_eq(run.taken, count);
    ck_assert_int_eq(run.apart, !at_once);
}

static const struct {
    size_t count, size;
} loads[] = {{0, 0},    {1, 0},      {1, 1500},    {512, 60},
             {513, 60}, {20000, 60}, {2000, 9000}, {9, READ_AHEAD_FRAME}};

START_TEST(records_come_in_their_order_with_their_octets)
{
    run_with(loads[_i / 2].count, loads[_i / 2].size, _i % 2 == 1);
    ck_assert_uint_eq(run.octets, loads[_i / 2].count * loads[_i / 2].size);
}
END_TEST

START_TEST(of_a_longer_frame_the_first_octets_are_kept)
{
    run_with(3, READ_AHEAD_FRAME + 1, _i == 1);
    ck_assert_uint_eq(run.octets, 3u * READ_AHEAD_FRAME);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("read_ahead");
    TCase *all = tcase_create("two threads, and one");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(all, records_come_in_their_order_with_their_octets, 0,
                        2 * (int)(sizeof loads / sizeof *loads));
    tcase_add_loop_test(all, of_a_longer_frame_the_first_octets_are_kept, 0, 2);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
