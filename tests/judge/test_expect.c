/* Expect lines, as they stand in an exchange, held against captures made from text. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge/expect_parts.h"
#include "support/wiretext.h"

#define TIMELINES 4

static struct timeline *timelines[TIMELINES];
static size_t timeline_count;
static struct exchange *exchange;
static struct findings *findings;
static struct evidence evidence;
static struct bindings bindings;
static struct client_end client;

static void take(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    ck_assert_uint_lt(timeline_count, TIMELINES);
    timelines[timeline_count++] = timeline;
}

static void setup(void)
{
    findings = findings_new();
    exchange = NULL;
    timeline_count = 0;
    bindings = (struct bindings){.port = 0};
    client = (struct client_end){.known = true, .folder = "."};
    evidence = (struct evidence){
        .iut = SIDE_SERVER, .timelines = timelines, .bindings = &bindings, .client = &client};
}

static void teardown(void)
{
    for (size_t n = 0; n < timeline_count; n++)
        timeline_free(timelines[n]);
    exchange_free(exchange);
    findings_free(findings);
}

static void see(const char *wire)
{
    struct timeline_sink sink = {NULL, take};
    struct diag why = {.code = OK};

    ck_assert_msg(wiretext_feed(bytes_of(wire), NULL, &sink, &why) == OK, "%s", why.text);
}

/* Judge the expect lines `lines` of an exchange of that protocol; returns the number of findings.
 */
static size_t judge(const char *protocol, const char *lines)
{
    struct exchange_places places = {NULL, NULL};
    struct diag why = {.code = OK};
    char text[2000];

    snprintf(text, sizeof text,
             "title: a test\nspec: RFC 959 5.4\nprotocol: %s\ntests: server client\n\n%s\n\n%s\n",
             protocol, strcmp(protocol, "ftp") == 0 ? "C> NOOP\nS> 200 OK" : "C> \"a\"\nS> \"a\"",
             lines);
    ck_assert_msg(exchange_parse(bytes_of(text), "test.exchange", &places, &exchange, &why) == OK,
                  "%u: %s", why.at.line, why.text);
    evidence.exchange = exchange;
    evidence.timeline_count = timeline_count;
    expect_judge(&evidence, findings);
    return findings_count(findings);
}

static const struct finding *first(void)
{
    ck_assert_uint_gt(findings_count(findings), 0);
    return findings_at(findings, 0);
}

/* Packets: 1-3 handshake, 4 220, 5 PASV, 6 227, 7 LIST, 8 150, 9-11 handshake of the data, 12 data,
 * 13 226, 14 data, 15-17 its end, ... */
static const char early_226[] = "S> 220 Ready.\n"
                                "C> PASV\n"
                                "S> 227 Entering Passive Mode (192,0,2,1,156,65).\n"
                                "C> LIST\n"
                                "S> 150 Here.\n"
                                "open passive 40001\n"
                                "send S \"one\\r\\n\"\n"
                                "S> 226 Done.\n"
                                "send S \"two\\r\\n\"\n"
                                "close S\n";

START_TEST(of_alternatives_one_is_enough)
{
    evidence.iut = SIDE_CLIENT;
    client.status = 0;
    ck_assert_uint_eq(
        judge("ftp", "expect output has \"x or y\" or client exits nonzero or client exits 0\n"),
        0);
}
END_TEST

START_TEST(of_alternatives_that_all_fail_each_is_told)
{
    evidence.iut = SIDE_CLIENT;
    client.status = 0;
    ck_assert_uint_eq(judge("ftp", "expect client exits nonzero or client exits 7\n"), 2);
}
END_TEST

START_TEST(an_order_that_holds_gives_nothing)
{
    see(early_226);
    ck_assert_uint_eq(judge("ftp", "expect C:PASV < S:227 < data.syn < data.syn-ack < data.first"),
                      0);
}
END_TEST

START_TEST(a_broken_order_names_both_packets)
{
    see(early_226);
    ck_assert_uint_eq(judge("ftp", "expect data.last < S:226"), 1);
    ck_assert_int_eq(first()->verdict, VERDICT_FAIL);
    ck_assert_str_eq(first()->expected, "S:226 after data.last");
    ck_assert_str_eq(first()->seen, "226 in packet 13, last data in packet 14");
    ck_assert_uint_eq(first()->packets[0], 13);
    ck_assert_uint_eq(first()->packets[1], 14);
    ck_assert_str_eq(first()->at.file, "test.exchange");
    ck_assert_uint_eq(first()->at.line, 9);
    ck_assert_str_eq(first()->spec, "RFC 959 5.4");
}
END_TEST

