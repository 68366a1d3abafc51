#include "fakes/misbehave.h"
#include "ftp_rig.h"

static struct rig rig;

static void set_up(void)
{
    rig_init(&rig);
    rig_file(&rig, "a.txt", "one\ntwo\n");
    rig_file(&rig, "pub/b.bin", "0123456789");
}

static void tear_down(void)
{
    rig_fini(&rig);
}

static void start(const char *fault)
{
    static const char *faults[2];

    faults[0] = fault;
    rig.config.faults = faults;
    rig_start(&rig);
}

/* ---- the table ---- */

START_TEST(every_row_says_what_it_does_and_which_rule_it_breaks)
{
    bool seen[FAULT_COUNT] = {true};

    for (const struct misbehaviour *row = misbehaviours(); row->name != NULL; row++) {
        ck_assert_msg((row->fault == FAULT_NONE) == (row->rewrite != NULL), "%s", row->name);
        ck_assert_msg(strlen(row->does) > 8 && bytes_starts(bytes_of(row->breaks), "FTP-"), "%s",
                      row->name);
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
    {"wrong-code-227", "PASV", "200 Entering Passive Mode ("},
    {"spaces-227", "PASV", "227 Entering Passive Mode (127, 0, 0, 1, "},
    {"range-227", "PASV", "227 Entering Passive Mode (127,256,0,1,"},
    {"multiline-227", "PASV", "227-Entering"},
    {"foreign-227", "PASV", "227 Entering Passive Mode (127,0,0,9,"},
    {"epsv-bad-format", "EPSV", "229 Entering Extended Passive Mode ("},
    {"epsv-delimiter", "EPSV", "229 Entering Extended Passive Mode (!!!"},
    {"epsv-227", "EPSV", "227 "},
    {"522-list", "EPSV 2", "522 Network protocol not supported (use another)"},
    {"257-no-quotes", "PWD", "257 / is"},
    {"215-unknown", "SYST", "215 My own"},
    {"feat-no-space", "FEAT", "211-Features:\r\nEPRT\r\n"},
    {"size-wrong", "SIZE a.txt", "213 11\r\n"},
    {"size-text", "SIZE a.txt", "213 10 bytes\r\n"},
    {"mdtm-y2k", "MDTM a.txt", "213 19199"},
    {"mdtm-short", "MDTM a.txt", "213 199909290033\r\n"},
    {"mlst-no-space", "MLST a.txt", "250-Facts of /a.txt\r\ntype="},
    {"opts-reply", "OPTS MLST size;", "200 Options set."},
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
    start(rewritten[_i].fault);
    ck_assert_ptr_nonnull(rig_reply(&rig));
    rig_ask(&rig, "USER u");
    rig_ask(&rig, "PASS p");
    rig_ask(&rig, rewritten[_i].command);
    ck_assert_msg(bytes_starts(buf_bytes(&rig.reply), rewritten[_i].reply), "%s: %s -> %s",
                  rewritten[_i].fault, rewritten[_i].command, buf_text(&rig.reply));
}
END_TEST

/* What came without regard to the framing of replies. */
static const char *raw(const char *command, const char *until)
{
    int64_t end = clock_now() + LOOPBACK_PATIENCE;

    rig_send(&rig, command);
    while (strstr(buf_text(&rig.replies), until) == NULL && clock_now() < end) {
        loop_turn(rig.loop, CLOCK_MS);
        rig_hear(&rig);
    }
    return buf_text(&rig.replies);
}

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
    {"feat-dishonest", "FEAT\r\n", " LANG EN*\r\n"},
    {"two-replies", "NOOP\r\n", "200 Here I am.\r\n200 And once more.\r\n"},
    {"reply-order", "NOOP\r\nSYST\r\n", "215 UNIX Type: L8\r\n200 Here I am.\r\n"},
};

START_TEST(a_fault_breaks_the_framing_that_it_is_about)
{
    start(framed[_i].fault);
    rig_login(&rig);
    ck_assert_msg(strstr(raw(framed[_i].command, framed[_i].holds), framed[_i].holds) != NULL,
                  "%s: %s", framed[_i].fault, buf_text(&rig.replies));
}
END_TEST

START_TEST(no_greeting_still_answers)
{
    start("no-greeting");
    rig_expect(&rig, "USER u", 331);
}
END_TEST

START_TEST(accepts_before_login_serves_files)
{
    start("accepts-before-login");
    rig_reply(&rig);
    rig_expect(&rig, "PWD", 257);
}
END_TEST

START_TEST(close_after_user_closes)
{
    start("close-after-user");
    rig_reply(&rig);
    ck_assert_str_eq(rig_ask(&rig, "USER u"), "");
}
END_TEST

START_TEST(drop_after_closes_behind_the_first_reply)
{
    start("drop-after:PASV");
    rig_login(&rig);
    rig_expect(&rig, "PASV", 227);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

START_TEST(stall_waits_before_it_answers)
{
    int64_t before;

    start("stall:NOOP=30ms");
    rig_login(&rig);
    before = clock_now();
    rig_expect(&rig, "NOOP", 200);
    ck_assert_int_ge(clock_now() - before, 30 * CLOCK_MS);
}
END_TEST

/* ---- transfers ---- */

static const char *fetch_after(const char *fault, const char *command)
{
    start(fault);
    rig_login(&rig);
    return rig_get(&rig, command);
}

START_TEST(faults_of_transfers_change_what_is_sent)
{
    static const struct {
        const char *fault, *command, *content;
    } rows[] = {
        {"truncates", "RETR pub/b.bin", "01234"},
        {"list-bare-lf", "NLST", "a.txt\npub\n"},
        {"nlst-bare-names", "NLST pub", "b.bin\r\n"},
        {"nlst-long", "NLST pub",
         "-rw-r--r--   1 ftp      ftp                10 Sep 29  1999 b.bin\r\n"},
        {"early-226", "RETR pub/b.bin", "0123456789"},
    };

    ck_assert_str_eq(fetch_after(rows[_i].fault, rows[_i].command), rows[_i].content);
}
END_TEST

START_TEST(early_226_comes_before_the_data_are_over)
{
    fetch_after("early-226", "RETR a.txt");
    loop_turn(rig.loop, CLOCK_MS);
    ck_assert_int_lt(rig_entry(&rig, ENTRY_SENT, "226"), rig_entry(&rig, ENTRY_DATA_CLOSED, ""));
}
END_TEST

START_TEST(rest_ignored_sends_all)
{
    start("rest-ignored");
    rig_login(&rig);
    rig_expect(&rig, "REST 4", 350);
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "0123456789");
}
END_TEST

