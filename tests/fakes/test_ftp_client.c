#include "fakes/ftp_client.h"

#include "mock_server.h"
#include "stage.h"

#define SCRIPT(...) ((const char *const[]){__VA_ARGS__, NULL})
#define LOGIN "S 220 Ready.", "C USER joe", "S 331 Password?", "C PASS secret", "S 230 In."
#define BYE "C QUIT", "S 221 Bye."

static struct stage stage;
static struct mock_server mock;
static bool joined;
static unsigned told; /* of the replies that were heard */

static void setup(void)
{
    stage_init(&stage);
    stage.config.local = (struct endpoint){0};
    stage.config.user = "joe";
    stage.config.password = "secret";
    joined = true;
    told = 0;
}

static void teardown(void)
{
    stage_fini(&stage);
    if (!joined)
        mock_join(&mock);
}

/* Start the client against a server that does as the script says. */
static void start(const char *const *script)
{
    mock_start(&mock, script);
    joined = false;
    stage.config.remote = mock.at;
    stage_start(&stage, ftp_client_new);
}

static const struct peer_ops *ops(void)
{
    return stage.peer->base.ops;
}

static void finish(void)
{
    ops()->finish(stage.peer);
    stage_until(&stage, closed, 1);
    mock_join(&mock);
    joined = true;
    ck_assert_str_eq(mock.trouble, "");
}

static void prepare(const char *command)
{
    unsigned before = stage.idles;

    ops()->prepare(stage.peer, bytes_of(command));
    stage_until(&stage, idles, before + 1);
}

static void say(const char *line)
{
    unsigned before = stage.idles;

    stage_say(&stage, bytes_of(line), NULL, 0);
    stage_until(&stage, idles, before + 1);
}

static void hear(const char *reply)
{
    stage_until(&stage, heard_count, told + 1);
    ck_assert_str_eq(buf_text(&stage.heard[told]), reply);
    told++;
}

static void transfer(const struct payload *payload, bool fake_sends)
{
    struct peer_transfer transfer = {.payload = payload, .fake_sends = fake_sends};

    ops()->transfer(stage.peer, &transfer);
}

/* --- the script's part ----------------------------------------------------------------------- */

START_TEST(script_that_greets_hears_the_greeting)
{
    stage.greets = PEER_SCRIPT;
    start(SCRIPT("S 220-Hello.", "S 220 Ready.", BYE));
    hear("220-Hello.\r\n220 Ready.\r\n");
    finish();
    ck_assert_uint_eq(stage.heard_count, 1);
}
END_TEST

START_TEST(model_hears_the_greeting_where_the_script_does_not)
{
    start(SCRIPT("S 120 Wait.", "S 220 Ready.", "C NOOP", "S 200 Ok.", BYE));
    stage_until(&stage, opened, 1);
    prepare("NOOP\r\n");
    say("NOOP\r\n");
    hear("200 Ok.\r\n");
    finish();
    ck_assert_uint_eq(stage.heard_count, 1);
    ck_assert_int_eq(stage.how, PEER_FIN);
}
END_TEST

START_TEST(replies_are_told_one_by_one)
{
    stage.greets = PEER_SCRIPT;
    start(SCRIPT("s 220 a\r\n200-b\r\n c\r\n200 d\r\n226 e\r\n", "W"));
    hear("220 a\r\n");
    hear("200-b\r\n c\r\n200 d\r\n");
    hear("226 e\r\n");
}
END_TEST

START_TEST(line_that_is_no_reply_is_told_as_it_came)
{
    stage.greets = PEER_SCRIPT;
    start(SCRIPT("S hello", "S 220 a", "W"));
    hear("hello\r\n");
    hear("220 a\r\n");
}
END_TEST

