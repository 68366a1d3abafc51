/* Rules say nothing about what they did not see, whichever part of a session that is. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "suites/rules.h"
#include "support/wiretext.h"

/* A session of every kind, one packet a line. */
static const char *const session[] = {
    "S> 220-Welcome",
    "S> 220 Ready.",
    "C> USER anonymous",
    "S> 331 Password, please.",
    "C> PASS me@example.com",
    "S> 230 Logged in.",
    "C> FEAT",
    "S> 211-Features:",
    "S>  MLST type*;size*;modify;perm;unique;",
    "S>  SIZE",
    "S>  REST STREAM",
    "S> 211 End",
    "C> SYST",
    "S> 215 UNIX Type: L8",
    "C> OPTS MLST type;size;",
    "S> 200 MLST OPTS type;size;",
    "C> STAT",
    "S> 211 Fine.",
    "C> TYPE I",
    "S> 200 OK.",
    "C> PWD",
    "S> 257 \"/\" is here.",
    "C> SIZE a",
    "S> 213 5",
    "C> PASV",
    "S> 227 Entering Passive Mode (192,0,2,1,156,65).",
    "C> RETR a",
    "S> 150 Here (5 bytes).",
    "open passive 40001",
    "send S \"12345\"",
    "close S",
    "S> 226 Done.",
    "C> PORT 192,0,2,2,156,66",
    "S> 200 OK.",
    "C> STOR b",
    "S> 150 Send.",
    "open active 40002",
    "send C \"12345\"",
    "close C",
    "S> 226 Done.",
    "C> RNFR b",
    "S> 350 To what?",
    "C> RNTO c",
    "S> 250 Renamed.",
    "C> EPSV",
    "S> 229 Extended (|||40003|)",
    "C> MLSD",
    "S> 150 Here.",
    "open passive 40003",
    "send S \"type=file;size=5; a\\r\\n\"",
    "close S",
    "S> 226 Done.",
    "C> PASV",
    "S> 227 Entering Passive Mode (192,0,2,1,160,68).",
    "C> REST 2",
    "S> 350 At 2.",
    "C> RETR a",
    "S> 150 Here.",
    "open passive 41028",
    "send S \"3\"",
    "C> ABOR",
    "reset S",
    "S> 426 Cut off.",
    "S> 226 Aborted.",
    "C> REST 0",
    "S> 350 At 0.",
    "C> QUIT",
    "S> 221 Bye.",
};
#define LINES (sizeof session / sizeof *session)

static void judge(void *ctx, struct timeline *timeline)
{
    rules_run(rule_tables, NULL, timeline, ctx);
    timeline_free(timeline);
}

/* Judge the session after `change` has rewritten line `at`: "! lost" before it, for instance. */
static void judge_changed(size_t at, const char *head, const char *before, size_t last)
{
    struct findings *findings = findings_new();
    struct timeline_sink sink = {findings, judge};
    struct diag why = {.code = OK};
    struct buf text;

    buf_init(&text, 1 << 16);
    buf_addf(&text, "%s", head);
    for (size_t n = 0; n < last; n++)
        buf_addf(&text, "%s%s\n", n == at ? before : "", session[n]);
    if (last < LINES)
        buf_add_text(&text, "leave open\n");
    ck_assert_msg(wiretext_feed(buf_bytes(&text), NULL, &sink, &why) == OK, "line %u: %s",
                  why.at.line, why.text);
    if (findings_count(findings) > 0)
        ck_abort_msg("'%s%s%s', %zu lines: %s: expected %s; seen: %s", head, before,
                     at < LINES ? session[at] : "", last, findings_at(findings, 0)->rule,
                     findings_at(findings, 0)->expected, findings_at(findings, 0)->seen);
    findings_free(findings);
    buf_fini(&text);
}

START_TEST(a_session_by_the_book_breaks_nothing)
{
    judge_changed(LINES, "", "", LINES);
}
END_TEST

