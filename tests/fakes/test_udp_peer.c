#include "fakes/udp_peer.h"

#include <arpa/inet.h>

#include "stage.h"

static struct stage stage;
static int other; /* the IUT's socket */
static struct endpoint other_at;
static char got[70000];
static struct endpoint got_from;

static void setup(void)
{
    stage_init(&stage);
    other = loopback_bind(SOCK_DGRAM, &other_at);
}

static void teardown(void)
{
    stage_fini(&stage);
    close(other);
}

static void send_to(const struct endpoint *to, const void *text, size_t len)
{
    struct sockaddr_storage name;
    socklen_t name_len = endpoint_to_sockaddr(to, &name);

    ck_assert_int_eq(sendto(other, text, len, 0, (struct sockaddr *)&name, name_len), (ssize_t)len);
}

/* What has come to the IUT; -1: nothing. */
static ssize_t receive(void)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    ssize_t count = recvfrom(other, got, sizeof got, MSG_DONTWAIT, (struct sockaddr *)&name, &len);

    if (count >= 0)
        endpoint_from_sockaddr((struct sockaddr *)&name, &got_from);
    return count;
}

static bool came(void *ctx)
{
    ssize_t *count = ctx;

    if (*count < 0)
        *count = receive();
    return *count >= 0;
}

/* Turn the loop until a datagram has come to the IUT; its length. */
static ssize_t next_datagram(void)
{
    ssize_t count = -1;

    ck_assert_msg(loopback_turn(stage.loop, came, &count), "no datagram came");
    return count;
}

static void start_server(enum peer_claim claim)
{
    stage.claim = claim;
    stage_start(&stage, udp_server_new);
    stage_until(&stage, opened, 1);
}

static void ask(const char *text)
{
    send_to(&stage.peer->base.bound, text, strlen(text));
}

/* --- the server ------------------------------------------------------------------------------ */

START_TEST(server_echoes_what_the_script_leaves_to_it)
{
    start_server(PEER_MODEL);
    ask("Hi ...");
    ck_assert_int_eq(next_datagram(), 6);
    ck_assert_mem_eq(got, "Hi ...", 6);
    ck_assert(endpoint_equal(&got_from, &stage.peer->base.bound));
    ck_assert_uint_eq(stage.heard_count, 1);
}
END_TEST

static const size_t lengths[] = {0, 1, 1024, 1025, 9000, 65507};

START_TEST(echo_is_whole_at_every_length)
{
    static char text[65507];

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + 1);
    start_server(PEER_MODEL);
    send_to(&stage.peer->base.bound, text, lengths[_i]);
    ck_assert_int_eq(next_datagram(), (ssize_t)lengths[_i]);
    ck_assert_mem_eq(got, text, lengths[_i]);
}
END_TEST

START_TEST(many_waiting_datagrams_are_all_echoed_in_order)
{
    char text[8];

    start_server(PEER_MODEL);
    for (unsigned i = 0; i < 60; i++)
        send_to(&stage.peer->base.bound, text, (size_t)snprintf(text, sizeof text, "%u", i));
    for (unsigned i = 0; i < 60; i++) {
        ck_assert_int_ge(next_datagram(), 1);
        ck_assert_uint_eq((unsigned)strtoul(got, NULL, 10), i);
        memset(got, 0, 8);
    }
    ck_assert_uint_eq(stage.heard_count, 60);
}
END_TEST

START_TEST(script_answers_the_sender_of_the_last_datagram)
{
    start_server(PEER_SCRIPT);
    ask("a");
    stage_until(&stage, heard_count, 1);
    stage_say(&stage, bytes_of("answer"), NULL, 0);
    ck_assert_int_eq(next_datagram(), 6);
    ck_assert_mem_eq(got, "answer", 6);
    stage_until(&stage, idles, 1);
    ck_assert_uint_eq(loopback_entry(stage.transcript, ENTRY_SENT, 0)->at.line, 7);
}
END_TEST

START_TEST(say_before_any_datagram_is_noted)
{
    start_server(PEER_SCRIPT);
    stage_say(&stage, bytes_of("answer"), NULL, 0);
    stage_until(&stage, idles, 1);
    ck_assert(loopback_noted(stage.transcript, "nobody to send to"));
}
END_TEST

