#include "ledger.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workspace.h"

static char folder[WORKSPACE_PATH], printed[WORKSPACE_PATH + 20], listed[WORKSPACE_PATH + 20];
static int standard_output;
static struct exchange exchange = {.title = "it is as it should be"};
static struct plan_case one = {.exchange = &exchange, .id = "ftp/one"};
static struct plan plan = {.cases = &one, .count = 1};
static struct options options;
static struct settings settings;
static struct ledger ledger;
static struct outcome outcome;
static struct diag why;

static const struct rule rules[] = {{.id = "A-RULE", .requirement = "asked"}, {.id = NULL}};
static const struct rule *const tables[] = {rules, NULL};

/* The reports of the tests go into a file. */
static void set_up(void)
{
    int fd;

    ck_assert_int_eq(workspace_new(folder, &why), OK);
    snprintf(printed, sizeof printed, "%s/printed", folder);
    snprintf(listed, sizeof listed, "%s/baseline", folder);
    fflush(stdout);
    standard_output = dup(STDOUT_FILENO);
    fd = open(printed, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ck_assert_int_ge(dup2(fd, STDOUT_FILENO), 0);
    close(fd);
    options = (struct options){.command = COMMAND_SERVER, .level = LEVEL_PRACTICE};
    settings = (struct settings){.subject = {.side = SIDE_SERVER, .name = "it", .words = "it"}};
    ledger = (struct ledger){.options = NULL};
    outcome_init(&outcome);
}

static void tear_down(void)
{
    ledger_fini(&ledger);
    outcome_fini(&outcome);
    fflush(stdout);
    dup2(standard_output, STDOUT_FILENO);
    close(standard_output);
    workspace_remove(folder);
}

/* One more report, which keeps what it is told last. */
static struct report_case told;
static struct report_totals told_totals;
static char told_id[80], told_why[WORKSPACE_PATH + 80], told_repeat[80];

static const char *copied(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from == NULL ? "" : from);
    return to;
}

static void keep(struct report *report, const struct report_case *case_done)
{
    (void)report;
    told = *case_done;
    told.id = copied(told_id, sizeof told_id, told.id);
    told.why = copied(told_why, sizeof told_why, told.why);
    told.repeat = copied(told_repeat, sizeof told_repeat, told.repeat);
}

static void begin(struct report *report, const struct report_run *run)
{
    (void)report;
    ck_assert_str_eq(run->name, "it");
}

static bool end(struct report *report, const struct report_totals *totals, struct diag *unwritten)
{
    (void)report;
    (void)unwritten;
    told_totals = *totals;
    return true;
}

static void keep_still(struct report *report)
{
    (void)report;
}

static const struct report_ops ops = {begin, keep, end, keep_still, NULL};
static struct report keeper = {&ops};

static void make(void)
{
    ck_assert_int_eq(ledger_init(&ledger, &options, &settings, &plan, &why), OK);
    ledger.reports.list[ledger.reports.count++] = &keeper;
    told = (struct report_case){.id = NULL};
}

static void baseline(const char *lines)
{
    ck_assert_int_eq(workspace_write(listed, bytes_of(lines), &why), OK);
    options.baseline = listed;
}

static void finding(const char *rule, enum verdict verdict)
{
    struct finding made = {
        .rule = rule, .verdict = verdict, .requirement = "asked", .seen = "seen"};

    findings_add(rule == NULL ? outcome.findings : outcome.breaches, &made);
}

static void done(enum verdict verdict)
{
    outcome.verdict = verdict;
    ledger_done(&ledger, &one, &outcome);
}

/* What a file has; lent until the next call. */
static const char *content(const char *path)
{
    static char text[4096];
    struct buf read;

    fflush(NULL);
    buf_init(&read, sizeof text - 1);
    workspace_read(path, &read);
    snprintf(text, sizeof text, "%s", buf_text(&read));
    buf_fini(&read);
    return text;
}

static const struct {
    enum verdict verdict;
    bool strict;
    enum report_bearing bearing;
    int status;
} endings[] = {
    {VERDICT_PASS, true, BEARING_NONE, 0},     {VERDICT_SKIP, true, BEARING_NONE, 0},
    {VERDICT_WARN, false, BEARING_NONE, 0},    {VERDICT_WARN, true, BEARING_FAILURE, 1},
    {VERDICT_FAIL, false, BEARING_FAILURE, 1}, {VERDICT_INCONCLUSIVE, false, BEARING_DOUBT, 5},
    {VERDICT_ERROR, false, BEARING_DOUBT, 5},
};