START_TEST(half_a_reply_before_the_end_is_in_the_transcript)
{
    stage.greets = PEER_SCRIPT;
    start(SCRIPT("s 220-a\r\n", "X"));
    stage_until(&stage, closed, 1);
    ck_assert_uint_eq(stage.heard_count, 0);
    ck_assert(loopback_noted(stage.transcript, "ended within a reply"));
}
END_TEST

START_TEST(end_of_the_server_is_told_as_it_was)
{
    stage.greets = PEER_SCRIPT;
    start(SCRIPT("S 220 a", "C NOOP", "X!"));
    hear("220 a\r\n");
    stage_say(&stage, bytes_of("NOOP\r\n"), NULL, 0);
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_RESET);
}
END_TEST

START_TEST(server_that_is_not_there_is_told_as_failed)
{
    close(loopback_bind(SOCK_STREAM, &stage.config.remote));
    stage_start(&stage, ftp_client_new);
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_FAILED);
}
END_TEST

START_TEST(scripted_close_ends_the_session)
{
    stage.greets = PEER_SCRIPT;
    start(SCRIPT("S 220 a", "C NOOP", "W"));
    hear("220 a\r\n");
    stage_say(&stage, bytes_of("NOOP\r\n"), NULL, 0);
    stage_act(&stage, DELIVER_CLOSE);
    stage_until(&stage, closed, 1);
    mock_join(&mock);
    joined = true;
    ck_assert(mock.client_ended);
}
END_TEST

START_TEST(finish_sends_no_second_quit)
{
    stage.greets = PEER_SCRIPT;
    start(SCRIPT("S 220 a", "C QUIT", "S 221 b", "W"));
    hear("220 a\r\n");
    say("QUIT\r\n");
    hear("221 b\r\n");
    ops()->finish(stage.peer);
    stage_until(&stage, closed, 1); /* the server does not close: after 2 s we do */
    mock_join(&mock);
    joined = true;
    ck_assert_str_eq(mock.commands, "QUIT\r\n");
}
END_TEST

/* --- the model's part ------------------------------------------------------------------------ */

START_TEST(model_logs_in_where_the_script_starts_behind_the_login)
{
    stage.exchange.logged_in = true;
    start(SCRIPT(LOGIN, "C NOOP", "S 200 Ok.", "C PWD", "S 257 \"/\"", BYE));
    stage_until(&stage, opened, 1);
    prepare("NOOP\r\n");
    say("NOOP\r\n");
    hear("200 Ok.\r\n");
    prepare("PWD\r\n");
    say("PWD\r\n");
    hear("257 \"/\"\r\n");
    finish();
    ck_assert_uint_eq(stage.heard_count, 2); /* the login's replies are the model's own */
}
END_TEST

START_TEST(model_gives_its_account_where_it_is_asked)
{
    stage.exchange.logged_in = true;
    start(SCRIPT("S 220 a", "C USER joe", "S 331 b", "C PASS secret", "S 332 c", "C ACCT",
                 "S 230 d", BYE));
    stage_until(&stage, opened, 1);
    prepare("NOOP\r\n");
    finish();
}
END_TEST

static const char *const *const no_logins[] = {
    SCRIPT("S 220 a", "C USER joe", "S 530 No.", "W"),
    SCRIPT("S 220 a", "C USER joe", "S 331 b", "C PASS secret", "S 530 No.", "W"),
    SCRIPT("S 421 Busy.", "W"),
    SCRIPT("S 220 a", "C USER joe", "S 421 Bye.", "W"),
};

START_TEST(refused_login_is_told_as_failed_and_noted)
{
    stage.exchange.logged_in = true;
    start(no_logins[_i]);
    stage_until(&stage, opened, 1);
    ops()->prepare(stage.peer, bytes_of("NOOP\r\n"));
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_FAILED);
    ck_assert_uint_eq(stage.idles, 0);
    ck_assert_ptr_nonnull(loopback_entry(stage.transcript, ENTRY_NOTE, 0));
}
END_TEST