START_TEST(a_packet_that_the_capture_lost_breaks_nothing)
{
    judge_changed((size_t)_i, "", "! lost\n", LINES);
}
END_TEST

/* What comes after it does not show that it is missing, but an ACK may. */
START_TEST(a_packet_that_the_capture_lost_shortly_before_its_end_breaks_nothing)
{
    for (size_t last = (size_t)_i + 1; last <= (size_t)_i + 3 && last < LINES; last++)
        judge_changed((size_t)_i, "", "! lost\n", last);
}
END_TEST

START_TEST(a_packet_that_came_twice_breaks_nothing)
{
    judge_changed((size_t)_i, "", "! twice\n", LINES);
}
END_TEST

START_TEST(a_line_in_many_segments_breaks_nothing)
{
    if (strchr("CS", session[_i][0]) != NULL)
        judge_changed((size_t)_i, "", "! split 1\n", LINES);
}
END_TEST

START_TEST(a_capture_that_ends_early_breaks_nothing)
{
    if (_i > 0)
        judge_changed(LINES, "", "", (size_t)_i);
}
END_TEST

/* True where a data connection that was opened before line `n` is used at or after it. */
static bool uses_connection(size_t n)
{
    for (; n < LINES && strncmp(session[n], "open", 4) != 0; n++)
        if (strncmp(session[n], "send", 4) == 0 || strncmp(session[n], "close", 5) == 0 ||
            strncmp(session[n], "reset", 5) == 0)
            return true;
    return false;
}

/* The session as if the capture had begun with line `_i`. */
START_TEST(a_capture_that_begins_late_breaks_nothing)
{
    struct findings *findings;
    struct timeline_sink sink = {NULL, judge};
    struct diag why = {.code = OK};
    struct buf text;

    if (uses_connection((size_t)_i))
        return;
    sink.ctx = findings = findings_new();
    buf_init(&text, 1 << 16);
    buf_add_text(&text, "no handshake\n");
    for (size_t n = (size_t)_i; n < LINES; n++)
        buf_addf(&text, "%s\n", session[n]);
    ck_assert_msg(wiretext_feed(buf_bytes(&text), NULL, &sink, &why) == OK, "%s", why.text);
    if (findings_count(findings) > 0)
        ck_abort_msg("from '%s': %s; seen: %s", session[_i], findings_at(findings, 0)->rule,
                     findings_at(findings, 0)->seen);
    findings_free(findings);
    buf_fini(&text);
}
END_TEST

START_TEST(after_tls_begins_nothing_is_judged)
{
    struct findings *findings = findings_new();
    struct timeline_sink sink = {findings, judge};
    struct diag why = {.code = OK};

    ck_assert_int_eq(
        wiretext_feed(bytes_of("S> 220 Ready.\nC> AUTH TLS\nS> 234 Go on.\n"
                               "C: x\"160301000401020304\"\nS: x\"160303000401020304\"\n"
                               "S: \"xx\\n\\r\\0\"\nC: \"\\xff\\xfb\\n\"\n"),
                      NULL, &sink, &why),
        OK);
    ck_assert_uint_eq(findings_count(findings), 0);
    findings_free(findings);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("silence");
    TCase *all = tcase_create("unseen");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(all, a_session_by_the_book_breaks_nothing);
    tcase_add_loop_test(all, a_packet_that_the_capture_lost_breaks_nothing, 0, LINES);
    tcase_add_loop_test(all, a_packet_that_the_capture_lost_shortly_before_its_end_breaks_nothing,
                        0, LINES);
    tcase_add_loop_test(all, a_packet_that_came_twice_breaks_nothing, 0, LINES);
    tcase_add_loop_test(all, a_line_in_many_segments_breaks_nothing, 0, LINES);
    tcase_add_loop_test(all, a_capture_that_ends_early_breaks_nothing, 0, LINES);
    tcase_add_loop_test(all, a_capture_that_begins_late_breaks_nothing, 0, LINES);
    tcase_add_test(all, after_tls_begins_nothing_is_judged);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
