/* What is looked at as it comes: the form of data, TLS, urgent octets; and what is not told of them
 * where octets are missing. */
#include <check.h>
#include <stdlib.h>

#include "support/wiretext.h"

#define ROOM 4
#define LOGIN                                                                                      \
    "S> 220 Ready.\nC> USER anonymous\nS> 331 Password.\nC> PASS me@example.com\nS> 230 In.\n"
#define BLOCKS                                                                                     \
    LOGIN "C> MODE B\nS> 200 OK.\nC> PASV\n"                                                       \
          "S> 227 Entering Passive Mode (192,0,2,1,156,65).\nC> RETR a\nS> 150 Here.\n"            \
          "open passive 40001\n"
#define CLIENT_HELLO "16030100050100000100"
#define SERVER_HELLO                                                                               \
    "160303002a020000260303"                                                                       \
    "1111111111111111111111111111111111111111111111111111111111111111"                             \
    "00c02f00"
#define DATA "1403030001011703030003616263"

static struct timeline *timelines[ROOM];
static size_t count;

static void keep(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    ck_assert_uint_lt(count, ROOM);
    timelines[count++] = timeline;
}

static void tear_down(void)
{
    while (count > 0)
        timeline_free(timelines[--count]);
}

static const struct timeline *session(const char *lines)
{
    const struct timeline_sink sink = {NULL, keep};
    struct diag why;

    ck_assert_msg(wiretext_feed(bytes_of(lines), NULL, &sink, &why) == OK, "%u:%u: %s", why.at.line,
                  why.at.column, why.text);
    ck_assert_uint_ge(count, 1);
    return timelines[0];
}

static const struct timeline_flow *data_of(const char *lines)
{
    const struct timeline *timeline = session(lines);

    ck_assert_uint_eq(timeline->flow_count, 2);
    return &timeline->flows[1];
}

static size_t events_of(const struct timeline *timeline, enum event_kind kind)
{
    size_t found = 0;

    for (size_t n = 0; n < timeline->event_count; n++)
        found += timeline->events[n].kind == kind;
    return found;
}

/* --- form --- */

START_TEST(whole_blocks_end_where_the_file_does)
{
    const struct timeline_flow *flow =
        data_of(BLOCKS "send S x\"0000036f6e65\"\nsend S x\"400000\"\nclose S\nS> 226 Done.\n");

    ck_assert_int_eq(flow->form.form, FTP_FORM_BLOCKS);
    ck_assert_int_eq(flow->form.from, SIDE_SERVER);
    ck_assert_int_eq(flow->form.flaw, FTP_FORM_FLAWLESS);
    ck_assert(flow->form.complete);
    ck_assert(flow->form.ends);
}
END_TEST

START_TEST(a_flaw_is_told_with_its_packet_and_octet)
{
    const struct timeline_flow *flow =
        data_of(BLOCKS "send S x\"0000036f6e\"\nsend S x\"65010000\"\nclose S\nS> 226 Done.\n");

    ck_assert_int_eq(flow->form.flaw, FTP_FORM_DESCRIPTOR);
    ck_assert_uint_eq(flow->form.flaw_at, 6);
    ck_assert_uint_eq(flow->form.flaw_packet, flow->last);
    ck_assert(!flow->form.ends);
}
END_TEST

START_TEST(octets_that_come_early_are_read_in_their_place)
{
    const struct timeline_flow *flow = data_of(
        BLOCKS "! split 4\n! swap\nsend S x\"0000036f6e65400000\"\nclose S\nS> 226 Done.\n");

    ck_assert_int_eq(flow->form.flaw, FTP_FORM_FLAWLESS);
    ck_assert(flow->form.ends);
}
END_TEST

START_TEST(nothing_is_complete_where_octets_are_missing)
{
    const struct timeline_flow *flow =
        data_of(BLOCKS "send S x\"000003\"\n! lost\nsend S x\"6f6e65\"\nsend S x\"010000\"\n"
                       "close S\nS> 226 Done.\n");

    ck_assert_int_eq(flow->form.flaw, FTP_FORM_FLAWLESS);
    ck_assert(!flow->form.complete);
}
END_TEST

