#include <check.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "support/wireframe.h"
#include "wire/octets.h"
#include "wire/packet.h"

static char packet_room[WIREFRAME_ROOM], frame_room[WIREFRAME_ROOM + 64];
static struct wireframe made;
static struct packet packet;

static void set_up(void)
{
    made = (struct wireframe){.protocol = IPPROTO_UDP, .payload = bytes_of("hello")};
    endpoint_parse("192.0.2.2", 4000, &made.src);
    endpoint_parse("192.0.2.1", 5000, &made.dst);
}

static void set_up_ipv6(void)
{
    set_up();
    endpoint_parse("2001:db8::2", 4000, &made.src);
    endpoint_parse("2001:db8::1", 5000, &made.dst);
}

static struct bytes frame_of(enum wireframe_link link)
{
    struct bytes ip = {packet_room, wireframe_packet(&made, packet_room)};

    return (struct bytes){frame_room, wireframe_link(link, ip, frame_room)};
}

static int dlt_of(enum wireframe_link link)
{
    int linktype = wireframe_linktype(link, made.src.family == 6);

    return linktype == 101 ? DLT_RAW : linktype;
}

static enum packet_kind decode(struct bytes frame, enum wireframe_link link)
{
    return packet_decode(dlt_of(link), frame, frame.len, &packet);
}

/* The kind of `made` behind an Ethernet header; `packet` is filled. */
static enum packet_kind decode_made(void)
{
    return decode(frame_of(LINK_ETHERNET), LINK_ETHERNET);
}

static void same_as_made(void)
{
    ck_assert(endpoint_equal(&packet.src, &made.src));
    ck_assert(endpoint_equal(&packet.dst, &made.dst));
    ck_assert_uint_eq(packet.octets, made.payload.len);
    ck_assert(bytes_equal(packet.payload, made.payload));
}

START_TEST(every_link_layer_gives_the_same_packet)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        ipv6 ? set_up_ipv6() : set_up();
        ck_assert_int_eq(decode(frame_of((enum wireframe_link)_i), (enum wireframe_link)_i),
                         PACKET_UDP);
        same_as_made();
    }
}
END_TEST

START_TEST(the_raw_link_types_are_read_by_all_their_numbers)
{
    static const int numbers[] = {12, 14, 101, 228, 229};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct bytes frame = frame_of(LINK_RAW);

        ck_assert(packet_reads_link(numbers[i]));
        ck_assert_int_eq(packet_decode(numbers[i], frame, frame.len, &packet), PACKET_UDP);
    }
    ck_assert(!packet_reads_link(DLT_IEEE802_11));
}
END_TEST

START_TEST(null_headers_are_read_in_either_byte_order)
{
    struct bytes frame = frame_of(LINK_NULL);

    frame_room[3] = frame_room[0];
    frame_room[0] = 0;
    ck_assert_int_eq(packet_decode(DLT_NULL, frame, frame.len, &packet), PACKET_UDP);
}
END_TEST

START_TEST(cooked_headers_tell_what_went_out)
{
    struct bytes frame = frame_of(LINK_SLL);

    decode(frame, LINK_SLL);
    ck_assert(!packet.outgoing);
    frame_room[1] = 4;
    decode(frame, LINK_SLL);
    ck_assert(packet.outgoing);
    frame = frame_of(LINK_SLL2);
    frame_room[10] = 4;
    decode(frame, LINK_SLL2);
    ck_assert(packet.outgoing);
    decode(frame_of(LINK_ETHERNET), LINK_ETHERNET);
    ck_assert(!packet.outgoing);
}
END_TEST

START_TEST(options_and_extension_headers_are_skipped)
{
    for (unsigned options = 0; options <= 40; options += 8) {
        made.options = options;
        ck_assert_int_eq(decode_made(), PACKET_UDP);
        same_as_made();
        ck_assert_int_eq(packet.checksum, CHECKSUM_GOOD);
    }
}
END_TEST

START_TEST(padding_of_the_link_is_no_data)
{
    struct bytes frame = frame_of(LINK_ETHERNET);

    memset(frame_room + frame.len, 0xee, 18);
    frame.len += 18;
    ck_assert_int_eq(decode(frame, LINK_ETHERNET), PACKET_UDP);
    same_as_made();
}
END_TEST

