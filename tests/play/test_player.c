#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "play/player.h"

/* A fake that only remembers what it is told to do. */
struct mock {
    struct peer_base base;
    const struct peer_config *config;
};

static struct mock mock;
static struct peer_config kept;
static char said[4096];
static unsigned starts, transfers, finishes, prepares;
static const struct payload *sent_payload;
static struct loop *loop;
static struct transcript *transcript;
static struct exchange *exchange;
static struct player *player;
static struct diag why;

static enum err mock_start(struct peer *peer, struct diag *diag)
{
    (void)peer;
    (void)diag;
    starts++;
    return OK;
}

static void mock_say(struct peer *peer, const struct peer_say *say)
{
    size_t len = strlen(said);
    struct entry entry = {.kind = ENTRY_SENT, .text = say->text, .octets = say->text.len};

    (void)peer;
    memcpy(said + len, say->text.at, say->text.len);
    said[len + say->text.len] = '\0';
    transcript_add(transcript, &entry);
}

static void mock_transfer(struct peer *peer, const struct peer_transfer *transfer)
{
    (void)peer;
    transfers++;
    sent_payload = transfer->payload;
}

static void mock_act(struct peer *peer, const struct delivery *act)
{
    (void)peer;
    (void)act;
    strcat(said, "<act>");
}

static bool mock_fill(void *peer, enum hole hole, struct buf *value)
{
    (void)peer;
    return hole == HOLE_HOSTPORT && buf_add_text(value, "192,0,2,1,4,1");
}

static void mock_prepare(struct peer *peer, struct bytes command)
{
    (void)peer;
    (void)command;
    prepares++;
    kept.events.idle(kept.events.ctx);
}

static void mock_finish(struct peer *peer)
{
    (void)peer;
    finishes++;
}

static void mock_free(struct peer *peer)
{
    (void)peer;
}

static const struct peer_ops mock_ops = {.start = mock_start,
                                         .say = mock_say,
                                         .transfer = mock_transfer,
                                         .act = mock_act,
                                         .fill = mock_fill,
                                         .prepare = mock_prepare,
                                         .finish = mock_finish,
                                         .free = mock_free};

static enum err mock_new(const struct peer_config *config, struct peer **out, struct diag *diag)
{
    (void)diag;
    kept = *config;
    mock.base.ops = &mock_ops;
    *out = (struct peer *)&mock;
    return OK;
}

static void play(const char *script, enum side fake)
{
    struct exchange_places places = {0};
    struct peer_config config = {
        .protocol = PROTOCOL_FTP, .user = "u", .password = "p", .local = {.family = 4, .port = 7}};

    ck_assert_msg(exchange_parse(bytes_of(script), "test", &places, &exchange, &why) == OK, "%s",
                  why.text);
    config.loop = loop;
    config.transcript = transcript;
    config.exchange = exchange;
    config.protocol = exchange->protocol;
    ck_assert_int_eq(player_new(exchange, fake, &config, mock_new, &player, &why), OK);
    ck_assert_int_eq(player_start(player, &why), OK);
}

static enum peer_claim hear(const char *line)
{
    struct entry entry = {.kind = ENTRY_HEARD, .text = bytes_of(line), .octets = strlen(line)};

    transcript_add(transcript, &entry);
    return kept.events.heard(kept.events.ctx, bytes_of(line));
}

static void set_up(void)
{
    said[0] = '\0';
    starts = transfers = finishes = prepares = 0;
    sent_payload = NULL;
    ck_assert_int_eq(loop_new(&loop, &why), OK);
    ck_assert_int_eq(transcript_new(&transcript, &why), OK);
}

static void tear_down(void)
{
    player_free(player);
    exchange_free(exchange);
    transcript_free(transcript);
    loop_free(loop);
    player = NULL;
    exchange = NULL;
}

static const struct deviation *only_deviation(void)
{
    const struct deviation *deviations;

    ck_assert_uint_eq(player_deviations(player, &deviations), 1);
    return deviations;
}

