#include <stdio.h>

#include "fakes/ftp_data.h"
#include "loopback.h"

/* One end of a data connection, and what it has told. */
struct end {
    struct ftp_data *data;
    unsigned opened, failed, held, ended;
    struct peer_data_end told;
    struct buf content;
    char how[64];
};

static struct loop *loop;
static struct transcript *transcript;
static struct end server, client;

static void opened(void *ctx)
{
    ((struct end *)ctx)->opened++;
}

static void failed(void *ctx, const char *how)
{
    struct end *end = ctx;

    end->failed++;
    snprintf(end->how, sizeof end->how, "%s", how);
}

static void held(void *ctx)
{
    ((struct end *)ctx)->held++;
}

static void ended(void *ctx, const struct peer_data_end *told)
{
    struct end *end = ctx;

    end->ended++;
    end->told = *told;
    buf_add(&end->content, told->content);
}

static struct ftp_data_config config_of(struct end *end, int64_t timeout)
{
    return (struct ftp_data_config){.loop = loop,
                                    .transcript = transcript,
                                    .connection = 1,
                                    .timeout = timeout,
                                    .ctx = end,
                                    .opened = opened,
                                    .failed = failed,
                                    .held = held,
                                    .ended = ended};
}

static void set_up(void)
{
    struct diag why;

    server = client = (struct end){.data = NULL};
    buf_init(&server.content, 64u << 20);
    buf_init(&client.content, 64u << 20);
    ck_assert_int_eq(loop_new(&loop, &why), OK);
    ck_assert_int_eq(transcript_new(&transcript, &why), OK);
}

static void tear_down(void)
{
    ftp_data_free(server.data);
    ftp_data_free(client.data);
    buf_fini(&server.content);
    buf_fini(&client.content);
    transcript_free(transcript);
    loop_free(loop);
}

struct goal {
    const unsigned *counter;
    unsigned value;
};

static bool reached(void *ctx)
{
    const struct goal *goal = ctx;

    return *goal->counter >= goal->value;
}

