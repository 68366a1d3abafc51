#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/sockdiag.h"

/* A pair of connected TCP sockets: `near` is the harness's, `far` the IUT's. */
static struct sockdiag *sockdiag;
static struct diag why;
static int listener, near, far;
static struct endpoint near_end, far_end;

enum shape { IPV4, IPV6, MAPPED, SHAPES };

static struct endpoint own_end(int fd)
{
    struct sockaddr_storage addr;
    socklen_t room = sizeof addr;
    struct endpoint endpoint;

    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&addr, &room), 0);
    endpoint_from_sockaddr((struct sockaddr *)&addr, &endpoint);
    return endpoint;
}

static void listen_at(const struct sockaddr *addr, socklen_t len)
{
    listener = socket(addr->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, addr, len), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
}

/* MAPPED: an IPv6 listener on ::, and a client that knows IPv4 alone. */
static void start_listener(enum shape shape)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (shape == IPV6)
        in6.sin6_addr = in6addr_loopback;
    if (shape == IPV4)
        listen_at((struct sockaddr *)&in, sizeof in);
    else
        listen_at((struct sockaddr *)&in6, sizeof in6);
}

static void connect_near(enum shape shape)
{
    struct endpoint to;
    struct sockaddr_storage addr;
    socklen_t len;

    endpoint_parse(shape == IPV6 ? "::1" : "127.0.0.1", own_end(listener).port, &to);
    len = endpoint_to_sockaddr(&to, &addr);
    near = socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(near, (struct sockaddr *)&addr, len), 0);
    near_end = own_end(near);
    far_end = to;
}

static void connect_both(enum shape shape)
{
    start_listener(shape);
    connect_near(shape);
    far = accept(listener, NULL, NULL);
    ck_assert_int_ge(far, 0);
}

static void set_up(void)
{
    ck_assert_msg(sockdiag_open(&sockdiag, &why) == OK, "%s", why.text);
    listener = near = far = -1;
}

static void tear_down(void)
{
    sockdiag_free(sockdiag);
    close(listener);
    close(near);
    close(far);
}

static struct sockdiag_tcp look_up(void)
{
    struct sockdiag_tcp found;

    ck_assert_int_eq(sockdiag_tcp(sockdiag, &far_end, &near_end, &found, &why), OK);
    return found;
}

static void put(int fd, size_t len)
{
    static const char octets[100];

    ck_assert_int_eq(send(fd, octets, len, 0), (ssize_t)len);
}

static void get(int fd, size_t len)
{
    char octets[100];

    ck_assert_int_eq(recv(fd, octets, len, MSG_WAITALL), (ssize_t)len);
}

START_TEST(what_is_read_and_what_is_not_is_told_exactly)
{
    connect_both((enum shape)_i);
    put(near, 10);
    put(near, 20);
    ck_assert(look_up().found);
    ck_assert_uint_eq(look_up().state, TCP_ESTABLISHED);
    ck_assert_uint_eq(look_up().received, 30);
    ck_assert_uint_eq(look_up().receive_queue, 30);
    get(far, 12);
    ck_assert_uint_eq(look_up().receive_queue, 18);
    get(far, 18);
    ck_assert_uint_eq(look_up().receive_queue, 0);
    ck_assert_uint_eq(look_up().received, 30);
}
END_TEST

START_TEST(a_connection_is_drained_once_all_is_read)
{
    connect_both((enum shape)_i);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 0), 1);
    put(near, 10);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 10), 0);
    get(far, 9);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 10), 0);
    get(far, 1);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 10), 1);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 11), 0);
}
END_TEST

START_TEST(the_other_end_of_an_accepted_connection_is_found_as_well)
{
    connect_both((enum shape)_i);
    put(far, 5);
    ck_assert_int_eq(sockdiag_drained(sockdiag, far, 5), 0);
    get(near, 5);
    ck_assert_int_eq(sockdiag_drained(sockdiag, far, 5), 1);
}
END_TEST

/* The connection stands as soon as the kernel has it; the program may take its time to accept. */
START_TEST(what_waits_in_the_accept_queue_has_not_been_read)
{
    start_listener((enum shape)_i);
    connect_near((enum shape)_i);
    put(near, 7);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 7), 0);
    ck_assert_uint_eq(look_up().receive_queue, 7);
    far = accept(listener, NULL, NULL);
    get(far, 7);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 7), 1);
}
END_TEST

START_TEST(a_half_closed_side_can_still_be_drained)
{
    connect_both(IPV4);
    shutdown(far, SHUT_WR);
    while (look_up().state == TCP_FIN_WAIT1)
        sched_yield(); /* until the kernel has acknowledged the FIN */
    ck_assert_uint_eq(look_up().state, TCP_FIN_WAIT2);
    ck_assert(!look_up().over);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 3), 0);
    put(near, 3);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 3), 0);
    get(far, 3);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 3), 1);
}
END_TEST

