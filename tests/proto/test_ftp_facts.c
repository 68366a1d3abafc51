#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ftp_facts.h"

static struct flaw flaw;

static const struct {
    const char *text;
    int64_t seconds;
} times[] = {
    {"19700101000000", 0},
    {"19990929003355", 938565235},
    {"19990929003355.237", 938565235},
    {"20000229120000", 951825600},
    {"20161231235960", 1483228800},
    {"19691231235959", -1},
};

START_TEST(a_time_counts_from_1970)
{
    int64_t seconds = 0;

    ck_assert_int_eq(ftp_time_parse(bytes_of(times[_i].text), &seconds, &flaw), PARSE_DONE);
    ck_assert_int_eq(seconds, times[_i].seconds);
}
END_TEST

static const struct {
    const char *text;
    size_t at;
} bad_times[] = {
    {"", 0},
    {"1999", 4},
    {"1999092900335", 12},
    {"x9990929003355", 0},
    {"19991329003355", 4},
    {"19990029003355", 4},
    {"19990932003355", 6},
    {"19990931003355", 6},
    {"19990229003355", 6},
    {"19990929243355", 8},
    {"19990929006055", 10},
    {"19990929003361", 12},
    {"19990929003355.", 15},
    {"19990929003355.2x", 16},
    {"19990929003355Z", 14},
    {" 19990929003355", 0},
    {"191070929003355", 4},
};

START_TEST(a_time_that_is_none_is_named_with_its_place)
{
    int64_t seconds = 7;

    ck_assert_int_eq(ftp_time_parse(bytes_of(bad_times[_i].text), &seconds, &flaw), PARSE_BAD);
    ck_assert_uint_eq(flaw.at, bad_times[_i].at);
    ck_assert_int_eq(seconds, 7);
}
END_TEST

START_TEST(times_are_formatted_in_utc)
{
    char text[20];

    ck_assert_str_eq(ftp_time_format(938565235, text), "19990929003355");
    ck_assert_str_eq(ftp_time_format(0, text), "19700101000000");
    ck_assert_str_eq(ftp_time_format(INT64_MAX, text), "99991231235959");
    ck_assert_str_eq(ftp_time_format(INT64_MIN, text), "00000101000000");
}
END_TEST

START_TEST(facts_come_one_at_a_time_and_then_the_pathname)
{
    struct bytes entry = bytes_of("Size=1024990;Perm=r;Media-Type=; /tmp/a; b=c");
    struct ftp_fact fact;

    ck_assert_int_eq(ftp_fact_next(&entry, &fact, &flaw), PARSE_DONE);
    ck_assert(bytes_is(fact.name, "Size"));
    ck_assert(bytes_is(fact.value, "1024990"));
    ck_assert_int_eq(ftp_fact_next(&entry, &fact, &flaw), PARSE_DONE);
    ck_assert(bytes_is(fact.name, "Perm"));
    ck_assert_int_eq(ftp_fact_next(&entry, &fact, &flaw), PARSE_DONE);
    ck_assert(bytes_is(fact.name, "Media-Type"));
    ck_assert_uint_eq(fact.value.len, 0);
    ck_assert_int_eq(ftp_fact_next(&entry, &fact, &flaw), PARSE_MORE);
    ck_assert(bytes_is(entry, "/tmp/a; b=c"));
}
END_TEST

START_TEST(an_entry_may_have_no_facts)
{
    struct bytes entry = bytes_of("  name");
    struct ftp_fact fact;

    ck_assert_int_eq(ftp_fact_next(&entry, &fact, &flaw), PARSE_MORE);
    ck_assert(bytes_is(entry, " name"));
}
END_TEST

static const struct {
    const char *text;
    size_t at;
} bad_facts[] = {
    {"", 0},         {"name", 4},   {"Size;Type=file; a", 4}, {"=1; a", 0},
    {"Size=1 a", 6}, {"Size=1", 6}, {"Size 1=1; a", 4},       {";Size=1; a", 0},
};

START_TEST(a_broken_fact_is_named_with_its_place)
{
    struct bytes entry = bytes_of(bad_facts[_i].text);
    struct ftp_fact fact;

    ck_assert_int_eq(ftp_fact_next(&entry, &fact, &flaw), PARSE_BAD);
    ck_assert_uint_eq(flaw.at, bad_facts[_i].at);
    ck_assert(bytes_is(entry, bad_facts[_i].text));
}
END_TEST

static const struct {
    const char *text, *path;
} paths[] = {
    {"257 \"/usr/dm\" directory created", "/usr/dm"},
    {"257 \"/usr/\"\"dm\"", "/usr/\"dm"},
    {"257 \"\"\"\" a quote", "\""},
    {"257 \"\" nothing", ""},
    {"\"a\" \"b\"", "a"},
};

START_TEST(a_quoted_path_has_its_doubled_quotes_undone)
{
    char room[64];
    struct bytes path;

    ck_assert_int_eq(ftp_quoted_path(bytes_of(paths[_i].text), room, &path, &flaw), PARSE_DONE);
    ck_assert(bytes_is(path, paths[_i].path));
}
END_TEST

static const char *const bad_paths[] = {"", "257 /usr/dm", "257 \"/usr/dm", "257 \"/usr/\"\"dm"};

START_TEST(a_path_without_both_quotes_is_refused)
{
    char room[64];
    struct bytes path;

    ck_assert_int_eq(ftp_quoted_path(bytes_of(bad_paths[_i]), room, &path, &flaw), PARSE_BAD);
    ck_assert_uint_eq(flaw.at, strlen(bad_paths[_i]));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *suite = suite_create("ftp_facts");
    TCase *time = tcase_create("time"), *facts = tcase_create("facts");
    TCase *quoted = tcase_create("quoted");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(time, a_time_counts_from_1970, 0, COUNT(times));
    tcase_add_loop_test(time, a_time_that_is_none_is_named_with_its_place, 0, COUNT(bad_times));
    tcase_add_test(time, times_are_formatted_in_utc);
    tcase_add_test(facts, facts_come_one_at_a_time_and_then_the_pathname);
    tcase_add_test(facts, an_entry_may_have_no_facts);
    tcase_add_loop_test(facts, a_broken_fact_is_named_with_its_place, 0, COUNT(bad_facts));
    tcase_add_loop_test(quoted, a_quoted_path_has_its_doubled_quotes_undone, 0, COUNT(paths));
    tcase_add_loop_test(quoted, a_path_without_both_quotes_is_refused, 0, COUNT(bad_paths));
    suite_add_tcase(suite, time);
    suite_add_tcase(suite, facts);
    suite_add_tcase(suite, quoted);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