/* After one datagram: says with a delivery each, and what the IUT gets. */
static void play(const struct delivery *first, const struct delivery *second)
{
    start_server(PEER_SCRIPT);
    ask("a");
    stage_until(&stage, heard_count, 1);
    stage_say(&stage, bytes_of("first"), first, first != NULL);
    stage_say(&stage, bytes_of("second"), second, second != NULL);
    stage_until(&stage, idles, 1);
}

START_TEST(dropped_datagram_does_not_leave)
{
    play(&(struct delivery){.kind = DELIVER_DROP}, NULL);
    ck_assert_int_eq(receive(), 6);
    ck_assert_int_eq(receive(), -1);
    ck_assert(loopback_noted(stage.transcript, "dropped"));
}
END_TEST

START_TEST(duplicated_datagram_leaves_so_many_times)
{
    play(&(struct delivery){.kind = DELIVER_DUPLICATE, .number = 3}, NULL);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(receive(), 5);
    ck_assert_int_eq(receive(), 6);
    ck_assert_int_eq(receive(), -1);
}
END_TEST

START_TEST(datagram_may_leave_from_another_port)
{
    struct endpoint free_port;
    int fd = loopback_bind(SOCK_DGRAM, &free_port);

    close(fd);
    play(&(struct delivery){.kind = DELIVER_FROM_PORT, .number = free_port.port}, NULL);
    ck_assert_int_eq(receive(), 5);
    ck_assert_uint_eq(got_from.port, free_port.port);
    ck_assert_int_eq(receive(), 6);
    ck_assert_uint_eq(got_from.port, stage.peer->base.bound.port);
    ck_assert_uint_eq(loopback_entry(stage.transcript, ENTRY_SENT, 0)->local.port, free_port.port);
}
END_TEST

START_TEST(datagram_may_leave_from_another_address)
{
    char text[ENDPOINT_TEXT];

    play(&(struct delivery){.kind = DELIVER_FROM_ADDRESS, .text = "127.0.0.2"}, NULL);
    ck_assert_int_eq(receive(), 5);
    ck_assert_str_eq(endpoint_addr(&got_from, text), "127.0.0.2");
    ck_assert_uint_eq(got_from.port, stage.peer->base.bound.port);
}
END_TEST

START_TEST(what_cannot_leave_as_the_script_says_is_told)
{
    const struct entry *unsent;

    play(&(struct delivery){.kind = DELIVER_FROM_ADDRESS, .text = "203.0.113.9"}, NULL);
    ck_assert_int_eq(receive(), 6);
    unsent = loopback_entry(stage.transcript, ENTRY_UNSENT, 0);
    ck_assert_ptr_nonnull(unsent);
    ck_assert_uint_eq(unsent->at.line, 7);
    ck_assert_uint_lt(bytes_search(unsent->text, bytes_of("cannot bind to 203.0.113.9")),
                      unsent->text.len);
}
END_TEST

START_TEST(server_that_closes_refuses_what_comes_then)
{
    start_server(PEER_SCRIPT);
    stage_act(&stage, DELIVER_CLOSE);
    stage_until(&stage, closed, 1);
    ask("a");
    ck_assert_int_eq(receive(), -1);
    ck_assert_uint_eq(stage.heard_count, 0);
}
END_TEST

START_TEST(server_answers_no_service_that_would_answer_in_turn)
{
    struct endpoint own = loopback_endpoint(5000);

    ck_assert(udp_answers_loop(&(struct endpoint){.family = 4, .port = 7}, &own));
    ck_assert(udp_answers_loop(&(struct endpoint){.family = 4, .port = 19}, &own));
    ck_assert(udp_answers_loop(&(struct endpoint){.family = 4, .port = 0}, &own));
    ck_assert(udp_answers_loop(&own, &own));
    ck_assert(!udp_answers_loop(&other_at, &own));
}
END_TEST

START_TEST(server_of_every_address_answers_from_the_one_that_was_asked)
{
    struct endpoint to;
    char text[ENDPOINT_TEXT];

    stage.config.listen_any = true;
    start_server(PEER_MODEL);
    ck_assert(endpoint_parse("127.0.0.3", stage.peer->base.bound.port, &to));
    send_to(&to, "x", 1);
    ck_assert_int_eq(next_datagram(), 1);
    ck_assert_str_eq(endpoint_addr(&got_from, text), "127.0.0.3");
    ck_assert_str_eq(endpoint_addr(&loopback_entry(stage.transcript, ENTRY_HEARD, 0)->local, text),
                     "127.0.0.3");
}
END_TEST