START_TEST(a_side_that_closed_has_nothing_left_to_read)
{
    connect_both(IPV4);
    put(near, 3);
    get(far, 3);
    close(far);
    far = -1;
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 3), 1);
    ck_assert_int_eq(shutdown(near, SHUT_WR), 0);
    ck_assert_uint_eq(look_up().state, TCP_TIME_WAIT);
    ck_assert(look_up().over);
}
END_TEST

START_TEST(a_connection_that_is_not_there_is_not_taken_for_its_listener)
{
    connect_both(IPV4);
    near_end.port = far_end.port;
    ck_assert(!look_up().found);
}
END_TEST

START_TEST(of_what_is_no_connection_nothing_can_be_told)
{
    int plain = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), pair[2];

    ck_assert_int_eq(sockdiag_drained(sockdiag, plain, 0), -1);
    ck_assert_int_eq(sockdiag_drained(sockdiag, -1, 0), -1);
    close(plain);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    ck_assert_int_eq(sockdiag_drained(sockdiag, pair[0], 0), -1);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

START_TEST(a_connection_that_was_reset_is_gone)
{
    struct linger at_once = {1, 0};

    connect_both(IPV4);
    ck_assert_int_eq(setsockopt(far, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(far);
    far = -1;
    ck_assert(!look_up().found);
    ck_assert_int_eq(sockdiag_drained(sockdiag, near, 0), -1);
}
END_TEST

START_TEST(a_listening_port_is_seen_and_no_other)
{
    uint16_t port;

    start_listener((enum shape)_i);
    port = own_end(listener).port;
    ck_assert(sockdiag_listens(sockdiag, port));
    ck_assert(!sockdiag_bound_udp(sockdiag, port));
    close(listener);
    ck_assert(!sockdiag_listens(sockdiag, port));
    listener = -1;
}
END_TEST

START_TEST(a_port_that_is_only_bound_does_not_listen)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};

    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&addr, sizeof addr), 0);
    ck_assert(!sockdiag_listens(sockdiag, own_end(listener).port));
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert(sockdiag_listens(sockdiag, own_end(listener).port));
}
END_TEST

START_TEST(a_connection_s_own_port_does_not_listen)
{
    connect_both(IPV4);
    ck_assert(!sockdiag_listens(sockdiag, near_end.port));
}
END_TEST

START_TEST(a_bound_datagram_port_is_seen)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    struct sockaddr_in in = {.sin_family = AF_INET};
    const void *addr = _i == 0 ? (const void *)&in : (const void *)&in6;
    uint16_t port;

    near = socket(_i == 0 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(near, addr, _i == 0 ? sizeof in : sizeof in6), 0);
    port = own_end(near).port;
    ck_assert(sockdiag_bound_udp(sockdiag, port));
    ck_assert(!sockdiag_listens(sockdiag, port));
    close(near);
    near = -1;
    ck_assert(!sockdiag_bound_udp(sockdiag, port));
}
END_TEST

static Suite *sockdiag_suite(void)
{
    Suite *suite = suite_create("sockdiag");
    TCase *connections = tcase_create("connections");
    TCase *ports = tcase_create("ports");

    tcase_add_checked_fixture(connections, set_up, tear_down);
    tcase_add_loop_test(connections, what_is_read_and_what_is_not_is_told_exactly, 0, SHAPES);
    tcase_add_loop_test(connections, a_connection_is_drained_once_all_is_read, 0, SHAPES);
    tcase_add_loop_test(connections, the_other_end_of_an_accepted_connection_is_found_as_well, 0,
                        SHAPES);
    tcase_add_loop_test(connections, what_waits_in_the_accept_queue_has_not_been_read, 0, SHAPES);
    tcase_add_test(connections, a_half_closed_side_can_still_be_drained);
    tcase_add_test(connections, a_side_that_closed_has_nothing_left_to_read);
    tcase_add_test(connections, a_connection_that_is_not_there_is_not_taken_for_its_listener);
    tcase_add_test(connections, of_what_is_no_connection_nothing_can_be_told);
    tcase_add_test(connections, a_connection_that_was_reset_is_gone);
    tcase_add_checked_fixture(ports, set_up, tear_down);
    tcase_add_loop_test(ports, a_listening_port_is_seen_and_no_other, 0, SHAPES);
    tcase_add_test(ports, a_port_that_is_only_bound_does_not_listen);
    tcase_add_test(ports, a_connection_s_own_port_does_not_listen);
    tcase_add_loop_test(ports, a_bound_datagram_port_is_seen, 0, 2);
    suite_add_tcase(suite, connections);
    suite_add_tcase(suite, ports);
    return suite;
}

int main(void)
{
    SRunner *runner;
    int failed;

    if (sockdiag_open(&sockdiag, &why) != OK) {
        printf("SKIP sockdiag: %s\n", why.text);
        return 77;
    }
    sockdiag_free(sockdiag);
    runner = srunner_create(sockdiag_suite());
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
