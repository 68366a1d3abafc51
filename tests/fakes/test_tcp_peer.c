#include "fakes/tcp_peer.h"

#include <errno.h>

#include "stage.h"

static struct stage stage;
static int other = -1, listener = -1; /* the IUT's */
static struct endpoint listener_at;
static char got[1 << 16];

static void setup(void)
{
    stage_init(&stage);
    listener = loopback_bind(SOCK_STREAM, &listener_at);
    other = -1;
}

static void teardown(void)
{
    stage_fini(&stage);
    close(listener);
    if (other >= 0)
        close(other);
}

struct reading {
    int fd;
    ssize_t len; /* -2: nothing yet */
    int error;
};

static bool has_read(void *ctx)
{
    struct reading *reading = ctx;

    if (reading->len == -2) {
        reading->len = recv(reading->fd, got, sizeof got, MSG_DONTWAIT);
        reading->error = errno;
        if (reading->len < 0 && errno == EAGAIN)
            reading->len = -2;
    }
    return reading->len != -2;
}

/* Turn the loop until the IUT has read something: how much, 0 for FIN, -1 for an error. */
static ssize_t read_next(int *error)
{
    struct reading reading = {other, -2, 0};

    ck_assert_msg(loopback_turn(stage.loop, has_read, &reading), "nothing came");
    if (error != NULL)
        *error = reading.error;
    return reading.len;
}

static void read_text(const char *text)
{
    size_t want = strlen(text), have = 0;
    char all[4096];

    while (have < want) {
        ssize_t len = read_next(NULL);

        ck_assert_int_gt(len, 0);
        memcpy(all + have, got, (size_t)len);
        have += (size_t)len;
    }
    ck_assert_uint_eq(have, want);
    ck_assert_mem_eq(all, text, want);
}

