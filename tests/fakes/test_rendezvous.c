#include "fakes/rendezvous.h"

#include <stdio.h>

#include "loopback.h"

static struct loop *loop;
static struct rendezvous *meeting;
static struct rendezvous_end end;
static unsigned met, failed, turned_away;
static char how[64];
static int other; /* the other side's socket; -1: none */

static void has_met(void *ctx, const struct rendezvous_end *told)
{
    (void)ctx;
    met++;
    end = *told;
    rendezvous_free(meeting);
    meeting = NULL;
}

static void has_failed(void *ctx, const char *told)
{
    (void)ctx;
    failed++;
    snprintf(how, sizeof how, "%s", told);
    rendezvous_free(meeting);
    meeting = NULL;
}

static void was_turned_away(void *ctx, const struct endpoint *local, const struct endpoint *remote)
{
    (void)ctx;
    ck_assert_uint_ne(local->port, remote->port);
    turned_away++;
}

static void setup(void)
{
    struct diag why;

    ck_assert_int_eq(loop_new(&loop, &why), OK);
    meeting = NULL;
    end = (struct rendezvous_end){.fd = -1};
    met = failed = turned_away = 0;
    other = -1;
}

static void teardown(void)
{
    rendezvous_free(meeting);
    if (end.fd >= 0)
        close(end.fd);
    if (other >= 0)
        close(other);
    loop_free(loop);
}

static struct rendezvous_config config(int64_t timeout)
{
    return (struct rendezvous_config){.loop = loop,
                                      .timeout = timeout,
                                      .met = has_met,
                                      .failed = has_failed,
                                      .turned_away = was_turned_away};
}

static struct endpoint listen_with(const struct rendezvous_config *with)
{
    struct endpoint at = loopback_endpoint(0), bound;
    struct diag why;

    ck_assert_int_eq(rendezvous_listen(with, &at, &meeting, &bound, &why), OK);
    ck_assert_uint_ne(bound.port, 0);
    return bound;
}

static enum err connect_with(const struct rendezvous_config *with, const char *from,
                             const struct endpoint *to, struct diag *why)
{
    struct endpoint at = {0};

    if (from != NULL)
        ck_assert(endpoint_parse(from, 0, &at));
    return rendezvous_connect(with, &at, to, &meeting, why);
}

static bool has(void *ctx)
{
    return *(unsigned *)ctx > 0;
}

static void until(unsigned *counter)
{
    ck_assert_msg(loopback_turn(loop, has, counter), "it did not happen");
}

/* --- listening ------------------------------------------------------------------------------- */

START_TEST(listener_meets_who_comes)
{
    struct rendezvous_config with = config(CLOCK_SECOND);
    struct endpoint at = listen_with(&with), name;

    other = loopback_connect(&at);
    name = loopback_name(other);
    until(&met);
    ck_assert(endpoint_equal(&end.local, &at));
    ck_assert(endpoint_equal(&end.remote, &name));
    ck_assert(!end.reset);
}
END_TEST

START_TEST(listener_is_gone_once_it_has_met)
{
    struct rendezvous_config with = config(CLOCK_SECOND);
    struct endpoint at = listen_with(&with);
    struct sockaddr_storage name;
    socklen_t len = endpoint_to_sockaddr(&at, &name);
    int second = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    other = loopback_connect(&at);
    until(&met);
    ck_assert_int_eq(connect(second, (struct sockaddr *)&name, len), -1);
    close(second);
}
END_TEST

START_TEST(listener_waits_on_after_a_stranger)
{
    struct rendezvous_config with = config(CLOCK_SECOND);
    struct endpoint at;
    char octet;
    int stranger;

    ck_assert(endpoint_parse("127.0.0.9", 0, &with.only_from));
    at = listen_with(&with);
    stranger = loopback_connect(&at);
    until(&turned_away);
    ck_assert_int_eq(recv(stranger, &octet, 1, 0), 0);
    close(stranger);
    ck_assert_uint_eq(met + failed, 0);
    ck_assert_ptr_nonnull(meeting);
}
END_TEST

START_TEST(listener_gives_up_in_time)
{
    struct rendezvous_config with = config(2 * CLOCK_MS);

    listen_with(&with);
    until(&failed);
    ck_assert_str_eq(how, "no connection in time");
}
END_TEST

START_TEST(patient_listener_gives_up_once_it_is_told_to_wait)
{
    struct rendezvous_config with = config(CLOCK_MS);

    with.patient = true;
    listen_with(&with);
    for (unsigned i = 0; i < 3; i++)
        loop_turn(loop, 2 * CLOCK_MS);
    ck_assert_uint_eq(failed, 0);
    rendezvous_await(meeting);
    until(&failed);
}
END_TEST

/* The time is not lengthened by asking again. */
START_TEST(second_await_changes_nothing)
{
    struct rendezvous_config with = config(2 * CLOCK_MS);

    with.patient = true;
    listen_with(&with);
    for (unsigned i = 0; i < 1000 && failed == 0; i++) {
        rendezvous_await(meeting);
        loop_turn(loop, CLOCK_MS / 2);
    }
    ck_assert_uint_eq(failed, 1);
}
END_TEST

