#include <check.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <string.h>

#include "support/wireframe.h"
#include "wire/fragment.h"

static char whole_room[WIREFRAME_ROOM], piece_room[WIREFRAME_ROOM], payload[3000];
static struct fragments *fragments;
static struct packet packet;
static struct bytes whole;
static size_t head;

static void make(const char *src, const char *dst)
{
    struct wireframe made = {.protocol = IPPROTO_UDP, .payload = {payload, sizeof payload}};

    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (char)(i * 7);
    endpoint_parse(src, 4000, &made.src);
    endpoint_parse(dst, 5000, &made.dst);
    whole = (struct bytes){whole_room, wireframe_packet(&made, whole_room)};
    head = made.src.family == 6 ? 40 : 20;
    fragments = fragments_new();
}

static void set_up(void)
{
    make("192.0.2.2", "192.0.2.1");
}

static void set_up_ipv6(void)
{
    make("2001:db8::2", "2001:db8::1");
}

static void tear_down(void)
{
    fragments_free(fragments);
}

/* Add the octets from `offset`; true where that completes the packet. */
static bool add(size_t offset, size_t len, uint16_t id)
{
    size_t left = whole.len - head - offset;
    size_t made = wireframe_fragment(whole, offset, len < left ? len : left, id, piece_room);

    ck_assert_int_eq(packet_decode(DLT_RAW, (struct bytes){piece_room, made}, made, &packet),
                     PACKET_FRAGMENT);
    packet.number++;
    return fragments_add(fragments, &packet) == FRAGMENT_COMPLETES;
}

static void is_whole(void)
{
    ck_assert_int_eq(packet.kind, PACKET_UDP);
    ck_assert_uint_eq(packet.octets, sizeof payload);
    ck_assert(bytes_equal(packet.payload, (struct bytes){payload, sizeof payload}));
    ck_assert_int_eq(packet.checksum, CHECKSUM_GOOD);
}

START_TEST(fragments_in_order_make_the_datagram)
{
    ck_assert(!add(0, 1480, 1));
    ck_assert(!add(1480, 1480, 1));
    ck_assert(add(2960, 1480, 1));
    is_whole();
}
END_TEST

START_TEST(fragments_in_any_order_make_it)
{
    ck_assert(!add(2960, 1480, 1));
    ck_assert(!add(0, 1480, 1));
    ck_assert(add(1480, 1480, 1));
    is_whole();
}
END_TEST

START_TEST(doubles_and_overlaps_change_nothing)
{
    ck_assert(!add(0, 1480, 1));
    ck_assert(!add(0, 1480, 1));
    ck_assert(!add(800, 1480, 1));
    ck_assert(add(2000, 1480, 1));
    is_whole();
}
END_TEST

/* A fragment of the packet as if that ended `len` octets behind its head. */
static bool add_end(size_t offset, size_t len)
{
    struct bytes all = whole;
    bool complete;

    whole = bytes_slice(all, 0, head + len);
    complete = add(offset, len, 1);
    whole = all;
    return complete;
}

START_TEST(an_end_that_contradicts_the_first_is_no_part)
{
    ck_assert(!add(1480, 2000, 1));
    ck_assert(!add_end(800, 1476));
    ck_assert(!add(0, 800, 1));
    ck_assert(add(800, 680, 1));
    is_whole();
}
END_TEST

START_TEST(what_lies_behind_the_end_fills_no_hole)
{
    ck_assert(!add_end(800, 1600));
    ck_assert(!add(1600, 800, 1));
    ck_assert(add(0, 800, 1));
    ck_assert_uint_eq(packet.octets, 1600 - 8);
}
END_TEST

START_TEST(packets_are_told_apart_by_their_id)
{
    ck_assert(!add(0, 2000, 1));
    ck_assert(!add(2000, 2000, 2));
    ck_assert(add(2000, 2000, 1));
    is_whole();
    ck_assert(add(0, 2000, 2));
    is_whole();
}
END_TEST

START_TEST(a_flood_of_first_fragments_does_not_grow)
{
    for (unsigned i = 0; i < 1000; i++)
        ck_assert(!add(0, 1480, (uint16_t)i));
    ck_assert(!add(1480, 1520, 1)); /* long forgotten */
    ck_assert(!add(1480, 1520, 999));
    ck_assert(add(2960, 1520, 999));
    is_whole();
}
END_TEST

START_TEST(a_cut_fragment_leaves_the_datagram_cut)
{
    size_t len = wireframe_fragment(whole, 0, 1480, 1, piece_room);

    packet_decode(DLT_RAW, (struct bytes){piece_room, len - 1000}, len, &packet);
    ck_assert_int_eq(fragments_add(fragments, &packet), FRAGMENT_KEPT);
    ck_assert(add(1480, 1600, 1));
    ck_assert_uint_eq(packet.octets, sizeof payload);
    ck_assert_uint_le(packet.payload.len, 480);
    ck_assert_uint_ge(packet.payload.len, 400);
    ck_assert(bytes_equal(packet.payload, (struct bytes){payload, packet.payload.len}));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fragment");
    TCase *cases[2] = {tcase_create("IPv4"), tcase_create("IPv6")};
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(cases[0], set_up, tear_down);
    tcase_add_checked_fixture(cases[1], set_up_ipv6, tear_down);
    for (int i = 0; i < 2; i++) {
        tcase_add_test(cases[i], fragments_in_order_make_the_datagram);
        tcase_add_test(cases[i], fragments_in_any_order_make_it);
        tcase_add_test(cases[i], doubles_and_overlaps_change_nothing);
        tcase_add_test(cases[i], an_end_that_contradicts_the_first_is_no_part);
        tcase_add_test(cases[i], what_lies_behind_the_end_fills_no_hole);
        tcase_add_test(cases[i], packets_are_told_apart_by_their_id);
        tcase_add_test(cases[i], a_flood_of_first_fragments_does_not_grow);
        tcase_add_test(cases[i], a_cut_fragment_leaves_the_datagram_cut);
        suite_add_tcase(suite, cases[i]);
    }
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