START_TEST(after_a_lost_reply_no_form_is_known)
{
    const struct timeline_flow *flow =
        data_of(LOGIN "C> MODE B\nS> 200 OK.\nC> NOOP\n! lost\nS> 200 OK.\nC> PASV\n"
                      "S> 227 Entering Passive Mode (192,0,2,1,156,65).\nC> RETR a\n"
                      "S> 150 Here.\ndata passive 40001 S x\"01\"\nS> 226 Done.\n");

    ck_assert_int_eq(flow->form.form, FTP_FORM_PLAIN);
}
END_TEST

/* --- TLS --- */

START_TEST(tls_of_a_data_connection_is_told)
{
    const struct timeline_flow *flow =
        data_of(LOGIN "C> PASV\nS> 227 Entering Passive Mode (192,0,2,1,156,65).\nC> RETR a\n"
                      "S> 150 Here.\nopen passive 40001\nsend C x\"" CLIENT_HELLO "\"\n"
                      "send S x\"" SERVER_HELLO DATA "\"\nclose S\nS> 226 Done.\n");

    ck_assert_ptr_nonnull(flow->tls);
    ck_assert_uint_eq(flow->tls->version, 0x0303);
    ck_assert(flow->tls->side[SIDE_CLIENT].client_hello);
    ck_assert(!flow->tls->side[SIDE_SERVER].client_hello);
    ck_assert_uint_eq(flow->tls->side[SIDE_SERVER].data, flow->last);
    ck_assert(!flow->tls->side[SIDE_SERVER].alert_last);
    ck_assert(flow->tls->side[SIDE_SERVER].whole);
}
END_TEST

START_TEST(tls_with_a_hole_is_not_told)
{
    const struct timeline_flow *flow = data_of(
        LOGIN "C> PASV\nS> 227 Entering Passive Mode (192,0,2,1,156,65).\nC> RETR a\n"
              "S> 150 Here.\nopen passive 40001\nsend C x\"" CLIENT_HELLO "\"\n! lost\n"
              "send S x\"" SERVER_HELLO "\"\nsend S x\"" DATA "\"\nclose S\nS> 226 Done.\n");

    ck_assert_ptr_null(flow->tls);
}
END_TEST

START_TEST(clear_text_behind_tls_is_an_event)
{
    const struct timeline *timeline =
        session("S> 220 Ready.\nC> AUTH TLS\nS> 234 Go on.\nC: x\"" CLIENT_HELLO "\"\n"
                "S: x\"" SERVER_HELLO DATA "\"\nC: x\"" DATA "\"\nC> NOOP\nC> NOOP\n");

    ck_assert_uint_eq(events_of(timeline, EVENT_CLEAR), 1);
    ck_assert_uint_eq(timeline->flows[0].tls->side[SIDE_CLIENT].clear,
                      timeline->flows[0].tls->side[SIDE_CLIENT].data + 1);
    ck_assert_uint_eq(timeline->flows[0].tls->side[SIDE_SERVER].clear, 0);
}
END_TEST

/* --- urgent octets --- */

START_TEST(an_urgent_octet_is_told_with_the_segment_that_brings_it)
{
    const struct timeline *timeline = session(
        LOGIN
        "! urgent 9\nC> NOOP\nS> 200 OK.\n! urgent 6\nC> ABOR\nagain control C\nS> 225 No.\n");

    ck_assert_uint_eq(events_of(timeline, EVENT_URGENT), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("form");
    TCase *seen = tcase_create("as it comes");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(seen, NULL, tear_down);
    tcase_add_test(seen, whole_blocks_end_where_the_file_does);
    tcase_add_test(seen, a_flaw_is_told_with_its_packet_and_octet);
    tcase_add_test(seen, octets_that_come_early_are_read_in_their_place);
    tcase_add_test(seen, nothing_is_complete_where_octets_are_missing);
    tcase_add_test(seen, after_a_lost_reply_no_form_is_known);
    tcase_add_test(seen, tls_of_a_data_connection_is_told);
    tcase_add_test(seen, tls_with_a_hole_is_not_told);
    tcase_add_test(seen, clear_text_behind_tls_is_an_event);
    tcase_add_test(seen, an_urgent_octet_is_told_with_the_segment_that_brings_it);
    suite_add_tcase(suite, seen);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
