#include "fakes/plain_peer.h"

#include "fakes/tcp_peer.h"
#include "fakes/udp_peer.h"
#include "stage.h"

static const struct {
    peer_new_fn *make;
    const char *refusal;
    bool has_faults;
} kinds[] = {
    {udp_server_new, "'sulks' is no fault of a udp server", true},
    {udp_client_new, "'sulks' is no fault of a udp client", false},
    {tcp_server_new, "'sulks' is no fault of a tcp server", true},
    {tcp_client_new, "'sulks' is no fault of a tcp client", false},
};

static struct stage stage;

static void setup(void)
{
    stage_init(&stage);
}

static void teardown(void)
{
    stage_fini(&stage);
}

static enum err make_with(peer_new_fn *make, const char *fault, struct diag *why)
{
    const char *const faults[] = {fault, NULL};

    stage.config.faults = faults;
    return make(&stage.config, &stage.peer, why);
}

START_TEST(unknown_fault_is_a_usage_error)
{
    struct diag why;

    ck_assert_int_eq(make_with(kinds[_i].make, "sulks", &why), ERR_USAGE);
    ck_assert_ptr_null(stage.peer);
    ck_assert_ptr_nonnull(strstr(why.text, kinds[_i].refusal));
    if (kinds[_i].has_faults)
        ck_assert_ptr_nonnull(strstr(why.text, "truncate-1024"));
}
END_TEST

START_TEST(only_a_server_truncates)
{
    struct diag why;

    ck_assert_int_eq(make_with(kinds[_i].make, "truncate-1024", &why),
                     kinds[_i].has_faults ? OK : ERR_USAGE);
}
END_TEST

/* --- what is listed -------------------------------------------------------------------------- */

static const struct plain_kind kind = {PROTOCOL_UDP, SIDE_SERVER, "marbles",
                                       sizeof(struct plain_peer), NULL};

static struct plain_peer *plain(void)
{
    struct diag why;
    struct peer *peer;

    ck_assert_int_eq(plain_peer_new(&kind, &stage.config, &peer, &why), OK);
    return (struct plain_peer *)peer;
}

static unsigned count_listed(struct plain_peer *peer, unsigned things)
{
    unsigned listed = 0;

    for (unsigned i = 0; i < things; i++)
        listed += plain_peer_may_list(peer);
    return listed;
}

START_TEST(by_hand_a_thousand_are_listed)
{
    struct plain_peer *peer;

    stage.config.exchange = NULL;
    peer = plain();
    ck_assert_uint_eq(count_listed(peer, 1000), 1000);
    ck_assert_uint_eq(transcript_count(stage.transcript), 0);
    ck_assert_uint_eq(count_listed(peer, 1000), 0);
    ck_assert_uint_eq(transcript_count(stage.transcript), 1);
    ck_assert(loopback_noted(stage.transcript, "further marbles are not listed"));
    free(peer);
}
END_TEST

START_TEST(script_lists_all)
{
    struct plain_peer *peer = plain();

    ck_assert_uint_eq(count_listed(peer, 2000), 2000);
    ck_assert_uint_eq(transcript_count(stage.transcript), 0);
    free(peer);
}
END_TEST

static TCase *making_case(void)
{
    TCase *tcase = tcase_create("making");
    int count = (int)(sizeof kinds / sizeof kinds[0]);

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, unknown_fault_is_a_usage_error, 0, count);
    tcase_add_loop_test(tcase, only_a_server_truncates, 0, count);
    return tcase;
}

static TCase *listing_case(void)
{
    TCase *tcase = tcase_create("what is listed");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, by_hand_a_thousand_are_listed);
    tcase_add_test(tcase, script_lists_all);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("plain_peer");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, making_case());
    suite_add_tcase(suite, listing_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