START_TEST(the_side_that_the_harness_plays_is_not_judged)
{
    evidence.iut = SIDE_CLIENT;
    see(early_226);
    ck_assert_uint_eq(judge("ftp", "expect data.last < S:226\nexpect C:PASV < S:257"), 0);
}
END_TEST

START_TEST(a_missing_reply_is_told_with_the_last_one)
{
    see(early_226);
    ck_assert_uint_eq(judge("ftp", "expect S:226 < S:221"), 1);
    ck_assert_str_eq(first()->expected, "S:221 after S:226");
    ck_assert_str_eq(first()->seen, "no 221; the last reply was 226 in packet 13");
}
END_TEST

START_TEST(a_missing_command_is_the_clients)
{
    see(early_226);
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(judge("ftp", "expect C:QUIT < S:221"), 1);
    ck_assert_str_eq(first()->seen, "no QUIT; the last command was LIST in packet 7");
}
END_TEST

START_TEST(a_capture_that_is_not_complete_is_inconclusive)
{
    see(early_226);
    evidence.incomplete = "the kernel dropped 3 packets";
    ck_assert_uint_eq(judge("ftp", "expect data.last < S:226\nexpect no data#2"), 2);
    ck_assert_int_eq(findings_verdict(findings), VERDICT_INCONCLUSIVE);
    ck_assert_str_eq(first()->seen, "the kernel dropped 3 packets");
}
END_TEST

