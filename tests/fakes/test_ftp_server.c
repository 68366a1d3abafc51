#include "ftp_rig.h"

static struct rig rig;

static void set_up(void)
{
    rig_init(&rig);
    rig_file(&rig, "a.txt", "one\ntwo\n");
    rig_file(&rig, "pub/b.bin", "0123456789");
    rig_file(&rig, "empty/", "");
}

static void log_in(void)
{
    set_up();
    rig_start(&rig);
    rig_login(&rig);
}

static void tear_down(void)
{
    rig_fini(&rig);
}

/* ---- replies: one command, one code ---- */

static const struct {
    const char *command;
    int code;
} replies_after_login[] = {
    {"NOOP", 200},
    {"noop", 200},
    {"SYST", 215},
    {"PWD", 257},
    {"XPWD", 257},
    {"CWD pub", 250},
    {"XCWD /pub", 250},
    {"CWD a.txt", 550},
    {"CWD none", 550},
    {"CWD", 501},
    {"CDUP", 200},
    {"XCUP", 200},
    {"MKD new", 257},
    {"XMKD /new", 257},
    {"MKD pub", 550},
    {"MKD none/new", 550},
    {"RMD empty", 250},
    {"XRMD empty", 250},
    {"RMD pub", 550},
    {"RMD a.txt", 550},
    {"RMD /", 550},
    {"DELE a.txt", 250},
    {"DELE pub", 550},
    {"DELE A.TXT", 550},
    {"RNFR a.txt", 350},
    {"RNFR none", 550},
    {"RNTO x", 503},
    {"TYPE A", 200},
    {"TYPE A N", 200},
    {"TYPE A T", 200},
    {"TYPE A C", 504},
    {"TYPE A X", 501},
    {"TYPE I", 200},
    {"TYPE L 8", 200},
    {"TYPE L 36", 504},
    {"TYPE L", 501},
    {"TYPE E", 504},
    {"TYPE Z", 501},
    {"TYPE", 501},
    {"STRU F", 200},
    {"STRU R", 504},
    {"STRU P", 504},
    {"STRU Q", 501},
    {"MODE S", 200},
    {"MODE B", 504},
    {"MODE C", 504},
    {"MODE Z", 501},
    {"ALLO 10", 202},
    {"ALLO 10 R 5", 202},
    {"ALLO x", 501},
    {"REST 0", 350},
    {"REST 5", 350},
    {"REST -1", 501},
    {"REST x", 501},
    {"REST 99999999999999999999", 501},
    {"SMNT x", 502},
    {"AUTH TLS", 502},
    {"XYZZY", 500},
    {"", 500},
    {"PORT 127,0,0,1,200", 501},
    {"PORT 127,0,0,1,0,25", 504},
    {"PORT 127,0,0,2,200,10", 504},
    {"PORT 127,0,0,1,200,10", 200},
    {"EPRT |1|127.0.0.1|51210|", 200},
    {"EPRT |1|127.0.0.2|51210|", 501},
    {"EPRT |2|::1|51210|", 522},
    {"EPRT |3|x|1|", 522},
    {"EPRT |1|127.0.0.1|", 501},
    {"PASV", 227},
    {"PASV x", 501},
    {"EPSV", 229},
    {"EPSV 1", 229},
    {"EPSV 2", 522},
    {"EPSV 9", 522},
    {"EPSV x", 501},
    {"EPSV ALL", 200},
    {"SITE HELP", 200},
    {"SITE CHMOD 600 a.txt", 200},
    {"SITE CHMOD 999 a.txt", 501},
    {"SITE CHMOD 600 none", 550},
    {"SITE EXEC id", 500},
    {"STAT", 211},
    {"STAT pub", 212},
    {"STAT a.txt", 213},
    {"STAT none", 450},
    {"HELP", 214},
    {"HELP RETR", 214},
    {"HELP XYZZY", 501},
    {"FEAT", 211},
    {"FEAT x", 501},
    {"OPTS UTF8 ON", 200},
    {"OPTS MLST type;size;", 200},
    {"OPTS MLST a b", 501},
    {"OPTS FOO", 501},
    {"SIZE pub/b.bin", 213},
    {"SIZE pub", 550},
    {"SIZE none", 550},
    {"MDTM a.txt", 213},
    {"MDTM none", 550},
    {"MLST a.txt", 250},
    {"MLST", 250},
    {"MLST none", 550},
    {"MLSD a.txt", 501},
    {"MLSD none", 550},
    {"RETR none", 550},
    {"RETR pub", 550},
    {"STOR pub", 553},
    {"STOR none/x", 553},
    {"LIST none", 450},
    {"NLST none", 450},
    {"ACCT x", 202},
    {"ABOR", 226},
    {"REIN", 220},
    {"USER other", 331},
    {"PASS p", 503},
    {"QUIT", 221},
};

