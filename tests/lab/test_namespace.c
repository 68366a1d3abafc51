#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/udp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "lab/namespace.h"

static struct diag why;

static void enter(void)
{
    ck_assert_msg(namespace_enter(&why) == OK, "%s", why.text);
}

static int family_of(const struct endpoint *endpoint)
{
    return endpoint->family == 6 ? AF_INET6 : AF_INET;
}

static struct endpoint at(const char *addr, uint16_t port)
{
    struct endpoint endpoint;

    ck_assert(endpoint_parse(addr, port, &endpoint));
    return endpoint;
}

/* A socket of `type` bound to `addr`; -1 with errno where that does not work. */
static int bound(const char *addr, int type, uint16_t port)
{
    struct endpoint endpoint = at(addr, port);
    struct sockaddr_storage sockaddr;
    socklen_t len = endpoint_to_sockaddr(&endpoint, &sockaddr);
    int fd = socket(family_of(&endpoint), type | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    if (bind(fd, (struct sockaddr *)&sockaddr, len) == 0)
        return fd;
    close(fd);
    return -1;
}

static int connected(const char *addr, int type, uint16_t port)
{
    struct endpoint endpoint = at(addr, port);
    struct sockaddr_storage sockaddr;
    socklen_t len = endpoint_to_sockaddr(&endpoint, &sockaddr);
    int fd = socket(family_of(&endpoint), type | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_msg(connect(fd, (struct sockaddr *)&sockaddr, len) == 0, "%s: %s", addr,
                  strerror(errno));
    return fd;
}

static const char *own_addr(int fd)
{
    static char text[ENDPOINT_TEXT];
    struct sockaddr_storage sockaddr;
    socklen_t room = sizeof sockaddr;
    struct endpoint endpoint;

    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sockaddr, &room), 0);
    endpoint_from_sockaddr((struct sockaddr *)&sockaddr, &endpoint);
    return endpoint_addr(&endpoint, text);
}

static const struct {
    const char *to, *from;
} routes[] = {
    {LAB_SERVER_ADDR, LAB_CLIENT_ADDR},
    {LAB_CLIENT_ADDR, LAB_SERVER_ADDR},
    {LAB_THIRD_ADDR, LAB_CLIENT_ADDR},
    {"192.0.2.77", LAB_CLIENT_ADDR},
    {LAB_SERVER_ADDR6, LAB_CLIENT_ADDR6},
    {LAB_CLIENT_ADDR6, LAB_SERVER_ADDR6},
    {"127.0.0.1", "127.0.0.1"},
    {"127.0.0.2", "127.0.0.1"},
    {"::1", "::1"},
};

#define ROUTES ((int)(sizeof routes / sizeof routes[0]))

START_TEST(a_connection_leaves_from_the_other_side_s_address)
{
    int listener, fd;

    enter();
    listener = bound(routes[_i].to, SOCK_STREAM, 21);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    fd = connected(routes[_i].to, SOCK_STREAM, 21);
    ck_assert_str_eq(own_addr(fd), routes[_i].from);
    close(fd);
    close(listener);
}
END_TEST

/* A server that is bound to no address answers from the one that the route names. */
START_TEST(a_datagram_comes_back_from_where_it_was_sent_to)
{
    int server, client;
    char octet;
    struct sockaddr_in from, local = {.sin_family = AF_INET};
    socklen_t room = sizeof from;

    enter();
    server = bound("0.0.0.0", SOCK_DGRAM, 5000);
    client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    local.sin_port = htons(5000);
    inet_pton(AF_INET, LAB_SERVER_ADDR, &local.sin_addr);
    ck_assert_int_eq(sendto(client, "a", 1, 0, (struct sockaddr *)&local, sizeof local), 1);
    ck_assert_int_eq(recvfrom(server, &octet, 1, 0, (struct sockaddr *)&from, &room), 1);
    ck_assert_str_eq(inet_ntoa(from.sin_addr), LAB_CLIENT_ADDR);
    ck_assert_int_eq(sendto(server, "b", 1, 0, (struct sockaddr *)&from, room), 1);
    ck_assert_int_eq(recvfrom(client, &octet, 1, 0, (struct sockaddr *)&from, &room), 1);
    ck_assert_str_eq(inet_ntoa(from.sin_addr), LAB_SERVER_ADDR);
    close(server);
    close(client);
}
END_TEST

START_TEST(a_connected_datagram_socket_has_the_other_side_s_address_too)
{
    int fd;

    enter();
    fd = connected(LAB_SERVER_ADDR6, SOCK_DGRAM, 5000);
    ck_assert_str_eq(own_addr(fd), LAB_CLIENT_ADDR6);
    close(fd);
}
END_TEST

START_TEST(low_ports_are_free_and_each_namespace_has_its_own)
{
    int outer, inner;

    enter();
    outer = bound("0.0.0.0", SOCK_STREAM, 20);
    ck_assert_int_ge(outer, 0);
    ck_assert_int_eq(bound("0.0.0.0", SOCK_STREAM, 20), -1);
    ck_assert_int_eq(errno, EADDRINUSE);
    enter();
    inner = bound("0.0.0.0", SOCK_STREAM, 20);
    ck_assert_int_ge(inner, 0);
    close(inner);
    close(outer);
}
END_TEST

START_TEST(nothing_outside_can_be_reached)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd;

    enter();
    inet_pton(AF_INET, "198.51.100.1", &addr.sin_addr);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&addr, sizeof addr), -1);
    ck_assert_int_eq(errno, ENETUNREACH);
    close(fd);
}
END_TEST

