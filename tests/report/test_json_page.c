#include <check.h>
#include <stdlib.h>

#include "report/finding_json.h"
#include "report/json_page.h"

START_TEST(page_is_written_while_it_comes_to_be)
{
    char *text = NULL;
    size_t len = 0;
    struct json_page page = {.out = open_memstream(&text, &len)};

    json_page_open(&page, NULL, '{');
    json_page_put(&page, "a", json_integer(1));
    json_page_open(&page, "b", '[');
    json_page_put(&page, NULL, json_string("\xc3\xa9"));
    json_page_put(&page, NULL, json_real(0.1));
    json_page_close(&page, ']');
    json_page_open(&page, "c", '[');
    json_page_close(&page, ']');
    json_page_close(&page, '}');
    fclose(page.out);
    ck_assert_str_eq(text, "{\n \"a\": 1,\n \"b\": [\n  \"\\u00E9\",\n  0.1\n ],\n \"c\": []\n}\n");
    free(text);
}
END_TEST

START_TEST(lists_of_objects_are_unrolled)
{
    char *text = NULL;
    size_t len = 0;
    struct json_page page = {.out = open_memstream(&text, &len)};
    json_t *value = json_pack("{s:i, s:[i,i], s:[{s:[]}, {s:[{s:i}]}], s:{s:i}}", "a", 1, "b", 2, 3,
                              "c", "d", "d", "e", 4, "f", "g", 5);

    ck_assert_ptr_nonnull(value);
    json_page_unroll(&page, NULL, value);
    fclose(page.out);
    ck_assert_str_eq(text, "{\n"
                           " \"a\": 1,\n"
                           " \"b\": [2, 3],\n"
                           " \"c\": [\n"
                           "  {\"d\": []},\n"
                           "  {\n"
                           "   \"d\": [\n"
                           "    {\"e\": 4}\n"
                           "   ]\n"
                           "  }\n"
                           " ],\n"
                           " \"f\": {\"g\": 5}\n"
                           "}\n");
    free(text);
}
END_TEST

START_TEST(text_that_is_no_utf8_keeps_its_octets)
{
    static const char octets[] = "\xff\x00"
                                 "a\x80";
    struct bytes text = {octets, 4};
    json_t *value;

    ck_assert(!json_page_is_utf8(text));
    ck_assert(json_page_is_utf8(bytes_of("\xc3\xa9")));
    ck_assert(json_page_is_utf8((struct bytes){NULL, 0}));
    value = json_page_text(text, true);
    ck_assert_uint_eq(json_string_length(value), 6);
    ck_assert_mem_eq(json_string_value(value),
                     "\xc3\xbf\x00"
                     "a\xc2\x80",
                     6);
    json_decref(value);
}
END_TEST

static void expect_words(const char *words, const char *wanted)
{
    json_t *value = json_page_words(words);

    ck_assert_pstr_eq(json_string_value(value), wanted);
    json_decref(value);
}

START_TEST(words_are_always_a_string_or_null)
{
    expect_words(NULL, NULL);
    expect_words("", "");
    expect_words("caf\xc3\xa9", "caf\xc3\xa9");
    expect_words("caf\xe9", "caf\xc3\xa9");
}
END_TEST

static void expect_finding(const struct finding *finding, const char *wanted)
{
    json_t *object = finding_json(finding);
    char *text = json_dumps(object, JSON_COMPACT);

    ck_assert_str_eq(text, wanted);
    free(text);
    json_decref(object);
}

START_TEST(finding_has_all_members_always)
{
    struct finding step = {.verdict = VERDICT_FAIL,
                           .level = LEVEL_MUST,
                           .subject = SIDE_CLIENT,
                           .spec = "RFC 959 5.4",
                           .requirement = "asked",
                           .at = {"a.exchange", 13, 1},
                           .expected = "C> USER {user}",
                           .seen = "FIN"};
    struct finding rule = {.rule = "FTP-CLIENT-QUIT",
                           .verdict = VERDICT_WARN,
                           .level = LEVEL_PRACTICE,
                           .subject = SIDE_SERVER,
                           .packets = {7, UINT64_C(5000000000)},
                           .packet_count = 2};

    expect_finding(&step, "{\"rule\":null,\"level\":\"MUST\",\"verdict\":\"FAIL\","
                          "\"subject\":\"client\",\"rfc\":\"RFC 959 5.4\","
                          "\"requirement\":\"asked\",\"packets\":[],\"script\":\"a.exchange\","
                          "\"line\":13,\"expected\":\"C> USER {user}\",\"seen\":\"FIN\"}");
    expect_finding(&rule, "{\"rule\":\"FTP-CLIENT-QUIT\",\"level\":\"practice\","
                          "\"verdict\":\"WARN\",\"subject\":\"server\",\"rfc\":null,"
                          "\"requirement\":null,\"packets\":[7,5000000000],\"script\":null,"
                          "\"line\":null,\"expected\":null,\"seen\":null}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_page");
    TCase *all = tcase_create("json_page");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(all, page_is_written_while_it_comes_to_be);
    tcase_add_test(all, lists_of_objects_are_unrolled);
    tcase_add_test(all, text_that_is_no_utf8_keeps_its_octets);
    tcase_add_test(all, words_are_always_a_string_or_null);
    tcase_add_test(all, finding_has_all_members_always);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
