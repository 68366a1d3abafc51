#include <check.h>
#include <string.h>

#include "support/wiretext.h"

#define OPENED                                                                                     \
    "S> 220 Ready.\nC> TYPE I\nS> 200 OK.\nC> PASV\nS> 227 (192,0,2,1,156,65)\nC> RETR a\n"        \
    "S> 150 Here.\n"
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct timeline_options options;
static struct timeline *session;

static void set_up(void)
{
    options = (struct timeline_options){.hash_payload = true};
    session = NULL;
}

static void tear_down(void)
{
    timeline_free(session);
}

static void take(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    ck_assert_ptr_null(session);
    session = timeline;
}

static const struct timeline_sink sink = {NULL, take};

/* The data connection of the session that `lines` describe. */
static const struct timeline_flow *transfer_of(const char *lines)
{
    struct diag why;

    ck_assert_msg(wiretext_feed(bytes_of(lines), &options, &sink, &why) == OK, "%s", why.text);
    ck_assert_ptr_nonnull(session);
    ck_assert_uint_eq(session->flow_count, 2);
    return &session->flows[1];
}

/* Its hash in hexadecimal; "none" where it has none. */
static const char *hash_of(const char *lines)
{
    static char text[65];
    const struct timeline_flow *flow = transfer_of(lines);

    if (!flow->has_hash)
        return "none";
    for (size_t i = 0; i < sizeof flow->sha256; i++)
        snprintf(text + 2 * i, 3, "%02x", flow->sha256[i]);
    return text;
}

static const struct {
    const char *lines, *hash;
} transfers[] = {
    {OPENED "data passive 40001 S \"abc\"\n", SHA256_ABC},
    {OPENED "data passive 40001 S \"a\" S \"bc\"\n", SHA256_ABC},
    {OPENED "data passive 40001 C \"abc\"\n", SHA256_ABC},
    {OPENED "data passive 40001\n", SHA256_NOTHING},
    {OPENED "open passive 40001\n! twice\nsend S \"abc\"\nclose\n", SHA256_ABC},
    {OPENED "open passive 40001\n! split 1 1\n! swap\nsend S \"abc\"\nclose\n", SHA256_ABC},
    {OPENED "open passive 40001\n! lost\nsend S \"abc\"\nsend S \"abc\"\nclose\n", "none"},
    {OPENED "open passive 40001\nsend S \"abc\"\nsend C \"abc\"\nclose\n", "none"},
    {"snaplen 90\n" OPENED "data passive 40001 S 100*\"abc\"\n", "none"},
    {OPENED "open passive 40001 middle\nsend S \"abc\"\nclose\n", "none"},
};

START_TEST(hash_is_of_all_that_one_side_sent_or_there_is_none)
{
    const char *hash = hash_of(transfers[_i].lines);

    ck_assert_msg(strcmp(hash, transfers[_i].hash) == 0, "%s\nhas %s", transfers[_i].lines, hash);
}
END_TEST

START_TEST(hash_is_of_what_is_too_long_to_keep)
{
    const struct timeline_flow *flow = transfer_of(OPENED "data passive 40001 S 1000000*\"a\"\n");

    ck_assert_uint_eq(flow->octets[SIDE_SERVER], 1000000);
    ck_assert(flow->has_hash); /* FIPS 180-2, B.3 */
    ck_assert_uint_eq(flow->sha256[0], 0xcd);
    ck_assert_uint_eq(flow->sha256[31], 0xd0);
}
END_TEST

START_TEST(nothing_is_hashed_that_nobody_asked_for)
{
    options.hash_payload = false;
    ck_assert(!transfer_of(OPENED "data passive 40001 S \"abc\"\n")->has_hash);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hash");
    TCase *tcase = tcase_create("transfers");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, hash_is_of_all_that_one_side_sent_or_there_is_none, 0,
                        (int)(sizeof transfers / sizeof *transfers));
    tcase_add_test(tcase, hash_is_of_what_is_too_long_to_keep);
    tcase_add_test(tcase, nothing_is_hashed_that_nobody_asked_for);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