START_TEST(taken_port_is_an_error_of_ours)
{
    struct rendezvous_config with = config(CLOCK_SECOND);
    struct endpoint at, bound;
    struct diag why;

    other = loopback_bind(SOCK_STREAM, &at);
    ck_assert_int_eq(rendezvous_listen(&with, &at, &meeting, &bound, &why), ERR_SYSTEM);
    ck_assert_ptr_null(meeting);
    ck_assert_ptr_nonnull(strstr(why.text, "cannot listen at 127.0.0.1"));
}
END_TEST

/* --- connecting ------------------------------------------------------------------------------ */

START_TEST(connecting_end_meets_the_listener)
{
    struct rendezvous_config with = config(CLOCK_SECOND);
    struct endpoint at;
    struct diag why;
    char text[ENDPOINT_TEXT];

    other = loopback_bind(SOCK_STREAM, &at);
    ck_assert_int_eq(connect_with(&with, "127.0.0.5", &at, &why), OK);
    ck_assert_uint_eq(met, 0); /* told from the loop */
    until(&met);
    ck_assert(endpoint_equal(&end.remote, &at));
    ck_assert_str_eq(endpoint_addr(&end.local, text), "127.0.0.5");
}
END_TEST

START_TEST(refusal_is_told_as_such)
{
    struct rendezvous_config with = config(CLOCK_SECOND);
    struct endpoint at;
    struct diag why;

    close(loopback_bind(SOCK_STREAM, &at));
    ck_assert_int_eq(connect_with(&with, NULL, &at, &why), OK);
    ck_assert_uint_eq(failed, 0);
    until(&failed);
    ck_assert_str_eq(how, "refused");
}
END_TEST

/* The other side's queue is full: its SYN is never answered. */
START_TEST(silence_is_told_in_time)
{
    struct rendezvous_config with = config(2 * CLOCK_MS);
    int fillers[4];
    struct endpoint at;
    struct sockaddr_storage name;
    struct diag why;
    socklen_t len;

    other = loopback_bind(SOCK_STREAM, &at);
    ck_assert_int_eq(listen(other, 0), 0);
    len = endpoint_to_sockaddr(&at, &name);
    for (unsigned i = 0; i < 4; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fillers[i], (struct sockaddr *)&name, len);
    }
    ck_assert_int_eq(connect_with(&with, NULL, &at, &why), OK);
    until(&failed);
    ck_assert_str_eq(how, "no connection in time");
    for (unsigned i = 0; i < 4; i++)
        close(fillers[i]);
}
END_TEST

START_TEST(reset_before_the_look_is_a_meeting_that_says_so)
{
    struct rendezvous_config with = config(CLOCK_SECOND);
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    struct endpoint at;
    struct diag why;
    int accepted;

    other = loopback_bind(SOCK_STREAM, &at);
    ck_assert_int_eq(connect_with(&with, NULL, &at, &why), OK);
    accepted = accept(other, NULL, NULL);
    ck_assert_int_ge(accepted, 0);
    setsockopt(accepted, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(accepted);
    until(&met);
    ck_assert(end.reset);
}
END_TEST

START_TEST(address_that_is_not_ours_is_an_error_of_ours)
{
    struct rendezvous_config with = config(CLOCK_SECOND);
    struct endpoint at;
    struct diag why;

    other = loopback_bind(SOCK_STREAM, &at);
    ck_assert_int_eq(connect_with(&with, "203.0.113.9", &at, &why), ERR_SYSTEM);
    ck_assert_ptr_null(meeting);
    ck_assert_ptr_nonnull(strstr(why.text, "cannot bind to 203.0.113.9"));
}
END_TEST

START_TEST(freed_in_time_it_tells_nothing)
{
    struct rendezvous_config with = config(CLOCK_MS);

    listen_with(&with);
    rendezvous_free(meeting);
    meeting = NULL;
    for (unsigned i = 0; i < 3; i++)
        loop_turn(loop, CLOCK_MS);
    ck_assert_uint_eq(met + failed, 0);
}
END_TEST

static TCase *listening_case(void)
{
    TCase *tcase = tcase_create("listening");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, listener_meets_who_comes);
    tcase_add_test(tcase, listener_is_gone_once_it_has_met);
    tcase_add_test(tcase, listener_waits_on_after_a_stranger);
    tcase_add_test(tcase, listener_gives_up_in_time);
    tcase_add_test(tcase, patient_listener_gives_up_once_it_is_told_to_wait);
    tcase_add_test(tcase, second_await_changes_nothing);
    tcase_add_test(tcase, taken_port_is_an_error_of_ours);
    tcase_add_test(tcase, freed_in_time_it_tells_nothing);
    return tcase;
}

static TCase *connecting_case(void)
{
    TCase *tcase = tcase_create("connecting");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, connecting_end_meets_the_listener);
    tcase_add_test(tcase, refusal_is_told_as_such);
    tcase_add_test(tcase, silence_is_told_in_time);
    tcase_add_test(tcase, reset_before_the_look_is_a_meeting_that_says_so);
    tcase_add_test(tcase, address_that_is_not_ours_is_an_error_of_ours);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("rendezvous");
    SRunner *runner;
    int failures;

    suite_add_tcase(suite, listening_case());
    suite_add_tcase(suite, connecting_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures > 0;
}
