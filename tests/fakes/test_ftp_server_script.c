#include "ftp_rig.h"

#define CONTENT "0123456789"

static struct rig rig;
static struct payload payload = {.given = true, .octets = {CONTENT, 10}};

static void set_up(void)
{
    rig_init(&rig);
    rig_file(&rig, "a.txt", CONTENT);
}

static void tear_down(void)
{
    rig_fini(&rig);
}

/* ---- the player ---- */

/* What the script says to a command that begins so; the transfer goes behind the first line. */
struct line {
    const char *command;
    const char *first;
    bool moves, sends, given;
    const char *final;
};

static const struct line *lines;
static const struct delivery *first_deliveries;

static enum peer_claim play(struct rig *played, struct bytes text)
{
    for (const struct line *line = lines; line->command != NULL; line++) {
        if (!bytes_starts(text, line->command))
            continue;
        if (line->first != NULL)
            played->peer->base.ops->say(
                played->peer, &(struct peer_say){.text = bytes_of(line->first),
                                                 .deliveries = first_deliveries,
                                                 .delivery_count = first_deliveries != NULL});
        if (line->moves)
            rig_transfer(played, line->given ? &payload : NULL, line->sends);
        if (line->final != NULL)
            rig_say(played, line->final);
        return PEER_SCRIPT;
    }
    return PEER_MODEL;
}

static void start(const struct line *script)
{
    lines = script;
    first_deliveries = NULL;
    rig.on_heard = play;
    rig_start(&rig);
    rig_login(&rig);
}

/* ---- what is said ---- */

static enum peer_claim greet(struct rig *greeted)
{
    rig_say(greeted, "120 Wait.\r\n");
    rig_say(greeted, "220 Scripted.\r\n");
    return PEER_SCRIPT;
}

START_TEST(the_player_may_greet)
{
    rig.on_opened = greet;
    rig_start(&rig);
    ck_assert_str_eq(rig_reply(&rig), "120 Wait.\r\n");
    ck_assert_str_eq(rig_reply(&rig), "220 Scripted.\r\n");
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(the_script_answers_what_it_claims_and_the_model_the_rest)
{
    static const struct line script[] = {{.command = "PWD", .first = "257 \"/x\"\r\n"},
                                         {.command = NULL}};

    start(script);
    ck_assert_str_eq(rig_ask(&rig, "PWD"), "257 \"/x\"\r\n");
    rig_expect(&rig, "SYST", 215);
}
END_TEST

START_TEST(the_model_follows_a_scripted_login)
{
    static const struct line script[] = {{.command = "USER", .first = "230 In at once.\r\n"},
                                         {.command = NULL}};

    lines = script;
    rig.on_heard = play;
    rig_start(&rig);
    rig_reply(&rig);
    rig_expect(&rig, "PWD", 530);
    rig_expect(&rig, "USER x", 230);
    rig_expect(&rig, "PWD", 257);
}
END_TEST

START_TEST(the_model_follows_scripted_changes)
{
    static const struct line script[] = {{.command = "CWD", .first = "250 There.\r\n"},
                                         {.command = "DELE", .first = "250 Gone.\r\n"},
                                         {.command = "MKD", .first = "257 \"/d\"\r\n"},
                                         {.command = "TYPE A", .first = "200 Yes.\r\n"},
                                         {.command = "RNFR", .first = "350 Go on.\r\n"},
                                         {.command = NULL}};

    start(script);
    rig_expect(&rig, "MKD d", 257);
    rig_expect(&rig, "CWD d", 250);
    ck_assert_ptr_nonnull(strstr(rig_ask(&rig, "PWD"), "\"/d\""));
    rig_expect(&rig, "RNFR /a.txt", 350);
    rig_expect(&rig, "RNTO b.txt", 250);
    ck_assert_str_eq(rig_get(&rig, "NLST"), "b.txt\r\n");
    rig_expect(&rig, "TYPE A", 200);
    ck_assert_ptr_nonnull(strstr(rig_ask(&rig, "STAT"), "TYPE A"));
    rig_expect(&rig, "DELE b.txt", 250);
    rig_expect(&rig, "SIZE b.txt", 550);
}
END_TEST

START_TEST(a_scripted_error_changes_nothing)
{
    static const struct line script[] = {{.command = "DELE", .first = "550 No.\r\n"},
                                         {.command = "CWD", .first = "550 No.\r\n"},
                                         {.command = NULL}};

    start(script);
    rig_expect(&rig, "DELE a.txt", 550);
    rig_expect(&rig, "SIZE a.txt", 213);
    rig_expect(&rig, "CWD x", 550);
    ck_assert_ptr_nonnull(strstr(rig_ask(&rig, "PWD"), "\"/\""));
}
END_TEST

START_TEST(a_scripted_221_is_followed_by_the_end)
{
    static const struct line script[] = {{.command = "QUIT", .first = "221 Bye.\r\n"},
                                         {.command = NULL}};

    start(script);
    rig_expect(&rig, "QUIT", 221);
    ck_assert_str_eq(rig_reply(&rig), "");
}
END_TEST

/* ---- where data go ---- */

static enum peer_claim say_where(struct rig *told, struct bytes text)
{
    struct buf line;
    bool passive = bytes_starts(text, "PASV");

    if (!passive && !bytes_starts(text, "EPSV"))
        return PEER_MODEL;
    buf_init(&line, 200);
    buf_add_text(&line, passive ? "227 Here (" : "229 Here (|||");
    ck_assert(told->peer->base.ops->fill(told->peer, passive ? HOLE_HOSTPORT : HOLE_PORT, &line));
    buf_add_text(&line, passive ? ").\r\n" : "|)\r\n");
    rig_say(told, buf_text(&line));
    buf_fini(&line);
    return PEER_SCRIPT;
}

START_TEST(a_filled_hole_is_where_the_server_listens)
{
    uint16_t port;
    struct flaw flaw;
    struct endpoint at;

    rig.on_heard = say_where;
    rig_start(&rig);
    rig_login(&rig);
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), CONTENT);
    rig_expect(&rig, "EPSV", 229);
    ck_assert_int_eq(ftp_epsv_parse(bytes_from(buf_bytes(&rig.reply), 4), &port, &flaw),
                     PARSE_DONE);
    at = loopback_endpoint(port);
    close(rig.data);
    rig.data = rig_connect_to(&at);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(rig_fetch(&rig), 10);
}
END_TEST