static void write_text(const char *text)
{
    ck_assert_int_eq(send(other, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* --- the server ------------------------------------------------------------------------------ */

static void connect_to_it(void)
{
    other = loopback_connect(&stage.peer->base.bound);
    stage_until(&stage, opened, 1);
}

static void start_server(enum peer_claim claim)
{
    stage.claim = claim;
    stage_start(&stage, tcp_server_new);
    connect_to_it();
}

START_TEST(server_echoes_and_closes_after_the_fin)
{
    start_server(PEER_MODEL);
    write_text("hello");
    read_text("hello");
    shutdown(other, SHUT_WR);
    ck_assert_int_eq(read_next(NULL), 0);
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_FIN);
}
END_TEST

START_TEST(server_echoes_all_before_it_closes)
{
    start_server(PEER_MODEL);
    write_text("hello");
    shutdown(other, SHUT_WR);
    read_text("hello");
    ck_assert_int_eq(read_next(NULL), 0);
}
END_TEST

START_TEST(server_serves_many_connections)
{
    int first;

    start_server(PEER_MODEL);
    first = other;
    other = loopback_connect(&stage.peer->base.bound);
    write_text("two");
    read_text("two");
    close(other);
    other = first;
    write_text("one");
    read_text("one");
    ck_assert_uint_eq(stage.opened, 1); /* the script follows the first alone */
    ck_assert_uint_eq(stage.heard_count, 1);
}
END_TEST

START_TEST(script_follows_the_next_connection_when_the_first_is_over)
{
    start_server(PEER_MODEL);
    close(other);
    stage_until(&stage, closed, 1);
    other = loopback_connect(&stage.peer->base.bound);
    stage_until(&stage, opened, 2);
    stage_say(&stage, bytes_of("again"), NULL, 0);
    read_text("again");
}
END_TEST

START_TEST(script_speaks_and_is_told_when_it_has_left)
{
    start_server(PEER_SCRIPT);
    write_text("question");
    stage_until(&stage, heard_count, 1);
    stage_say(&stage, bytes_of("answer"), NULL, 0);
    stage_until(&stage, idles, 1);
    read_text("answer");
    ck_assert_uint_eq(loopback_entry(stage.transcript, ENTRY_SENT, 0)->at.line, 7);
}
END_TEST

START_TEST(reset_is_told_as_reset)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    start_server(PEER_MODEL);
    setsockopt(other, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(other);
    other = -1;
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_RESET);
}
END_TEST

START_TEST(scripted_close_is_a_fin)
{
    start_server(PEER_SCRIPT);
    write_text("unanswered");
    stage_until(&stage, heard_count, 1);
    stage_say(&stage, bytes_of("bye"), NULL, 0);
    stage_act(&stage, DELIVER_CLOSE);
    stage_until(&stage, closed, 1);
    read_text("bye");
    ck_assert_int_eq(read_next(NULL), 0);
}
END_TEST

START_TEST(scripted_reset_is_a_reset)
{
    int error;

    start_server(PEER_SCRIPT);
    stage_act(&stage, DELIVER_RESET);
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(read_next(&error), -1);
    ck_assert_int_eq(error, ECONNRESET);
}
END_TEST

START_TEST(half_closed_server_still_hears)
{
    start_server(PEER_SCRIPT);
    stage_act(&stage, DELIVER_HALF_CLOSE);
    ck_assert_int_eq(read_next(NULL), 0);
    write_text("late");
    stage_until(&stage, heard_count, 1);
    ck_assert_mem_eq(stage.heard[0].ptr, "late", 4);
}
END_TEST

START_TEST(echo_of_much_waits_for_the_reader)
{
    size_t len = 4u << 20, written = 0, read_count = 0;
    char *text = malloc(len);

    stage.config.exchange = NULL;
    memset(text, 'y', len);
    start_server(PEER_MODEL);
    fcntl(other, F_SETFL, O_NONBLOCK);
    for (unsigned turns = 0; read_count < len && turns < 100000; turns++) {
        ssize_t n = written < len ? send(other, text + written, len - written, 0) : 0;
        ssize_t m = turns < 50 ? 0 : recv(other, got, sizeof got, 0);

        written += n > 0 ? (size_t)n : 0;
        read_count += m > 0 ? (size_t)m : 0;
        loop_turn(stage.loop, n > 0 || m > 0 ? 0 : CLOCK_MS);
        stage.heard_count = 0;
    }
    ck_assert_uint_eq(read_count, len);
    free(text);
}
END_TEST

/* --- faults ---------------------------------------------------------------------------------- */

static void start_faulty(const char *fault)
{
    stage_start_faulty(&stage, tcp_server_new, fault);
    connect_to_it();
}

START_TEST(fault_truncates_at_1024)
{
    char text[2000];
    size_t have = 0;

    start_faulty("truncate-1024");
    memset(text, 'a', sizeof text);
    ck_assert_int_eq(send(other, text, sizeof text, 0), (ssize_t)sizeof text);
    shutdown(other, SHUT_WR);
    for (ssize_t len; (len = read_next(NULL)) > 0;)
        have += (size_t)len;
    ck_assert_uint_eq(have, 1024);
}
END_TEST

START_TEST(fault_closes_early)
{
    start_faulty("early-close");
    write_text("one");
    read_text("one");
    ck_assert_int_eq(read_next(NULL), 0);
}
END_TEST

START_TEST(fault_changes_the_payload)
{
    start_faulty("changes-payload");
    write_text("ab");
    ck_assert_int_eq(read_next(NULL), 2);
    ck_assert_mem_ne(got, "ab", 2);
}
END_TEST

START_TEST(fault_never_closes)
{
    start_faulty("never-closes");
    write_text("ab");
    read_text("ab");
    shutdown(other, SHUT_WR);
    for (unsigned i = 0; i < 5; i++)
        loop_turn(stage.loop, CLOCK_MS);
    ck_assert_int_eq(recv(other, got, sizeof got, MSG_DONTWAIT), -1);
    ck_assert_uint_eq(stage.closed, 0);
}
END_TEST

/* --- the client ------------------------------------------------------------------------------ */

static void start_client(void)
{
    stage.config.remote = listener_at;
    stage_start(&stage, tcp_client_new);
    stage_until(&stage, opened, 1);
    other = accept(listener, NULL, NULL);
    ck_assert_int_ge(other, 0);
}

START_TEST(client_speaks_hears_and_closes_first)
{
    start_client();
    stage_say(&stage, bytes_of("Hi"), NULL, 0);
    read_text("Hi");
    write_text("you");
    stage_until(&stage, heard_count, 1);
    stage.peer->base.ops->finish(stage.peer);
    ck_assert_int_eq(read_next(NULL), 0);
    ck_assert_uint_eq(stage.closed, 0); /* waits for the server's FIN */
    close(other);
    other = -1;
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_FIN);
}
END_TEST

