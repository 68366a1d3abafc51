#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "play/loop.h"

static struct loop *loop;
static int left[2], right[2]; /* two pairs of connected sockets */
static unsigned calls, seen;
static char order[16];
static size_t order_len;

static void set_up(void)
{
    struct diag why;

    ck_assert_int_eq(loop_new(&loop, &why), OK);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, left), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, right), 0);
    calls = seen = 0;
    order_len = 0;
}

static void tear_down(void)
{
    loop_free(loop);
    close(left[0]);
    close(left[1]);
    close(right[0]);
    close(right[1]);
}

static void count(void *ctx, int fd, unsigned events)
{
    (void)ctx;
    (void)fd;
    calls++;
    seen = events;
}

static void note(void *ctx)
{
    order[order_len++] = *(const char *)ctx;
    order[order_len] = '\0';
}

static void put(int fd)
{
    ck_assert_int_eq(write(fd, "x", 1), 1);
}

START_TEST(a_readable_descriptor_is_told_until_it_is_read)
{
    char octet;

    loop_watch(loop, left[0], LOOP_READ, count, NULL);
    loop_turn(loop, 0);
    ck_assert_uint_eq(calls, 0);
    put(left[1]);
    loop_turn(loop, -1);
    loop_turn(loop, 0);
    ck_assert_uint_eq(calls, 2);
    ck_assert_uint_eq(seen, LOOP_READ);
    ck_assert_int_eq(read(left[0], &octet, 1), 1);
    loop_turn(loop, 0);
    ck_assert_uint_eq(calls, 2);
}
END_TEST

START_TEST(a_second_watch_changes_what_is_watched)
{
    put(left[1]);
    loop_watch(loop, left[0], LOOP_READ, count, NULL);
    loop_watch(loop, left[0], LOOP_WRITE, count, NULL);
    loop_turn(loop, -1);
    ck_assert_uint_eq(calls, 1);
    ck_assert_uint_eq(seen, LOOP_WRITE);
}
END_TEST

START_TEST(a_watch_for_nothing_hears_not_even_the_hang_up)
{
    loop_watch(loop, left[0], LOOP_READ, count, NULL);
    loop_watch(loop, left[0], 0, count, NULL);
    close(left[1]);
    loop_turn(loop, 0);
    ck_assert_uint_eq(calls, 0);
    loop_watch(loop, left[0], LOOP_READ, count, NULL);
    loop_turn(loop, 0);
    ck_assert_uint_eq(calls, 1);
    left[1] = dup(left[0]);
}
END_TEST

START_TEST(a_hang_up_is_told_to_who_only_reads)
{
    loop_watch(loop, left[0], LOOP_READ, count, NULL);
    close(left[1]);
    loop_turn(loop, -1);
    ck_assert_uint_eq(seen, LOOP_READ | LOOP_HANGUP);
    left[1] = dup(left[0]);
}
END_TEST

START_TEST(a_half_close_is_told_to_who_asks_for_it)
{
    loop_watch(loop, left[0], LOOP_HANGUP, count, NULL);
    loop_turn(loop, 0);
    ck_assert_uint_eq(calls, 0);
    shutdown(left[1], SHUT_WR);
    loop_turn(loop, -1);
    ck_assert_uint_eq(seen, LOOP_HANGUP);
}
END_TEST

/* A connected pair of TCP sockets on loopback. */
static void connect_pair(int pair[2])
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t room = sizeof addr;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(listener, (struct sockaddr *)&addr, sizeof addr), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&addr, &room), 0);
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(pair[0], (struct sockaddr *)&addr, sizeof addr), 0);
    pair[1] = accept(listener, NULL, NULL);
    ck_assert_int_ge(pair[1], 0);
    close(listener);
}

