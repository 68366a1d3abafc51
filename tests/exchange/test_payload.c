#include "exchange/payload.h"

#include <string.h>

#include "tests/exchange/script.h"

/* The payload of the one datagram that the script has. */
static struct payload payload_of(const char *words)
{
    char script[512];

    snprintf(script, sizeof script, "protocol: udp\nC> %s\n", words);
    return loaded(script)->steps[0].payload;
}

START_TEST(quotes_take_the_escapes_of_C)
{
    assert_bytes_eq(payload_of("\"a\\r\\n\\t\\0\\\\\\\"\\x41\\x4z\\101\\377\"").octets,
                    "a\r\n\t\0\\\"A\x04zA\377");
    assert_bytes_eq(payload_of("\"\"").octets, "");
    assert_bytes_eq(payload_of("\"a b # c\"").octets, "a b # c");
}
END_TEST

START_TEST(hexadecimal_digits_come_in_pairs)
{
    assert_bytes_eq(payload_of("x\"00fF\"").octets, "\0\377");
    assert_bytes_eq(payload_of("x\"00 0d 0a\"").octets, "\0\r\n");
    assert_bytes_eq(payload_of("x\"\"").octets, "");
}
END_TEST

START_TEST(random_octets_depend_on_the_seed_alone)
{
    char first[12], again[20], other[12];

    payload_random(7, first, sizeof first);
    payload_random(7, again, sizeof again);
    payload_random(8, other, sizeof other);
    ck_assert_mem_eq(first, again, sizeof first);
    ck_assert_mem_ne(first, other, sizeof first);
}
END_TEST

START_TEST(random_octets_are_those_of_the_manual)
{
    static const unsigned char seed_7[] = {0xb4, 0x02, 0xfb, 0xa2, 0xed, 0xa8, 0xb7, 0x65,
                                           0xa1, 0x2f, 0x45, 0x24, 0x27, 0x76, 0x30, 0x97};
    static const unsigned char seed_0[] = {0x7a, 0x48, 0x21, 0x9a, 0xe2, 0xb3, 0x83, 0x0d,
                                           0x67, 0x9d, 0xfe, 0xf1, 0x79, 0x4c, 0xc4, 0x54};
    char octets[16];

    payload_random(7, octets, sizeof octets);
    ck_assert_mem_eq(octets, seed_7, 16);
    payload_random(0, octets, sizeof octets);
    ck_assert_mem_eq(octets, seed_0, 16);
}
END_TEST

START_TEST(a_seed_that_would_stop_the_generator_does_not)
{
    static const char zeros[16];
    char octets[16];

    payload_random(UINT64_C(0x9E3779B97F4A7C15), octets, sizeof octets);
    ck_assert_mem_ne(octets, zeros, sizeof octets);
}
END_TEST

START_TEST(the_same_words_share_their_octets)
{
    const struct exchange *e = loaded("protocol: udp\n"
                                      "C> random 1M seed 1\nS> random 1M seed 1\n"
                                      "C> random 1M seed 1\nS> random 1M seed 1\n"
                                      "C> random 1M seed 1\nS> random 1M seed 1\n");

    ck_assert_uint_eq(e->steps[0].payload.octets.len, 1 << 20);
    ck_assert_ptr_eq(e->steps[0].payload.octets.at, e->steps[5].payload.octets.at);
}
END_TEST

START_TEST(payloads_say_how_they_were_written)
{
    struct payload payload = payload_of("random 65507 seed 7");

    ck_assert(payload.given);
    ck_assert_uint_eq(payload.octets.len, 65507);
    assert_bytes_eq(payload.source, "random 65507 seed 7");
}
END_TEST

static const struct mistake mistakes[] = {
    {"protocol: udp\nC> hello\n", 2, 4, "\"text\", x\"00ff\""},
    {"protocol: udp\nC>\n", 2, 3, "the line ends where"},
    {"protocol: udp\nC> \"a\n", 2, 4, "not closed"},
    {"protocol: udp\nC> \"a\\\"\n", 2, 4, "not closed"},
    {"protocol: udp\nC> \"a\\", 2, 6, "no escape"},
    {"protocol: udp\nC> \"a\\q\"\n", 2, 6, "'\\q' is no escape"},
    {"protocol: udp\nC> \"a\\xg\"\n", 2, 8, "hexadecimal"},
    {"protocol: udp\nC> \"\\400\"\n", 2, 5, "at most \\377"},
    {"protocol: udp\nC> x\"0\"\n", 2, 6, "two hexadecimal digits"},
    {"protocol: udp\nC> x\"0g\"\n", 2, 6, "two hexadecimal digits"},
    {"protocol: udp\nC> x\"zz\"\n", 2, 6, "hexadecimal"},
    {"protocol: udp\nC> x\"00\n", 2, 4, "not closed"},
    {"protocol: udp\nC> \"a\" \"b\"\n", 2, 8, "the end of the line"},
    {"protocol: udp\nC> random 65M seed 1\n", 2, 11, "no size from 0 to 64M"},
    {"protocol: udp\nC> random 1.5k seed 1\n", 2, 11, "no size"},
    {"protocol: udp\nC> random 10\n", 2, 13, "'seed'"},
    {"protocol: udp\nC> random 10 sede 1\n", 2, 14, "'seed'"},
    {"protocol: udp\nC> random 10 seed x\n", 2, 19, "no number"},
    {"protocol: udp\nC> @\n", 2, 4, "the name of a file"},
    {"protocol: udp\nC> @ a\n", 2, 4, "the name of a file"},
    {"protocol: udp\nC> @no/such.file\n", 2, 4, "cannot read 'no/such.file': No such file"},
    {"protocol: udp\nC> @\"no such\"\n", 2, 4, "cannot read 'no such'"},
    {"protocol: udp\nC> @/\n", 2, 4, "it is a directory"},
    {"protocol: udp\nC> @/dev/null\n", 2, 4, "not a regular file"},
    {"protocol: udp\nS> random 64M seed 1\nS> random 64M seed 2\nS> random 64M seed 3\n"
     "S> random 64M seed 4\nS> random 64M seed 5\n",
     6, 4, "limited to 256 MiB"},
};

START_TEST(bad_payloads_are_named_with_their_place)
{
    refused(&mistakes[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("payload");
    TCase *good = tcase_create("good"), *bad = tcase_create("bad");

    tcase_add_checked_fixture(good, NULL, unload);
    tcase_add_test(good, quotes_take_the_escapes_of_C);
    tcase_add_test(good, hexadecimal_digits_come_in_pairs);
    tcase_add_test(good, random_octets_depend_on_the_seed_alone);
    tcase_add_test(good, random_octets_are_those_of_the_manual);
    tcase_add_test(good, a_seed_that_would_stop_the_generator_does_not);
    tcase_add_test(good, the_same_words_share_their_octets);
    tcase_add_test(good, payloads_say_how_they_were_written);
    tcase_set_timeout(bad, 60); /* one of them makes 256 MiB, under sanitizers too */
    tcase_add_loop_test(bad, bad_payloads_are_named_with_their_place, 0,
                        sizeof mistakes / sizeof *mistakes);
    suite_add_tcase(suite, good);
    suite_add_tcase(suite, bad);
    return run_suite(suite);
}