START_TEST(server_of_every_address_speaks_from_the_one_that_was_asked)
{
    struct endpoint to;
    char text[ENDPOINT_TEXT];

    stage.config.listen_any = true;
    start_server(PEER_SCRIPT);
    ck_assert(endpoint_parse("127.0.0.3", stage.peer->base.bound.port, &to));
    send_to(&to, "x", 1);
    stage_until(&stage, heard_count, 1);
    stage_say(&stage, bytes_of("yz"), NULL, 0);
    ck_assert_int_eq(next_datagram(), 2);
    ck_assert_str_eq(endpoint_addr(&got_from, text), "127.0.0.3");
}
END_TEST

START_TEST(ipv6_is_answered_too)
{
    struct endpoint to;
    struct sockaddr_storage name;
    socklen_t len;
    int v4 = other;

    other = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert(endpoint_parse("::1", 0, &to));
    len = endpoint_to_sockaddr(&to, &name);
    if (other >= 0 && bind(other, (struct sockaddr *)&name, len) == 0) {
        stage.config.listen_any = true;
        start_server(PEER_MODEL);
        to.port = stage.peer->base.bound.port;
        send_to(&to, "six", 3);
        ck_assert_int_eq(next_datagram(), 3);
        ck_assert(endpoint_equal(&got_from, &to));
    }
    if (other >= 0)
        close(other);
    other = v4;
}
END_TEST

START_TEST(flood_is_echoed_but_not_listed_whole)
{
    size_t entries;

    stage.config.exchange = NULL;
    start_server(PEER_MODEL);
    for (unsigned i = 0; i < 1200; i++) {
        ask("x");
        ck_assert_int_eq(next_datagram(), 1);
        stage.heard_count = 0;
    }
    entries = transcript_count(stage.transcript);
    ck_assert_uint_lt(entries, 1100);
    ck_assert(loopback_noted(stage.transcript, "further datagrams are not listed"));
}
END_TEST

/* --- faults ---------------------------------------------------------------------------------- */

static void start_faulty(const char *fault)
{
    stage_start_faulty(&stage, udp_server_new, fault);
    stage_until(&stage, opened, 1);
}

START_TEST(fault_truncates_at_1024)
{
    char text[1500] = {0};

    start_faulty("truncate-1024");
    send_to(&stage.peer->base.bound, text, sizeof text);
    ck_assert_int_eq(next_datagram(), 1024);
}
END_TEST

START_TEST(fault_answers_from_a_fresh_port)
{
    start_faulty("wrong-source-port");
    for (unsigned i = 0; i < 20; i++) {
        ask("a");
        ck_assert_int_eq(next_datagram(), 1);
        ck_assert_uint_ne(got_from.port, stage.peer->base.bound.port);
    }
}
END_TEST

START_TEST(fault_answers_from_another_address)
{
    char text[ENDPOINT_TEXT];

    start_faulty("from-other-address");
    ask("a");
    ck_assert_int_eq(next_datagram(), 1);
    ck_assert_str_eq(endpoint_addr(&got_from, text), "127.0.0.2");
}
END_TEST

START_TEST(fault_changes_the_payload)
{
    start_faulty("changes-payload");
    ask("ab");
    ck_assert_int_eq(next_datagram(), 2);
    ck_assert_mem_ne(got, "ab", 2);
}
END_TEST

START_TEST(fault_answers_twice)
{
    start_faulty("answers-twice");
    ask("ab");
    ck_assert_int_eq(next_datagram(), 2);
    ck_assert_int_eq(next_datagram(), 2);
}
END_TEST

START_TEST(fault_does_not_answer)
{
    start_faulty("no-answer");
    ask("ab");
    stage_until(&stage, heard_count, 1);
    loop_turn(stage.loop, 0);
    loop_turn(stage.loop, 0);
    ck_assert(loopback_noted(stage.transcript, "dropped"));
    ck_assert_int_eq(receive(), -1);
}
END_TEST

/* --- the client ------------------------------------------------------------------------------ */

static void start_client(void)
{
    stage.config.remote = other_at;
    stage_start(&stage, udp_client_new);
    stage_until(&stage, opened, 1);
}

START_TEST(client_speaks_to_the_server_and_hears_it)
{
    start_client();
    stage_say(&stage, bytes_of("Hi ..."), NULL, 0);
    ck_assert_int_eq(next_datagram(), 6);
    ck_assert(endpoint_equal(&got_from, &stage.peer->base.bound));
    send_to(&got_from, "you", 3);
    stage_until(&stage, heard_count, 1);
    ck_assert_mem_eq(stage.heard[0].ptr, "you", 3);
}
END_TEST

