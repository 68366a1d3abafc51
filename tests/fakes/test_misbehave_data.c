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

/* ---- what is moved ---- */

static const char *fetch_after(const char *fault, const char *command)
{
    rig_login_faulty(&rig, fault);
    return rig_get(&rig, command);
}

/* The first reply to a command that moves data over a passive connection. */
static int begin(const char *fault, const char *command)
{
    rig_login_faulty(&rig, fault);
    rig_pasv(&rig);
    return rig_code(&rig, command);
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

/* What is to be found in the transcript, the first before the second. */
static const struct {
    const char *fault;
    struct {
        enum entry_kind kind;
        const char *text;
    } first, second;
} orders[] = {
    {"early-226", {ENTRY_SENT, "226"}, {ENTRY_DATA_CLOSED, ""}},
    {"226-before-fin", {ENTRY_SENT, "226"}, {ENTRY_DATA_CLOSED, ""}},
    {"data-first", {ENTRY_DATA_CLOSED, ""}, {ENTRY_SENT, "150"}},
};

START_TEST(a_fault_changes_the_order_of_replies_and_data)
{
    int first, second;

    fetch_after(orders[_i].fault, "RETR a.txt");
    loop_turn(rig.loop, CLOCK_MS);
    first = rig_entry(&rig, orders[_i].first.kind, orders[_i].first.text);
    second = rig_entry(&rig, orders[_i].second.kind, orders[_i].second.text);
    ck_assert_int_ge(first, 0);
    ck_assert_int_lt(first, second);
}
END_TEST

static const struct {
    const char *fault, *first, *second;
} restarts[] = {
    {"rest-ignored", "0123456789", "0123456789"},
    {"rest-sticky", "456789", "456789"},
};

START_TEST(a_fault_changes_what_rest_is_about)
{
    rig_login_faulty(&rig, restarts[_i].fault);
    rig_expect(&rig, "REST 4", 350);
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), restarts[_i].first);
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), restarts[_i].second);
}
END_TEST

START_TEST(no_150_goes_straight_to_226)
{
    ck_assert_int_eq(begin("no-150", "RETR a.txt"), 226);
    ck_assert_int_eq(rig_fetch(&rig), 8);
}
END_TEST