START_TEST(reply_that_the_models_command_cannot_have_is_told)
{
    stage.exchange.logged_in = true;
    start(SCRIPT("S 220 a", "C USER joe", "S 226 Unasked.", "S 230 b", BYE));
    stage_until(&stage, opened, 1);
    prepare("NOOP\r\n");
    ck_assert_uint_eq(stage.heard_count, 1);
    ck_assert_str_eq(buf_text(&stage.heard[0]), "226 Unasked.\r\n");
    finish();
}
END_TEST

/* --- data ------------------------------------------------------------------------------------ */

static const struct {
    enum data_mode mode;
    const char *const *script;
} downloads[] = {
    {DATA_DEFAULT, SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C RETR x", "S 150 c", "D+ hello",
                          "D.", "S 226 d", BYE)},
    {DATA_PASSIVE, SCRIPT("S 220 a", "C PASV", "S 227 b %H", "C RETR x", "S 150 c", "D+ hello",
                          "D.", "S 226 d", BYE)},
    {DATA_PASSIVE, SCRIPT("S 220 a", "C PASV", "S 502 No.", "C EPSV", "S 229 b (|||%P|)",
                          "C RETR x", "S 150 c", "D+ hello", "D.", "S 226 d", BYE)},
    {DATA_EXTENDED, SCRIPT("S 220 a", "C EPSV", "S 229 b (|||%P|)", "C RETR x", "S 150 c",
                           "D+ hello", "D.", "S 226 d", BYE)},
    {DATA_EXTENDED, SCRIPT("S 220 a", "C EPSV", "S 500 No.", "C PASV", "S 227 b (%H)", "C RETR x",
                           "S 150 c", "D+ hello", "D.", "S 226 d", BYE)},
    {DATA_ACTIVE, SCRIPT("S 220 a", "C PORT 127,0,0,1,", "S 200 b", "C RETR x", "S 150 c",
                         "D+ hello", "D.", "S 226 d", BYE)},
    {DATA_ACTIVE, SCRIPT("S 220 a", "C PORT", "S 500 No.", "C EPRT |1|127.0.0.1|", "S 200 b",
                         "C RETR x", "S 150 c", "D+ hello", "D.", "S 226 d", BYE)},
    {DATA_EXTENDED_ACTIVE, SCRIPT("S 220 a", "C EPRT |1|127.0.0.1|", "S 200 b", "C RETR x",
                                  "S 150 c", "D+ hello", "D.", "S 226 d", BYE)},
    /* the other orders */
    {DATA_PASSIVE, SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C RETR x", "D+ hello", "D.",
                          "S 150 c", "S 226 d", BYE)},
    {DATA_PASSIVE, SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C RETR x", "s 150 c\r\n226 d\r\n",
                          "D+ hello", "D.", BYE)},
    {DATA_ACTIVE, SCRIPT("S 220 a", "C PORT", "S 200 b", "C RETR x", "D+ h", "S 150 c", "D+ ello",
                         "S 226 d", "D.", BYE)},
};

START_TEST(model_gets_a_data_connection_and_receives)
{
    stage.exchange.data = downloads[_i].mode;
    start(downloads[_i].script);
    stage_until(&stage, opened, 1);
    prepare("RETR x\r\n");
    say("RETR x\r\n");
    hear("150 c\r\n");
    transfer(NULL, false);
    stage_until(&stage, data_count, 1);
    stage_until(&stage, heard_count, 2);
    ck_assert_str_eq(buf_text(&stage.heard[1]), "226 d\r\n");
    ck_assert_str_eq(buf_text(&stage.data), "hello");
    ck_assert(stage.data_end.opened);
    ck_assert(!stage.data_end.fake_sent);
    ck_assert_int_eq(stage.data_end.how, PEER_FIN);
    finish();
}
END_TEST