static enum peer_claim say_who(struct rig *told, struct bytes text)
{
    struct buf line;

    if (!bytes_starts(text, "SITE"))
        return PEER_MODEL;
    buf_init(&line, 200);
    buf_add_text(&line, "200 You are ");
    ck_assert(told->peer->base.ops->fill(told->peer, HOLE_CLIENT, &line));
    buf_add_text(&line, " or ");
    ck_assert(told->peer->base.ops->fill(told->peer, HOLE_NUMBER, &line));
    buf_add_text(&line, "\r\n");
    rig_say(told, buf_text(&line));
    buf_fini(&line);
    return PEER_SCRIPT;
}

START_TEST(a_server_can_say_who_its_client_is)
{
    rig.on_heard = say_who;
    rig_start(&rig);
    rig_login(&rig);
    ck_assert_str_eq(rig_ask(&rig, "SITE WHO"), "200 You are 127.0.0.1 or 127,0,0,1\r\n");
}
END_TEST

static enum peer_claim say_port_alone(struct rig *told, struct bytes text)
{
    struct buf line;

    if (!bytes_starts(text, "PASV"))
        return PEER_MODEL;
    buf_init(&line, 200);
    buf_add_text(&line, "227 Elsewhere (0,0,0,0,");
    ck_assert(told->peer->base.ops->fill(told->peer, HOLE_P1, &line));
    buf_add_text(&line, ",");
    ck_assert(told->peer->base.ops->fill(told->peer, HOLE_P2, &line));
    buf_add_text(&line, ").\r\n");
    rig_say(told, buf_text(&line));
    buf_fini(&line);
    return PEER_SCRIPT;
}

START_TEST(a_port_in_two_holes_is_where_the_server_listens)
{
    struct endpoint at;
    struct flaw flaw;

    rig.on_heard = say_port_alone;
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "PASV", 227);
    ck_assert_int_eq(ftp_pasv_parse(bytes_from(buf_bytes(&rig.reply), 4), &at, &flaw), PARSE_DONE);
    at = loopback_endpoint(at.port);
    rig.data = rig_connect_to(&at);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(rig_fetch(&rig), 10);
}
END_TEST

