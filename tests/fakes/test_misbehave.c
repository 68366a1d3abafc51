#include "fakes/misbehave.h"
#include "ftp_rig.h"

static struct rig rig;

static void set_up(void)
{
    rig_init_misbehaving(&rig);
}

static void tear_down(void)
{
    rig_fini(&rig);
}

/* ---- the table ---- */

static bool tells_what_it_breaks(const struct misbehaviour *row)
{
    struct bytes breaks = bytes_of(row->breaks);

    return bytes_starts(breaks, "FTP-") || bytes_starts(breaks, "RFC ") ||
           bytes_is(breaks, "practice");
}

START_TEST(every_row_says_what_it_does_and_what_it_breaks)
{
    bool seen[FAULT_COUNT] = {true};

    for (const struct misbehaviour *row = misbehaviours(); row->name != NULL; row++) {
        ck_assert_msg((row->fault == FAULT_NONE) == (row->rewrite != NULL || row->to != NULL), "%s",
                      row->name);
        ck_assert_msg(strlen(row->does) > 8 && tells_what_it_breaks(row), "%s", row->name);
        seen[row->fault] = true;
        for (const struct misbehaviour *other = row + 1; other->name != NULL; other++)
            ck_assert_str_ne(row->name, other->name);
    }
    for (int fault = 0; fault < FAULT_COUNT; fault++)
        ck_assert_msg(seen[fault], "no name switches fault %d on", fault);
}
END_TEST

static const char *const bad_names[] = {"none-such",    "reply:RETR",  "reply:RETR=5",
                                        "reply:=550",   "stall:RETR",  "stall:RETR=3x",
                                        "stall:PWD=-1", "drop-after:", "drop-after:RETR=1"};

START_TEST(a_name_that_is_no_fault_is_named)
{
    const char *names[] = {bad_names[_i], NULL};
    struct misbehave *misbehave;
    struct diag why;

    ck_assert_int_eq(misbehave_new(names, &misbehave, &why), ERR_USAGE);
    ck_assert_ptr_null(misbehave);
    ck_assert_ptr_nonnull(strstr(why.text, bad_names[_i]));
}
END_TEST

START_TEST(times_are_nanoseconds_or_have_a_unit)
{
    static const char *const names[] = {"stall:pasv=3s", "stall:RETR=200ms", "stall:PWD=5", NULL};
    struct misbehave *misbehave;
    struct diag why;

    ck_assert_int_eq(misbehave_new(names, &misbehave, &why), OK);
    ck_assert_int_eq(misbehave_stall(misbehave, "PASV"), 3 * CLOCK_SECOND);
    ck_assert_int_eq(misbehave_stall(misbehave, "RETR"), 200 * CLOCK_MS);
    ck_assert_int_eq(misbehave_stall(misbehave, "PWD"), 5);
    ck_assert_int_eq(misbehave_stall(misbehave, "STOR"), 0);
    misbehave_free(misbehave);
}
END_TEST

/* ---- replies ---- */

