#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/namespace.h"
#include "wire/capture.h"
#include "wire/savefile.h"

static struct capture *capture;
static struct timeline_options options;
static struct recording recording;
static struct diag why;

static void set_up(void)
{
    ck_assert_msg(namespace_enter(&why) == OK, "%s", why.text);
    ck_assert_msg(capture_open("lo", &options, &capture, &why) == OK, "%s", why.text);
}

static void set_up_headers_only(void)
{
    options.headers_only_bulk = true;
    set_up();
}

static void tear_down(void)
{
    capture_free(capture);
}

static void begin(const char *savefile)
{
    ck_assert_msg(capture_begin(capture, savefile, &why) == OK, "%s", why.text);
}

static void end(void)
{
    ck_assert_msg(capture_end(capture, &recording, &why) == OK, "%s", why.text);
}

static int udp_socket(struct sockaddr_in *at)
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    ck_assert_int_eq(bind(fd, (struct sockaddr *)at, sizeof *at), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)at, &len), 0);
    return fd;
}

static void udp_send(int fd, const struct sockaddr_in *to, const char *text)
{
    ck_assert_int_eq(sendto(fd, text, strlen(text), 0, (const struct sockaddr *)to, sizeof *to),
                     (ssize_t)strlen(text));
}

START_TEST(all_that_was_sent_before_the_end_is_recorded)
{
    struct sockaddr_in at;
    int fd = udp_socket(&at);

    begin(NULL);
    for (int i = 0; i < 500; i++)
        udp_send(fd, &at, "a datagram");
    end();
    ck_assert_uint_eq(recording.packets, 500);
    ck_assert_uint_eq(recording.count, 1);
    ck_assert_uint_eq(recording.timelines[0]->flows[0].packets, 500);
    ck_assert_msg(recording.complete, "%s", recording.why_not);
    recording_fini(&recording);
    close(fd);
}
END_TEST

START_TEST(each_case_has_its_own_packets_and_what_lies_between_is_nobodys)
{
    struct sockaddr_in at;
    int fd = udp_socket(&at);

    for (int n = 1; n <= 20; n++) {
        begin(NULL);
        for (int i = 0; i < n; i++)
            udp_send(fd, &at, "in the case");
        end();
        ck_assert_uint_eq(recording.packets, (uint64_t)n);
        ck_assert_uint_eq(recording.timelines[0]->events[0].packet, 1);
        ck_assert(recording.timelines[0]->from_start);
        recording_fini(&recording);
        udp_send(fd, &at, "between");
    }
    close(fd);
}
END_TEST

START_TEST(a_case_without_packets_is_complete)
{
    begin(NULL);
    end();
    ck_assert_uint_eq(recording.count, 0);
    ck_assert_uint_eq(recording.packets, 0);
    ck_assert_msg(recording.complete, "%s", recording.why_not);
    recording_fini(&recording);
}
END_TEST

START_TEST(a_case_that_was_not_ended_is_forgotten_by_the_next)
{
    struct sockaddr_in at;
    int fd = udp_socket(&at);

    begin(NULL);
    udp_send(fd, &at, "lost");
    begin(NULL);
    udp_send(fd, &at, "kept");
    end();
    ck_assert_uint_eq(recording.packets, 1);
    recording_fini(&recording);
    close(fd);
}
END_TEST

static unsigned files_seen;

static void count_datagrams(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    files_seen += (unsigned)timeline->flows[0].packets;
    timeline_free(timeline);
}

START_TEST(the_savefile_holds_the_packets_of_the_case)
{
    char path[] = "/tmp/peerspec-test-capture-XXXXXX";
    struct savefile_summary summary;
    const struct timeline_sink sink = {NULL, count_datagrams};
    struct sockaddr_in at;
    int fd = udp_socket(&at);

    ck_assert_int_ge(mkstemp(path), 0);
    begin(path);
    udp_send(fd, &at, "one");
    udp_send(fd, &at, "two");
    end();
    ck_assert_int_eq(savefile_read(path, NULL, &options, &sink, &summary, &why), OK);
    unlink(path);
    ck_assert_uint_eq(summary.packets, 2);
    ck_assert_uint_eq(files_seen, 2);
    ck_assert_int_eq(summary.last, recording.timelines[0]->flows[0].end_time);
    recording_fini(&recording);
    close(fd);
}
END_TEST