START_TEST(no_226_leaves_the_next_reply_to_the_next_command)
{
    ck_assert_int_eq(begin("no-226", "RETR a.txt"), 150);
    ck_assert_int_eq(rig_fetch(&rig), 8);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(data_not_closed_says_226_and_sends_no_fin)
{
    int there = 0;

    ck_assert_int_eq(begin("data-not-closed", "RETR a.txt"), 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    rig_expect(&rig, "NOOP", 200);
    ioctl(rig.data, FIONREAD, &there);
    ck_assert_int_eq(there, 8);
    ck_assert_int_lt(rig_entry(&rig, ENTRY_DATA_CLOSED, ""), 0);
}
END_TEST

START_TEST(data_though_refused_come_before_550)
{
    ck_assert_int_eq(begin("data-though-refused", "RETR none"), 550);
    ck_assert_int_gt(rig_fetch(&rig), 0);
}
END_TEST

START_TEST(data_reset_end_in_rst)
{
    ck_assert_int_eq(begin("data-reset", "RETR a.txt"), 150);
    ck_assert_int_eq(rig_fetch(&rig), -1);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

START_TEST(stores_wrong_loses_an_octet)
{
    rig_login_faulty(&rig, "stores-wrong");
    rig_put(&rig, "STOR new", "0123");
    ck_assert_str_eq(rig_get(&rig, "RETR new"), "012");
}
END_TEST

START_TEST(ascii_bare_lf_sends_lines_as_they_are)
{
    rig_login_faulty(&rig, "ascii-bare-lf");
    rig_expect(&rig, "TYPE A", 200);
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), "one\ntwo\n");
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

/* ---- where it goes ---- */

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

START_TEST(third_host_data_come_from_another_address)
{
    struct endpoint at, from;
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    char command[96], text[FTP_HOSTPORT_TEXT];
    int listener = loopback_bind(SOCK_STREAM, &at);

    rig_login_faulty(&rig, "third-host-data");
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

    rig_login_faulty(&rig, "wrong-port-227");
    rig_expect(&rig, "PASV", 227);
    ck_assert_int_eq(ftp_pasv_parse(bytes_from(buf_bytes(&rig.reply), 4), &at, &flaw), PARSE_DONE);
    at.port--;
    close(rig_connect_to(&at));
}
END_TEST

START_TEST(epsv_all_ignored_still_answers_pasv)
{
    rig_login_faulty(&rig, "epsv-all-ignored");
    rig_expect(&rig, "EPSV ALL", 200);
    rig_expect(&rig, "PASV", 227);
}
END_TEST

START_TEST(wrong_port_229_is_not_where_the_server_listens)
{
    struct endpoint at = loopback_endpoint(0);
    struct flaw flaw;

    rig_login_faulty(&rig, "wrong-port-229");
    rig_expect(&rig, "EPSV", 229);
    ck_assert_int_eq(ftp_epsv_parse(bytes_from(buf_bytes(&rig.reply), 4), &at.port, &flaw),
                     PARSE_DONE);
    at.port--;
    close(rig_connect_to(&at));
}
END_TEST

START_TEST(active_early_connects_at_port)
{
    rig_login_faulty(&rig, "active-early");
    ck_assert(comes(announce(0)));
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(rig_fetch(&rig), 8);
}
END_TEST

START_TEST(active_elsewhere_connects_to_the_next_port)
{
    int listener;

    rig_login_faulty(&rig, "active-elsewhere");
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
    rig_login_faulty(&rig, "data-from-wrong-port");
    listener = announce(0);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert(comes(listener));
    ck_assert_uint_ne(loopback_entry(rig.transcript, ENTRY_DATA_OPENED, 0)->local.port, spare.port);
}
END_TEST

/* ---- what interrupts it ---- */

START_TEST(abor_no_426_answers_once)
{
    ck_assert_int_eq(begin("abor-no-426", "STOR new"), 150);
    rig_expect(&rig, "ABOR", 226);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(abor_keeps_data_goes_on_with_them)
{
    ck_assert_int_eq(begin("abor-keeps-data", "STOR new"), 150);
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
    ck_assert_int_eq(begin("abor-closes-control", "STOR new"), 150);
    rig_expect(&rig, "ABOR", 426);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misbehave_data");
    TCase *moving = tcase_create("what is moved"), *channel = tcase_create("where it goes"),
          *abort = tcase_create("what interrupts it");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(moving, set_up, tear_down);
    tcase_add_loop_test(moving, faults_of_transfers_change_what_is_sent, 0, 5);
    tcase_add_loop_test(moving, a_fault_changes_the_order_of_replies_and_data, 0,
                        sizeof orders / sizeof orders[0]);
    tcase_add_loop_test(moving, a_fault_changes_what_rest_is_about, 0,
                        sizeof restarts / sizeof restarts[0]);
    tcase_add_test(moving, no_150_goes_straight_to_226);
    tcase_add_test(moving, no_226_leaves_the_next_reply_to_the_next_command);
    tcase_add_test(moving, data_not_closed_says_226_and_sends_no_fin);
    tcase_add_test(moving, data_though_refused_come_before_550);
    tcase_add_test(moving, data_reset_end_in_rst);
    tcase_add_test(moving, stores_wrong_loses_an_octet);
    tcase_add_test(moving, ascii_bare_lf_sends_lines_as_they_are);
    tcase_add_loop_test(moving, faults_of_mlsd_change_its_entries, 0,
                        (int)(sizeof entries / sizeof entries[0]));
    suite_add_tcase(suite, moving);
    tcase_add_checked_fixture(channel, set_up, tear_down);
    tcase_add_test(channel, third_host_data_come_from_another_address);
    tcase_add_test(channel, wrong_port_227_is_not_where_the_server_listens);
    tcase_add_test(channel, epsv_all_ignored_still_answers_pasv);
    tcase_add_test(channel, wrong_port_229_is_not_where_the_server_listens);
    tcase_add_test(channel, active_early_connects_at_port);
    tcase_add_test(channel, active_elsewhere_connects_to_the_next_port);
    tcase_add_test(channel, data_from_wrong_port_do_not_come_from_the_port_below);
    suite_add_tcase(suite, channel);
    tcase_add_checked_fixture(abort, set_up, tear_down);
    tcase_add_test(abort, abor_no_426_answers_once);
    tcase_add_test(abort, abor_keeps_data_goes_on_with_them);
    tcase_add_test(abort, abor_closes_control_too);
    suite_add_tcase(suite, abort);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