START_TEST(each_command_has_the_reply_that_the_rfcs_name)
{
    ck_assert_msg(rig_code(&rig, replies_after_login[_i].command) == replies_after_login[_i].code,
                  "%s -> %s", replies_after_login[_i].command, buf_text(&rig.reply));
}
END_TEST

static const struct {
    const char *command;
    int code;
} replies_before_login[] = {
    {"PWD", 530},    {"LIST", 530},   {"PASV", 530}, {"RETR a.txt", 530}, {"DELE a.txt", 530},
    {"RNTO x", 530}, {"PASS p", 503}, {"NOOP", 200}, {"SYST", 215},       {"HELP", 214},
    {"FEAT", 211},   {"QUIT", 221},   {"USER", 501}, {"USER u", 331},
};

START_TEST(files_are_served_after_login_alone)
{
    rig_start(&rig);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 220);
    ck_assert_msg(rig_code(&rig, replies_before_login[_i].command) == replies_before_login[_i].code,
                  "%s -> %s", replies_before_login[_i].command, buf_text(&rig.reply));
}
END_TEST

/* ---- login ---- */

START_TEST(only_the_configured_user_gets_in)
{
    rig.config.user = "hudan";
    rig.config.password = "123";
    rig_start(&rig);
    rig_reply(&rig);
    rig_expect(&rig, "USER other", 331);
    rig_expect(&rig, "PASS 123", 530);
    rig_expect(&rig, "USER hudan", 331);
    rig_expect(&rig, "PASS 1234", 530);
    rig_expect(&rig, "PASS 123", 503);
    rig_expect(&rig, "USER hudan", 331);
    rig_expect(&rig, "PASS 123", 230);
}
END_TEST

START_TEST(five_failures_end_the_connection_with_421)
{
    rig.config.user = "hudan";
    rig.config.password = "123";
    rig_start(&rig);
    rig_reply(&rig);
    for (int i = 0; i < 4; i++) {
        rig_expect(&rig, "USER hudan", 331);
        rig_expect(&rig, "PASS no", 530);
    }
    rig_expect(&rig, "USER hudan", 331);
    rig_expect(&rig, "PASS no", 421);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

START_TEST(quit_is_answered_and_then_the_server_closes)
{
    rig_expect(&rig, "QUIT", 221);
    ck_assert_str_eq(rig_reply(&rig), "");
    close(rig.control);
    rig.control = -1;
    for (int i = 0; i < 20 && rig.closed == 0; i++)
        loop_turn(rig.loop, 50 * CLOCK_MS);
    ck_assert_uint_eq(rig.closed, 1);
    ck_assert_int_eq(rig.how, PEER_FIN);
}
END_TEST

START_TEST(rein_forgets_the_login_the_type_and_the_directory)
{
    rig_expect(&rig, "CWD pub", 250);
    rig_expect(&rig, "REIN", 220);
    rig_expect(&rig, "PWD", 530);
    rig_expect(&rig, "USER u", 331);
    rig_expect(&rig, "PASS p", 230);
    ck_assert_str_eq(rig_ask(&rig, "PWD"), "257 \"/\" is the current directory.\r\n");
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), "one\r\ntwo\r\n");
}
END_TEST

/* ---- lines ---- */

START_TEST(pipelined_commands_are_answered_in_order)
{
    rig_send(&rig, "NOOP\r\nPWD\r\nSYST\r\nNOOP\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 257);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 215);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
}
END_TEST

START_TEST(a_command_may_come_octet_by_octet)
{
    for (const char *at = "NOOP\r\n"; *at != '\0'; at++) {
        ck_assert_int_eq(send(rig.control, at, 1, 0), 1);
        loop_turn(rig.loop, 0);
    }
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_refused_once_and_its_tail_is_no_command)
{
    char *line = malloc(20001);

    memset(line, 'A', 20000);
    line[20000] = '\0';
    rig_send(&rig, line);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 500);
    rig_send(&rig, "DELE a.txt\r\n");
    rig_expect(&rig, "SIZE a.txt", 213);
    free(line);
}
END_TEST