START_TEST(server_without_any_data_connection_is_told_as_failed)
{
    start(SCRIPT("S 220 a", "C PASV", "S 502 b", "C EPSV", "S 502 c", "W"));
    stage_until(&stage, opened, 1);
    ops()->prepare(stage.peer, bytes_of("LIST\r\n"));
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_FAILED);
    ck_assert(loopback_noted(stage.transcript, "offers no data connection"));
}
END_TEST

START_TEST(model_gets_no_data_connection_where_the_script_says_all_of_it)
{
    stage.exchange.data = DATA_NONE;
    start(SCRIPT("S 220 a", "C RETR x", "S 425 b", BYE));
    stage_until(&stage, opened, 1);
    prepare("RETR x\r\n");
    say("RETR x\r\n");
    hear("425 b\r\n");
    finish();
}
END_TEST

START_TEST(data_connections_come_from_where_the_script_says)
{
    stage.exchange.data_from = "127.0.0.9";
    start(SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C RETR x", "S 150 c", "D+ hello", "D.",
                 "S 226 d", BYE));
    stage_until(&stage, opened, 1);
    prepare("RETR x\r\n");
    say("RETR x\r\n");
    transfer(NULL, false);
    stage_until(&stage, data_count, 1);
    ck_assert_str_eq(endpoint_addr(&loopback_entry(stage.transcript, ENTRY_DATA_OPENED, 0)->local,
                                   (char[ENDPOINT_TEXT]){0}),
                     "127.0.0.9");
    finish();
}
END_TEST

static int64_t sent_at(const char *line)
{
    const struct entry *entry;

    for (size_t n = 0; (entry = loopback_entry(stage.transcript, ENTRY_SENT, n)) != NULL; n++)
        if (bytes_is(entry->text, line))
            return entry->time;
    ck_abort_msg("%s was not sent", line);
}

START_TEST(a_late_data_connection_follows_its_command)
{
    static const struct delivery delay = {.kind = DELIVER_DELAY, .number = 20 * CLOCK_MS};
    static const struct step late = {
        .kind = STEP_DATA, .speaker = SIDE_SERVER, .deliveries = &delay, .delivery_count = 1};

    stage.exchange.steps = &late;
    stage.exchange.step_count = 1;
    start(SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C RETR x", "S 150 c", "D+ hello", "D.",
                 "S 226 d", BYE));
    stage_until(&stage, opened, 1);
    prepare("RETR x\r\n");
    say("RETR x\r\n");
    transfer(NULL, false);
    stage_until(&stage, data_count, 1);
    ck_assert(stage.data_end.opened);
    ck_assert_int_ge(loopback_entry(stage.transcript, ENTRY_DATA_OPENED, 0)->time -
                         sent_at("RETR x\r\n"),
                     20 * CLOCK_MS);
    finish();
}
END_TEST

START_TEST(scripted_pasv_leaves_nothing_to_prepare)
{
    start(SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C RETR x", "S 150 c", "D+ hello", "D.",
                 "S 226 d", BYE));
    stage_until(&stage, opened, 1);
    prepare("PASV\r\n");
    say("PASV\r\n");
    stage_until(&stage, heard_count, 1);
    prepare("RETR x\r\n");
    say("RETR x\r\n");
    stage_until(&stage, heard_count, 2);
    transfer(NULL, false);
    stage_until(&stage, data_count, 1);
    ck_assert_str_eq(buf_text(&stage.data), "hello");
    finish();
}
END_TEST

START_TEST(each_transfer_gets_a_connection_of_its_own)
{
    start(SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C LIST", "S 150 c", "D+ one", "D.",
                 "S 226 d", "C PASV", "S 227 e (%H)", "C LIST", "S 150 f", "D+ two", "D.",
                 "S 226 g", BYE));
    stage_until(&stage, opened, 1);
    for (unsigned i = 0; i < 2; i++) {
        prepare("LIST\r\n");
        say("LIST\r\n");
        stage_until(&stage, heard_count, 2 * i + 1);
        transfer(NULL, false);
        stage_until(&stage, data_count, i + 1);
        stage_until(&stage, heard_count, 2 * i + 2);
        ck_assert_str_eq(buf_text(&stage.data), i == 0 ? "one" : "two");
    }
    finish();
}
END_TEST