static const struct {
    const char *fault, *command, *reply; /* how the reply begins, or all of it */
} rewritten[] = {
    {"bare-lf", "NOOP", "200 Here I am.\n"},
    {"no-space", "NOOP", "200\r\n"},
    {"bad-code-600", "PWD", "600 \"/\""},
    {"two-digits", "NOOP", "20 Here"},
    {"second-digit", "SYST", "247 "},
    {"unknown-code", "DELE a.txt", "299 "},
    {"wrong-code", "NOOP", "213 "},
    {"wrong-code-2yz", "TYPE I", "226 "},
    {"empty-5yz", "XYZZY", "500 \r\n"},
    {"unknown-200", "XYZZY", "200 "},
    {"150-to-dele", "DELE a.txt", "150 "},
    {"user-200", "USER x", "200 "},
    {"abor-no-426", "ABOR", "226 "},
    {"wrong-code-227", "PASV", "200 Entering Passive Mode ("},
    {"spaces-227", "PASV", "227 Entering Passive Mode (127, 0, 0, 1, "},
    {"range-227", "PASV", "227 Entering Passive Mode (127,256,0,1,"},
    {"multiline-227", "PASV", "227-Entering"},
    {"foreign-227", "PASV", "227 Entering Passive Mode (127,0,0,9,"},
    {"epsv-bad-format", "EPSV", "229 Entering Extended Passive Mode ("},
    {"epsv-delimiter", "EPSV", "229 Entering Extended Passive Mode (!!!"},
    {"epsv-227", "EPSV", "227 "},
    {"522-list", "EPSV 2", "522 Network protocol not supported, (use another)\r\n"},
    {"257-no-quotes", "PWD", "257 / is"},
    {"215-unknown", "SYST", "215 My own"},
    {"feat-no-space", "FEAT", "211-Features:\r\nEPRT\r\n"},
    {"size-wrong", "SIZE a.txt", "213 11\r\n"},
    {"size-text", "SIZE a.txt", "213 10 bytes\r\n"},
    {"mdtm-y2k", "MDTM a.txt", "213 19199"},
    {"mdtm-short", "MDTM a.txt", "213 199909290033\r\n"},
    {"257-single-quotes", "MKD a\"b", "257 \"/a\"b\" is"},
    {"257-question-marks", "MKD \xc3\xa9", "257 \"/??\" is"},
    {"257-last-name", "MKD pub/c", "257 \"/c\" is"},
    {"257-no-percent", "MKD a%b%c", "257 \"/abc\" is"},
    {"mlst-dot", "MLST", "250-Facts of .\r\n"},
    {"mlst-no-space", "MLST a.txt", "250-Facts of /a.txt\r\ntype="},
    {"opts-reply", "OPTS MLST size;", "200 Options are set: size;"},
    {"rest-200", "REST 3", "200 "},
    {"rein-230", "REIN", "230 "},
    {"quit-200", "QUIT", "200 "},
    {"stat-213", "STAT pub", "213-"},
    {"help-200", "HELP", "200-"},
    {"rnto-without-rnfr", "RNTO x", "250 "},
    {"421-goes-on", "NOOP", "421 "},
    {"bounce", "PORT 127,0,0,2,0,25", "200 "},
    {"multiline-inner-code", "FEAT", "211-Features:"},
    {"multiline-nested", "FEAT", "211-Features:"},
    {"multiline-last-bare", "MLST a.txt", "250-Facts"},
    {"reply:NOOP=502", "NOOP", "502 "},
    {"reply:RETR=550", "RETR a.txt", "550 "},
};

START_TEST(a_fault_changes_the_reply_that_it_is_about)
{
    rig_start_faulty(&rig, rewritten[_i].fault);
    ck_assert_ptr_nonnull(rig_reply(&rig));
    rig_ask(&rig, "USER u");
    rig_ask(&rig, "PASS p");
    rig_ask(&rig, rewritten[_i].command);
    ck_assert_msg(bytes_starts(buf_bytes(&rig.reply), rewritten[_i].reply), "%s: %s -> %s",
                  rewritten[_i].fault, rewritten[_i].command, buf_text(&rig.reply));
}
END_TEST

static const struct {
    const char *fault, *command, *holds;
} framed[] = {
    {"multiline-unclosed", "FEAT\r\n", "\r\n211-End\r\n"},
    {"multiline-other-code", "FEAT\r\n", "\r\n219 End\r\n"},
    {"multiline-inner-code", "FEAT\r\n", "\r\n331 is a line inside\r\n211 End"},
    {"multiline-nested", "FEAT\r\n", "\r\n331-is nested\r\n211 End"},
    {"multiline-last-bare", "FEAT\r\n", "\r\n211\r\n"},
    {"feat-end", "FEAT\r\n", "211 That is all\r\n"},
    {"feat-self", "FEAT\r\n", " FEAT\r\n OPTS\r\n211 End"},
    {"feat-rest", "FEAT\r\n", " REST\r\n"},
    {"feat-mlst", "FEAT\r\n", " MLST type*,size*,"},
    {"feat-incomplete", "FEAT\r\n", " REST STREAM\r\n TVFS\r\n"},
    {"feat-no-utf8", "FEAT\r\n", " TVFS\r\n211 End"},
    {"feat-dishonest", "FEAT\r\n", " LANG EN*\r\n"},
    {"two-replies", "NOOP\r\n", "200 Here I am.\r\n200 And once more.\r\n"},
    {"reply-order", "NOOP\r\nSYST\r\n", "215 UNIX Type: L8\r\n200 Here I am.\r\n"},
};

