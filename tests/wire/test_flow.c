#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "wire/flow.h"

static struct flow_reader *reader;
static uint64_t number;
static struct {
    size_t count, whole, from_start, packets;
    uint64_t last_first; /* first packet of the last one */
    bool in_order;
} given;

static void take(void *ctx, struct timeline *timeline)
{
    uint64_t first = timeline->events[0].packet;

    (void)ctx;
    given.in_order = given.in_order && first > given.last_first;
    given.last_first = first;
    given.count++;
    given.whole += timeline->whole;
    given.from_start += timeline->from_start;
    for (size_t i = 0; i < timeline->flow_count; i++)
        given.packets += timeline->flows[i].packets;
    timeline_free(timeline);
}

static void set_up(void)
{
    const struct timeline_options options = {0};
    const struct timeline_sink sink = {NULL, take};

    reader = flow_reader_new(&options, &sink);
    given.in_order = true;
}

static void tear_down(void)
{
    flow_reader_free(reader);
}

static struct packet packet_between(unsigned client, uint16_t server_port)
{
    struct packet packet = {.number = number + 1, .time = (int64_t)number * 1000};

    number++;
    endpoint_parse("192.0.2.1", server_port, &packet.dst);
    endpoint_parse("198.51.100.0", (uint16_t)(1024 + client % 60000), &packet.src);
    packet.src.addr[3] = (uint8_t)(client / 60000);
    return packet;
}

static void datagram_seen(unsigned client, bool outgoing)
{
    struct packet packet = packet_between(client, 53);

    packet.kind = PACKET_UDP;
    packet.outgoing = outgoing;
    packet.protocol = IPPROTO_UDP;
    packet.payload = bytes_of("question");
    packet.octets = packet.payload.len;
    ck_assert(flow_reader_take(reader, &packet));
}

static void datagram(unsigned client)
{
    datagram_seen(client, false);
}

static void segment(unsigned client, bool back, unsigned flags, uint32_t seq, uint32_t ack,
                    const char *text)
{
    struct packet packet = packet_between(client, 80);
    struct endpoint server = packet.dst;

    packet.kind = PACKET_TCP;
    packet.protocol = IPPROTO_TCP;
    if (back) {
        packet.dst = packet.src;
        packet.src = server;
    }
    packet.flags = (uint8_t)flags;
    packet.seq = seq;
    packet.ack = ack;
    packet.payload = bytes_of(text);
    packet.octets = packet.payload.len;
    ck_assert(flow_reader_take(reader, &packet));
}

static void connection_open(unsigned client)
{
    segment(client, false, PACKET_SYN, 100, 0, "");
    segment(client, true, PACKET_SYN | PACKET_ACK, 500, 101, "");
    segment(client, false, PACKET_ACK, 101, 501, "");
}

static void connection_close(unsigned client)
{
    segment(client, false, PACKET_FIN | PACKET_ACK, 101, 501, "");
    segment(client, true, PACKET_FIN | PACKET_ACK, 501, 102, "");
    segment(client, false, PACKET_ACK, 102, 502, "");
}

START_TEST(a_conversation_is_given_when_its_last_fin_is_acknowledged)
{
    connection_open(1);
    segment(1, false, PACKET_FIN | PACKET_ACK, 101, 501, "");
    segment(1, true, PACKET_FIN | PACKET_ACK, 501, 102, "");
    ck_assert_uint_eq(given.count, 0);
    segment(1, false, PACKET_ACK, 102, 502, "");
    ck_assert_uint_eq(given.count, 1);
    ck_assert_uint_eq(given.whole, 1);
}
END_TEST

START_TEST(what_comes_late_begins_nothing_new)
{
    connection_open(1);
    connection_close(1);
    segment(1, true, PACKET_ACK, 501, 102, "sent again");
    segment(1, false, PACKET_RST, 102, 0, "");
    segment(1, false, PACKET_SYN, 100, 0, ""); /* an old SYN that was delayed */
    segment(2, true, PACKET_FIN | PACKET_ACK, 700, 900, "");
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.count, 1);
}
END_TEST

