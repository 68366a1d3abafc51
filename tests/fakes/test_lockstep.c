#include "fakes/lockstep.h"

#include "loopback.h"

static struct loop *loop;
static struct transcript *transcript;
static struct lockstep lockstep;
static unsigned went_on, asked;
static unsigned reads_after; /* so many questions */
static int answers;          /* before that: 0 not yet, -1 cannot be told */
static uint64_t asked_for;

static int drained(void *ctx, int fd, uint64_t sent)
{
    (void)ctx;
    ck_assert_int_eq(fd, 7);
    asked_for = sent;
    return ++asked > reads_after ? 1 : answers;
}

static void go_on(void *ctx)
{
    (void)ctx;
    went_on++;
}

static void setup(void)
{
    struct diag why;

    ck_assert_int_eq(loop_new(&loop, &why), OK);
    ck_assert_int_eq(transcript_new(&transcript, &why), OK);
    lockstep_init(&lockstep, &(struct lockstep_config){.loop = loop,
                                                       .transcript = transcript,
                                                       .connection = 1,
                                                       .fd = 7,
                                                       .drained = drained,
                                                       .go_on = go_on});
    went_on = asked = reads_after = 0;
    answers = 0;
}

static void teardown(void)
{
    lockstep_stop(&lockstep);
    loop_free(loop);
    transcript_free(transcript);
}

static bool has_gone_on(void *ctx)
{
    (void)ctx;
    return went_on > 0;
}

static void wait_for_it(void)
{
    ck_assert(lockstep_waits(&lockstep));
    ck_assert_uint_eq(went_on, 0);
    ck_assert(loopback_turn(loop, has_gone_on, NULL));
    ck_assert(!lockstep_waits(&lockstep));
}

START_TEST(what_was_read_needs_no_wait)
{
    ck_assert(!lockstep_start(&lockstep, 10));
    ck_assert(!lockstep_waits(&lockstep));
    ck_assert_uint_eq(asked_for, 10);
    ck_assert_uint_eq(went_on, 0);
}
END_TEST

/* The first look asks for 50 us; what is read later is found by a later look. */
START_TEST(what_is_read_later_is_waited_for)
{
    struct lockstep_config config = lockstep.config;
    int64_t start = clock_now();

    reads_after = UINT32_MAX;
    lockstep_init(&lockstep, &config);
    ck_assert(lockstep_start(&lockstep, 10));
    ck_assert_int_ge(clock_now() - start, 50 * CLOCK_MS / 1000);
    reads_after = asked + 1;
    wait_for_it();
    ck_assert_uint_eq(transcript_count(transcript), 0);
}
END_TEST

START_TEST(patience_ends_after_200_ms)
{
    int64_t start = clock_now();

    reads_after = UINT32_MAX;
    ck_assert(lockstep_start(&lockstep, 10));
    wait_for_it();
    ck_assert_int_ge(clock_now() - start, 200 * CLOCK_MS);
    ck_assert(loopback_noted(transcript, "did not read within 200 ms"));
}
END_TEST

START_TEST(blind_it_waits_2_ms_and_notes_it_once)
{
    int64_t start = clock_now();

    reads_after = UINT32_MAX;
    answers = -1;
    ck_assert(lockstep_start(&lockstep, 10));
    wait_for_it();
    ck_assert_int_ge(clock_now() - start, 2 * CLOCK_MS);
    went_on = 0;
    ck_assert(lockstep_start(&lockstep, 20));
    wait_for_it();
    ck_assert_uint_eq(transcript_count(transcript), 1);
    ck_assert(loopback_noted(transcript, "lock-step not available"));
}
END_TEST

START_TEST(nobody_to_ask_is_blind_too)
{
    struct lockstep_config config = lockstep.config;

    config.drained = NULL;
    lockstep_init(&lockstep, &config);
    ck_assert(lockstep_start(&lockstep, 10));
    wait_for_it();
    ck_assert(loopback_noted(transcript, "lock-step not available"));
}
END_TEST

START_TEST(stopped_it_tells_nobody)
{
    answers = -1;
    reads_after = UINT32_MAX;
    ck_assert(lockstep_start(&lockstep, 10));
    lockstep_stop(&lockstep);
    ck_assert(!lockstep_waits(&lockstep));
    for (unsigned i = 0; i < 3; i++)
        loop_turn(loop, 2 * CLOCK_MS);
    ck_assert_uint_eq(went_on, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lockstep");
    TCase *tcase = tcase_create("waiting");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_was_read_needs_no_wait);
    tcase_add_test(tcase, what_is_read_later_is_waited_for);
    tcase_add_test(tcase, patience_ends_after_200_ms);
    tcase_add_test(tcase, blind_it_waits_2_ms_and_notes_it_once);
    tcase_add_test(tcase, nobody_to_ask_is_blind_too);
    tcase_add_test(tcase, stopped_it_tells_nobody);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