START_TEST(tcp_fields_come_out)
{
    made.protocol = IPPROTO_TCP;
    made.seq = 0xfffffff0;
    made.ack = 0x01020304;
    made.flags = TCP_ACK | TCP_PSH | TCP_URG;
    made.urgent = 3;
    ck_assert_int_eq(decode_made(), PACKET_TCP);
    same_as_made();
    ck_assert_uint_eq(packet.seq, 0xfffffff0);
    ck_assert_uint_eq(packet.ack, 0x01020304);
    ck_assert_uint_eq(packet.flags, 16 | 8 | 32);
    ck_assert_uint_eq(packet.urgent, 3);
    ck_assert_uint_eq(packet.window, 65535);
}
END_TEST

static const struct {
    enum wireframe_sum made;
    enum checksum_state read;
} sums[] = {{SUM_GOOD, CHECKSUM_GOOD},
            {SUM_BAD, CHECKSUM_BAD},
            {SUM_NONE, CHECKSUM_NONE},
            {SUM_OFFLOADED, CHECKSUM_OFFLOADED}};

START_TEST(a_checksum_has_one_of_four_states)
{
    char text[9] = "checksum";

    for (size_t len = 0; len <= 8; len++) {
        made.payload = (struct bytes){text, len};
        made.sum = sums[_i].made;
        ck_assert_int_eq(decode_made(), PACKET_UDP);
        ck_assert_int_eq(packet.checksum, sums[_i].read);
    }
}
END_TEST

START_TEST(the_checksum_of_a_cut_datagram_is_unknown)
{
    struct bytes frame = frame_of(LINK_ETHERNET);

    ck_assert_int_eq(
        packet_decode(DLT_EN10MB, bytes_slice(frame, 0, frame.len - 2), frame.len, &packet),
        PACKET_UDP);
    ck_assert_int_eq(packet.checksum, CHECKSUM_UNKNOWN);
    ck_assert_uint_eq(packet.octets, 5);
    ck_assert_uint_eq(packet.payload.len, 3);
}
END_TEST

