#include <check.h>
#include <string.h>

#include "support/wiretext.h"

#define SERVER "server 192.0.2.1:7\n"
#define IPV6 "client [2001:db8::2]:40000\nserver [2001:db8::1]:7\n"
#define LONG "\"this one has thirty-two octets..\"\n"

/* The oddities of a capture: how many, and the last one. */
static size_t count;
static struct event last;

static void timeline_look(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].kind == EVENT_ODDITY) {
            count++;
            last = timeline->events[n];
        }
    timeline_free(timeline);
}

static void feed(const char *text)
{
    struct timeline_sink sink = {NULL, timeline_look};
    struct diag why = {.code = OK};

    count = 0;
    last = (struct event){.kind = EVENT_ODDITY};
    ck_assert_msg(wiretext_feed(bytes_of(text), NULL, &sink, &why) == OK, "%u: %s", why.at.line,
                  why.text);
}

static const struct {
    const char *text;
    enum oddity oddity;
    uint64_t packet, other, wanted, found;
} odd[] = {
    {SERVER "! header-checksum bad\nudp C \"hello\"\n", ODDITY_IP_CHECKSUM, 1, 0, 0xb6c8, 0xb6c9},
    {"! header-checksum bad\nC> NOOP\n", ODDITY_IP_CHECKSUM, 4, 0, 0xb6c6, 0xb6c7},
    {SERVER "! ttl 0\nudp C \"hello\"\n", ODDITY_TTL_ZERO, 1, 0, 1, 0},
    {IPV6 "! ttl 0\nudp C \"hello\"\n", ODDITY_TTL_ZERO, 1, 0, 1, 0},
    {"server 239.1.2.3:9\n! ttl 128\nudp C \"hello\"\n", ODDITY_GROUP_TTL, 1, 0, 1, 128},
    {"! mac 02:00:00:00:00:02\nudp 127.0.0.1:9 > 192.0.2.2:40 \"\"\n", ODDITY_LOOPBACK, 1, 0, 0, 0},
    {"! mac 02:00:00:00:00:02\nudp [::1]:9 > [2001:db8::2]:40 \"\"\n", ODDITY_LOOPBACK, 1, 0, 0, 0},
    {"! mac 01:00:5e:81:02:03\n! ttl 1\nudp 192.0.2.2:9 > 239.129.2.3:9 \"\"\n", ODDITY_GROUP_MAC,
     1, 0, 0x01005e010203, 0x01005e810203},
    {"! mac ff:ff:ff:ff:ff:ff\nudp [2001:db8::2]:9 > [ff02::1:3]:9 \"\"\n", ODDITY_GROUP_MAC, 1, 0,
     0x333300010003, 0xffffffffffff},
    {"! mac ff:ff:ff:ff:ff:ff\nudp 192.0.2.2:9 > 192.0.2.1:9 \"\"\n", ODDITY_BROADCAST_FRAME, 1, 0,
     0, 0xffffffffffff},
    {SERVER "udp C \"\"\n! dont-fragment\n! pieces 0-16\nudp C " LONG, ODDITY_FRAGMENT_KEPT_WHOLE,
     2, 0, 0, 0},
    {IPV6 "! pieces 0-40\n! id 9\nudp C " LONG, ODDITY_ATOMIC_FRAGMENT, 1, 0, 0, 9},
    {SERVER "udp C \"\"\n! pieces 0-8 8-20 24-40\nudp C " LONG, ODDITY_FRAGMENT_UNEVEN, 3, 0, 0,
     12},
    {SERVER "udp C \"\"\n! pieces 0-8 65512-65520\nudp C " LONG, ODDITY_FRAGMENT_BEYOND, 3, 0,
     65515, 65520},
    {IPV6 "udp C \"\"\n! pieces 0-8 65528-65536\nudp C " LONG, ODDITY_FRAGMENT_BEYOND, 3, 0, 65535,
     65536},
    {SERVER "udp C \"\"\n! pieces 0-8 32-40 32-36.\nudp C " LONG, ODDITY_FRAGMENT_ENDS, 4, 2, 40,
     36},
    {SERVER "udp C \"\"\n! pieces 0-8 32-40 40-48\nudp C " LONG, ODDITY_FRAGMENT_ENDS, 4, 2, 40,
     48},
    {SERVER "udp C \"\"\n! pieces 0-16 ~8-24\nudp C " LONG, ODDITY_FRAGMENT_OVERLAP, 3, 2, 0, 8},
    {IPV6 "udp C \"\"\n! pieces 0-16 8-24\nudp C " LONG, ODDITY_FRAGMENT_OVERLAP, 3, 2, 0, 8},
    {IPV6 "udp C \"\"\n! pieces 0-16 ~0-16\nudp C " LONG, ODDITY_FRAGMENT_OVERLAP, 3, 2, 0, 0},
    {SERVER "udp C \"\"\n! id 9\n! pieces 0-16\nudp C " LONG
            "! id 9\n! pieces ~0-16 16-40\nudp C " LONG,
     ODDITY_ID_AGAIN, 3, 2, 0, 9},
    {SERVER "! id 9\n! pieces 0-16 16-40\nudp C " LONG
            "+119s\n! id 9\n! pieces 0-16 ~16-40\nudp C " LONG,
     ODDITY_ID_AGAIN, 4, 2, 0, 9},
    {SERVER "! length 65516\nudp C \"hello\"\n", ODDITY_UDP_LENGTH, 1, 0, 65515, 65516},
    {SERVER "! checksum none\nudp C \"\xdf\x8e\"\n", ODDITY_COMPUTED_ZERO, 1, 0, 0xffff, 0},
    {SERVER "! surplus 1\nudp C \"hello\"\n", ODDITY_PAD_SENT, 1, 0, 13, 14},
    {SERVER "udp C \"\"\n! checksum bad\nicmp S 3 3\n", ODDITY_ICMP_CHECKSUM, 2, 0, 0, 0x1234},
    {IPV6 "udp C \"\"\n! checksum bad\nicmp S 1 4\n", ODDITY_ICMP_CHECKSUM, 2, 0, 0, 0x1234},
    {SERVER "udp C \"\"\nicmp S 3 3\nicmp C 3 1\n", ODDITY_ERROR_ABOUT_ERROR, 3, 0, 0, 3 * 256 + 1},
    {IPV6 "udp C \"\"\nicmp S 1 4\nicmp C 1 3\n", ODDITY_ERROR_ABOUT_ERROR, 3, 0, 0, 256 + 3},
};