START_TEST(a_gap_in_the_data_is_inconclusive)
{
    see("S> 220 Ready.\nC> PASV\nS> 227 Entering Passive Mode (192,0,2,1,156,65).\nC> LIST\n"
        "S> 150 Here.\nopen passive 40001\n! lost\nsend S \"one\\r\\n\"\nsend S \"two\\r\\n\"\n"
        "close S\nS> 226 Done.\n");
    ck_assert_uint_eq(judge("ftp", "expect data.last < S:226\nexpect data.bytes == 5"), 2);
    ck_assert_int_eq(findings_at(findings, 0)->verdict, VERDICT_INCONCLUSIVE);
    ck_assert_int_eq(findings_at(findings, 1)->verdict, VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(a_conversation_met_in_its_middle_is_inconclusive)
{
    see("no handshake\nC> NOOP\nS> 200 OK.\n");
    ck_assert_uint_eq(judge("ftp", "expect S:220 < S:200"), 1);
    ck_assert_int_eq(first()->verdict, VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(fields_are_compared)
{
    see(early_226);
    ck_assert_uint_eq(judge("ftp", "expect data.server.port == 40001\n"
                                   "expect data.server.addr == control.server.addr\n"
                                   "expect data.bytes == 10\n"
                                   "expect data.server.octets >= 10\n"
                                   "expect S:226.code == 226"),
                      0);
}
END_TEST

START_TEST(a_field_that_differs_is_told_with_its_value)
{
    see(early_226);
    ck_assert_uint_eq(judge("ftp", "expect data.bytes == 1000"), 1);
    ck_assert_str_eq(first()->expected, "data.bytes == 1000");
    ck_assert_str_eq(first()->seen, "data.bytes is 10 in packet 9");
}
END_TEST

START_TEST(a_hole_is_compared_with_what_it_was_bound_to)
{
    see(early_226);
    bindings.set[HOLE_HOSTPORT] = true;
    ck_assert(endpoint_parse("192.0.2.1", 40002, &bindings.hostport));
    ck_assert_uint_eq(judge("ftp", "expect data.server.port == {hostport.port}"), 1);
    ck_assert_str_eq(first()->seen,
                     "data.server.port is 40001 in packet 9, {hostport.port} is 40002");
}
END_TEST

START_TEST(a_hole_alone_is_the_doing_of_who_says_it)
{
    see(early_226);
    bindings_set(&bindings, HOLE_SIZE, bytes_of("8"));
    ck_assert_uint_eq(judge("ftp", "S> 213 {size}\nexpect {size} == 8"), 0);
    exchange_free(exchange);
    ck_assert_uint_eq(judge("ftp", "S> 213 {size}\nexpect {size} == 9"), 1);
    ck_assert_str_eq(first()->seen, "{size} is 8");
    exchange_free(exchange);
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(judge("ftp", "S> 213 {size}\nexpect {size} == 9"), 1);
}
END_TEST

START_TEST(the_fakes_own_port_does_not_count)
{
    see("S> 220 Ready.\nC> PORT 192,0,2,2,156,65\nS> 200 OK.\nC> LIST\nS> 150 Here.\n"
        "data active 40001 from 192.0.2.1:5555 S \"one\\r\\n\"\nS> 226 Done.\n");
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(judge("ftp", "expect data.server.port == 20"), 0);
    exchange_free(exchange);
    evidence.iut = SIDE_SERVER;
    ck_assert_uint_eq(judge("ftp", "expect data.server.port == 20"), 1);
}
END_TEST

START_TEST(what_must_not_be_there_is_told_where_it_is)
{
    see(early_226);
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(judge("ftp", "expect no C:STOR\nexpect no data#2\nexpect no C:LIST"), 1);
    ck_assert_str_eq(first()->expected, "no C:LIST");
    ck_assert_str_eq(first()->seen, "LIST in packet 7");
}
END_TEST

START_TEST(a_connection_that_was_never_opened_is_told)
{
    see("S> 220 Ready.\nC> PASV\nS> 227 Entering Passive Mode (192,0,2,1,156,65).\n");
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(judge("ftp", "expect S:227 < data.syn"), 1);
    ck_assert_str_eq(first()->seen, "no SYN of the data connection");
}
END_TEST

static const char retries[] =
    "server 192.0.2.1:5001\n"
    "udp C \"a\"\n+999ms\nudp C \"a\"\n+1999ms\nudp C \"a\"\nudp S \"a\"\n";

START_TEST(times_between_datagrams_are_measured)
{
    see(retries);
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(judge("udp", "expect C#2 - C#1 in 0.8s..1.5s\n"
                                   "expect C#3 - C#2 in 1.6s..\n"
                                   "expect C#1.client.port == C#3.client.port\n"
                                   "expect C#1.length == 1"),
                      0);
}
END_TEST

START_TEST(a_time_out_of_its_range_is_told)
{
    see(retries);
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(judge("udp", "expect C#3 - C#2 in ..1.5s"), 1);
    ck_assert_str_eq(first()->expected, "1.5 s at most from C#2 to C#3");
    ck_assert_str_eq(first()->seen, "2 s between C#2 in packet 2 and C#3 in packet 3");
}
END_TEST

START_TEST(events_are_counted_over_all_conversations_in_wire_order)
{
    see("udp 192.0.2.2:1001 > 192.0.2.1:7000 \"a\"\n"
        "udp 192.0.2.2:1002 > 192.0.2.1:7000 \"bb\"\n"
        "udp 192.0.2.2:1001 > 192.0.2.1:7000 \"ccc\"\n");
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(timeline_count, 2);
    ck_assert_uint_eq(judge("udp", "expect C#1.length == 1\nexpect C#2.length == 2\n"
                                   "expect C#3.length == 3\nexpect no C#4\nexpect no flow#3"),
                      0);
}
END_TEST

START_TEST(the_exit_status_of_a_client_is_judged)
{
    evidence.iut = SIDE_CLIENT;
    client.status = 9;
    ck_assert_uint_eq(judge("ftp", "expect client exits nonzero\nexpect client exits 0"), 1);
    ck_assert_str_eq(first()->seen, "it exited 9");
}
END_TEST

START_TEST(a_client_that_crashed_or_was_stopped_never_passes)
{
    evidence.iut = SIDE_CLIENT;
    client.signaled = true;
    client.status = 11;
    ck_assert_uint_eq(judge("ftp", "expect client exits nonzero"), 1);
    ck_assert_ptr_nonnull(strstr(first()->seen, "signal 11"));
    exchange_free(exchange);
    client.stopped_by_us = true;
    ck_assert_uint_eq(judge("ftp", "expect client exits nonzero"), 2);
    ck_assert_ptr_nonnull(strstr(findings_at(findings, 1)->seen, "within its time"));
}
END_TEST

START_TEST(with_a_server_under_test_the_client_is_not_judged)
{
    ck_assert_uint_eq(judge("ftp", "expect client exits 0\nexpect file a == \"x\"\n"
                                   "expect output has \"x\""),
                      0);
}
END_TEST

START_TEST(output_is_searched)
{
    evidence.iut = SIDE_CLIENT;
    client.output = bytes_of("226 Done\n");
    ck_assert_uint_eq(judge("ftp", "expect output has \"226\"\nexpect output has \"550\""), 1);
    ck_assert_str_eq(first()->expected, "the client's output has \"550\"");
}
END_TEST

START_TEST(output_that_should_lack_something_is_searched_too)
{
    evidence.iut = SIDE_CLIENT;
    client.output = bytes_of("226 Done\n");
    ck_assert_uint_eq(judge("ftp", "expect output lacks \"550\"\nexpect output lacks \"Done\""), 1);
    ck_assert_str_eq(first()->expected, "the client's output lacks \"Done\"");
    ck_assert_str_eq(first()->seen, "it is there, from octet 4 on");
}
END_TEST

static void write_file(const char *folder, const char *text)
{
    char path[300];
    FILE *out;

    snprintf(path, sizeof path, "%s/a.txt", folder);
    out = fopen(path, "we");
    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    fclose(out);
}

static void remove_file(const char *folder)
{
    char path[300];

    snprintf(path, sizeof path, "%s/a.txt", folder);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(a_file_is_compared_octet_by_octet)
{
    char folder[] = "expect-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(folder));
    write_file(folder, "one two");
    evidence.iut = SIDE_CLIENT;
    client.folder = folder;
    evidence.server_root = folder;
    judge("ftp", "expect file a.txt == \"one two\"\n"
                 "expect file a.txt == \"one too\"\n"
                 "expect file a.txt == \"one\"\n"
                 "expect file b.txt == \"one\"\n"
                 "expect no file b.txt\n"
                 "expect no file a.txt\n"
                 "expect server file a.txt == \"one two\"\n");
    remove_file(folder);
    ck_assert_uint_eq(findings_count(findings), 4);
    ck_assert_str_eq(findings_at(findings, 0)->seen, "its 7 octets differ from offset 5 on");
    ck_assert_str_eq(findings_at(findings, 1)->seen,
                     "it has 7 octets instead of 3, and differs from offset 3 on");
    ck_assert_str_eq(findings_at(findings, 2)->seen, "no such file");
    ck_assert_str_eq(findings_at(findings, 3)->seen, "it is there, with 7 octets");
}
END_TEST

START_TEST(the_name_of_a_file_is_told_in_utf_8)
{
    char folder[] = "expect-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(folder));
    evidence.iut = SIDE_CLIENT;
    client.folder = folder;
    judge("ftp", "expect file \"f\\xc3\\xbc\\xff\\n\" == \"x\"\n");
    rmdir(folder);
    ck_assert_str_eq(first()->expected, "the client's f\xc3\xbc\\xff\\x0a is the same as \"x\"");
}
END_TEST

START_TEST(a_listing_is_searched)
{
    see(early_226);
    ck_assert_uint_eq(judge("ftp", "expect data has \"one\\r\\n\"\nexpect data has \"three\""), 1);
    ck_assert_int_eq(first()->verdict, VERDICT_FAIL);
    ck_assert_str_eq(first()->expected, "data has \"three\"");
    ck_assert_str_eq(first()->seen, "a listing of 10 octets without it");
    ck_assert_uint_eq(first()->packets[0], 14);
    exchange_free(exchange);
    ck_assert_uint_eq(judge("ftp", "expect data#2 has \"one\""), 2);
    ck_assert_str_eq(findings_at(findings, 1)->seen, "no such data connection");
    exchange_free(exchange);
    evidence.iut = SIDE_CLIENT;
    ck_assert_uint_eq(judge("ftp", "expect data has \"three\""), 2);
}
END_TEST

static const struct {
    const char *line, *seen; /* NULL: it holds */
} texts[] = {
    {"expect data has \"one\\r\\ntwo\"", NULL},
    {"expect data lacks \"three\"", NULL},
    {"expect data lacks \"two\"", "a listing of 10 octets with it"},
    {"expect data#2 lacks \"one\"", NULL},
    {"expect S:227 has \"Passive\"", NULL},
    {"expect S:227 has \"passive\"", "a line of 47 octets without it"},
    {"expect S:227 lacks \"192,0\"", "a line of 47 octets with it"},
    {"expect S:250 has \"one\"", "that was not said"},
    {"expect S:250 lacks \"one\"", NULL},
    {"expect C:LIST has \"pub\"", NULL}, /* the harness's own */
};

START_TEST(a_text_is_looked_for_in_what_was_listed_or_said)
{
    size_t wrong = texts[_i].seen != NULL;

    see(early_226);
    ck_assert_uint_eq(judge("ftp", texts[_i].line), wrong);
    if (wrong != 0)
        ck_assert_str_eq(first()->seen, texts[_i].seen);
}
END_TEST

START_TEST(octets_that_were_not_kept_are_inconclusive)
{
    see("S> 220 Ready.\n"
        "C> PASV\n"
        "S> 227 Entering Passive Mode (192,0,2,1,156,65).\n"
        "C> RETR a\n"
        "S> 150 Here.\n"
        "open passive 40001\n"
        "send S \"one\"\n"
        "close S\n"
        "S> 226 Done.\n");
    ck_assert_uint_eq(judge("ftp", "expect data has \"one\""), 1);
    ck_assert_int_eq(first()->verdict, VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(an_event_can_be_looked_up)
{
    struct event_ref ref = {.channel = CHANNEL_REPLY, .nth = 1, .code = 226};
    struct sighting sighting;

    see(early_226);
    evidence.timeline_count = timeline_count;
    ck_assert(expect_sight(&evidence, &ref, &sighting));
    ck_assert_uint_eq(sighting.event->packet, 13);
    ref = (struct event_ref){.channel = CHANNEL_DATA, .nth = 1, .point = POINT_NONE};
    ck_assert(expect_sight(&evidence, &ref, &sighting));
    ck_assert_uint_eq(sighting.event->packet, 9);
    ck_assert_uint_eq(sighting.flow->server.port, 40001);
    ref.nth = 2;
    ck_assert(!expect_sight(&evidence, &ref, &sighting));
    ck_assert_ptr_null(sighting.flow);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expect");
    TCase *wire = tcase_create("wire"), *end = tcase_create("end");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(wire, setup, teardown);
    tcase_add_test(wire, of_alternatives_one_is_enough);
    tcase_add_test(wire, of_alternatives_that_all_fail_each_is_told);
    tcase_add_test(wire, an_order_that_holds_gives_nothing);
    tcase_add_test(wire, a_broken_order_names_both_packets);
    tcase_add_test(wire, the_side_that_the_harness_plays_is_not_judged);
    tcase_add_test(wire, a_missing_reply_is_told_with_the_last_one);
    tcase_add_test(wire, a_missing_command_is_the_clients);
    tcase_add_test(wire, a_capture_that_is_not_complete_is_inconclusive);
    tcase_add_test(wire, a_gap_in_the_data_is_inconclusive);
    tcase_add_test(wire, a_conversation_met_in_its_middle_is_inconclusive);
    tcase_add_test(wire, fields_are_compared);
    tcase_add_test(wire, a_field_that_differs_is_told_with_its_value);
    tcase_add_test(wire, a_hole_is_compared_with_what_it_was_bound_to);
    tcase_add_test(wire, a_hole_alone_is_the_doing_of_who_says_it);
    tcase_add_test(wire, the_fakes_own_port_does_not_count);
    tcase_add_test(wire, what_must_not_be_there_is_told_where_it_is);
    tcase_add_test(wire, a_connection_that_was_never_opened_is_told);
    tcase_add_test(wire, times_between_datagrams_are_measured);
    tcase_add_test(wire, a_time_out_of_its_range_is_told);
    tcase_add_test(wire, events_are_counted_over_all_conversations_in_wire_order);
    tcase_add_test(wire, an_event_can_be_looked_up);
    tcase_add_test(wire, a_listing_is_searched);
    tcase_add_loop_test(wire, a_text_is_looked_for_in_what_was_listed_or_said, 0,
                        sizeof texts / sizeof texts[0]);
    tcase_add_test(wire, octets_that_were_not_kept_are_inconclusive);
    suite_add_tcase(suite, wire);
    tcase_add_checked_fixture(end, setup, teardown);
    tcase_add_test(end, the_exit_status_of_a_client_is_judged);
    tcase_add_test(end, a_client_that_crashed_or_was_stopped_never_passes);
    tcase_add_test(end, with_a_server_under_test_the_client_is_not_judged);
    tcase_add_test(end, output_is_searched);
    tcase_add_test(end, output_that_should_lack_something_is_searched_too);
    tcase_add_test(end, a_file_is_compared_octet_by_octet);
    tcase_add_test(end, the_name_of_a_file_is_told_in_utf_8);
    suite_add_tcase(suite, end);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