/* By words of 16 bits, one after the other, as RFC 1071 section 1 has it. */
static uint16_t folded_by_words(const uint8_t *octets, size_t len)
{
    uint32_t sum = 0;

    for (size_t at = 0; at < len; at += 2) {
        uint16_t word = 0;

        memcpy(&word, octets + at, at + 1 == len ? 1 : 2);
        sum += word;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

static const uint8_t fillings[] = {0x00, 0x01, 0x7f, 0xff};

START_TEST(a_sum_is_that_of_its_words_whatever_the_length)
{
    uint8_t octets[200];

    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(fillings[_i] * (i % 3 == 0 ? 1 : i));
    for (size_t len = 0; len <= sizeof octets; len++)
        ck_assert_uint_eq(octets_fold(octets_sum((struct bytes){(const char *)octets, len})),
                          folded_by_words(octets, len));
}
END_TEST

START_TEST(a_length_of_zero_means_what_the_frame_holds)
{
    struct bytes frame;

    made.protocol = IPPROTO_TCP;
    made.flags = TCP_ACK;
    frame = frame_of(LINK_ETHERNET);
    memset(frame_room + 14 + (made.src.family == 6 ? 4 : 2), 0, 2);
    ck_assert_int_eq(decode(frame, LINK_ETHERNET), PACKET_TCP);
    same_as_made();
}
END_TEST

static void icmp_make(void)
{
    static char quoted[WIREFRAME_ROOM];
    bool ipv6 = made.src.family == 6;
    struct wireframe error = {.src = made.dst,
                              .dst = made.src,
                              .protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
                              .type = ipv6 ? 1 : 3,
                              .code = ipv6 ? 4 : 3};

    error.payload = (struct bytes){quoted, wireframe_packet(&made, quoted)};
    made = error;
}

START_TEST(an_icmp_error_says_which_packet_it_is_about)
{
    struct wireframe about = made;

    icmp_make();
    ck_assert_int_eq(decode_made(), PACKET_ICMP_ERROR);
    ck_assert_uint_eq(packet.type, made.type);
    ck_assert_uint_eq(packet.code, made.code);
    ck_assert_uint_eq(packet.quoted_protocol, IPPROTO_UDP);
    ck_assert(endpoint_equal(&packet.quoted_src, &about.src));
    ck_assert(endpoint_equal(&packet.quoted_dst, &about.dst));
}
END_TEST

START_TEST(an_echo_request_is_no_error)
{
    made.protocol = made.src.family == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    made.type = made.src.family == 6 ? 128 : 8;
    ck_assert_int_eq(decode_made(), PACKET_OTHER);
}
END_TEST

static const struct {
    const char *what;
    size_t at;
    uint8_t octet;
} damages[] = {
    {"an Ethertype of ARP", 13, 0x06},
    {"IP version 5", 14, 0x55},
    {"a header of 16 octets", 14, 0x44},
    {"less than the header in all", 17, 10},
    {"a protocol nobody knows", 23, 200},
    {"a TCP header of 4 octets", 14 + 20 + 12, 0x10},
    {"a TCP header beyond the packet", 14 + 20 + 12, 0xf0},
};

START_TEST(what_is_broken_is_no_packet_of_ours)
{
    struct bytes frame;

    made.protocol = IPPROTO_TCP;
    made.flags = TCP_ACK;
    frame = frame_of(LINK_ETHERNET);
    frame_room[damages[_i].at] = (char)damages[_i].octet;
    ck_assert_msg(decode(frame, LINK_ETHERNET) == PACKET_OTHER, "%s", damages[_i].what);
}
END_TEST

START_TEST(a_udp_length_that_cannot_be_is_not_believed)
{
    static const uint8_t lengths[] = {0, 7, 200};

    for (size_t i = 0; i < sizeof lengths; i++) {
        struct bytes frame = frame_of(LINK_ETHERNET);

        frame_room[14 + 20 + 5] = (char)lengths[i];
        ck_assert_int_eq(decode(frame, LINK_ETHERNET), PACKET_UDP);
        ck_assert_uint_eq(packet.octets, 5);
    }
}
END_TEST

/* The copy is as long as the prefix, so that a sanitizer sees any step past its end. */
static void prefix_decode(struct bytes frame, size_t len, enum wireframe_link link)
{
    char *copy = malloc(len == 0 ? 1 : len);

    memcpy(copy, frame.at, len);
    decode((struct bytes){copy, len}, link);
    packet_decode(dlt_of(link), (struct bytes){copy, len}, frame.len, &packet);
    if (packet.kind == PACKET_TCP || packet.kind == PACKET_UDP)
        ck_assert_uint_le(packet.payload.len, packet.octets);
    free(copy);
}

START_TEST(every_prefix_is_read_without_harm)
{
    static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP};
    enum wireframe_link link = (enum wireframe_link)_i;
    struct bytes frame;

    for (int n = 0; n < 6; n++) {
        n < 3 ? set_up() : set_up_ipv6();
        made.options = 16;
        if (n % 3 == 2)
            icmp_make();
        else
            made.protocol = protocols[n % 3];
        frame = frame_of(link);
        for (size_t len = 0; len <= frame.len; len++)
            prefix_decode(frame, len, link);
    }
}
END_TEST

int main(void)
{
    static const size_t damage_count = sizeof damages / sizeof *damages;
    Suite *suite = suite_create("packet");
    TCase *ipv4 = tcase_create("IPv4"), *ipv6 = tcase_create("IPv6"), *both[2];
    SRunner *runner = srunner_create(suite);
    int failed;

    both[0] = ipv4;
    both[1] = ipv6;
    tcase_add_checked_fixture(ipv4, set_up, NULL);
    tcase_add_checked_fixture(ipv6, set_up_ipv6, NULL);
    for (int i = 0; i < 2; i++) {
        tcase_add_test(both[i], options_and_extension_headers_are_skipped);
        tcase_add_test(both[i], padding_of_the_link_is_no_data);
        tcase_add_test(both[i], tcp_fields_come_out);
        tcase_add_loop_test(both[i], a_checksum_has_one_of_four_states, 0, 4);
        tcase_add_test(both[i], the_checksum_of_a_cut_datagram_is_unknown);
        tcase_add_test(both[i], a_length_of_zero_means_what_the_frame_holds);
        tcase_add_test(both[i], an_icmp_error_says_which_packet_it_is_about);
        tcase_add_test(both[i], an_echo_request_is_no_error);
        suite_add_tcase(suite, both[i]);
    }
    tcase_add_loop_test(ipv4, every_link_layer_gives_the_same_packet, 0, LINK_COUNT);
    tcase_add_test(ipv4, the_raw_link_types_are_read_by_all_their_numbers);
    tcase_add_test(ipv4, null_headers_are_read_in_either_byte_order);
    tcase_add_test(ipv4, cooked_headers_tell_what_went_out);
    tcase_add_loop_test(ipv4, what_is_broken_is_no_packet_of_ours, 0, (int)damage_count);
    tcase_add_test(ipv4, a_udp_length_that_cannot_be_is_not_believed);
    tcase_add_loop_test(ipv4, a_sum_is_that_of_its_words_whatever_the_length, 0,
                        sizeof fillings / sizeof *fillings);
    tcase_add_loop_test(ipv4, every_prefix_is_read_without_harm, 0, LINK_COUNT);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