START_TEST(a_savefile_that_cannot_be_written_is_said)
{
    struct sockaddr_in at;
    int fd = udp_socket(&at);

    ck_assert_int_eq(capture_begin(capture, "no/such/folder/x.pcap", &why), ERR_SYSTEM);
    if (access("/dev/full", W_OK) != 0)
        return;
    begin("/dev/full");
    udp_send(fd, &at, "one");
    ck_assert_int_eq(capture_end(capture, &recording, &why), ERR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(why.text, "could not be written"));
    ck_assert_uint_eq(recording.packets, 1);
    recording_fini(&recording);
}
END_TEST

/* One TCP connection over which `octets` go from the one who accepts, at `port` (0: any). */
static void tcp_transfer_from(uint16_t port, size_t octets)
{
    static char chunk[65536];
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), fd;
    size_t sent = 0, got = 0;

    memset(chunk, 'x', sizeof chunk);
    ck_assert_int_eq(bind(server, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(getsockname(server, (struct sockaddr *)&at, &len), 0);
    ck_assert_int_eq(listen(server, 1), 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *)&at, sizeof at), 0);
    fd = accept(server, NULL, NULL);
    while (got < octets) {
        size_t due = octets - sent < sizeof chunk ? octets - sent : sizeof chunk;
        ssize_t n = due == 0 ? 0 : send(fd, chunk, due, MSG_DONTWAIT);

        sent += n > 0 ? (size_t)n : 0;
        n = recv(client, chunk, sizeof chunk, sent < octets ? MSG_DONTWAIT : 0);
        got += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    ck_assert_int_eq(recv(client, chunk, sizeof chunk, 0), 0);
    close(client);
    close(server);
}

static void tcp_transfer(size_t octets)
{
    tcp_transfer_from(0, octets);
}

START_TEST(a_tcp_connection_is_seen_whole_from_syn_to_fin)
{
    const struct timeline_flow *flow;

    begin(NULL);
    tcp_transfer(3000);
    end();
    ck_assert_uint_eq(recording.count, 1);
    flow = &recording.timelines[0]->flows[0];
    ck_assert(recording.timelines[0]->ended);
    ck_assert(flow->whole);
    ck_assert_uint_eq(flow->octets[SIDE_SERVER], 3000);
    ck_assert_uint_lt(flow->syn, flow->syn_ack);
    ck_assert_uint_lt(flow->syn_ack, flow->ack);
    ck_assert_uint_lt(flow->ack, flow->first);
    recording_fini(&recording);
}
END_TEST

static off_t file_size(const char *path)
{
    struct stat stat_of = {0};

    ck_assert_int_eq(stat(path, &stat_of), 0);
    return stat_of.st_size;
}

static bool file_has(const char *path, const char *text)
{
    size_t size = (size_t)file_size(path);
    int fd = open(path, O_RDONLY);
    void *octets = size == 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    bool has;

    close(fd);
    if (octets == MAP_FAILED)
        return false;
    has = memmem(octets, size, text, strlen(text)) != NULL;
    munmap(octets, size);
    return has;
}

/* The capture reads in order: once a datagram is in its file, it has read all that was sent before.
 * The datagrams are one conversation more. */
static void wait_until_read(const char *path)
{
    struct sockaddr_in at;
    int fd = udp_socket(&at);

    do {
        udp_send(fd, &at, "all that was sent before is read");
        sched_yield();
    } while (!file_has(path, "all that was sent before is read"));
    close(fd);
}

#define MIB (1 << 20)

/* Two transfers of 8 MiB: somewhere in the first the capture learns that this is bulk. */
START_TEST(headers_alone_still_count_every_octet)
{
    char path[] = "/tmp/peerspec-test-capture-XXXXXX";

    ck_assert_int_ge(mkstemp(path), 0);
    begin(path);
    tcp_transfer(8 * MIB);
    wait_until_read(path);
    tcp_transfer(8 * MIB);
    end();
    ck_assert_msg(recording.complete, "%s", recording.why_not);
    ck_assert_uint_eq(recording.count, 3);
    for (int i = 0; i < 3; i += 2) { /* the datagrams of wait_until_read() lie between */
        ck_assert(recording.timelines[i]->whole);
        ck_assert_uint_eq(recording.timelines[i]->flows[0].octets[SIDE_SERVER], 8 * MIB);
    }
    ck_assert_int_lt(file_size(path), 14 * MIB);
    unlink(path);
    recording_fini(&recording);
}
END_TEST

