#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "conduct.h"

#define EVENTS 100

static struct exchange exchange = {.title = "a title", .level = LEVEL_MUST};
static struct plan_case one = {.exchange = &exchange, .iut = SIDE_CLIENT};
static struct staging staging;
static struct event events[EVENTS];
static struct timeline timeline = {.events = events};
static struct timeline *timelines[] = {&timeline};
static struct recording recording = {.timelines = timelines};
static struct transcript *transcript;
static struct case_evidence evidence = {.one = &one, .staging = &staging, .recording = &recording};
static struct outcome outcome;

static void set_up(void)
{
    struct diag why;

    ck_assert_int_eq(transcript_new(&transcript, &why), OK);
    evidence.transcript = transcript;
    strcpy(staging.folder, "/tmp/peerspec-test-conduct-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(staging.folder));
    staging.ended = true;
    outcome_init(&outcome);
}

static void tear_down(void)
{
    outcome_fini(&outcome);
    rmdir(staging.folder);
    transcript_free(transcript);
}

/* What a client did that was silent for gaps[i] seconds before its packet i, and `after` at its
 * end. */
static struct conduct conduct_of(const double *gaps, size_t count, double after)
{
    struct conduct conduct;
    double at = 0;

    for (size_t i = 0; i < count; i++) {
        at += gaps[i];
        events[i].time = 1700000000 * CLOCK_SECOND + (int64_t)(at * (double)CLOCK_SECOND);
    }
    timeline.event_count = count;
    recording.count = 1;
    staging.end.lifetime = (int64_t)((at + after) * (double)CLOCK_SECOND);
    conduct_take(&evidence, VERDICT_PASS, &conduct);
    return conduct;
}

static const struct finding *compare(struct conduct with, struct conduct without)
{
    conduct_compare(&evidence, &without, &with, &outcome);
    return findings_count(outcome.findings) == 0 ? NULL : findings_at(outcome.findings, 0);
}

START_TEST(a_client_that_runs_into_a_time_out_differs)
{
    const double usual[] = {0.25, 0, 0, 0.5}, late[] = {0.25, 0, 6.5, 0};
    const struct finding *finding = compare(conduct_of(late, 4, 0.25), conduct_of(usual, 4, 0.25));

    ck_assert_ptr_nonnull(finding);
    ck_assert_int_eq(outcome.verdict, VERDICT_FAIL);
    ck_assert_str_eq(finding->expected, "no silence above 0.5 s");
    ck_assert_str_eq(finding->seen, "6.5 s in which nothing was said");
}
END_TEST

START_TEST(silence_before_the_first_packet_and_behind_the_last_counts_too)
{
    const double usual[] = {0, 0}, late[] = {6, 0};

    ck_assert_int_eq(conduct_of(usual, 2, 7).silence, 7 * CLOCK_SECOND);
    ck_assert_int_eq(conduct_of(late, 2, 0).silence, 6 * CLOCK_SECOND);
    ck_assert_ptr_nonnull(compare(conduct_of(usual, 2, 7), conduct_of(usual, 2, 0)));
}
END_TEST

START_TEST(what_a_busy_machine_takes_longer_for_is_no_difference)
{
    double slow[EVENTS], usual[EVENTS] = {0};

    for (int i = 0; i < EVENTS; i++)
        slow[i] = 0.25;
    ck_assert_int_eq(conduct_of(slow, EVENTS, 0).silence, CLOCK_SECOND / 4);
    ck_assert_ptr_null(compare(conduct_of(slow, EVENTS, 0), conduct_of(usual, EVENTS, 0)));
    ck_assert_int_eq(outcome.verdict, VERDICT_PASS);
}
END_TEST

START_TEST(a_client_that_said_nothing_at_all_was_silent_throughout)
{
    const double nothing[1] = {0};

    ck_assert_int_eq(conduct_of(nothing, 0, 9).silence, 9 * CLOCK_SECOND);
}
END_TEST

START_TEST(another_exit_status_differs)
{
    const double usual[] = {0, 0};
    struct conduct without = conduct_of(usual, 2, 0), with = without;

    with.status = 3;
    ck_assert_str_eq(compare(with, without)->seen, "exit status 3");
    ck_assert_str_eq(compare(with, without)->expected, "exit status 0");
}
END_TEST

START_TEST(other_commands_and_other_files_differ)
{
    const double usual[] = {0, 0};
    struct conduct without = conduct_of(usual, 2, 0), with = without;

    with.commands++;
    with.files++;
    compare(with, without);
    ck_assert_uint_eq(findings_count(outcome.findings), 2);
    ck_assert_str_eq(findings_at(outcome.findings, 0)->expected, "the same local files");
    ck_assert_str_eq(findings_at(outcome.findings, 1)->expected, "the same commands");
}
END_TEST

START_TEST(there_is_nothing_to_compare_with_a_case_that_failed)
{
    const double usual[] = {0, 0};
    struct conduct without = conduct_of(usual, 2, 0), with = without;

    without.verdict = VERDICT_FAIL;
    with.status = 3;
    ck_assert_ptr_null(compare(with, without));
    ck_assert_int_eq(outcome.verdict, VERDICT_INCONCLUSIVE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conduct");
    TCase *tcase = tcase_create("between variations");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_client_that_runs_into_a_time_out_differs);
    tcase_add_test(tcase, silence_before_the_first_packet_and_behind_the_last_counts_too);
    tcase_add_test(tcase, what_a_busy_machine_takes_longer_for_is_no_difference);
    tcase_add_test(tcase, a_client_that_said_nothing_at_all_was_silent_throughout);
    tcase_add_test(tcase, another_exit_status_differs);
    tcase_add_test(tcase, other_commands_and_other_files_differ);
    tcase_add_test(tcase, there_is_nothing_to_compare_with_a_case_that_failed);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