START_TEST(holes_of_port_open_a_listener)
{
    struct buf value;
    char line[80];

    buf_init(&value, 100);
    start(SCRIPT("S 220 a", "C PORT", "S 200 b", "C LIST", "S 150 c", "D+ list", "D.", "S 226 d",
                 BYE));
    stage_until(&stage, opened, 1);
    prepare("PORT\r\n");
    ck_assert(ops()->fill(stage.peer, HOLE_HOSTPORT, &value));
    snprintf(line, sizeof line, "PORT %s\r\n", buf_text(&value));
    say(line);
    hear("200 b\r\n");
    prepare("LIST\r\n");
    say("LIST\r\n");
    hear("150 c\r\n");
    transfer(NULL, false);
    stage_until(&stage, data_count, 1);
    ck_assert_str_eq(buf_text(&stage.data), "list");
    finish();
    buf_fini(&value);
}
END_TEST

START_TEST(written_out_port_is_listened_at)
{
    struct endpoint at;
    char line[80], text[FTP_HOSTPORT_TEXT];

    close(loopback_bind(SOCK_STREAM, &at));
    snprintf(line, sizeof line, "PORT %s\r\n", ftp_hostport_format(&at, text));
    start(SCRIPT("S 220 a", "C PORT", "S 200 b", "C LIST", "S 150 c", "D+ list", "D.", "S 226 d",
                 BYE));
    stage_until(&stage, opened, 1);
    prepare(line);
    say(line);
    hear("200 b\r\n");
    prepare("LIST\r\n");
    say("LIST\r\n");
    hear("150 c\r\n");
    transfer(NULL, false);
    stage_until(&stage, data_count, 1);
    ck_assert_str_eq(buf_text(&stage.data), "list");
    finish();
}
END_TEST

START_TEST(other_holes_are_filled_from_the_configuration)
{
    struct buf value;

    buf_init(&value, 100);
    start(SCRIPT("S 220 a", BYE));
    stage_until(&stage, opened, 1);
    ck_assert(ops()->fill(stage.peer, HOLE_USER, &value));
    ck_assert_str_eq(buf_text(&value), "joe");
    buf_clear(&value);
    ck_assert(ops()->fill(stage.peer, HOLE_PASSWORD, &value));
    ck_assert_str_eq(buf_text(&value), "secret");
    buf_clear(&value);
    ck_assert(ops()->fill(stage.peer, HOLE_HOST, &value));
    ck_assert_str_eq(buf_text(&value), "127.0.0.1");
    buf_clear(&value);
    ck_assert(ops()->fill(stage.peer, HOLE_CLIENT, &value));
    ck_assert_str_eq(buf_text(&value), "127.0.0.1");
    buf_clear(&value);
    ck_assert(ops()->fill(stage.peer, HOLE_NUMBER, &value));
    ck_assert_str_eq(buf_text(&value), "127,0,0,1");
    buf_clear(&value);
    ck_assert(!ops()->fill(stage.peer, HOLE_SIZE, &value));
    buf_fini(&value);
    finish();
}
END_TEST

static const char *const *const uploads[] = {
    SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C STOR x", "S 150 c", "D<", "S 226 d", BYE),
    SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C STOR x", "S 150 c", "D<", "S 226 d", BYE),
    SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C STOR x", "S 150 c", "D<", "S 226 d", BYE),
};