START_TEST(a_line_without_an_end_is_no_command)
{
    rig_send(&rig, "DELE a.txt");
    shutdown(rig.control, SHUT_WR);
    ck_assert_str_eq(rig_reply(&rig), "");
    close(rig.control);
    rig.control_over = false;
    rig.control = rig_connect_to(&rig.peer->base.bound);
    rig_login(&rig);
    rig_expect(&rig, "SIZE a.txt", 213);
}
END_TEST

START_TEST(what_came_before_a_half_close_is_answered)
{
    rig_send(&rig, "NOOP\r\nPWD\r\n");
    shutdown(rig.control, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 257);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

START_TEST(telnet_options_are_refused_and_the_command_is_understood)
{
    rig_send(&rig, "\xff\xfb\x01\xff\xfd\x03NOOP\r\n");
    while (rig.replies.len < 6)
        rig_hear(&rig), loop_turn(rig.loop, CLOCK_MS);
    ck_assert_mem_eq(rig.replies.ptr, "\xff\xfe\x01\xff\xfc\x03", 6);
    buf_drop(&rig.replies, 6);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
}
END_TEST

/* ---- names ---- */

START_TEST(quotes_in_a_path_are_doubled)
{
    ck_assert_str_eq(rig_ask(&rig, "MKD a\"b"), "257 \"/a\"\"b\" is made.\r\n");
    rig_expect(&rig, "CWD a\"b", 250);
    ck_assert_str_eq(rig_ask(&rig, "PWD"), "257 \"/a\"\"b\" is the current directory.\r\n");
}
END_TEST

START_TEST(rename_needs_rnfr_just_before)
{
    rig_expect(&rig, "RNFR a.txt", 350);
    rig_expect(&rig, "RNTO pub/c.txt", 250);
    rig_expect(&rig, "SIZE pub/c.txt", 213);
    rig_expect(&rig, "SIZE a.txt", 550);
    rig_expect(&rig, "RNFR pub/c.txt", 350);
    rig_expect(&rig, "PWD", 257);
    rig_expect(&rig, "RNTO d.txt", 503);
}
END_TEST

START_TEST(feat_lists_what_there_is)
{
    ck_assert_str_eq(rig_ask(&rig, "FEAT"),
                     "211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n"
                     " MLST type*;size*;modify*;perm*;unique*;\r\n REST STREAM\r\n SIZE\r\n"
                     " TVFS\r\n UTF8\r\n211 End\r\n");
}
END_TEST

START_TEST(features_that_the_exchange_takes_away_are_gone)
{
    static const char *const lacks[] = {"EPSV", "MLST", "MLSD", NULL};

    rig.exchange.lacks = lacks;
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "EPSV", 502);
    rig_expect(&rig, "MLSD", 502);
    ck_assert_str_eq(rig_ask(&rig, "FEAT"), "211-Features:\r\n EPRT\r\n MDTM\r\n REST STREAM\r\n"
                                            " SIZE\r\n TVFS\r\n UTF8\r\n211 End\r\n");
}
END_TEST

START_TEST(facts_are_those_that_opts_chose)
{
    ck_assert_str_eq(rig_ask(&rig, "OPTS MLST size;type;x;"), "200 MLST OPTS type;size;\r\n");
    ck_assert_str_eq(rig_ask(&rig, "MLST a.txt"),
                     "250-Facts of /a.txt\r\n type=file;size=8; /a.txt\r\n250 End\r\n");
    ck_assert_str_eq(rig_get(&rig, "MLSD pub"), "type=file;size=10; b.bin\r\n");
    ck_assert_str_eq(rig_ask(&rig, "OPTS MLST"), "200 MLST OPTS\r\n");
    ck_assert_str_eq(rig_get(&rig, "MLSD pub"), " b.bin\r\n");
}
END_TEST

/* ---- transfers ---- */

START_TEST(retr_sends_the_file_as_it_is_in_image_type)
{
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), "one\ntwo\n");
}
END_TEST

START_TEST(size_counts_what_retr_sends)
{
    ck_assert_str_eq(rig_ask(&rig, "SIZE a.txt"), "213 8\r\n");
    rig_expect(&rig, "TYPE A", 200);
    ck_assert_str_eq(rig_ask(&rig, "SIZE a.txt"), "213 10\r\n");
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), "one\r\ntwo\r\n");
}
END_TEST

