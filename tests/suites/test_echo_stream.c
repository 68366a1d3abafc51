#include "suites/tcp/tcp_checks.h"

#include <check.h>
#include <stdlib.h>

#include "judge/rule.h"
#include "suites/rules.h"

#define EVENTS 4

static struct event events[EVENTS];
static struct timeline_flow flow;
static struct timeline timeline;
static struct findings *findings;

static void set_up(void)
{
    flow = (struct timeline_flow){.role = ROLE_STREAM, .from_start = true, .whole = true};
    timeline = (struct timeline){.protocol = PROTOCOL_TCP,
                                 .flows = &flow,
                                 .flow_count = 1,
                                 .events = events,
                                 .from_start = true,
                                 .whole = true,
                                 .echo = true};
    findings = findings_new();
}

static void tear_down(void)
{
    findings_free(findings);
}

static void segment(enum side from, const char *text)
{
    events[timeline.event_count] = (struct event){.kind = EVENT_SEGMENT,
                                                  .from = from,
                                                  .packet = timeline.event_count + 1,
                                                  .text = bytes_of(text),
                                                  .octets = strlen(text)};
    timeline.event_count++;
    flow.octets[from] += strlen(text);
}

/* How often TCP-16 speaks. */
static size_t breaches(void)
{
    static const struct rule_selection of_the_server = {.only = 1 + SIDE_SERVER,
                                                        .level = LEVEL_PRACTICE};
    size_t count = 0;

    rules_run(rule_tables, &of_the_server, &timeline, findings);
    for (size_t i = 0; i < findings_count(findings); i++)
        count += findings_at(findings, i)->rule != NULL &&
                 strcmp(findings_at(findings, i)->rule, "TCP-16") == 0;
    return count;
}

START_TEST(an_echo_that_runs_ahead_is_a_breach)
{
    segment(SIDE_CLIENT, "one");
    segment(SIDE_SERVER, "onetwo");
    ck_assert_uint_eq(breaches(), 1);
}
END_TEST

START_TEST(of_octets_that_the_capture_left_out_nobody_knows_the_order)
{
    segment(SIDE_CLIENT, "one");
    segment(SIDE_SERVER, "onetwo");
    flow.octets[SIDE_CLIENT] += 3; /* in packets without an event */
    ck_assert_uint_eq(breaches(), 0);
}
END_TEST

START_TEST(of_octets_that_the_capture_left_out_nobody_knows_what_they_were)
{
    segment(SIDE_CLIENT, "one");
    segment(SIDE_SERVER, "two");
    flow.octets[SIDE_CLIENT] += 3;
    flow.octets[SIDE_SERVER] += 3;
    ck_assert_uint_eq(breaches(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("echo_stream");
    SRunner *runner = srunner_create(suite);
    TCase *tcase = tcase_create("order and content");
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, an_echo_that_runs_ahead_is_a_breach);
    tcase_add_test(tcase, of_octets_that_the_capture_left_out_nobody_knows_the_order);
    tcase_add_test(tcase, of_octets_that_the_capture_left_out_nobody_knows_what_they_were);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