/* 0: what the script says; 1: the client's file of that name; 2: the server's. */
START_TEST(client_sends_the_payload_or_the_file_of_that_name)
{
    static const struct payload payload = {.given = true, .octets = {"said", 4}};
    static const struct exchange_file file = {.name = "x", .content = {true, {"file", 4}, {0}}};

    if (_i == 1) {
        stage.exchange.local = &file;
        stage.exchange.local_count = 1;
    } else if (_i == 2) {
        stage.exchange.files = &file;
        stage.exchange.file_count = 1;
    }
    start(uploads[_i]);
    stage_until(&stage, opened, 1);
    prepare("STOR x\r\n");
    say("STOR x\r\n");
    hear("150 c\r\n");
    transfer(_i == 0 ? &payload : NULL, true);
    stage_until(&stage, data_count, 1);
    ck_assert(stage.data_end.fake_sent);
    hear("226 d\r\n");
    finish();
    ck_assert_uint_eq(mock.received_len, 4);
    ck_assert_mem_eq(mock.received, _i == 0 ? "said" : "file", 4);
}
END_TEST

START_TEST(refused_transfer_ends_without_data)
{
    start(SCRIPT("S 220 a", "C PORT", "S 200 b", "C LIST", "S 150 c", "S 425 d", BYE));
    stage.exchange.data = DATA_ACTIVE;
    stage_until(&stage, opened, 1);
    prepare("LIST\r\n");
    say("LIST\r\n");
    hear("150 c\r\n");
    transfer(NULL, false);
    hear("425 d\r\n");
    stage_until(&stage, data_count, 1);
    ck_assert(!stage.data_end.opened);
    finish();
}
END_TEST

START_TEST(transfer_that_is_refused_at_once_leaves_the_session_whole)
{
    start(SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C RETR x", "S 550 c", "C NOOP", "S 200 d",
                 BYE));
    stage_until(&stage, opened, 1);
    prepare("RETR x\r\n");
    say("RETR x\r\n");
    hear("550 c\r\n");
    prepare("NOOP\r\n");
    say("NOOP\r\n");
    hear("200 d\r\n");
    finish();
    ck_assert_uint_eq(stage.data_count, 0);
}
END_TEST

START_TEST(reset_data_connection_is_told)
{
    start(SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C RETR x", "S 150 c", "D+ hel", "D!",
                 "S 426 d", BYE));
    stage_until(&stage, opened, 1);
    prepare("RETR x\r\n");
    say("RETR x\r\n");
    hear("150 c\r\n");
    transfer(NULL, false);
    stage_until(&stage, data_count, 1);
    ck_assert_int_eq(stage.data_end.how, PEER_RESET);
    finish();
}
END_TEST

/* In the script the next command after REST is RETR: PASV has to come before both. */
START_TEST(data_connection_is_got_before_rest)
{
    static const struct pattern lines[] = {{.source = {"REST 4", 6}}, {.source = {"RETR x", 6}}};
    static const struct step steps[] = {
        {.kind = STEP_LINE, .speaker = SIDE_CLIENT, .lines = &lines[0], .line_count = 1},
        {.kind = STEP_LINE, .speaker = SIDE_CLIENT, .lines = &lines[1], .line_count = 1},
    };

    stage.exchange.steps = steps;
    stage.exchange.step_count = 2;
    start(SCRIPT("S 220 a", "C PASV", "S 227 b (%H)", "C REST 4", "S 350 c", "C RETR x", "S 150 d",
                 "D+ 456", "D.", "S 226 e", BYE));
    stage_until(&stage, opened, 1);
    prepare("REST 4\r\n");
    say("REST 4\r\n");
    hear("350 c\r\n");
    prepare("RETR x\r\n");
    say("RETR x\r\n");
    hear("150 d\r\n");
    transfer(NULL, false);
    stage_until(&stage, data_count, 1);
    finish();
}
END_TEST

START_TEST(client_by_hand_logs_in_and_quits)
{
    stage.config.exchange = NULL;
    start(SCRIPT(LOGIN, BYE));
    stage_until(&stage, closed, 1);
    mock_join(&mock);
    joined = true;
    ck_assert_str_eq(mock.trouble, "");
}
END_TEST

/* --- shapes and faults ----------------------------------------------------------------------- */

