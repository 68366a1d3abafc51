#include <check.h>
#include <netinet/in.h>
#include <string.h>

#include "base/endpoint.h"

static char text[ENDPOINT_TEXT];

static struct endpoint at(const char *addr, uint16_t port)
{
    struct endpoint endpoint;

    ck_assert_msg(endpoint_parse(addr, port, &endpoint), "%s is no address", addr);
    return endpoint;
}

START_TEST(both_families_are_written_as_usual)
{
    struct endpoint four = at("192.0.2.1", 21), six = at("2001:db8::1", 65535), none = {0};

    ck_assert_str_eq(endpoint_format(&four, text), "192.0.2.1:21");
    ck_assert_str_eq(endpoint_format(&six, text), "[2001:db8::1]:65535");
    ck_assert_str_eq(endpoint_addr(&six, text), "2001:db8::1");
    ck_assert_str_eq(endpoint_addr(&none, text), "-");
}
END_TEST

static const char *const no_address[] = {"", "localhost", "192.0.2", "192.0.2.256", "[::1]", "::g"};

START_TEST(a_name_is_no_address)
{
    struct endpoint endpoint;

    ck_assert(!endpoint_parse(no_address[_i], 21, &endpoint));
}
END_TEST

START_TEST(equal_looks_at_address_and_port)
{
    struct endpoint a = at("192.0.2.1", 21), b = at("192.0.2.1", 20), c = at("192.0.2.2", 21);

    ck_assert(endpoint_equal(&a, &a));
    ck_assert(!endpoint_equal(&a, &b));
    ck_assert(endpoint_same_addr(&a, &b));
    ck_assert(!endpoint_same_addr(&a, &c));
}
END_TEST

START_TEST(a_socket_address_comes_back_as_it_was)
{
    struct endpoint four = at("192.0.2.1", 2121), six = at("2001:db8::1", 5000), back;
    struct sockaddr_storage storage;

    ck_assert_uint_eq(endpoint_to_sockaddr(&four, &storage), sizeof(struct sockaddr_in));
    endpoint_from_sockaddr((const struct sockaddr *)&storage, &back);
    ck_assert(endpoint_equal(&four, &back));
    ck_assert_uint_eq(endpoint_to_sockaddr(&six, &storage), sizeof(struct sockaddr_in6));
    endpoint_from_sockaddr((const struct sockaddr *)&storage, &back);
    ck_assert(endpoint_equal(&six, &back));
}
END_TEST

START_TEST(a_mapped_address_is_the_ipv4_address)
{
    struct endpoint mapped = at("::ffff:192.0.2.1", 21), four = at("192.0.2.1", 21), back;
    struct sockaddr_storage storage;

    endpoint_to_sockaddr(&mapped, &storage);
    endpoint_from_sockaddr((const struct sockaddr *)&storage, &back);
    ck_assert(endpoint_equal(&back, &four));
}
END_TEST

START_TEST(another_family_is_no_endpoint)
{
    struct sockaddr_storage storage = {.ss_family = AF_UNIX};
    struct endpoint back = at("192.0.2.1", 21);

    endpoint_from_sockaddr((const struct sockaddr *)&storage, &back);
    ck_assert_uint_eq(back.family, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("endpoint");
    TCase *all = tcase_create("endpoint");
    SRunner *runner;
    int failed;

    tcase_add_test(all, both_families_are_written_as_usual);
    tcase_add_loop_test(all, a_name_is_no_address, 0,
                        (int)(sizeof no_address / sizeof *no_address));
    tcase_add_test(all, equal_looks_at_address_and_port);
    tcase_add_test(all, a_socket_address_comes_back_as_it_was);
    tcase_add_test(all, a_mapped_address_is_the_ipv4_address);
    tcase_add_test(all, another_family_is_no_endpoint);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
