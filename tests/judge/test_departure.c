#include "judge/departure.h"

#include <check.h>
#include <stdlib.h>

static struct transcript *transcript;
static struct findings *findings;

static void set_up(void)
{
    struct diag why;

    ck_assert_int_eq(transcript_new(&transcript, &why), OK);
    findings = findings_new();
}

static void tear_down(void)
{
    findings_free(findings);
    transcript_free(transcript);
}

static void add(enum entry_kind kind, const char *text)
{
    transcript_add(transcript, &(struct entry){.kind = kind,
                                               .connection = 1,
                                               .text = bytes_of(text),
                                               .at = {"x.exchange", 9, 1}});
}

START_TEST(a_line_that_could_not_be_sent_is_our_own_fault)
{
    add(ENTRY_SENT, "one");
    add(ENTRY_UNSENT, "a datagram to 192.0.2.1:7 was not sent: Operation not permitted");
    departure_judge(transcript, SIDE_CLIENT, NULL, 0, findings);
    ck_assert_uint_eq(findings_count(findings), 1);
    ck_assert_int_eq(findings_at(findings, 0)->verdict, VERDICT_ERROR);
    ck_assert_uint_eq(findings_at(findings, 0)->at.line, 9);
    ck_assert_str_eq(findings_at(findings, 0)->seen,
                     "a datagram to 192.0.2.1:7 was not sent: Operation not permitted");
}
END_TEST

START_TEST(notes_are_no_departures)
{
    add(ENTRY_NOTE, "dropped, as the script says");
    departure_judge(transcript, SIDE_CLIENT, NULL, 0, findings);
    ck_assert_uint_eq(findings_count(findings), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("departure");
    SRunner *runner = srunner_create(suite);
    TCase *tcase = tcase_create("lines");
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_line_that_could_not_be_sent_is_our_own_fault);
    tcase_add_test(tcase, notes_are_no_departures);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