START_TEST(a_transfer_ends_before_its_226)
{
    rig_get(&rig, "RETR a.txt");
    ck_assert_int_lt(rig_entry(&rig, ENTRY_SENT, "150"), rig_entry(&rig, ENTRY_DATA_SENT, ""));
    ck_assert_int_lt(rig_entry(&rig, ENTRY_DATA_CLOSED, "closed by us"),
                     rig_entry(&rig, ENTRY_SENT, "226"));
}
END_TEST

START_TEST(what_is_stored_can_be_fetched_again)
{
    rig_put(&rig, "STOR new.txt", "abc\n");
    ck_assert_str_eq(rig_get(&rig, "RETR new.txt"), "abc\n");
    rig_put(&rig, "APPE new.txt", "def\n");
    ck_assert_str_eq(rig_get(&rig, "RETR new.txt"), "abc\ndef\n");
    rig_put(&rig, "STOR new.txt", "x");
    ck_assert_str_eq(rig_get(&rig, "RETR new.txt"), "x");
}
END_TEST

START_TEST(text_is_stored_with_line_ends_of_our_own)
{
    rig_expect(&rig, "TYPE A", 200);
    rig_put(&rig, "STOR new.txt", "abc\r\nde\rf\r\n");
    rig_expect(&rig, "TYPE I", 200);
    ck_assert_str_eq(rig_get(&rig, "RETR new.txt"), "abc\nde\rf\n");
}
END_TEST

START_TEST(stou_says_the_name_in_its_150)
{
    rig_pasv(&rig);
    ck_assert_str_eq(rig_ask(&rig, "STOU"), "150 FILE: unique.1\r\n");
    ck_assert_int_eq(send(rig.data, "xyz", 3, 0), 3);
    shutdown(rig.data, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_str_eq(rig_get(&rig, "RETR unique.1"), "xyz");
}
END_TEST

START_TEST(rest_holds_for_one_transfer)
{
    rig_expect(&rig, "REST 4", 350);
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "456789");
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "0123456789");
    rig_expect(&rig, "REST 4", 350);
    rig_get(&rig, "LIST");
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "0123456789");
    rig_expect(&rig, "REST 11", 350);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR pub/b.bin", 554);
    rig_expect(&rig, "REST 4", 350);
    rig_put(&rig, "STOR pub/b.bin", "xx");
    ck_assert_str_eq(rig_get(&rig, "RETR pub/b.bin"), "0123xx");
}
END_TEST

START_TEST(nlst_names_can_be_fetched)
{
    ck_assert_str_eq(rig_get(&rig, "NLST"), "a.txt\r\nempty\r\npub\r\n");
    ck_assert_str_eq(rig_get(&rig, "NLST pub"), "pub/b.bin\r\n");
    ck_assert_str_eq(rig_get(&rig, "NLST empty"), "");
    ck_assert_str_eq(rig_get(&rig, "NLST pub/b.bin"), "pub/b.bin\r\n");
}
END_TEST

START_TEST(list_is_lines_of_ls)
{
    ck_assert_str_eq(rig_get(&rig, "LIST -la pub"),
                     "-rw-r--r--   1 ftp      ftp                10 Sep 29  1999 b.bin\r\n");
}
END_TEST