START_TEST(a_script_that_deviates_listens_nowhere_by_what_it_says)
{
    char passive[96], extended[96], text[FTP_HOSTPORT_TEXT];
    struct line script[] = {{.command = "PASV", .first = passive},
                            {.command = "EPSV", .first = extended},
                            {.command = NULL}};
    struct endpoint at;
    struct sockaddr_storage name;
    socklen_t len;

    close(loopback_bind(SOCK_STREAM, &at));
    snprintf(passive, sizeof passive, "227 (%s)\r\n", ftp_hostport_format(&at, text));
    snprintf(extended, sizeof extended, "229 (|||%u|)\r\n", at.port);
    rig.exchange.deviates = true;
    start(script);
    rig_ask(&rig, script[_i].command);
    rig.data = socket(AF_INET, SOCK_STREAM, 0);
    len = endpoint_to_sockaddr(&at, &name);
    ck_assert_int_eq(connect(rig.data, (struct sockaddr *)&name, len), -1);
}
END_TEST

START_TEST(a_refused_transfer_takes_the_listener_back)
{
    static const struct line script[] = {{.command = "RETR", .first = "550 No.\r\n"},
                                         {.command = NULL}};

    start(script);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR a.txt", 550);
    ck_assert_int_le(rig_fetch(&rig), 0);
}
END_TEST

/* ---- transfers ---- */

START_TEST(a_scripted_transfer_sends_its_payload_between_its_replies)
{
    static const struct line script[] = {{"RETR", "150 Now.\r\n", true, true, true, "226 Was.\r\n"},
                                         {.command = NULL}};

    start(script);
    rig_pasv(&rig);
    ck_assert_str_eq(rig_ask(&rig, "RETR none"), "150 Now.\r\n");
    ck_assert_int_eq(rig_fetch(&rig), 10);
    ck_assert_str_eq(rig_reply(&rig), "226 Was.\r\n");
    ck_assert_uint_eq(rig.data_ended, 1);
    ck_assert(rig.data_end.opened);
    ck_assert(rig.data_end.fake_sent);
    ck_assert_uint_eq(rig.data_end.octets, 10);
}
END_TEST

START_TEST(without_a_payload_the_model_sends_what_it_has)
{
    static const struct line script[] = {
        {"RETR", "150 Now.\r\n", true, true, false, "226 Was.\r\n"}, {.command = NULL}};

    start(script);
    ck_assert_str_eq(rig_get(&rig, "RETR a.txt"), CONTENT);
}
END_TEST

START_TEST(a_scripted_upload_is_told_and_stored)
{
    static const struct line script[] = {
        {"STOR", "150 Now.\r\n", true, false, true, "226 Was.\r\n"}, {.command = NULL}};

    start(script);
    rig_put(&rig, "STOR new", "abc");
    ck_assert_uint_eq(rig.data_ended, 1);
    ck_assert(!rig.data_end.fake_sent);
    ck_assert_str_eq(buf_text(&rig.content), "abc");
    ck_assert_str_eq(rig_get(&rig, "RETR new"), "abc");
}
END_TEST

START_TEST(no_data_connection_is_told)
{
    static const struct line script[] = {
        {"RETR", "150 Now.\r\n", true, true, true, "425 Never.\r\n"}, {.command = NULL}};

    rig.config.timeout = 20 * CLOCK_MS;
    start(script);
    rig_expect(&rig, "PASV", 227);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_str_eq(rig_reply(&rig), "425 Never.\r\n");
    ck_assert_uint_eq(rig.data_ended, 1);
    ck_assert(!rig.data_end.opened);
}
END_TEST

START_TEST(the_data_connection_can_be_cut)
{
    static const struct line script[] = {{.command = NULL}};
    struct delivery cut = {.kind = DELIVER_AFTER_RESET, .number = 4};
    struct peer_transfer transfer = {
        .payload = &payload, .fake_sends = true, .deliveries = &cut, .delivery_count = 1};

    start(script);
    rig_pasv(&rig);
    rig.peer->base.ops->transfer(rig.peer, &transfer);
    ck_assert_int_eq(rig_fetch(&rig), -1);
    ck_assert_int_ge(rig_entry(&rig, ENTRY_DATA_CLOSED, "reset by us"), 0);
    ck_assert_uint_eq(loopback_entry(rig.transcript, ENTRY_DATA_SENT, 0)->octets, 4);
}
END_TEST

START_TEST(an_active_connection_comes_from_where_the_script_says)
{
    static const struct line script[] = {{.command = NULL}};
    struct delivery from = {.kind = DELIVER_FROM_ADDRESS, .text = "127.0.0.9"};
    struct peer_transfer transfer = {
        .payload = &payload, .fake_sends = true, .deliveries = &from, .delivery_count = 1};
    char text[FTP_HOSTPORT_TEXT], command[FTP_HOSTPORT_TEXT + 8];
    struct endpoint at, came;
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    int listener = loopback_bind(SOCK_STREAM, &at);

    ck_assert_int_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    start(script);
    snprintf(command, sizeof command, "PORT %s", ftp_hostport_format(&at, text));
    rig_expect(&rig, command, 200);
    rig.peer->base.ops->transfer(rig.peer, &transfer);
    while ((rig.data = accept(listener, (struct sockaddr *)&name, &len)) < 0)
        loop_turn(rig.loop, CLOCK_MS);
    close(listener);
    endpoint_from_sockaddr((struct sockaddr *)&name, &came);
    ck_assert_str_eq(endpoint_addr(&came, text), "127.0.0.9");
}
END_TEST

