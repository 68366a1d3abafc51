#include "fakes/udp_forge.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/packet.h"

#define LINK_RAW 101 /* pcap's number for packets without a link header */

static struct udp_parcel *parcel;
static unsigned char room[28 + UDP_FORGE_MOST];
static struct packet packet;

static void set_up(void)
{
    parcel = udp_parcel_new(bytes_of("Hi ..."));
    ck_assert(endpoint_parse("192.0.2.2", 40000, &parcel->source));
    ck_assert(endpoint_parse("192.0.2.1", 7, &parcel->to));
}

static void tear_down(void)
{
    free(parcel);
}

static void forge(void)
{
    size_t length = udp_forge_packet(parcel, room);

    packet_decode(LINK_RAW, (struct bytes){(char *)room, length}, length, &packet);
}

START_TEST(an_honest_packet_is_like_any_other)
{
    char text[ENDPOINT_TEXT];

    forge();
    ck_assert_int_eq(packet.kind, PACKET_UDP);
    ck_assert_str_eq(endpoint_format(&packet.src, text), "192.0.2.2:40000");
    ck_assert_str_eq(endpoint_format(&packet.dst, text), "192.0.2.1:7");
    ck_assert(bytes_is(packet.payload, "Hi ..."));
    ck_assert_int_eq(packet.checksum, CHECKSUM_GOOD);
    ck_assert_uint_eq(packet.udp_length, 14);
}
END_TEST

static const struct {
    enum forged_sum sum;
    enum checksum_state state;
} sums[] = {{SUM_RIGHT, CHECKSUM_GOOD}, {SUM_ABSENT, CHECKSUM_NONE}, {SUM_WRONG, CHECKSUM_BAD}};

START_TEST(the_checksum_is_what_was_asked_for)
{
    parcel->sum = sums[_i].sum;
    forge();
    ck_assert_int_eq(packet.checksum, sums[_i].state);
}
END_TEST

START_TEST(a_wrong_checksum_is_never_none)
{
    for (unsigned port = 0; port < 65536; port += 7) {
        parcel->source.port = (uint16_t)port;
        parcel->sum = SUM_WRONG;
        udp_forge_packet(parcel, room);
        ck_assert(room[26] != 0 || room[27] != 0);
    }
}
END_TEST

START_TEST(the_header_says_what_it_is_told)
{
    parcel->header_length = 7;
    forge();
    ck_assert_uint_eq(room[24] * 256u + room[25], 7);
    ck_assert_uint_eq(room[2] * 256u + room[3], 34); /* the packet is as long as ever */
}
END_TEST

START_TEST(a_shorter_length_leaves_a_right_checksum)
{
    parcel->header_length = 12;
    forge();
    ck_assert_uint_eq(packet.udp_length, 12);
    ck_assert_int_eq(packet.checksum, CHECKSUM_GOOD);
    ck_assert_uint_eq(packet.payload.len, 4);
}
END_TEST

START_TEST(what_fits_no_packet_is_refused)
{
    struct udp_parcel *long_one = udp_parcel_new((struct bytes){(char *)room, sizeof room});

    long_one->to = parcel->to;
    long_one->source = parcel->source;
    ck_assert(!udp_forge_send(long_one));
    ck_assert_int_eq(errno, EMSGSIZE);
    free(long_one);
    ck_assert(endpoint_parse("::1", 7, &parcel->to));
    ck_assert(!udp_forge_send(parcel));
    ck_assert_int_eq(errno, EAFNOSUPPORT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("udp_forge");
    SRunner *runner = srunner_create(suite);
    TCase *tcase = tcase_create("packets");
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, an_honest_packet_is_like_any_other);
    tcase_add_loop_test(tcase, the_checksum_is_what_was_asked_for, 0, 3);
    tcase_add_test(tcase, a_wrong_checksum_is_never_none);
    tcase_add_test(tcase, the_header_says_what_it_is_told);
    tcase_add_test(tcase, a_shorter_length_leaves_a_right_checksum);
    tcase_add_test(tcase, what_fits_no_packet_is_refused);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