/* Octets that are kept of what the server says at the control port. */
static uint64_t control_octets_kept(void)
{
    uint64_t kept = 0;

    for (size_t i = 0; i < recording.count; i++) {
        const struct timeline *timeline = recording.timelines[i];

        for (size_t k = 0; k < timeline->event_count && timeline->server.port == 21; k++)
            if (timeline->events[k].kind == EVENT_SEGMENT)
                kept += timeline->events[k].text.len;
    }
    return kept;
}

START_TEST(a_control_connection_is_kept_whole_beside_bulk)
{
    char path[] = "/tmp/peerspec-test-capture-XXXXXX";

    ck_assert_int_ge(mkstemp(path), 0);
    begin(path);
    tcp_transfer(8 * MIB);
    wait_until_read(path);
    tcp_transfer_from(21, 40000);
    end();
    ck_assert_uint_eq(control_octets_kept(), 40000);
    unlink(path);
    recording_fini(&recording);
}
END_TEST

START_TEST(what_is_not_bulk_is_kept_whole)
{
    for (int i = 0; i < 2; i++) { /* and again after a bulky case */
        const struct timeline *timeline;
        uint64_t kept = 0;

        begin(NULL);
        tcp_transfer(60000);
        end();
        timeline = recording.timelines[0];
        for (size_t k = 0; k < timeline->event_count; k++)
            kept += timeline->events[k].text.len;
        ck_assert_uint_eq(kept, 60000);
        recording_fini(&recording);
        begin(NULL);
        tcp_transfer(8 * MIB);
        end();
        recording_fini(&recording);
    }
}
END_TEST

START_TEST(an_interface_that_is_not_there_is_said)
{
    ck_assert_int_eq(capture_open("nosuch0", &options, &capture, &why), ERR_USAGE);
    ck_assert_ptr_null(capture);
    ck_assert_ptr_nonnull(strstr(why.text, "nosuch0"));
}
END_TEST

START_TEST(without_privilege_the_message_says_what_to_do)
{
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
        return;
    ck_assert_int_eq(capture_open("lo", &options, &capture, &why), ERR_PERMISSION);
    ck_assert_ptr_nonnull(strstr(why.text, "CAP_NET_RAW"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("capture");
    TCase *live = tcase_create("live"), *bulk = tcase_create("headers only"),
          *errors = tcase_create("errors");
    SRunner *runner = srunner_create(suite);
    int failed;

    if (namespace_probe(&why) != OK)
        return 77;
    tcase_add_checked_fixture(live, set_up, tear_down);
    tcase_add_test(live, all_that_was_sent_before_the_end_is_recorded);
    tcase_add_test(live, each_case_has_its_own_packets_and_what_lies_between_is_nobodys);
    tcase_add_test(live, a_case_without_packets_is_complete);
    tcase_add_test(live, a_case_that_was_not_ended_is_forgotten_by_the_next);
    tcase_add_test(live, the_savefile_holds_the_packets_of_the_case);
    tcase_add_test(live, a_savefile_that_cannot_be_written_is_said);
    tcase_add_test(live, a_tcp_connection_is_seen_whole_from_syn_to_fin);
    tcase_add_checked_fixture(bulk, set_up_headers_only, tear_down);
    tcase_add_test(bulk, headers_alone_still_count_every_octet);
    tcase_add_test(bulk, a_control_connection_is_kept_whole_beside_bulk);
    tcase_add_test(bulk, what_is_not_bulk_is_kept_whole);
    tcase_add_test(errors, an_interface_that_is_not_there_is_said);
    tcase_add_test(errors, without_privilege_the_message_says_what_to_do);
    suite_add_tcase(suite, live);
    suite_add_tcase(suite, bulk);
    suite_add_tcase(suite, errors);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