START_TEST(commands_during_a_transfer_wait_for_its_end)
{
    rig_pasv(&rig);
    rig_send(&rig, "STOR new\r\nNOOP\r\nQUIT\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 150);
    ck_assert_int_eq(send(rig.data, "x", 1, 0), 1);
    shutdown(rig.data, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 221);
}
END_TEST

START_TEST(stat_is_answered_in_the_middle_of_a_transfer)
{
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    rig_send(&rig, "STAT\r\n");
    ck_assert_ptr_nonnull(strstr(rig_reply(&rig), "In transfer: STOR"));
    shutdown(rig.data, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

START_TEST(urgent_abor_ends_the_transfer_with_426_and_is_answered_226)
{
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    ck_assert_int_eq(send(rig.control, "\xff\xf4", 2, 0), 2);
    ck_assert_int_eq(send(rig.control, "\xff", 1, MSG_OOB), 1);
    rig_send(&rig, "\xf2"
                   "ABOR\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 426);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ck_assert_int_eq(rig_fetch(&rig), 0);
    rig_expect(&rig, "NOOP", 200);
    rig_expect(&rig, "SIZE new", 550);
}
END_TEST

START_TEST(abor_behind_a_queued_command_keeps_the_order_of_replies)
{
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    rig_send(&rig, "NOOP\r\nABOR\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 426);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 200);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

START_TEST(a_lost_control_connection_ends_the_transfer)
{
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    close(rig.control);
    rig.control = -1;
    ck_assert_int_eq(rig_fetch(&rig), 0);
}
END_TEST

START_TEST(no_connection_is_425_after_150)
{
    rig.config.timeout = 20 * CLOCK_MS;
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "PASV", 227);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 425);
    rig_expect(&rig, "RETR a.txt", 150); /* neither PORT nor PASV: the client's own port */
    ck_assert_int_eq(atoi(rig_reply(&rig)), 425);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(a_passive_connection_from_another_host_gets_nothing)
{
    struct endpoint at, from;
    struct flaw flaw;
    struct sockaddr_storage name;
    socklen_t len;

    rig.config.timeout = 50 * CLOCK_MS;
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "PASV", 227);
    ck_assert_int_eq(ftp_pasv_parse(bytes_from(buf_bytes(&rig.reply), 4), &at, &flaw), PARSE_DONE);
    rig.data = socket(AF_INET, SOCK_STREAM, 0);
    endpoint_parse("127.0.0.9", 0, &from);
    len = endpoint_to_sockaddr(&from, &name);
    ck_assert_int_eq(bind(rig.data, (struct sockaddr *)&name, len), 0);
    len = endpoint_to_sockaddr(&at, &name);
    ck_assert_int_eq(connect(rig.data, (struct sockaddr *)&name, len), 0);
    ck_assert_int_eq(fcntl(rig.data, F_SETFL, O_NONBLOCK), 0);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 425);
    ck_assert_int_le(rig_fetch(&rig), 0);
}
END_TEST

START_TEST(a_second_pasv_takes_the_first_back)
{
    int first;

    rig_pasv(&rig);
    first = rig.data;
    rig.data = -1;
    rig_pasv(&rig);
    close(rig.data);
    rig.data = first;
    ck_assert_int_le(rig_fetch(&rig), 0);
}
END_TEST

/* The listener, and the PORT command that names it. */
static int listen_for_data(char *command, size_t room)
{
    struct endpoint at;
    char text[FTP_HOSTPORT_TEXT];
    int listener = loopback_bind(SOCK_STREAM, &at);

    snprintf(command, room, "PORT %s", ftp_hostport_format(&at, text));
    return listener;
}

START_TEST(active_data_come_from_the_port_below_the_control_port)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    struct endpoint spare, from;
    char command[96];
    int holder = loopback_bind(SOCK_STREAM, &spare), listener;

    close(holder);
    rig.config.data_port = spare.port;
    rig_start(&rig);
    rig_login(&rig);
    listener = listen_for_data(command, sizeof command);
    rig_expect(&rig, command, 200);
    rig_expect(&rig, "RETR a.txt", 150);
    for (int i = 0; i < 5; i++)
        loop_turn(rig.loop, CLOCK_MS);
    rig.data = accept4(listener, (struct sockaddr *)&name, &len, SOCK_NONBLOCK);
    ck_assert_int_ge(rig.data, 0);
    endpoint_from_sockaddr((struct sockaddr *)&name, &from);
    ck_assert_uint_eq(from.port, spare.port);
    ck_assert_int_eq(rig_fetch(&rig), 8);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    close(listener);
}
END_TEST

START_TEST(active_data_to_a_closed_port_are_425)
{
    char command[96];
    int listener = listen_for_data(command, sizeof command);

    close(listener);
    rig_expect(&rig, command, 200);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 425);
}
END_TEST

START_TEST(after_epsv_all_there_is_only_epsv)
{
    rig_expect(&rig, "EPSV ALL", 200);
    rig_expect(&rig, "PASV", 501);
    rig_expect(&rig, "PORT 127,0,0,1,200,10", 501);
    rig_expect(&rig, "EPRT |1|127.0.0.1|51210|", 501);
    rig_expect(&rig, "EPSV", 229);
}
END_TEST

START_TEST(ipv6_has_epsv_and_no_pasv)
{
    uint16_t port;
    struct flaw flaw;
    struct endpoint at;

    ck_assert(endpoint_parse("::1", 0, &rig.config.local));
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "PASV", 501);
    rig_expect(&rig, "EPSV 1", 522);
    rig_expect(&rig, "EPSV", 229);
    ck_assert_int_eq(ftp_epsv_parse(bytes_from(buf_bytes(&rig.reply), 4), &port, &flaw),
                     PARSE_DONE);
    ck_assert(endpoint_parse("::1", port, &at));
    rig.data = rig_connect_to(&at);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(rig_fetch(&rig), 8);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

START_TEST(two_clients_are_served_at_once_and_the_player_hears_the_first)
{
    int first = rig.control;

    ck_assert_uint_eq(rig.opened, 1);
    rig.control = rig_connect_to(&rig.peer->base.bound);
    rig_login(&rig);
    ck_assert_uint_eq(rig.opened, 1);
    close(rig.control);
    rig.control = first;
    rig_expect(&rig, "NOOP", 200);
    ck_assert_uint_eq(rig.closed, 0);
}
END_TEST

START_TEST(a_connection_after_the_first_is_told_again)
{
    rig_expect(&rig, "QUIT", 221);
    close(rig.control);
    rig.control_over = false;
    while (rig.closed == 0)
        loop_turn(rig.loop, CLOCK_MS);
    rig.control = rig_connect_to(&rig.peer->base.bound);
    rig_login(&rig);
    ck_assert_uint_eq(rig.opened, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_server");
    TCase *fresh = tcase_create("before login"), *in = tcase_create("after login");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(fresh, set_up, tear_down);
    tcase_add_loop_test(fresh, files_are_served_after_login_alone, 0,
                        sizeof replies_before_login / sizeof replies_before_login[0]);
    tcase_add_test(fresh, only_the_configured_user_gets_in);
    tcase_add_test(fresh, five_failures_end_the_connection_with_421);
    tcase_add_test(fresh, features_that_the_exchange_takes_away_are_gone);
    tcase_add_test(fresh, no_connection_is_425_after_150);
    tcase_add_test(fresh, a_passive_connection_from_another_host_gets_nothing);
    tcase_add_test(fresh, active_data_come_from_the_port_below_the_control_port);
    tcase_add_test(fresh, ipv6_has_epsv_and_no_pasv);
    suite_add_tcase(suite, fresh);
    tcase_add_checked_fixture(in, log_in, tear_down);
    tcase_add_loop_test(in, each_command_has_the_reply_that_the_rfcs_name, 0,
                        sizeof replies_after_login / sizeof replies_after_login[0]);
    tcase_add_test(in, quit_is_answered_and_then_the_server_closes);
    tcase_add_test(in, rein_forgets_the_login_the_type_and_the_directory);
    tcase_add_test(in, pipelined_commands_are_answered_in_order);
    tcase_add_test(in, a_command_may_come_octet_by_octet);
    tcase_add_test(in, a_line_that_is_too_long_is_refused_once_and_its_tail_is_no_command);
    tcase_add_test(in, a_line_without_an_end_is_no_command);
    tcase_add_test(in, what_came_before_a_half_close_is_answered);
    tcase_add_test(in, telnet_options_are_refused_and_the_command_is_understood);
    tcase_add_test(in, quotes_in_a_path_are_doubled);
    tcase_add_test(in, rename_needs_rnfr_just_before);
    tcase_add_test(in, feat_lists_what_there_is);
    tcase_add_test(in, facts_are_those_that_opts_chose);
    tcase_add_test(in, retr_sends_the_file_as_it_is_in_image_type);
    tcase_add_test(in, size_counts_what_retr_sends);
    tcase_add_test(in, a_transfer_ends_before_its_226);
    tcase_add_test(in, what_is_stored_can_be_fetched_again);
    tcase_add_test(in, text_is_stored_with_line_ends_of_our_own);
    tcase_add_test(in, stou_says_the_name_in_its_150);
    tcase_add_test(in, rest_holds_for_one_transfer);
    tcase_add_test(in, nlst_names_can_be_fetched);
    tcase_add_test(in, list_is_lines_of_ls);
    tcase_add_test(in, commands_during_a_transfer_wait_for_its_end);
    tcase_add_test(in, stat_is_answered_in_the_middle_of_a_transfer);
    tcase_add_test(in, urgent_abor_ends_the_transfer_with_426_and_is_answered_226);
    tcase_add_test(in, abor_behind_a_queued_command_keeps_the_order_of_replies);
    tcase_add_test(in, a_lost_control_connection_ends_the_transfer);
    tcase_add_test(in, a_second_pasv_takes_the_first_back);
    tcase_add_test(in, active_data_to_a_closed_port_are_425);
    tcase_add_test(in, after_epsv_all_there_is_only_epsv);
    tcase_add_test(in, two_clients_are_served_at_once_and_the_player_hears_the_first);
    tcase_add_test(in, a_connection_after_the_first_is_told_again);
    suite_add_tcase(suite, in);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