START_TEST(the_mtu_is_that_of_an_ethernet)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd;

    enter();
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(ioctl(fd, SIOCGIFMTU, &request), 0);
    ck_assert_int_eq(request.ifr_mtu, 1500);
    close(fd);
}
END_TEST

/* What the link carries from now on, as IP packets. */
static int tap(void)
{
    struct sockaddr_ll lo = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    ck_assert_int_ge(fd, 0);
    lo.sll_ifindex = (int)if_nametoindex("lo");
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&lo, sizeof lo), 0);
    return fd;
}

static void send_by_tcp(void)
{
    static char block[20000];
    int listener = bound(LAB_SERVER_ADDR, SOCK_STREAM, 21), client, server;

    ck_assert_int_eq(listen(listener, 1), 0);
    client = connected(LAB_SERVER_ADDR, SOCK_STREAM, 21);
    server = accept(listener, NULL, NULL);
    ck_assert_int_ge(server, 0);
    ck_assert_int_eq(send(client, block, sizeof block, 0), (ssize_t)sizeof block);
    ck_assert_int_eq(recv(server, block, sizeof block, MSG_WAITALL), (ssize_t)sizeof block);
    close(client);
    close(server);
    close(listener);
}

static void send_by_udp(void)
{
    static char block[20000];
    int server = bound(LAB_SERVER_ADDR, SOCK_DGRAM, 5000), client, segment = 1000;

    client = connected(LAB_SERVER_ADDR, SOCK_DGRAM, 5000);
    ck_assert_int_eq(setsockopt(client, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment), 0);
    ck_assert_int_eq(send(client, block, sizeof block, 0), (ssize_t)sizeof block);
    for (size_t got = 0; got < sizeof block; got += 1000)
        ck_assert_int_eq(recv(server, block, sizeof block, 0), 1000);
    close(client);
    close(server);
}

/* With offload the link would carry a few packets of many kilobytes. */
START_TEST(a_large_write_leaves_in_packets_that_fit_the_mtu)
{
    char packet[64];
    ssize_t len, longest = 0;
    int packets = 0, fd;

    enter();
    fd = tap();
    if (_i == 0)
        send_by_tcp();
    else
        send_by_udp();
    while ((len = recv(fd, packet, sizeof packet, MSG_TRUNC)) > 0) {
        packets++;
        longest = len > longest ? len : longest;
    }
    ck_assert_int_gt(longest, 1000);
    ck_assert_int_le(longest, 1500);
    ck_assert_int_ge(packets, 14);
    close(fd);
}
END_TEST

START_TEST(probing_leaves_the_caller_where_it_is)
{
    char before[64] = "", after[64] = "";

    ck_assert_int_gt(readlink("/proc/self/ns/net", before, sizeof before - 1), 0);
    ck_assert_int_eq(namespace_probe(&why), OK);
    ck_assert_int_gt(readlink("/proc/self/ns/net", after, sizeof after - 1), 0);
    ck_assert_str_eq(before, after);
    enter();
    ck_assert_int_gt(readlink("/proc/self/ns/net", after, sizeof after - 1), 0);
    ck_assert_str_ne(before, after);
    ck_assert_uint_eq(geteuid(), 0);
}
END_TEST

/* As a container's seccomp profile does. */
static bool forbid_unshare(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
           prctl(PR_SET_SECCOMP, (unsigned long)SECCOMP_MODE_FILTER, &program) == 0;
}

START_TEST(where_namespaces_are_forbidden_the_call_and_the_reason_are_told)
{
    ck_assert(forbid_unshare());
    ck_assert_int_eq(_i == 0 ? namespace_probe(&why) : namespace_enter(&why), ERR_PERMISSION);
    ck_assert_int_eq(why.code, ERR_PERMISSION);
    ck_assert_str_eq(why.text, "unshare(CLONE_NEWUSER | CLONE_NEWNET): Operation not permitted "
                               "(forbidden by a container's seccomp profile or by the system's "
                               "settings)");
}
END_TEST

static Suite *namespace_suite(void)
{
    Suite *suite = suite_create("namespace");
    TCase *addresses = tcase_create("addresses");
    TCase *link = tcase_create("link");

    tcase_add_loop_test(addresses, a_connection_leaves_from_the_other_side_s_address, 0, ROUTES);
    tcase_add_test(addresses, a_datagram_comes_back_from_where_it_was_sent_to);
    tcase_add_test(addresses, a_connected_datagram_socket_has_the_other_side_s_address_too);
    tcase_add_test(addresses, low_ports_are_free_and_each_namespace_has_its_own);
    tcase_add_test(addresses, nothing_outside_can_be_reached);
    tcase_add_test(link, the_mtu_is_that_of_an_ethernet);
    tcase_add_loop_test(link, a_large_write_leaves_in_packets_that_fit_the_mtu, 0, 2);
    tcase_add_test(link, probing_leaves_the_caller_where_it_is);
    tcase_add_loop_test(link, where_namespaces_are_forbidden_the_call_and_the_reason_are_told, 0,
                        2);
    suite_add_tcase(suite, addresses);
    suite_add_tcase(suite, link);
    return suite;
}

int main(void)
{
    SRunner *runner;
    int failed;

    if (namespace_probe(&why) != OK) {
        printf("SKIP namespace: %s\n", why.text);
        return 77;
    }
    runner = srunner_create(namespace_suite());
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