START_TEST(commands_take_the_shape_that_is_asked_for)
{
    stage.greets = PEER_SCRIPT;
    stage.config.shape = SHAPE_OCTETS;
    start(SCRIPT("S 220 a", "C NOOP", "S 200 b", "C QUIT", "S 221 c"));
    hear("220 a\r\n");
    say("NOOP\r\n");
    hear("200 b\r\n");
    finish();
    ck_assert_uint_eq(loopback_entry(stage.transcript, ENTRY_SENT, 0)->segments, 6);
}
END_TEST

START_TEST(fault_ends_commands_in_bare_lf)
{
    static const char *const faults[] = {"bare-lf-commands", NULL};

    stage.greets = PEER_SCRIPT;
    stage.config.faults = faults;
    start(SCRIPT("S 220 a", "C NOOP", "S 200 b", BYE));
    hear("220 a\r\n");
    say("NOOP\r\n");
    hear("200 b\r\n");
    finish();
    ck_assert_str_eq(mock.commands, "NOOP\nQUIT\n");
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

static TCase *session_case(void)
{
    TCase *tcase = tcase_create("session");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, script_that_greets_hears_the_greeting);
    tcase_add_test(tcase, model_hears_the_greeting_where_the_script_does_not);
    tcase_add_test(tcase, replies_are_told_one_by_one);
    tcase_add_test(tcase, line_that_is_no_reply_is_told_as_it_came);
    tcase_add_test(tcase, half_a_reply_before_the_end_is_in_the_transcript);
    tcase_add_test(tcase, end_of_the_server_is_told_as_it_was);
    tcase_add_test(tcase, server_that_is_not_there_is_told_as_failed);
    tcase_add_test(tcase, scripted_close_ends_the_session);
    tcase_add_test(tcase, finish_sends_no_second_quit);
    tcase_add_test(tcase, model_logs_in_where_the_script_starts_behind_the_login);
    tcase_add_test(tcase, model_gives_its_account_where_it_is_asked);
    tcase_add_loop_test(tcase, refused_login_is_told_as_failed_and_noted, 0, COUNT(no_logins));
    tcase_add_test(tcase, reply_that_the_models_command_cannot_have_is_told);
    tcase_add_test(tcase, client_by_hand_logs_in_and_quits);
    tcase_add_test(tcase, commands_take_the_shape_that_is_asked_for);
    tcase_add_test(tcase, fault_ends_commands_in_bare_lf);
    return tcase;
}

static TCase *data_case(void)
{
    TCase *tcase = tcase_create("data");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, model_gets_a_data_connection_and_receives, 0, COUNT(downloads));
    tcase_add_test(tcase, server_without_any_data_connection_is_told_as_failed);
    tcase_add_test(tcase, model_gets_no_data_connection_where_the_script_says_all_of_it);
    tcase_add_test(tcase, data_connections_come_from_where_the_script_says);
    tcase_add_test(tcase, a_late_data_connection_follows_its_command);
    tcase_add_test(tcase, scripted_pasv_leaves_nothing_to_prepare);
    tcase_add_test(tcase, each_transfer_gets_a_connection_of_its_own);
    tcase_add_test(tcase, holes_of_port_open_a_listener);
    tcase_add_test(tcase, written_out_port_is_listened_at);
    tcase_add_test(tcase, other_holes_are_filled_from_the_configuration);
    tcase_add_loop_test(tcase, client_sends_the_payload_or_the_file_of_that_name, 0,
                        COUNT(uploads));
    tcase_add_test(tcase, refused_transfer_ends_without_data);
    tcase_add_test(tcase, transfer_that_is_refused_at_once_leaves_the_session_whole);
    tcase_add_test(tcase, reset_data_connection_is_told);
    tcase_add_test(tcase, data_connection_is_got_before_rest);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("ftp_client");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, session_case());
    suite_add_tcase(suite, data_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
