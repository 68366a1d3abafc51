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
        ck_assert_msg((row->fault == FAULT_NONE) == (row->rewrite != NULL || row->to != NULL), "%s",
                      row->name);
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
    {"feat-incomplete", "FEAT\r\n", " REST STREAM\r\n TVFS\r\n"},
    {"feat-no-utf8", "FEAT\r\n", " TVFS\r\n211 End"},
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
    start(greetings[_i].fault);
    ck_assert_msg(bytes_starts(bytes_of(raw("", "\n")), greetings[_i].greeting), "%s: %s",
                  greetings[_i].fault, buf_text(&rig.replies));
}
END_TEST

START_TEST(a_nul_is_put_into_the_greeting)
{
    start("nul");
    raw("", "220 ");
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
    start(preliminaries[_i].fault);
    rig_login(&rig);
    rig_pasv(&rig);
    ck_assert_str_eq(rig_ask(&rig, preliminaries[_i].command), preliminaries[_i].reply);
}
END_TEST

START_TEST(two_150_are_two)
{
    start("two-150");
    rig_login(&rig);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
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

/* ---- the rest of what acts ---- */

START_TEST(greeting_120_is_never_followed_by_220)
{
    start("120-alone");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 120);
    rig_expect(&rig, "USER u", 331);
}
END_TEST

START_TEST(greeting_late_takes_a_second)
{
    int64_t before = clock_now();

    start("greeting-late");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 220);
    ck_assert_int_ge(clock_now() - before, CLOCK_SECOND);
}
END_TEST

START_TEST(telnet_negotiates_before_the_greeting)
{
    start("telnet-negotiates");
    ck_assert_ptr_nonnull(strstr(raw("", "220"), "\xff\xfb\x01"
                                                 "220"));
}
END_TEST

START_TEST(telnet_silent_leaves_options_unanswered)
{
    start("telnet-silent");
    rig_login(&rig);
    ck_assert_str_eq(rig_ask(&rig, "\xff\xfb\x01NOOP"), "200 Here I am.\r\n");
}
END_TEST

START_TEST(spontaneous_says_more_than_it_was_asked)
{
    start("spontaneous");
    rig_reply(&rig);
    rig_expect(&rig, "USER u", 331);
    rig_expect(&rig, "PASS p", 230);
    ck_assert_str_eq(rig_reply(&rig), "200 By the way.\r\n");
}
END_TEST

START_TEST(no_reply_leaves_noop_unanswered)
{
    start("no-reply");
    rig_login(&rig);
    rig_send(&rig, "NOOP\r\n");
    rig_expect(&rig, "SYST", 215);
}
END_TEST

START_TEST(close_mid_reply_ends_without_a_line_end)
{
    start("close-mid-reply");
    rig_login(&rig);
    ck_assert_str_eq(rig_ask(&rig, "NOOP"), "");
    ck_assert_str_eq(buf_text(&rig.replies), "200 Here");
}
END_TEST

START_TEST(rein_keeps_login_keeps_it)
{
    start("rein-keeps-login");
    rig_login(&rig);
    rig_expect(&rig, "REIN", 220);
    rig_expect(&rig, "PWD", 257);
}
END_TEST

START_TEST(quit_stays_and_answers_on)
{
    start("quit-stays");
    rig_login(&rig);
    rig_expect(&rig, "QUIT", 221);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(quit_resets_ends_with_rst)
{
    char octet;

    start("quit-resets");
    rig_login(&rig);
    rig_expect(&rig, "QUIT", 221);
    ck_assert_str_eq(rig_reply(&rig), "");
    ck_assert_int_le(recv(rig.control, &octet, 1, 0), 0);
    ck_assert_int_ge(rig_entry(&rig, ENTRY_CLOSED, "reset by us"), 0);
}
END_TEST

START_TEST(epsv_all_ignored_still_answers_pasv)
{
    start("epsv-all-ignored");
    rig_login(&rig);
    rig_expect(&rig, "EPSV ALL", 200);
    rig_expect(&rig, "PASV", 227);
}
END_TEST

START_TEST(wrong_port_229_is_not_where_the_server_listens)
{
    struct endpoint at = loopback_endpoint(0);
    struct flaw flaw;

    start("wrong-port-229");
    rig_login(&rig);
    rig_expect(&rig, "EPSV", 229);
    ck_assert_int_eq(ftp_epsv_parse(bytes_from(buf_bytes(&rig.reply), 4), &at.port, &flaw),
                     PARSE_DONE);
    at.port--;
    close(rig_connect_to(&at));
}
END_TEST

/* A listener of the client's, and PORT to the port that is `ahead` of it. */
static int announce(unsigned ahead)
{
    struct endpoint at;
    char command[96], text[FTP_HOSTPORT_TEXT];
    int listener = loopback_bind(SOCK_STREAM, &at);

    at.port = (uint16_t)(at.port - ahead);
    ck_assert_int_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    snprintf(command, sizeof command, "PORT %s", ftp_hostport_format(&at, text));
    rig_expect(&rig, command, 200);
    return listener;
}

static bool comes(int listener)
{
    for (int i = 0; i < 5; i++)
        loop_turn(rig.loop, CLOCK_MS);
    rig.data = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    close(listener);
    return rig.data >= 0;
}

START_TEST(active_early_connects_at_port)
{
    start("active-early");
    rig_login(&rig);
    ck_assert(comes(announce(0)));
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(rig_fetch(&rig), 8);
}
END_TEST

START_TEST(active_elsewhere_connects_to_the_next_port)
{
    int listener;

    start("active-elsewhere");
    rig_login(&rig);
    listener = announce(1);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert(comes(listener));
}
END_TEST

START_TEST(data_from_wrong_port_do_not_come_from_the_port_below)
{
    struct endpoint spare;
    int listener;

    close(loopback_bind(SOCK_STREAM, &spare));
    rig.config.data_port = spare.port;
    start("data-from-wrong-port");
    rig_login(&rig);
    listener = announce(0);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert(comes(listener));
    ck_assert_uint_ne(loopback_entry(rig.transcript, ENTRY_DATA_OPENED, 0)->local.port, spare.port);
}
END_TEST

START_TEST(data_reset_end_in_rst)
{
    start("data-reset");
    rig_login(&rig);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(rig_fetch(&rig), -1);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

START_TEST(reply_226_before_fin_has_all_data_before_it)
{
    fetch_after("226-before-fin", "RETR a.txt");
    loop_turn(rig.loop, CLOCK_MS);
    ck_assert_int_lt(rig_entry(&rig, ENTRY_SENT, "226"), rig_entry(&rig, ENTRY_DATA_CLOSED, ""));
}
END_TEST

START_TEST(data_first_are_over_before_150)
{
    fetch_after("data-first", "RETR a.txt");
    ck_assert_int_lt(rig_entry(&rig, ENTRY_DATA_CLOSED, ""), rig_entry(&rig, ENTRY_SENT, "150"));
}
END_TEST

START_TEST(stores_wrong_loses_an_octet)
{
    start("stores-wrong");
    rig_login(&rig);
    rig_put(&rig, "STOR new", "0123");
    ck_assert_str_eq(rig_get(&rig, "RETR new"), "012");
}
END_TEST

START_TEST(ascii_bare_lf_sends_lines_as_they_are)
{
    start("ascii-bare-lf");
    rig_login(&rig);
    rig_expect(&rig, "TYPE A", 200);
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), "one\ntwo\n");
}
END_TEST