START_TEST(the_end_gives_what_is_open_in_order_of_first_packets)
{
    connection_open(1);
    datagram(7);
    connection_open(2);
    datagram(8);
    segment(1, false, PACKET_ACK, 101, 501, "more");
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.count, 4);
    ck_assert(given.in_order);
    segment(1, true, PACKET_ACK, 501, 105, "after the mark");
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.count, 4);
    datagram(7); /* the next case may use the same ports */
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.count, 5);
    ck_assert_uint_eq(given.from_start, 5);
}
END_TEST

START_TEST(a_datagram_seen_going_out_and_coming_in_counts_once)
{
    datagram_seen(1, true);
    datagram_seen(1, false);
    datagram_seen(1, true); /* the same octets, sent again */
    datagram_seen(1, false);
    datagram_seen(2, false); /* twice coming in: twice sent */
    datagram_seen(2, false);
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.packets, 4);
}
END_TEST

START_TEST(too_many_conversations_are_given_before_their_time_and_say_so)
{
    const unsigned all = 20000;

    for (unsigned i = 0; i < all; i++)
        datagram(i);
    ck_assert_uint_gt(given.count, all / 2);
    ck_assert_uint_eq(given.whole, 0);
    datagram(all - 5000); /* goes on with one that was given */
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.packets, all + 1);
    ck_assert_uint_eq(given.count, all + 1);
    ck_assert_uint_eq(given.from_start, all);
}
END_TEST

/* They turn out to be FTP by their greeting. */
START_TEST(sessions_that_never_end_do_not_add_up)
{
    const unsigned all = 20000;

    for (unsigned i = 0; i < all; i++) {
        connection_open(i);
        segment(i, true, PACKET_ACK, 501, 101, "220 Ready.\r\n");
    }
    ck_assert_uint_ge(given.count, all - 4096);
    ck_assert_uint_eq(given.whole, 0);
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.count, all);
    ck_assert_uint_eq(given.packets, 4 * all);
}
END_TEST

START_TEST(an_endless_conversation_is_given_in_pieces)
{
    const unsigned all = 250000;

    for (unsigned i = 0; i < all; i++)
        datagram(1);
    ck_assert_uint_ge(given.count, 2);
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.packets, all);
    ck_assert_uint_eq(given.from_start, 1);
}
END_TEST

START_TEST(many_closed_connections_leave_nothing_behind)
{
    for (unsigned i = 0; i < 50000; i++) {
        connection_open(i);
        connection_close(i);
    }
    ck_assert_uint_eq(given.count, 50000);
    ck_assert_uint_eq(given.whole, 50000);
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.count, 50000);
}
END_TEST

START_TEST(a_stream_without_end_keeps_little)
{
    connection_open(1);
    for (uint32_t i = 0; i < 300000; i++) {
        segment(1, false, PACKET_ACK, 101 + 4 * i, 501 + 4 * i, "ping");
        segment(1, true, PACKET_ACK, 501 + 4 * i, 105 + 4 * i, "pong");
    }
    flow_reader_finish(reader);
    ck_assert_uint_eq(given.count, 1);
    ck_assert_uint_eq(given.packets, 600003);
    ck_assert_uint_eq(given.whole, 0); /* not all of its events were noted */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flow");
    TCase *ends = tcase_create("ends"), *bounds = tcase_create("bounds");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(ends, set_up, tear_down);
    tcase_add_checked_fixture(bounds, set_up, tear_down);
    tcase_set_timeout(bounds, 60);
    tcase_add_test(ends, a_conversation_is_given_when_its_last_fin_is_acknowledged);
    tcase_add_test(ends, what_comes_late_begins_nothing_new);
    tcase_add_test(ends, the_end_gives_what_is_open_in_order_of_first_packets);
    tcase_add_test(ends, a_datagram_seen_going_out_and_coming_in_counts_once);
    tcase_add_test(bounds, too_many_conversations_are_given_before_their_time_and_say_so);
    tcase_add_test(bounds, sessions_that_never_end_do_not_add_up);
    tcase_add_test(bounds, an_endless_conversation_is_given_in_pieces);
    tcase_add_test(bounds, many_closed_connections_leave_nothing_behind);
    tcase_add_test(bounds, a_stream_without_end_keeps_little);
    suite_add_tcase(suite, ends);
    suite_add_tcase(suite, bounds);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