START_TEST(client_keeps_one_port)
{
    struct endpoint first;

    start_client();
    stage_say(&stage, bytes_of("1"), NULL, 0);
    ck_assert_int_eq(next_datagram(), 1);
    first = got_from;
    stage_say(&stage, bytes_of("2"), NULL, 0);
    ck_assert_int_eq(next_datagram(), 1);
    ck_assert(endpoint_equal(&first, &got_from));
}
END_TEST

START_TEST(client_finishes_when_all_has_left)
{
    start_client();
    stage_say(&stage, bytes_of("1"), NULL, 0);
    stage.peer->base.ops->finish(stage.peer);
    stage_until(&stage, closed, 1);
    ck_assert_int_eq(stage.how, PEER_FIN);
    ck_assert_int_eq(receive(), 1);
}
END_TEST

START_TEST(port_unreachable_is_noted)
{
    start_client();
    close(other);
    stage_say(&stage, bytes_of("1"), NULL, 0);
    for (unsigned i = 0; i < 100 && !loopback_noted(stage.transcript, "ICMP"); i++)
        loop_turn(stage.loop, 10 * CLOCK_MS);
    ck_assert(loopback_noted(stage.transcript, "ICMP type 3 code 3"));
    other = loopback_bind(SOCK_DGRAM, &other_at);
}
END_TEST

START_TEST(client_by_hand_speaks_and_ends_with_the_answer)
{
    stage.config.exchange = NULL;
    stage.claim = PEER_MODEL;
    start_client();
    ck_assert_int_gt(next_datagram(), 0);
    send_to(&got_from, "you", 3);
    stage_until(&stage, closed, 1);
    ck_assert_uint_eq(stage.heard_count, 1);
}
END_TEST

static TCase *server_case(void)
{
    TCase *tcase = tcase_create("server");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, server_echoes_what_the_script_leaves_to_it);
    tcase_add_loop_test(tcase, echo_is_whole_at_every_length, 0,
                        (int)(sizeof lengths / sizeof lengths[0]));
    tcase_add_test(tcase, many_waiting_datagrams_are_all_echoed_in_order);
    tcase_add_test(tcase, script_answers_the_sender_of_the_last_datagram);
    tcase_add_test(tcase, say_before_any_datagram_is_noted);
    tcase_add_test(tcase, server_of_every_address_answers_from_the_one_that_was_asked);
    tcase_add_test(tcase, server_of_every_address_speaks_from_the_one_that_was_asked);
    tcase_add_test(tcase, ipv6_is_answered_too);
    tcase_add_test(tcase, flood_is_echoed_but_not_listed_whole);
    return tcase;
}

static TCase *delivery_case(void)
{
    TCase *tcase = tcase_create("delivery");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, dropped_datagram_does_not_leave);
    tcase_add_test(tcase, duplicated_datagram_leaves_so_many_times);
    tcase_add_test(tcase, datagram_may_leave_from_another_port);
    tcase_add_test(tcase, datagram_may_leave_from_another_address);
    tcase_add_test(tcase, what_cannot_leave_as_the_script_says_is_told);
    tcase_add_test(tcase, server_that_closes_refuses_what_comes_then);
    tcase_add_test(tcase, server_answers_no_service_that_would_answer_in_turn);
    return tcase;
}

static TCase *fault_case(void)
{
    TCase *tcase = tcase_create("faults");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, fault_truncates_at_1024);
    tcase_add_test(tcase, fault_answers_from_a_fresh_port);
    tcase_add_test(tcase, fault_answers_from_another_address);
    tcase_add_test(tcase, fault_changes_the_payload);
    tcase_add_test(tcase, fault_answers_twice);
    tcase_add_test(tcase, fault_does_not_answer);
    return tcase;
}

static TCase *client_case(void)
{
    TCase *tcase = tcase_create("client");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, client_speaks_to_the_server_and_hears_it);
    tcase_add_test(tcase, client_keeps_one_port);
    tcase_add_test(tcase, client_finishes_when_all_has_left);
    tcase_add_test(tcase, port_unreachable_is_noted);
    tcase_add_test(tcase, client_by_hand_speaks_and_ends_with_the_answer);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("udp_peer");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, server_case());
    suite_add_tcase(suite, delivery_case());
    suite_add_tcase(suite, fault_case());
    suite_add_tcase(suite, client_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