START_TEST(client_opens_another_connection_once_all_has_left)
{
    int first;

    start_client();
    first = other;
    stage_say(&stage, bytes_of("one"), NULL, 0);
    stage_act(&stage, DELIVER_CONNECT);
    stage_until(&stage, opened, 2);
    read_text("one");
    other = accept(listener, NULL, NULL);
    stage_say(&stage, bytes_of("two"), NULL, 0);
    read_text("two");
    ck_assert_int_eq(recv(first, got, sizeof got, MSG_DONTWAIT), -1); /* open, and silent */
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_uint_eq(stage.closed, 0);
    close(first);
}
END_TEST

START_TEST(client_opens_another_connection_after_its_reset)
{
    start_client();
    stage_act(&stage, DELIVER_RESET);
    stage_until(&stage, closed, 1);
    close(other);
    stage_act(&stage, DELIVER_CONNECT);
    stage_until(&stage, opened, 2);
    other = accept(listener, NULL, NULL);
    stage_say(&stage, bytes_of("two"), NULL, 0);
    read_text("two");
}
END_TEST

START_TEST(deaf_client_hears_later)
{
    struct delivery deaf = {.kind = DELIVER_DEAF, .number = 30 * CLOCK_MS};
    int64_t began;

    start_client();
    began = clock_now();
    stage.peer->base.ops->act(stage.peer, &deaf);
    write_text("you");
    stage_until(&stage, heard_count, 1);
    ck_assert_int_ge(clock_now() - began, 30 * CLOCK_MS);
}
END_TEST

START_TEST(refused_connection_is_told_as_failed)
{
    stage.config.remote = listener_at;
    close(listener);
    stage_start(&stage, tcp_client_new);
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_FAILED);
    ck_assert_uint_eq(stage.opened, 0);
    ck_assert(loopback_noted(stage.transcript, "cannot connect to 127.0.0.1"));
    listener = loopback_bind(SOCK_STREAM, &listener_at);
}
END_TEST

START_TEST(client_connects_from_where_it_is_told)
{
    struct endpoint from;
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    char text[ENDPOINT_TEXT];

    ck_assert(endpoint_parse("127.0.0.9", 0, &stage.config.local));
    start_client();
    ck_assert_int_eq(getpeername(other, (struct sockaddr *)&name, &len), 0);
    endpoint_from_sockaddr((struct sockaddr *)&name, &from);
    ck_assert_str_eq(endpoint_addr(&from, text), "127.0.0.9");
}
END_TEST

START_TEST(client_by_hand_speaks_and_ends_with_the_answer)
{
    stage.config.exchange = NULL;
    stage.claim = PEER_MODEL;
    start_client();
    ck_assert_int_gt(read_next(NULL), 0);
    write_text("you");
    ck_assert_int_eq(read_next(NULL), 0);
    close(other);
    other = -1;
    stage_until(&stage, closed, 1);
}
END_TEST

static TCase *server_case(void)
{
    TCase *tcase = tcase_create("server");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, server_echoes_and_closes_after_the_fin);
    tcase_add_test(tcase, server_echoes_all_before_it_closes);
    tcase_add_test(tcase, server_serves_many_connections);
    tcase_add_test(tcase, script_follows_the_next_connection_when_the_first_is_over);
    tcase_add_test(tcase, script_speaks_and_is_told_when_it_has_left);
    tcase_add_test(tcase, reset_is_told_as_reset);
    tcase_add_test(tcase, scripted_close_is_a_fin);
    tcase_add_test(tcase, scripted_reset_is_a_reset);
    tcase_add_test(tcase, half_closed_server_still_hears);
    tcase_add_test(tcase, echo_of_much_waits_for_the_reader);
    return tcase;
}

static TCase *fault_case(void)
{
    TCase *tcase = tcase_create("faults");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, fault_truncates_at_1024);
    tcase_add_test(tcase, fault_closes_early);
    tcase_add_test(tcase, fault_changes_the_payload);
    tcase_add_test(tcase, fault_never_closes);
    return tcase;
}

static TCase *client_case(void)
{
    TCase *tcase = tcase_create("client");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, client_speaks_hears_and_closes_first);
    tcase_add_test(tcase, client_opens_another_connection_once_all_has_left);
    tcase_add_test(tcase, client_opens_another_connection_after_its_reset);
    tcase_add_test(tcase, deaf_client_hears_later);
    tcase_add_test(tcase, refused_connection_is_told_as_failed);
    tcase_add_test(tcase, client_connects_from_where_it_is_told);
    tcase_add_test(tcase, client_by_hand_speaks_and_ends_with_the_answer);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("tcp_peer");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, server_case());
    suite_add_tcase(suite, fault_case());
    suite_add_tcase(suite, client_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