START_TEST(rest_sticky_sends_parts_again)
{
    start("rest-sticky");
    rig_login(&rig);
    rig_expect(&rig, "REST 4", 350);
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "456789");
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "456789");
}
END_TEST

START_TEST(no_150_goes_straight_to_226)
{
    start("no-150");
    rig_login(&rig);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR a.txt", 226);
    ck_assert_int_eq(rig_fetch(&rig), 8);
}
END_TEST

START_TEST(no_226_leaves_the_next_reply_to_the_next_command)
{
    start("no-226");
    rig_login(&rig);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(rig_fetch(&rig), 8);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(data_not_closed_says_226_and_sends_no_fin)
{
    int there = 0;

    start("data-not-closed");
    rig_login(&rig);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    rig_expect(&rig, "NOOP", 200);
    ioctl(rig.data, FIONREAD, &there);
    ck_assert_int_eq(there, 8);
    ck_assert_int_lt(rig_entry(&rig, ENTRY_DATA_CLOSED, ""), 0);
}
END_TEST

START_TEST(data_though_refused_come_before_550)
{
    start("data-though-refused");
    rig_login(&rig);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR none", 550);
    ck_assert_int_gt(rig_fetch(&rig), 0);
}
END_TEST

START_TEST(third_host_data_come_from_another_address)
{
    struct endpoint at, from;
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    char command[96], text[FTP_HOSTPORT_TEXT];
    int listener = loopback_bind(SOCK_STREAM, &at);

    start("third-host-data");
    rig_login(&rig);
    snprintf(command, sizeof command, "PORT %s", ftp_hostport_format(&at, text));
    rig_expect(&rig, command, 200);
    rig_expect(&rig, "RETR a.txt", 150);
    rig.data = accept4(listener, (struct sockaddr *)&name, &len, SOCK_NONBLOCK);
    ck_assert_int_ge(rig.data, 0);
    endpoint_from_sockaddr((struct sockaddr *)&name, &from);
    ck_assert_str_eq(endpoint_addr(&from, command), "127.0.0.9");
    close(listener);
}
END_TEST

START_TEST(wrong_port_227_is_not_where_the_server_listens)
{
    struct endpoint at;
    struct flaw flaw;
    struct sockaddr_storage name;
    socklen_t len;

    start("wrong-port-227");
    rig_login(&rig);
    rig_expect(&rig, "PASV", 227);
    ck_assert_int_eq(ftp_pasv_parse(bytes_from(buf_bytes(&rig.reply), 4), &at, &flaw), PARSE_DONE);
    at.port--;
    len = endpoint_to_sockaddr(&at, &name);
    rig.data = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(rig.data, (struct sockaddr *)&name, len), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misbehave");
    TCase *table = tcase_create("table"), *replies = tcase_create("replies"),
          *transfers = tcase_create("transfers");
    SRunner *runner;
    int failed;

    tcase_add_test(table, every_row_says_what_it_does_and_which_rule_it_breaks);
    tcase_add_loop_test(table, a_name_that_is_no_fault_is_named, 0,
                        sizeof bad_names / sizeof bad_names[0]);
    tcase_add_test(table, times_are_nanoseconds_or_have_a_unit);
    suite_add_tcase(suite, table);
    tcase_add_checked_fixture(replies, set_up, tear_down);
    tcase_add_loop_test(replies, a_fault_changes_the_reply_that_it_is_about, 0,
                        sizeof rewritten / sizeof rewritten[0]);
    tcase_add_loop_test(replies, a_fault_breaks_the_framing_that_it_is_about, 0,
                        sizeof framed / sizeof framed[0]);
    tcase_add_test(replies, no_greeting_still_answers);
    tcase_add_test(replies, accepts_before_login_serves_files);
    tcase_add_test(replies, close_after_user_closes);
    tcase_add_test(replies, drop_after_closes_behind_the_first_reply);
    tcase_add_test(replies, stall_waits_before_it_answers);
    suite_add_tcase(suite, replies);
    tcase_add_checked_fixture(transfers, set_up, tear_down);
    tcase_add_loop_test(transfers, faults_of_transfers_change_what_is_sent, 0, 5);
    tcase_add_test(transfers, early_226_comes_before_the_data_are_over);
    tcase_add_test(transfers, rest_ignored_sends_all);
    tcase_add_test(transfers, rest_sticky_sends_parts_again);
    tcase_add_test(transfers, no_150_goes_straight_to_226);
    tcase_add_test(transfers, no_226_leaves_the_next_reply_to_the_next_command);
    tcase_add_test(transfers, data_not_closed_says_226_and_sends_no_fin);
    tcase_add_test(transfers, data_though_refused_come_before_550);
    tcase_add_test(transfers, third_host_data_come_from_another_address);
    tcase_add_test(transfers, wrong_port_227_is_not_where_the_server_listens);
    suite_add_tcase(suite, transfers);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