START_TEST(the_exit_status_is_what_the_verdicts_make_it)
{
    options.strict = endings[_i].strict;
    make();
    ledger_begin(&ledger, true, "");
    done(endings[_i].verdict);
    ck_assert_int_eq(ledger_status(&ledger), endings[_i].status);
    ck_assert_int_eq(told.bearing, endings[_i].bearing);
    ck_assert_uint_eq(ledger.totals.by_verdict[endings[_i].verdict], 1);
}
END_TEST

START_TEST(a_failure_outweighs_a_doubt)
{
    make();
    ledger_begin(&ledger, true, "");
    done(VERDICT_ERROR);
    done(VERDICT_FAIL);
    ck_assert_int_eq(ledger_status(&ledger), 1);
}
END_TEST

START_TEST(what_the_baseline_lists_does_not_count)
{
    baseline("ftp/one  it  it always did\n");
    make();
    ledger_begin(&ledger, true, "");
    done(VERDICT_FAIL);
    ck_assert_int_eq(ledger_status(&ledger), 0);
    ck_assert_uint_eq(ledger.totals.known, 1);
    ck_assert_int_eq(told.bearing, BEARING_NONE);
    ck_assert_str_eq(told.baseline.reason, "it always did");
    done(VERDICT_ERROR);
    ck_assert_int_eq(told.bearing, BEARING_DOUBT);
}
END_TEST

START_TEST(what_the_baseline_lists_and_passes_is_stale)
{
    char wanted[WORKSPACE_PATH + 80];

    baseline("# known\nftp/one  it  it always did\n");
    make();
    ledger_begin(&ledger, true, "");
    done(VERDICT_PASS);
    ck_assert_int_eq(ledger_status(&ledger), 1);
    ck_assert_uint_eq(ledger.totals.stale, 1);
    ck_assert_int_eq(told.bearing, BEARING_FAILURE);
    snprintf(wanted, sizeof wanted, "passes, but %s:2 lists it: take the line out", listed);
    ck_assert_str_eq(told.why, wanted);
}
END_TEST

START_TEST(a_broken_rule_counts_once_however_many_cases_break_it)
{
    make();
    ledger_begin(&ledger, true, "");
    finding("A-RULE", VERDICT_FAIL);
    done(VERDICT_PASS);
    done(VERDICT_PASS);
    ck_assert_int_eq(ledger_status(&ledger), 0);
    ledger_rules(&ledger);
    ck_assert_int_eq(ledger_status(&ledger), 1);
    ck_assert_uint_eq(ledger.totals.rules[VERDICT_FAIL], 1);
    ck_assert_ptr_nonnull(strstr(content(printed), "broken in 2 cases, first in ftp/one"));
}
END_TEST

START_TEST(a_listed_rule_that_was_kept_is_stale_where_all_was_run)
{
    baseline("A-RULE  it  it always did\n");
    make();
    ledger_begin(&ledger, true, "");
    done(VERDICT_PASS);
    options.words.count = 1;
    ledger_stale(&ledger, tables);
    ck_assert_uint_eq(ledger.totals.stale, 0);
    options.words.count = 0;
    options.level = LEVEL_MUST;
    ledger_stale(&ledger, tables);
    ck_assert_uint_eq(ledger.totals.stale, 0);
    options.level = LEVEL_PRACTICE;
    ledger_stale(&ledger, tables);
    ck_assert_uint_eq(ledger.totals.stale, 1);
    ck_assert_int_eq(ledger_status(&ledger), 1);
    ck_assert_int_eq(told.kind, REPORT_RULE);
    ck_assert_str_eq(told.id, "rules/A-RULE");
}
END_TEST

static const struct {
    const char *listed, *id;
} gone[] = {{"ftp/gone", "ftp/gone"}, {"GONE-RULE", "rules/GONE-RULE"}};

START_TEST(a_line_that_names_nothing_is_stale)
{
    char line[80], wanted[WORKSPACE_PATH + 80];

    snprintf(line, sizeof line, "%s  it  it always did\nftp/gone  other  no\n", gone[_i].listed);
    baseline(line);
    make();
    ledger_begin(&ledger, true, "");
    done(VERDICT_PASS);
    options.shards = 2;
    ledger_stale(&ledger, tables);
    ck_assert_uint_eq(ledger.totals.stale, 0);
    options.shards = 0;
    ledger_stale(&ledger, tables);
    ck_assert_uint_eq(ledger.totals.stale, 1);
    ck_assert_int_eq(ledger_status(&ledger), 1);
    ck_assert_int_eq(told.kind, REPORT_LINE);
    ck_assert_str_eq(told.id, gone[_i].id);
    ck_assert_int_eq(told.bearing, BEARING_FAILURE);
    snprintf(wanted, sizeof wanted, "%s:1 lists it, but there is no such case or rule", listed);
    ck_assert_str_eq(told.why, wanted);
}
END_TEST

