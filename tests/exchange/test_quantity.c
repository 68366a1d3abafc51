#include "exchange/quantity.h"

#include <check.h>
#include <stdlib.h>

static const struct {
    const char *word;
    int64_t ns; /* -1: none */
} durations[] = {
    {"2s", 2000000000},   {"0.8s", 800000000}, {"1.25ms", 1250000},
    {"250ms", 250000000}, {"7us", 7000},       {"12ns", 12},
    {"3m", 180000000000}, {"0s", 0},           {"0.000000001s", 1},
    {"24", -1},           {"s", -1},           {"", -1},
    {"2 s", -1},          {"2h", -1},          {"1.s", -1},
    {".5s", -1},          {"1.2.3s", -1},      {"0.0000000001s", -1},
    {"-1s", -1},          {"86401s", -1},      {"99999999999999999999s", -1},
};

START_TEST(durations_need_a_number_and_a_unit)
{
    int64_t ns = -1;
    bool read = quantity_duration(bytes_of(durations[_i].word), &ns);

    ck_assert_int_eq(read, durations[_i].ns >= 0);
    if (read)
        ck_assert_int_eq(ns, durations[_i].ns);
}
END_TEST

static const struct {
    const char *word;
    bool good;
    uint64_t octets;
} sizes[] = {
    {"0", true, 0},
    {"512", true, 512},
    {"64k", true, 65536},
    {"2M", true, 2097152},
    {"", false, 0},
    {"k", false, 0},
    {"1K", false, 0},
    {"1.5k", false, 0},
    {"-1", false, 0},
    {"0x10", false, 0},
    {"18446744073709551615k", false, 0},
};

START_TEST(sizes_are_octets_with_k_or_M)
{
    uint64_t octets = 0;

    ck_assert_int_eq(quantity_octets(bytes_of(sizes[_i].word), &octets), sizes[_i].good);
    if (sizes[_i].good)
        ck_assert_uint_eq(octets, sizes[_i].octets);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quantity");
    TCase *words = tcase_create("words");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(words, durations_need_a_number_and_a_unit, 0,
                        sizeof durations / sizeof *durations);
    tcase_add_loop_test(words, sizes_are_octets_with_k_or_M, 0, sizeof sizes / sizeof *sizes);
    suite_add_tcase(suite, words);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