START_TEST(what_is_odd_is_told_with_its_packets_and_numbers)
{
    feed(odd[_i].text);
    ck_assert_msg(count == 1, "%zu oddities, the last: %s", count, oddity_text(last.oddity));
    ck_assert_str_eq(oddity_text(last.oddity), oddity_text(odd[_i].oddity));
    ck_assert_uint_eq(last.packet, odd[_i].packet);
    ck_assert_uint_eq(last.first_packet, odd[_i].other);
    ck_assert_uint_eq(last.wanted, odd[_i].wanted);
    ck_assert_uint_eq(last.found, odd[_i].found);
}
END_TEST

static const char *const even[] = {
    SERVER "! header-checksum none\nudp C \"hello\"\n",
    SERVER "snaplen 30\n! header-checksum bad\nudp C \"hello\"\n", /* not all there */
    SERVER "options 40\nudp C \"hello\"\n",
    "server 239.1.2.3:9\n! ttl 16\nudp C \"hello\"\n",
    "server 224.0.0.251:5353\n! ttl 255\nudp C \"hello\"\n",
    "udp 127.0.0.1:9 > 192.0.2.2:40 \"\"\n", /* Ethernet addresses of loopback */
    "link raw\nudp 127.0.0.1:9 > 192.0.2.2:40 \"\"\n",
    "link sll2\nudp 127.0.0.1:9 > 192.0.2.2:40 \"\"\n",
    "! mac 02:00:00:00:00:02\nudp 127.0.0.1:9 > 127.0.0.2:40 \"\"\n",
    "! mac 02:00:00:00:00:02\nudp 192.0.2.2:9 > 239.1.2.3:9 \"\"\n",
    "! mac ff:ff:ff:ff:ff:ff\nudp 192.0.2.2:9 > 192.0.2.127:9 \"\"\n",
    SERVER "! dont-fragment\nudp C \"hello\"\n",
    SERVER "! pieces 0-16 16-40 0-16 16-40\nudp C " LONG, /* twice */
    SERVER "! pieces 0-16 8-24 16-40\nudp C " LONG,       /* the same octets */
    IPV6 "! pieces 0-16 0-16 16-40\nudp C " LONG,
    SERVER "! id 9\n! pieces 0-16\nudp C " LONG "+31s\n! id 9\n! pieces ~0-16\nudp C " LONG,
    SERVER "! id 9\n! pieces 0-16 16-40\nudp C " LONG "! id 9\n! pieces 0-16 16-40\nudp C " LONG,
    SERVER "! id 9\n! pieces 0-16 16-40\nudp C " LONG
           "+121s\n! id 9\n! pieces 0-16 ~16-40\nudp C " LONG,
    SERVER "! length 65515\nudp C \"hello\"\n",
    SERVER "! checksum none\nudp C \"hello\"\n",
    SERVER "! surplus 2\nudp C \"hello\"\n",
    SERVER "! surplus 1\nudp C \"hell\"\n",
    SERVER "snaplen 60\nudp C \"\"\n! checksum bad\nicmp S 3 3\n",
    SERVER "udp C \"\"\nicmp S 3 3\nicmp 198.51.100.1 3 1\n", /* a router's */
    SERVER "udp C \"\"\n! ttl 0\nicmp 198.51.100.1 3 1\n",
};

START_TEST(what_is_legal_or_not_all_there_is_not_odd)
{
    feed(even[_i]);
    ck_assert_msg(count == 0, "%s: %s", even[_i], oddity_text(last.oddity));
}
END_TEST

START_TEST(oddities_of_one_kind_do_not_grow_with_the_capture)
{
    static char text[200000] = SERVER;
    size_t len = strlen(text);

    for (int n = 0; n < 300; n++)
        len += (size_t)snprintf(text + len, sizeof text - len, "! ttl 0\nudp C \"hello\"\n");
    feed(text);
    ck_assert_uint_eq(count, 100);
    ck_assert_uint_eq(last.packet, 100);
}
END_TEST

START_TEST(every_oddity_has_words)
{
    ck_assert_ptr_nonnull(oddity_text((enum oddity)_i));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oddity");
    TCase *all = tcase_create("packets");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(all, what_is_odd_is_told_with_its_packets_and_numbers, 0,
                        sizeof odd / sizeof *odd);
    tcase_add_loop_test(all, what_is_legal_or_not_all_there_is_not_odd, 0,
                        sizeof even / sizeof *even);
    tcase_add_test(all, oddities_of_one_kind_do_not_grow_with_the_capture);
    tcase_add_loop_test(all, every_oddity_has_words, 0, ODDITY_COUNT);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