START_TEST(a_case_says_how_it_is_repeated)
{
    static const char *const words[] = {"it", "-q", NULL};

    make();
    ledger_begin(&ledger, true, "");
    done(VERDICT_PASS);
    ck_assert_str_eq(told.repeat, "peerspec server it 'ftp/one'");
    settings.subject.command = words;
    settings.subject.words = "-- it -q";
    done(VERDICT_PASS);
    ck_assert_str_eq(told.repeat, "peerspec server 'ftp/one' -- it -q");
}
END_TEST

START_TEST(the_end_says_how_the_run_went)
{
    make();
    ledger_begin(&ledger, true, "");
    done(VERDICT_FAIL);
    ck_assert_int_eq(ledger_end(&ledger, 7, OK, &why), OK);
    ck_assert_int_eq(told_totals.duration, 7);
    ck_assert_ptr_null(told_totals.stopped);
    ck_assert_int_eq(told_totals.status, 1);
}
END_TEST

START_TEST(the_end_says_why_the_run_stopped)
{
    make();
    ledger_begin(&ledger, true, "");
    done(VERDICT_FAIL);
    diag_set(&why, ERR_UNREACHABLE, "nobody listens");
    ck_assert_int_eq(ledger_end(&ledger, 7, ERR_UNREACHABLE, &why), ERR_UNREACHABLE);
    ck_assert_str_eq(told_totals.stopped, "nobody listens");
    ck_assert_int_eq(told_totals.status, 4);
}
END_TEST

START_TEST(a_new_baseline_has_what_counts_and_what_was_seen)
{
    options.baseline = listed;
    options.write_baseline = true;
    make();
    ledger_begin(&ledger, true, "");
    finding(NULL, VERDICT_FAIL);
    done(VERDICT_FAIL);
    ck_assert_str_eq(content(listed), "ftp/one  it  seen\n");
}
END_TEST

START_TEST(people_read_nothing_of_a_run_that_never_began)
{
    make();
    diag_set(&why, ERR_UNREACHABLE, "nobody listens");
    ck_assert_int_eq(ledger_end(&ledger, 0, ERR_UNREACHABLE, &why), ERR_UNREACHABLE);
    ck_assert_str_eq(content(printed), "");
}
END_TEST

START_TEST(a_machine_reads_that_the_run_never_began)
{
    options.tap = "-";
    make();
    diag_set(&why, ERR_UNREACHABLE, "nobody listens");
    ck_assert_int_eq(ledger_end(&ledger, 0, ERR_UNREACHABLE, &why), ERR_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(content(printed), "Bail out! the run was stopped after 0 of 1 "
                                                   "cases: nobody listens\n"));
    ck_assert_ptr_nonnull(strstr(content(printed), "1..1"));
}
END_TEST

static Suite *ledger_suite(void)
{
    Suite *suite = suite_create("ledger");
    TCase *counting = tcase_create("counting"), *kept = tcase_create("baseline"),
          *reports = tcase_create("reports");

    tcase_add_checked_fixture(counting, set_up, tear_down);
    tcase_add_loop_test(counting, the_exit_status_is_what_the_verdicts_make_it, 0,
                        sizeof endings / sizeof *endings);
    tcase_add_test(counting, a_failure_outweighs_a_doubt);
    tcase_add_test(counting, a_broken_rule_counts_once_however_many_cases_break_it);
    suite_add_tcase(suite, counting);
    tcase_add_checked_fixture(kept, set_up, tear_down);
    tcase_add_test(kept, what_the_baseline_lists_does_not_count);
    tcase_add_test(kept, what_the_baseline_lists_and_passes_is_stale);
    tcase_add_test(kept, a_listed_rule_that_was_kept_is_stale_where_all_was_run);
    tcase_add_loop_test(kept, a_line_that_names_nothing_is_stale, 0, sizeof gone / sizeof *gone);
    tcase_add_test(kept, a_new_baseline_has_what_counts_and_what_was_seen);
    suite_add_tcase(suite, kept);
    tcase_add_checked_fixture(reports, set_up, tear_down);
    tcase_add_test(reports, a_case_says_how_it_is_repeated);
    tcase_add_test(reports, the_end_says_how_the_run_went);
    tcase_add_test(reports, the_end_says_why_the_run_stopped);
    tcase_add_test(reports, people_read_nothing_of_a_run_that_never_began);
    tcase_add_test(reports, a_machine_reads_that_the_run_never_began);
    suite_add_tcase(suite, reports);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(ledger_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