#define until(counter)                                                                             \
    ck_assert_msg(loopback_turn(loop, reached, &(struct goal){&(counter), 1}),                     \
                  #counter " did not come")

static struct endpoint listen_at(const struct ftp_data_config *config)
{
    struct endpoint at = loopback_endpoint(0), bound;
    struct diag why;

    ck_assert_int_eq(ftp_data_listen(config, &at, &server.data, &bound, &why), OK);
    ck_assert_uint_ne(bound.port, 0);
    return bound;
}

static void connect_to(const struct endpoint *to)
{
    struct ftp_data_config config = config_of(&client, CLOCK_SECOND);
    struct endpoint from = loopback_endpoint(0);
    struct diag why;

    ck_assert_int_eq(ftp_data_connect(&config, &from, to, &client.data, &why), OK);
}

static void join(void)
{
    struct ftp_data_config config = config_of(&server, CLOCK_SECOND);
    struct endpoint at = listen_at(&config);

    connect_to(&at);
    until(server.opened);
    until(client.opened);
}

static struct ftp_data_source source_of(const char *text)
{
    return (struct ftp_data_source){.octets = bytes_of(text), .fd = -1};
}

static void receive(void)
{
    ftp_data_receive(client.data, -1);
    until(client.ended);
}

START_TEST(what_is_sent_arrives_and_ends_with_fin)
{
    struct ftp_data_source source = source_of("0123456789");

    join();
    ftp_data_send(server.data, &source);
    receive();
    until(server.ended);
    ck_assert(bytes_is(buf_bytes(&client.content), "0123456789"));
    ck_assert_int_eq(client.told.how, PEER_FIN);
    ck_assert(client.told.opened && !client.told.fake_sent);
    ck_assert_uint_eq(server.told.octets, 10);
    ck_assert(server.told.fake_sent);
    ck_assert_int_eq(ftp_data_state(server.data), FTP_DATA_OVER);
}
END_TEST

START_TEST(nothing_is_an_end_at_once)
{
    struct ftp_data_source source = source_of("");

    join();
    ftp_data_send(server.data, &source);
    receive();
    ck_assert_uint_eq(client.told.octets, 0);
    ck_assert_int_eq(client.told.how, PEER_FIN);
}
END_TEST

START_TEST(the_sender_has_ended_when_its_fin_has_left)
{
    static char block[4u << 20];
    struct ftp_data_source source = {.octets = {block, sizeof block}, .fd = -1};

    join();
    ftp_data_send(server.data, &source);
    for (int i = 0; i < 20; i++)
        loop_turn(loop, CLOCK_MS);
    ck_assert_uint_eq(server.ended, 0);
    receive();
    until(server.ended);
    ck_assert_uint_eq(client.told.octets, sizeof block);
}
END_TEST

START_TEST(first_stands_still_until_it_may_go_on)
{
    struct ftp_data_source source = source_of("0123456789");

    source.first = 3;
    join();
    ftp_data_send(server.data, &source);
    ftp_data_receive(client.data, -1);
    until(server.held);
    for (int i = 0; i < 5; i++)
        loop_turn(loop, CLOCK_MS);
    ck_assert_uint_eq(server.ended, 0);
    ck_assert_uint_eq(client.ended, 0);
    ftp_data_go_on(server.data);
    until(client.ended);
    ck_assert_uint_eq(client.told.octets, 10);
    ck_assert_uint_eq(server.held, 1);
}
END_TEST

START_TEST(first_of_a_shorter_file_stands_still_at_its_end)
{
    struct ftp_data_source source = source_of("01");

    source.first = 3;
    join();
    ftp_data_send(server.data, &source);
    until(server.held);
    ftp_data_go_on(server.data);
    receive();
    ck_assert_uint_eq(client.told.octets, 2);
}
END_TEST

START_TEST(hold_open_sends_all_and_no_fin)
{
    struct ftp_data_source source = source_of("0123456789");

    source.hold_open = true;
    join();
    ftp_data_send(server.data, &source);
    ftp_data_receive(client.data, -1);
    until(server.held);
    for (int i = 0; i < 5; i++)
        loop_turn(loop, CLOCK_MS);
    ck_assert_uint_eq(client.ended, 0);
    ftp_data_go_on(server.data);
    until(client.ended);
    ck_assert_uint_eq(client.told.octets, 10);
}
END_TEST

static const struct {
    enum delivery_kind kind;
    enum peer_end seen;
    const char *noted;
} cuts[] = {{DELIVER_AFTER_CLOSE, PEER_FIN, "closed by us"},
            {DELIVER_AFTER_RESET, PEER_RESET, "reset by us"}};

START_TEST(a_cut_ends_the_connection_after_so_many_octets)
{
    struct delivery cut = {.kind = cuts[_i].kind, .number = 4};
    struct ftp_data_source source = source_of("0123456789");

    source.deliveries = &cut;
    source.delivery_count = 1;
    join();
    ftp_data_send(server.data, &source);
    until(server.ended);
    receive();
    ck_assert_int_eq(client.told.how, cuts[_i].seen);
    ck_assert_uint_eq(server.told.octets, 4);
    ck_assert(bytes_is(loopback_entry(transcript, ENTRY_DATA_CLOSED, 0)->text, cuts[_i].noted));
}
END_TEST

START_TEST(the_receiver_can_cut_too)
{
    struct ftp_data_source source = source_of("0123456789");

    join();
    ftp_data_cut(client.data, 4, true);
    ftp_data_send(server.data, &source);
    receive();
    ck_assert_uint_eq(client.told.octets, 4);
}
END_TEST

START_TEST(an_abort_is_seen_as_what_it_is)
{
    join();
    ftp_data_abort(server.data, _i == 1);
    receive();
    ck_assert_int_eq(client.told.how, _i == 1 ? PEER_RESET : PEER_FIN);
    ck_assert_uint_eq(server.ended, 0);
}
END_TEST

START_TEST(a_file_goes_out_from_its_offset)
{
    FILE *file = tmpfile();
    struct ftp_data_source source = {.offset = 4};

    ck_assert_ptr_nonnull(file);
    fputs("0123456789", file);
    fflush(file);
    source.fd = dup(fileno(file));
    join();
    ftp_data_send(server.data, &source);
    receive();
    ck_assert(bytes_is(buf_bytes(&client.content), "456789"));
    fclose(file);
}
END_TEST

START_TEST(what_is_received_can_go_to_a_file)
{
    char text[16] = "";
    FILE *file = tmpfile();
    struct ftp_data_source source = source_of("0123456789");

    ck_assert_ptr_nonnull(file);
    join();
    ftp_data_send(server.data, &source);
    ftp_data_receive(client.data, dup(fileno(file)));
    until(client.ended);
    ck_assert_uint_eq(client.told.octets, 10);
    ck_assert_uint_eq(client.content.len, 0);
    ck_assert_int_eq(pread(fileno(file), text, sizeof text, 0), 10);
    ck_assert_str_eq(text, "0123456789");
    fclose(file);
}
END_TEST

START_TEST(a_refused_connection_fails)
{
    struct endpoint at;
    int listener = loopback_bind(SOCK_STREAM, &at);

    close(listener);
    connect_to(&at);
    until(client.failed);
    ck_assert_str_eq(client.how, "refused");
    ck_assert_int_eq(ftp_data_state(client.data), FTP_DATA_OVER);
}
END_TEST

START_TEST(nobody_comes_and_the_listener_gives_up)
{
    struct ftp_data_config config = config_of(&server, 5 * CLOCK_MS);

    listen_at(&config);
    until(server.failed);
    ck_assert_str_eq(server.how, "no connection in time");
}
END_TEST

START_TEST(a_patient_listener_begins_to_wait_when_told)
{
    struct ftp_data_config config = config_of(&server, CLOCK_MS);

    config.patient = true;
    listen_at(&config);
    for (int i = 0; i < 5; i++)
        loop_turn(loop, 2 * CLOCK_MS);
    ck_assert_uint_eq(server.failed, 0);
    ftp_data_await(server.data);
    until(server.failed);
}
END_TEST

START_TEST(no_progress_fails)
{
    struct ftp_data_config config = config_of(&server, 20 * CLOCK_MS);
    struct endpoint at = listen_at(&config);

    connect_to(&at);
    until(server.opened);
    ftp_data_receive(server.data, -1);
    until(server.failed);
    ck_assert_str_eq(server.how, "no progress in time");
}
END_TEST

START_TEST(another_host_is_turned_away)
{
    struct ftp_data_config config = config_of(&server, CLOCK_SECOND);
    struct endpoint at;
    int fd;
    char octet;

    ck_assert(endpoint_parse("127.0.0.9", 0, &config.only_from));
    at = listen_at(&config);
    fd = loopback_connect(&at);
    for (int i = 0; i < 5; i++)
        loop_turn(loop, CLOCK_MS);
    ck_assert_int_eq(recv(fd, &octet, 1, 0), 0);
    ck_assert_uint_eq(server.opened, 0);
    ck_assert(loopback_noted(transcript, "another host"));
    close(fd);
}
END_TEST

START_TEST(a_taken_port_is_an_error_of_ours)
{
    struct ftp_data_config config = config_of(&client, CLOCK_SECOND);
    struct endpoint at;
    struct diag why;
    int listener = loopback_bind(SOCK_STREAM, &at);

    ck_assert_int_eq(ftp_data_connect(&config, &at, &at, &client.data, &why), ERR_SYSTEM);
    ck_assert_ptr_null(client.data);
    close(listener);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_data");
    TCase *moving = tcase_create("moving"), *coming = tcase_create("coming about");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(moving, set_up, tear_down);
    tcase_add_test(moving, what_is_sent_arrives_and_ends_with_fin);
    tcase_add_test(moving, nothing_is_an_end_at_once);
    tcase_add_test(moving, the_sender_has_ended_when_its_fin_has_left);
    tcase_add_test(moving, first_stands_still_until_it_may_go_on);
    tcase_add_test(moving, first_of_a_shorter_file_stands_still_at_its_end);
    tcase_add_test(moving, hold_open_sends_all_and_no_fin);
    tcase_add_loop_test(moving, a_cut_ends_the_connection_after_so_many_octets, 0, 2);
    tcase_add_test(moving, the_receiver_can_cut_too);
    tcase_add_loop_test(moving, an_abort_is_seen_as_what_it_is, 0, 2);
    tcase_add_test(moving, a_file_goes_out_from_its_offset);
    tcase_add_test(moving, what_is_received_can_go_to_a_file);
    suite_add_tcase(suite, moving);
    tcase_add_checked_fixture(coming, set_up, tear_down);
    tcase_add_test(coming, a_refused_connection_fails);
    tcase_add_test(coming, nobody_comes_and_the_listener_gives_up);
    tcase_add_test(coming, a_patient_listener_begins_to_wait_when_told);
    tcase_add_test(coming, no_progress_fails);
    tcase_add_test(coming, another_host_is_turned_away);
    tcase_add_test(coming, a_taken_port_is_an_error_of_ours);
    suite_add_tcase(suite, coming);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? 0 : 1;
}