static void begin_upload(const char *fault)
{
    start(fault);
    rig_login(&rig);
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
}

START_TEST(abor_no_426_answers_once)
{
    begin_upload("abor-no-426");
    rig_expect(&rig, "ABOR", 226);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(abor_keeps_data_goes_on_with_them)
{
    begin_upload("abor-keeps-data");
    rig_expect(&rig, "ABOR", 426);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_int_eq(send(rig.data, "x", 1, MSG_NOSIGNAL), 1);
    shutdown(rig.data, SHUT_WR);
    ck_assert_int_eq(rig_fetch(&rig), 0);
    ck_assert_str_eq(rig_get(&rig, "RETR new"), "x");
}
END_TEST

START_TEST(abor_closes_control_too)
{
    begin_upload("abor-closes-control");
    rig_expect(&rig, "ABOR", 426);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

static const struct {
    const char *fault, *entry;
} entries[] = {
    {"mlsd-no-space", "type=file;size=10;modify=19990929003355;perm=adfrw;unique=0g4;b.bin\r\n"},
    {"mlsd-bad-time", "type=file;size=10;modify=199909290033;perm=adfrw;unique=0g4; b.bin\r\n"},
    {"mlsd-space-in-fact",
     "type=file; size=10; modify=19990929003355; perm=adfrw; unique=0g4;  b.bin\r\n"},
};

START_TEST(faults_of_mlsd_change_its_entries)
{
    ck_assert_str_eq(fetch_after(entries[_i].fault, "MLSD pub"), entries[_i].entry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misbehave");
    TCase *table = tcase_create("table"), *replies = tcase_create("replies"),
          *transfers = tcase_create("transfers"), *others = tcase_create("others");
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
    tcase_add_loop_test(replies, a_fault_changes_the_greeting, 0,
                        sizeof greetings / sizeof greetings[0]);
    tcase_add_test(replies, a_nul_is_put_into_the_greeting);
    tcase_add_loop_test(replies, a_fault_changes_the_150, 0,
                        sizeof preliminaries / sizeof preliminaries[0]);
    tcase_add_test(replies, two_150_are_two);
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
    tcase_add_checked_fixture(others, set_up, tear_down);
    tcase_add_test(others, greeting_120_is_never_followed_by_220);
    tcase_add_test(others, greeting_late_takes_a_second);
    tcase_add_test(others, telnet_negotiates_before_the_greeting);
    tcase_add_test(others, telnet_silent_leaves_options_unanswered);
    tcase_add_test(others, spontaneous_says_more_than_it_was_asked);
    tcase_add_test(others, no_reply_leaves_noop_unanswered);
    tcase_add_test(others, close_mid_reply_ends_without_a_line_end);
    tcase_add_test(others, rein_keeps_login_keeps_it);
    tcase_add_test(others, quit_stays_and_answers_on);
    tcase_add_test(others, quit_resets_ends_with_rst);
    tcase_add_test(others, epsv_all_ignored_still_answers_pasv);
    tcase_add_test(others, wrong_port_229_is_not_where_the_server_listens);
    tcase_add_test(others, active_early_connects_at_port);
    tcase_add_test(others, active_elsewhere_connects_to_the_next_port);
    tcase_add_test(others, data_from_wrong_port_do_not_come_from_the_port_below);
    tcase_add_test(others, data_reset_end_in_rst);
    tcase_add_test(others, reply_226_before_fin_has_all_data_before_it);
    tcase_add_test(others, data_first_are_over_before_150);
    tcase_add_test(others, stores_wrong_loses_an_octet);
    tcase_add_test(others, ascii_bare_lf_sends_lines_as_they_are);
    tcase_add_test(others, abor_no_426_answers_once);
    tcase_add_test(others, abor_keeps_data_goes_on_with_them);
    tcase_add_test(others, abor_closes_control_too);
    tcase_add_loop_test(others, faults_of_mlsd_change_its_entries, 0,
                        sizeof entries / sizeof entries[0]);
    suite_add_tcase(suite, others);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