START_TEST(urgent_data_is_told)
{
    int pair[2];

    connect_pair(pair);
    loop_watch(loop, pair[0], LOOP_URGENT, count, NULL);
    ck_assert_int_eq(send(pair[1], "!", 1, MSG_OOB), 1);
    loop_turn(loop, CLOCK_SECOND);
    ck_assert_uint_eq(seen, LOOP_URGENT);
    loop_forget(loop, pair[0]);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

static void forget_other(void *ctx, int fd, unsigned events)
{
    (void)events;
    calls++;
    loop_forget(loop, fd);
    loop_forget(loop, *(int *)ctx);
}

START_TEST(a_watch_that_a_callback_removed_is_not_called_in_the_same_turn)
{
    put(left[1]);
    put(right[1]);
    loop_watch(loop, left[0], LOOP_READ, forget_other, &right[0]);
    loop_watch(loop, right[0], LOOP_READ, forget_other, &left[0]);
    loop_turn(loop, -1);
    loop_turn(loop, 0);
    ck_assert_uint_eq(calls, 1);
}
END_TEST

/* Closes the other readable descriptor and watches a new, silent one that gets its number. */
static void reuse_other(void *ctx, int fd, unsigned events)
{
    int other = *(int *)ctx, silent;

    (void)events;
    loop_forget(loop, fd);
    loop_forget(loop, other);
    close(other);
    silent = socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(dup2(silent, other), other);
    if (silent != other)
        close(silent);
    loop_watch(loop, other, LOOP_READ, count, NULL);
}

START_TEST(an_event_of_a_closed_descriptor_does_not_reach_its_number_s_next_owner)
{
    put(left[1]);
    put(right[1]);
    loop_watch(loop, left[0], LOOP_READ, reuse_other, &right[0]);
    loop_watch(loop, right[0], LOOP_READ, reuse_other, &left[0]);
    loop_turn(loop, -1);
    loop_turn(loop, 0);
    ck_assert_uint_eq(calls, 0);
}
END_TEST

static void watch_many(void *ctx, int fd, unsigned events)
{
    int high = fcntl(left[1], F_DUPFD, *(int *)ctx);

    (void)events;
    loop_forget(loop, fd);
    loop_watch(loop, high, LOOP_WRITE, count, NULL);
    loop_turn(loop, 0);
    loop_forget(loop, high);
    close(high);
}

START_TEST(the_table_may_grow_and_a_turn_be_made_inside_a_callback)
{
    struct rlimit limit;
    int high;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    high = limit.rlim_cur > 900 ? 900 : (int)limit.rlim_cur - 1;
    put(left[1]);
    loop_watch(loop, left[0], LOOP_READ, watch_many, &high);
    loop_turn(loop, -1);
    ck_assert_uint_eq(calls, 1);
    ck_assert_uint_eq(seen, LOOP_WRITE);
}
END_TEST

/* Times in the past are all due at once, however slow the machine. */
START_TEST(timers_are_called_in_the_order_of_their_times)
{
    loop_after(loop, -1 * CLOCK_SECOND, note, "c");
    loop_after(loop, -3 * CLOCK_SECOND, note, "a");
    loop_after(loop, -2 * CLOCK_SECOND, note, "b");
    loop_after(loop, INT64_MAX, note, "never");
    loop_turn(loop, -1);
    ck_assert_str_eq(order, "abc");
}
END_TEST

START_TEST(timers_of_one_moment_are_called_in_the_order_of_their_making)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

    for (size_t i = 0; i < 8; i++)
        loop_after(loop, -CLOCK_SECOND * 1000000, note, (void *)(uintptr_t)names[i]);
    loop_turn(loop, -1);
    ck_assert_str_eq(order, "abcdefgh");
}
END_TEST

START_TEST(a_timer_is_never_early_and_hardly_late)
{
    int64_t from = clock_now(), late = 0, best = INT64_MAX;

    for (int i = 0; i < 20; i++) {
        int64_t due = clock_now() + 200000;

        order_len = 0;
        loop_after(loop, 200000, note, "x");
        while (order_len == 0)
            loop_turn(loop, -1);
        late = clock_now() - due;
        ck_assert_int_ge(late, 0);
        best = late < best ? late : best;
    }
    /* epoll_wait() alone would round up to a whole millisecond. */
    ck_assert_int_lt(best, 700000);
    ck_assert_int_ge(clock_now() - from, 20 * 200000);
}
END_TEST

START_TEST(a_turn_waits_no_longer_than_it_may)
{
    int64_t from = clock_now();

    loop_after(loop, 3600 * CLOCK_SECOND, note, "x");
    loop_turn(loop, CLOCK_MS);
    ck_assert_int_ge(clock_now() - from, CLOCK_MS);
    ck_assert_int_lt(clock_now() - from, 10 * CLOCK_SECOND);
    ck_assert_uint_eq(order_len, 0);
}
END_TEST

static struct loop_timer *other, *self;

static void cancel_other(void *ctx)
{
    note(ctx);
    loop_cancel(loop, other);
    loop_cancel(loop, self);
    loop_cancel(loop, NULL);
}