START_TEST(a_server_says_its_lines_when_the_commands_come)
{
    play("title: t\n\nS> 220 Hi.\nC> USER {user}\nS> 331 Password.\n", SIDE_SERVER);
    ck_assert_int_eq(kept.events.opened(kept.events.ctx), PEER_SCRIPT);
    ck_assert_str_eq(said, "220 Hi.\r\n");
    ck_assert_int_eq(hear("user u\r\n"), PEER_SCRIPT);
    ck_assert_str_eq(said, "220 Hi.\r\n331 Password.\r\n");
    ck_assert(player_script_over(player));
}
END_TEST

START_TEST(what_the_script_does_not_mention_is_the_models)
{
    play("title: t\n\nC> NOOP\nS> 200 Yes.\n", SIDE_SERVER);
    ck_assert_int_eq(kept.events.opened(kept.events.ctx), PEER_MODEL);
    ck_assert_int_eq(hear("SYST\r\n"), PEER_MODEL);
    ck_assert_str_eq(said, "");
    ck_assert_int_eq(hear("NOOP\r\n"), PEER_SCRIPT);
    ck_assert_str_eq(said, "200 Yes.\r\n");
}
END_TEST

START_TEST(unscripted_fail_makes_another_command_a_deviation)
{
    play("title: t\nunscripted: fail\n\nC> NOOP\nS> 200 Yes.\n", SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("SYST\r\n");
    ck_assert_int_eq(only_deviation()->kind, DEVIATION_UNEXPECTED);
    ck_assert_ptr_nonnull(strstr(only_deviation()->seen, "SYST"));
}
END_TEST

START_TEST(a_preliminary_reply_starts_the_transfer_that_the_script_leaves_out)
{
    play("title: t\nfiles: a = \"x\"\n\nC> RETR a\nS> 150 Go.\nS> 226 Done.\n", SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("RETR a\r\n");
    ck_assert_uint_eq(transfers, 1);
    ck_assert_ptr_null(sent_payload);
    ck_assert_str_eq(said, "150 Go.\r\n226 Done.\r\n");
}
END_TEST

START_TEST(of_several_preliminary_replies_the_transfer_follows_the_last)
{
    play("title: t\n\nC> RETR a\nS> 150 Go.\nS> 150 Go, indeed.\nD> \"abc\"\nS> 226 Done.\n",
         SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("RETR a\r\n");
    ck_assert_uint_eq(transfers, 1);
    ck_assert_uint_eq(sent_payload->octets.len, 3);
    ck_assert_str_eq(said, "150 Go.\r\n150 Go, indeed.\r\n226 Done.\r\n");
}
END_TEST

/* `! silent 1ns`: the time is up when the loop turns next. */
#define IMPATIENT                                                                                  \
    "title: t\n\nS> 220\neither\nC> USER x\nS> 230 In.\nor\n! silent 1ns\n! close\nend\n"

START_TEST(silence_chooses_the_alternative_that_begins_with_it)
{
    play(IMPATIENT, SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    ck_assert_str_eq(said, "220\r\n");
    loop_turn(loop, CLOCK_SECOND);
    ck_assert_str_eq(said, "220\r\n<act>");
    ck_assert(player_script_over(player));
}
END_TEST

START_TEST(what_comes_in_time_chooses_another_alternative)
{
    play(IMPATIENT, SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("USER x\r\n");
    loop_turn(loop, 0);
    ck_assert_str_eq(said, "220\r\n230 In.\r\n");
    ck_assert(player_script_over(player));
}
END_TEST

START_TEST(what_the_model_answers_is_no_silence)
{
    play("title: t\n\nS> 220\neither\nC> USER x\nS> 230 In.\nor\n! silent 1m\n! close\nend\n",
         SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    ck_assert_int_eq(hear("FEAT\r\n"), PEER_MODEL);
    ck_assert_int_eq(hear("USER x\r\n"), PEER_SCRIPT);
    ck_assert_str_eq(said, "220\r\n230 In.\r\n");
}
END_TEST

START_TEST(data_lines_are_what_is_sent)
{
    play("title: t\n\nC> RETR a\nS> 150 Go.\nD> \"abc\"\nS> 226 Done.\n", SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("RETR a\r\n");
    ck_assert_uint_eq(transfers, 1);
    ck_assert_uint_eq(sent_payload->octets.len, 3);
}
END_TEST

START_TEST(received_data_that_differ_are_a_deviation)
{
    struct peer_data_end end = {
        .opened = true, .how = PEER_FIN, .content = {"abX", 3}, .octets = 3};

    play("title: t\n\nC> STOR a\nS> 150 Go.\nD> \"abc\"\nS> 226 Done.\n", SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("STOR a\r\n");
    kept.events.data_ended(kept.events.ctx, &end);
    ck_assert_int_eq(only_deviation()->kind, DEVIATION_DATA);
    ck_assert_ptr_nonnull(strstr(only_deviation()->seen, "octet 2"));
}
END_TEST

START_TEST(a_hole_of_the_fakes_line_is_filled)
{
    play("title: t\n\nC> PASV\nS> 227 Here ({hostport}).\n", SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("PASV\r\n");
    ck_assert_str_eq(said, "227 Here (192,0,2,1,4,1).\r\n");
    ck_assert_uint_eq(player_bindings(player)->hostport.port, 1025);
}
END_TEST

START_TEST(a_client_says_the_next_command_after_the_reply)
{
    play("title: t\n\nS> 220 Hi.\nC> NOOP\nS> 200 Yes.\nC> QUIT\nS> 221 Bye.\n", SIDE_CLIENT);
    ck_assert_int_eq(kept.events.opened(kept.events.ctx), PEER_SCRIPT);
    ck_assert_str_eq(said, "");
    hear("220 ready\r\n");
    ck_assert_str_eq(said, "NOOP\r\n");
    hear("200 fine\r\n");
    ck_assert_str_eq(said, "NOOP\r\nQUIT\r\n");
    hear("221 bye\r\n");
    ck_assert_uint_eq(finishes, 1);
    ck_assert_uint_ge(prepares, 1);
}
END_TEST

START_TEST(another_code_than_the_scripted_one_ends_the_script)
{
    play("title: t\n\nS> 220 Hi.\nC> NOOP\nS> 200 Yes.\nC> QUIT\nS> 221 Bye.\n", SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    hear("220 ready\r\n");
    hear("500 what\r\n");
    ck_assert_int_eq(only_deviation()->kind, DEVIATION_UNEXPECTED);
    ck_assert_uint_eq(only_deviation()->step->at.line, 5);
    ck_assert_ptr_nonnull(strstr(only_deviation()->seen, "500 what"));
    ck_assert_uint_eq(finishes, 1);
}
END_TEST

START_TEST(the_next_command_waits_for_data_that_the_completion_overtook)
{
    struct peer_data_end end = {.opened = true, .how = PEER_FIN};

    play("title: t\nstate: logged-in\n\nC> RETR a\nS> 150 Go.\nD> any\nS> 226 Done.\nC> NOOP\n"
         "S> 200 Yes.\n",
         SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    hear("150 go\r\n");
    hear("226 done\r\n");
    ck_assert_str_eq(said, "RETR a\r\n");
    kept.events.data_ended(kept.events.ctx, &end);
    ck_assert_str_eq(said, "RETR a\r\nNOOP\r\n");
}
END_TEST

START_TEST(in_mid_transfer_a_command_does_not_wait)
{
    play("title: t\nstate: logged-in\n\nC> RETR a\nS> 150 Go.\nC> ABOR\nS> 426 Stopped.\n",
         SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    hear("150 go\r\n");
    ck_assert_str_eq(said, "RETR a\r\nABOR\r\n");
}
END_TEST

START_TEST(in_mid_transfer_a_command_waits_for_the_end_that_the_script_asks_for)
{
    struct peer_data_end end = {.opened = true, .how = PEER_FIN};

    play("title: t\nstate: logged-in\n\nC> RETR a\nS> 150 Go.\n! after 9 bytes close\nD> any\n"
         "C> ABOR\nS> 426 Stopped.\n",
         SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    hear("150 go\r\n");
    ck_assert_str_eq(said, "RETR a\r\n");
    kept.events.data_ended(kept.events.ctx, &end);
    ck_assert_str_eq(said, "RETR a\r\nABOR\r\n");
}
END_TEST

START_TEST(a_close_before_the_reply_is_told_as_such)
{
    play("title: t\n\nS> 220 Hi.\nC> NOOP\nS> 200 Yes.\n", SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    hear("220 ready\r\n");
    kept.events.closed(kept.events.ctx, PEER_RESET);
    ck_assert_int_eq(only_deviation()->kind, DEVIATION_CLOSED);
    ck_assert_ptr_nonnull(strstr(only_deviation()->seen, "RST"));
    ck_assert(player_done(player));
}
END_TEST

START_TEST(a_close_that_the_script_wants_is_none)
{
    const struct deviation *deviations;

    play("title: t\n\nS> 421 Full.\n! close\n", SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    hear("421 full\r\n");
    kept.events.closed(kept.events.ctx, PEER_FIN);
    player_end(player, false);
    ck_assert_uint_eq(player_deviations(player, &deviations), 0);
}
END_TEST

START_TEST(a_close_may_be_one_of_the_alternatives)
{
    const struct deviation *deviations;

    play("title: t\ntests: server\n\nS> 220 Hi.\nC> XXX\neither\nS> 500 No.\nC> NOOP\nS> 200 Yes.\n"
         "or\n! server close\nend\n",
         SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    hear("220 ready\r\n");
    kept.events.closed(kept.events.ctx, PEER_RESET);
    player_end(player, false);
    ck_assert_uint_eq(player_deviations(player, &deviations), 0);
}
END_TEST

START_TEST(a_close_that_does_not_come_is_missed)
{
    play("title: t\ntests: server\n\nS> 421 Full.\n! server close\n", SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    hear("421 full\r\n");
    player_end(player, true);
    ck_assert_int_eq(only_deviation()->kind, DEVIATION_TIMEOUT);
    ck_assert_uint_eq(only_deviation()->step->at.line, 5);
}
END_TEST

START_TEST(a_client_that_stalls_is_told_with_the_last_line)
{
    play("title: t\n\nC> PASV\nS> 227 Here ({hostport}).\nC> RETR a\nS> 550 No.\n", SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("PASV\r\n");
    player_end(player, true);
    ck_assert_int_eq(only_deviation()->kind, DEVIATION_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(only_deviation()->seen, "227 Here"));
    ck_assert_ptr_nonnull(strstr(only_deviation()->seen, "no data connection"));
}
END_TEST

START_TEST(a_stream_is_put_together_from_its_chunks)
{
    play("title: t\nprotocol: tcp\n\nC> \"hello\"\nS> \"world\"\n", SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    ck_assert_int_eq(hear("he"), PEER_SCRIPT);
    ck_assert_str_eq(said, "");
    hear("llo");
    ck_assert_str_eq(said, "world");
}
END_TEST

START_TEST(a_stream_that_differs_is_a_deviation)
{
    play("title: t\nprotocol: tcp\n\nC> \"hello\"\nS> \"world\"\n", SIDE_SERVER);
    kept.events.opened(kept.events.ctx);
    hear("heLlo");
    ck_assert_ptr_nonnull(strstr(only_deviation()->seen, "octet 2"));
}
END_TEST

START_TEST(a_script_goes_on_in_another_connection)
{
    const struct deviation *deviations;

    play("title: t\nprotocol: tcp\n\nC> \"a\"\n! client reset\n! client connect\nC> \"b\"\n"
         "S> \"b\"\n",
         SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    ck_assert_str_eq(said, "a<act>"); /* it connects once the first has ended */
    kept.events.closed(kept.events.ctx, PEER_FIN);
    ck_assert_str_eq(said, "a<act><act>");
    kept.events.opened(kept.events.ctx);
    ck_assert_str_eq(said, "a<act><act>b");
    hear("b");
    ck_assert_uint_eq(finishes, 1);
    ck_assert_uint_eq(player_deviations(player, &deviations), 0);
}
END_TEST

START_TEST(another_connection_that_is_refused_is_told)
{
    play("title: t\nprotocol: tcp\n\nC> \"a\"\n! client connect\nC> \"b\"\n", SIDE_CLIENT);
    kept.events.opened(kept.events.ctx);
    ck_assert_str_eq(said, "a<act>");
    kept.events.closed(kept.events.ctx, PEER_FAILED);
    ck_assert_ptr_nonnull(strstr(only_deviation()->seen, "could not be connected"));
    ck_assert(player_done(player));
}
END_TEST

START_TEST(where_nobody_listens_no_fake_is_started)
{
    play("title: t\nprotocol: udp\ntests: client\nstate: closed\n\nexpect client exits nonzero\n",
         SIDE_SERVER);
    ck_assert_uint_eq(starts, 0);
    ck_assert_uint_eq(player_bound(player)->port, 7);
    ck_assert(player_done(player));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("player");
    TCase *server = tcase_create("fake server"), *client = tcase_create("fake client");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(server, set_up, tear_down);
    tcase_add_test(server, a_server_says_its_lines_when_the_commands_come);
    tcase_add_test(server, what_the_script_does_not_mention_is_the_models);
    tcase_add_test(server, unscripted_fail_makes_another_command_a_deviation);
    tcase_add_test(server, a_preliminary_reply_starts_the_transfer_that_the_script_leaves_out);
    tcase_add_test(server, of_several_preliminary_replies_the_transfer_follows_the_last);
    tcase_add_test(server, silence_chooses_the_alternative_that_begins_with_it);
    tcase_add_test(server, what_comes_in_time_chooses_another_alternative);
    tcase_add_test(server, what_the_model_answers_is_no_silence);
    tcase_add_test(server, data_lines_are_what_is_sent);
    tcase_add_test(server, received_data_that_differ_are_a_deviation);
    tcase_add_test(server, a_hole_of_the_fakes_line_is_filled);
    tcase_add_test(server, a_client_that_stalls_is_told_with_the_last_line);
    tcase_add_test(server, a_stream_is_put_together_from_its_chunks);
    tcase_add_test(server, a_stream_that_differs_is_a_deviation);
    tcase_add_test(server, where_nobody_listens_no_fake_is_started);
    suite_add_tcase(suite, server);
    tcase_add_checked_fixture(client, set_up, tear_down);
    tcase_add_test(client, a_client_says_the_next_command_after_the_reply);
    tcase_add_test(client, another_code_than_the_scripted_one_ends_the_script);
    tcase_add_test(client, the_next_command_waits_for_data_that_the_completion_overtook);
    tcase_add_test(client, in_mid_transfer_a_command_does_not_wait);
    tcase_add_test(client, in_mid_transfer_a_command_waits_for_the_end_that_the_script_asks_for);
    tcase_add_test(client, a_close_before_the_reply_is_told_as_such);
    tcase_add_test(client, a_close_that_the_script_wants_is_none);
    tcase_add_test(client, a_script_goes_on_in_another_connection);
    tcase_add_test(client, another_connection_that_is_refused_is_told);
    tcase_add_test(client, a_close_may_be_one_of_the_alternatives);
    tcase_add_test(client, a_close_that_does_not_come_is_missed);
    suite_add_tcase(suite, client);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