START_TEST(abor_in_a_scripted_transfer_is_the_scripts)
{
    static const struct line script[] = {
        {"STOR", "150 Now.\r\n", true, false, false, NULL},
        {"ABOR", "426 Cut.\r\n", false, false, false, "226 Done.\r\n"},
        {.command = NULL}};

    start(script);
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    ck_assert_str_eq(rig_ask(&rig, "ABOR"), "426 Cut.\r\n");
    ck_assert_str_eq(rig_reply(&rig), "226 Done.\r\n");
    ck_assert_int_eq(rig_fetch(&rig), 0);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(a_scripted_stat_does_not_wait_for_the_transfer)
{
    static const struct line script[] = {
        {"STOR", "150 Now.\r\n", true, false, false, "226 Was.\r\n"},
        {.command = "STAT", .first = "211 Moving.\r\n"},
        {.command = NULL}};

    start(script);
    rig_pasv(&rig);
    rig_expect(&rig, "STOR new", 150);
    ck_assert_str_eq(rig_ask(&rig, "STAT"), "211 Moving.\r\n");
    shutdown(rig.data, SHUT_WR);
    ck_assert_str_eq(rig_reply(&rig), "226 Was.\r\n");
}
END_TEST

START_TEST(acts_come_behind_what_was_said)
{
    static const struct line script[] = {{.command = "NOOP", .first = "200 Yes.\r\n"},
                                         {.command = NULL}};

    start(script);
    rig_expect(&rig, "NOOP", 200);
    rig_say(&rig, "421 Over.\r\n");
    rig.peer->base.ops->act(rig.peer, &(struct delivery){.kind = DELIVER_RESET});
    ck_assert_str_eq(rig_reply(&rig), "421 Over.\r\n");
    ck_assert_str_eq(rig_reply(&rig), "");
    ck_assert_uint_eq(rig.closed, 1);
}
END_TEST

START_TEST(after_a_half_close_the_server_still_hears)
{
    static const struct line script[] = {{.command = "QUIT", .first = NULL}, {.command = NULL}};

    start(script);
    rig.peer->base.ops->act(rig.peer, &(struct delivery){.kind = DELIVER_HALF_CLOSE});
    ck_assert_str_eq(rig_reply(&rig), "");
    rig_send(&rig, "QUIT\r\n");
    for (int i = 0; i < 100 && rig_entry(&rig, ENTRY_HEARD, "QUIT") < 0; i++)
        loop_turn(rig.loop, CLOCK_MS);
    ck_assert_int_ge(rig_entry(&rig, ENTRY_HEARD, "QUIT"), 0);
}
END_TEST

/* ---- the orders of control and data ---- */

static int at_150, at_226, at_end;

static void look(void)
{
    at_150 = rig_entry(&rig, ENTRY_SENT, "150");
    at_226 = rig_entry(&rig, ENTRY_SENT, "226");
    at_end = rig_entry(&rig, ENTRY_DATA_CLOSED, "");
    ck_assert_int_ge(at_150, 0);
    ck_assert_int_ge(at_226, 0);
    ck_assert_int_ge(at_end, 0);
    ck_assert_int_lt(at_150, at_226);
}

static const struct line scripted_retr[] = {
    {"RETR", "150 Now.\r\n", true, true, true, "226 Was.\r\n"}, {.command = NULL}};
static const struct line no_lines[] = {{.command = NULL}};

/* Octets that the client could read when it had the 226. */
static int play_order(enum peer_order order, bool scripted)
{
    int there = 0;

    rig.config.order = order;
    start(scripted ? scripted_retr : no_lines);
    rig_pasv(&rig);
    rig_send(&rig, "RETR a.txt\r\n");
    ck_assert_int_eq(atoi(rig_reply(&rig)), 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    ioctl(rig.data, FIONREAD, &there);
    ck_assert_int_eq(rig_fetch(&rig), 10);
    loop_turn(rig.loop, 5 * CLOCK_MS);
    look();
    return there;
}

START_TEST(each_order_moves_the_file_and_says_both_replies)
{
    static const bool ends_before_226[ORDER_COUNT] = {
        [ORDER_WRITTEN] = true, [ORDER_DATA_FIRST] = true, [ORDER_FIRST_OCTET] = true};
    enum peer_order order = (enum peer_order)(_i / 2);

    play_order(order, _i % 2 == 1);
    ck_assert_int_eq(at_end < at_226, ends_before_226[order]);
    ck_assert_int_eq(at_end < at_150, order == ORDER_DATA_FIRST);
}
END_TEST

START_TEST(order_mid_226_stands_at_the_first_octet)
{
    ck_assert_int_eq(play_order(ORDER_MID_226, _i == 1), 1);
}
END_TEST

START_TEST(order_226_fin_has_sent_all_before_226)
{
    ck_assert_int_eq(play_order(ORDER_226_FIN, _i == 1), 10);
}
END_TEST

START_TEST(order_one_segment_joins_150_and_226)
{
    play_order(ORDER_ONE_SEGMENT, _i == 1);
    ck_assert(transcript_at(rig.transcript, (size_t)at_226)->joined);
}
END_TEST

START_TEST(order_first_octet_sends_one_before_150)
{
    int there = 0;

    rig.config.order = ORDER_FIRST_OCTET;
    start(no_lines);
    rig_pasv(&rig);
    rig_expect(&rig, "RETR a.txt", 150);
    ioctl(rig.data, FIONREAD, &there);
    ck_assert_int_ge(there, 1);
    ck_assert_int_eq(rig_fetch(&rig), 10);
}
END_TEST

START_TEST(data_first_gives_way_to_a_client_that_waits_for_150)
{
    rig.config.order = ORDER_DATA_FIRST;
    start(no_lines);
    rig_expect(&rig, "PASV", 227);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert(loopback_noted(rig.transcript, "waits for 150"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_server_script");
    TCase *said = tcase_create("said"), *moved = tcase_create("moved"),
          *orders = tcase_create("orders");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(said, set_up, tear_down);
    tcase_add_test(said, the_player_may_greet);
    tcase_add_test(said, the_script_answers_what_it_claims_and_the_model_the_rest);
    tcase_add_test(said, the_model_follows_a_scripted_login);
    tcase_add_test(said, the_model_follows_scripted_changes);
    tcase_add_test(said, a_scripted_error_changes_nothing);
    tcase_add_test(said, a_scripted_221_is_followed_by_the_end);
    tcase_add_test(said, acts_come_behind_what_was_said);
    tcase_add_test(said, after_a_half_close_the_server_still_hears);
    suite_add_tcase(suite, said);
    tcase_add_checked_fixture(moved, set_up, tear_down);
    tcase_add_test(moved, a_filled_hole_is_where_the_server_listens);
    tcase_add_test(moved, a_server_can_say_who_its_client_is);
    tcase_add_test(moved, a_port_in_two_holes_is_where_the_server_listens);
    tcase_add_loop_test(moved, a_script_that_deviates_listens_nowhere_by_what_it_says, 0, 2);
    tcase_add_test(moved, a_refused_transfer_takes_the_listener_back);
    tcase_add_test(moved, a_scripted_transfer_sends_its_payload_between_its_replies);
    tcase_add_test(moved, without_a_payload_the_model_sends_what_it_has);
    tcase_add_test(moved, a_scripted_upload_is_told_and_stored);
    tcase_add_test(moved, no_data_connection_is_told);
    tcase_add_test(moved, the_data_connection_can_be_cut);
    tcase_add_test(moved, an_active_connection_comes_from_where_the_script_says);
    tcase_add_test(moved, a_scripted_stat_does_not_wait_for_the_transfer);
    tcase_add_test(moved, abor_in_a_scripted_transfer_is_the_scripts);
    suite_add_tcase(suite, moved);
    tcase_add_checked_fixture(orders, set_up, tear_down);
    tcase_add_loop_test(orders, each_order_moves_the_file_and_says_both_replies, 0,
                        2 * ORDER_COUNT);
    tcase_add_loop_test(orders, order_mid_226_stands_at_the_first_octet, 0, 2);
    tcase_add_loop_test(orders, order_226_fin_has_sent_all_before_226, 0, 2);
    tcase_add_loop_test(orders, order_one_segment_joins_150_and_226, 0, 2);
    tcase_add_test(orders, order_first_octet_sends_one_before_150);
    tcase_add_test(orders, data_first_gives_way_to_a_client_that_waits_for_150);
    suite_add_tcase(suite, orders);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