START_TEST(a_callback_may_cancel_timers_and_its_own)
{
    self = loop_after(loop, 0, cancel_other, "a");
    other = loop_after(loop, 0, note, "b");
    loop_after(loop, 0, note, "c");
    loop_turn(loop, -1);
    ck_assert_str_eq(order, "ac");
}
END_TEST

static void again(void *ctx)
{
    note(ctx);
    loop_after(loop, 0, again, ctx);
}

START_TEST(a_timer_that_makes_another_does_not_hold_the_turn)
{
    loop_after(loop, 0, again, "x");
    loop_turn(loop, -1);
    ck_assert_str_eq(order, "x");
    loop_turn(loop, -1);
    ck_assert_str_eq(order, "xx");
}
END_TEST

/* Against a plain sorted list: whatever is taken out in between, the rest comes in order. */
START_TEST(many_timers_stay_in_order_when_some_are_cancelled)
{
    static char names[10] = "0123456789";
    struct loop_timer *timers[100];
    uint32_t state = (uint32_t)_i * 2654435761u + 1;

    for (int i = 0; i < 100; i++) {
        state = state * 1664525u + 1013904223u;
        timers[i] = loop_after(loop, 3600 * CLOCK_SECOND + (int64_t)(state >> 8), note, names);
    }
    for (int i = 0; i < 10; i++)
        loop_after(loop, -(i + 1) * CLOCK_SECOND, note, &names[9 - i]);
    for (int i = 0; i < 100; i++)
        loop_cancel(loop, timers[(i * 37) % 100]);
    loop_turn(loop, -1);
    ck_assert_str_eq(order, "0123456789");
}
END_TEST

/* Makes epoll_pwait2 fail as on a kernel that does not have it. */
static bool forbid_pwait2(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
           prctl(PR_SET_SECCOMP, (unsigned long)SECCOMP_MODE_FILTER, &program) == 0;
}

START_TEST(without_epoll_pwait2_timers_and_descriptors_work_as_well)
{
    int64_t from = clock_now();

    if (!forbid_pwait2())
        return;
    loop_after(loop, 300000, note, "x");
    while (order_len == 0)
        loop_turn(loop, CLOCK_SECOND);
    ck_assert_int_ge(clock_now() - from, 300000);
    put(left[1]);
    loop_watch(loop, left[0], LOOP_READ, count, NULL);
    loop_turn(loop, CLOCK_SECOND);
    ck_assert_uint_eq(calls, 1);
}
END_TEST

static Suite *loop_suite(void)
{
    Suite *suite = suite_create("loop");
    TCase *watches = tcase_create("watches");
    TCase *timers = tcase_create("timers");

    tcase_add_checked_fixture(watches, set_up, tear_down);
    tcase_add_test(watches, a_readable_descriptor_is_told_until_it_is_read);
    tcase_add_test(watches, a_second_watch_changes_what_is_watched);
    tcase_add_test(watches, a_watch_for_nothing_hears_not_even_the_hang_up);
    tcase_add_test(watches, a_hang_up_is_told_to_who_only_reads);
    tcase_add_test(watches, a_half_close_is_told_to_who_asks_for_it);
    tcase_add_test(watches, urgent_data_is_told);
    tcase_add_test(watches, a_watch_that_a_callback_removed_is_not_called_in_the_same_turn);
    tcase_add_test(watches, an_event_of_a_closed_descriptor_does_not_reach_its_number_s_next_owner);
    tcase_add_test(watches, the_table_may_grow_and_a_turn_be_made_inside_a_callback);
    tcase_add_checked_fixture(timers, set_up, tear_down);
    tcase_add_test(timers, timers_are_called_in_the_order_of_their_times);
    tcase_add_test(timers, timers_of_one_moment_are_called_in_the_order_of_their_making);
    tcase_add_test(timers, a_timer_is_never_early_and_hardly_late);
    tcase_add_test(timers, a_turn_waits_no_longer_than_it_may);
    tcase_add_test(timers, a_callback_may_cancel_timers_and_its_own);
    tcase_add_test(timers, a_timer_that_makes_another_does_not_hold_the_turn);
    tcase_add_loop_test(timers, many_timers_stay_in_order_when_some_are_cancelled, 0, 8);
    tcase_add_test(timers, without_epoll_pwait2_timers_and_descriptors_work_as_well);
    suite_add_tcase(suite, watches);
    suite_add_tcase(suite, timers);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(loop_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
