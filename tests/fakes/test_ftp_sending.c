#include "fakes/ftp_sending.h"

#include <stdio.h>

#include "loopback.h"

#define NO_END UINT64_MAX

static int pair[2]; /* what is pushed into [0] comes out of [1] */
static struct ftp_sending sending;
static uint64_t moved;

static void setup(void)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    moved = 0;
}

static void teardown(void)
{
    close(pair[0]);
    if (pair[1] >= 0)
        close(pair[1]);
}

static struct ftp_data_source octets(const char *text)
{
    return (struct ftp_data_source){.octets = bytes_of(text), .fd = -1};
}

static enum ftp_pushed push(uint64_t most)
{
    return ftp_sending_push(&sending, pair[0], most, &moved);
}

static void expect(const char *text)
{
    char got[64] = "";
    ssize_t len = recv(pair[1], got, sizeof got - 1, 0);

    ck_assert_int_eq(len < 0 ? 0 : len, (ssize_t)strlen(text));
    ck_assert_str_eq(got, text);
}

START_TEST(octets_go_out_whole)
{
    struct ftp_data_source source = octets("0123456789");

    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_ALL);
    ck_assert_uint_eq(moved, 10);
    ck_assert(!ftp_sending_stands_still(&sending));
    expect("0123456789");
}
END_TEST

/* Offsets into ten octets, and what is sent. */
static const struct {
    uint64_t offset;
    const char *sent;
} restarts[] = {{0, "0123456789"}, {3, "3456789"}, {9, "9"}, {10, ""}, {11, ""}};

START_TEST(restart_sends_the_rest)
{
    struct ftp_data_source source = octets("0123456789");

    source.offset = restarts[_i].offset;
    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_ALL);
    ck_assert_uint_eq(moved, strlen(restarts[_i].sent));
    expect(restarts[_i].sent);
}
END_TEST

START_TEST(file_restarts_the_same)
{
    FILE *file = tmpfile();
    struct ftp_data_source source = {.offset = restarts[_i].offset};

    ck_assert_ptr_nonnull(file);
    fputs("0123456789", file);
    fflush(file);
    source.fd = fileno(file);
    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_ALL);
    ck_assert_uint_eq(moved, strlen(restarts[_i].sent));
    expect(restarts[_i].sent);
    fclose(file);
}
END_TEST

START_TEST(first_stands_still_and_goes_on)
{
    struct ftp_data_source source = octets("0123456789");

    source.first = 4;
    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_ALL);
    ck_assert(ftp_sending_stands_still(&sending));
    expect("0123");
    ftp_sending_go_on(&sending);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_ALL);
    ck_assert(!ftp_sending_stands_still(&sending));
    expect("456789");
}
END_TEST

START_TEST(end_is_held_behind_first)
{
    struct ftp_data_source source = octets("0123456789");

    source.first = 4;
    source.hold_open = true;
    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_ALL);
    ftp_sending_go_on(&sending);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_ALL);
    ck_assert_uint_eq(moved, 10);
    ck_assert(ftp_sending_stands_still(&sending));
    ftp_sending_go_on(&sending);
    ck_assert(!ftp_sending_stands_still(&sending));
}
END_TEST

START_TEST(nothing_goes_past_the_most)
{
    struct ftp_data_source source = octets("0123456789");

    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(6), FTP_PUSHED_ALL);
    ck_assert_uint_eq(moved, 6);
    expect("012345");
    ck_assert_int_eq(push(6), FTP_PUSHED_ALL);
    ck_assert_uint_eq(moved, 6);
}
END_TEST

/* One write a piece: a socket of packets keeps them apart. */
START_TEST(split_says_how_much_a_write_takes)
{
    struct delivery split = {.kind = DELIVER_SPLIT, .number = 4};
    struct ftp_data_source source = octets("0123456789");

    teardown();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
    source.deliveries = &split;
    source.delivery_count = 1;
    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_ALL);
    expect("0123");
    expect("4567");
    expect("89");
}
END_TEST

START_TEST(full_socket_takes_some)
{
    size_t len = 16u << 20;
    char *much = calloc(1, len);
    struct ftp_data_source source = {.octets = {much, len}, .fd = -1};

    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_SOME);
    ck_assert_uint_gt(moved, 0);
    ck_assert_uint_lt(moved, len);
    free(much);
}
END_TEST

START_TEST(nobody_there_is_lost)
{
    struct ftp_data_source source = octets("0123456789");

    close(pair[1]);
    pair[1] = -1;
    ftp_sending_init(&sending, &source);
    ck_assert_int_eq(push(NO_END), FTP_PUSHED_LOST);
    ck_assert_uint_eq(moved, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_sending");
    TCase *tcase = tcase_create("sending");
    SRunner *runner;
    int restart_count = (int)(sizeof restarts / sizeof restarts[0]), failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, octets_go_out_whole);
    tcase_add_loop_test(tcase, restart_sends_the_rest, 0, restart_count);
    tcase_add_loop_test(tcase, file_restarts_the_same, 0, restart_count);
    tcase_add_test(tcase, first_stands_still_and_goes_on);
    tcase_add_test(tcase, end_is_held_behind_first);
    tcase_add_test(tcase, nothing_goes_past_the_most);
    tcase_add_test(tcase, split_says_how_much_a_write_takes);
    tcase_add_test(tcase, full_socket_takes_some);
    tcase_add_test(tcase, nobody_there_is_lost);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