START_TEST(a_fault_breaks_the_framing_that_it_is_about)
{
    rig_login_faulty(&rig, framed[_i].fault);
    ck_assert_msg(strstr(rig_raw(&rig, framed[_i].command, framed[_i].holds), framed[_i].holds) !=
                      NULL,
                  "%s: %s", framed[_i].fault, buf_text(&rig.replies));
}
END_TEST

static const struct {
    const char *fault, *greeting;
} greetings[] = {
    {"bare-cr", "220 bare\rCR peerspec"},    {"8-bit", "220 \xe9t\xe9 peerspec"},
    {"control-octet", "220 \x1b[1mpeer"},    {"long-line", "220 xxxxxxxxxxxxxxxx"},
    {"greeting-230", "230 peerspec"},        {"greeting-text", "Hello peerspec"},
    {"bare-lf", "220 peerspec is ready.\n"}, {"reply:greeting=421", "421 peerspec"},
};

START_TEST(a_fault_changes_the_greeting)
{
    rig_start_faulty(&rig, greetings[_i].fault);
    ck_assert_msg(bytes_starts(bytes_of(rig_raw(&rig, "", "\n")), greetings[_i].greeting), "%s: %s",
                  greetings[_i].fault, buf_text(&rig.replies));
}
END_TEST

START_TEST(a_nul_is_put_into_the_greeting)
{
    rig_start_faulty(&rig, "nul");
    rig_raw(&rig, "", "220 ");
    ck_assert_mem_eq(rig.replies.ptr, "220 \0peerspec", 13);
}
END_TEST

static const struct {
    const char *fault, *command, *reply;
} preliminaries[] = {
    {"stou-text", "STOU", "150 The file is called unique.1\r\n"},
    {"150-size", "RETR a.txt", "150 Opening the data connection for a.txt (1 bytes).\r\n"},
};

START_TEST(a_fault_changes_the_150)
{
    rig_login_faulty(&rig, preliminaries[_i].fault);
    rig_pasv(&rig);
    ck_assert_str_eq(rig_ask(&rig, preliminaries[_i].command), preliminaries[_i].reply);
}
END_TEST

START_TEST(two_150_are_two)
{
    rig_login_faulty(&rig, "two-150");
    rig_pasv(&rig);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misbehave");
    TCase *table = tcase_create("table"), *replies = tcase_create("replies");
    SRunner *runner;
    int failed;

    tcase_add_test(table, every_row_says_what_it_does_and_what_it_breaks);
    tcase_add_loop_test(table, a_name_that_is_no_fault_is_named, 0,
                        sizeof bad_names / sizeof bad_names[0]);
    tcase_add_test(table, times_are_nanoseconds_or_have_a_unit);
    suite_add_tcase(suite, table);
    tcase_add_checked_fixture(replies, set_up, tear_down);
    tcase_add_loop_test(replies, a_fault_changes_the_reply_that_it_is_about, 0,
                        sizeof rewritten / sizeof rewritten[0]);
    tcase_add_loop_test(replies, a_fault_breaks_the_framing_that_it_is_about, 0,
                        sizeof framed / sizeof framed[0]);
    tcase_add_loop_test(replies, a_fault_changes_the_greeting, 0,
                        sizeof greetings / sizeof greetings[0]);
    tcase_add_test(replies, a_nul_is_put_into_the_greeting);
    tcase_add_loop_test(replies, a_fault_changes_the_150, 0,
                        sizeof preliminaries / sizeof preliminaries[0]);
    tcase_add_test(replies, two_150_are_two);
    suite_add_tcase(suite, replies);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
