#include "exchange/exchange.h"

#include <string.h>

#include "tests/exchange/script.h"

#define SECOND INT64_C(1000000000)

static const struct expectation *expect(const char *text)
{
    char script[512];

    snprintf(script, sizeof script, "expect %s\n", text);
    loaded(script);
    ck_assert_uint_eq(exchange->expect_count, 1);
    return &exchange->expects[0];
}

START_TEST(an_order_names_its_events)
{
    const struct expectation *e = expect("S:227 < data.syn<C:retr#2 < S:150#3");

    ck_assert_int_eq(e->kind, EXPECT_ORDER);
    ck_assert_uint_eq(e->event_count, 4);
    ck_assert_int_eq(e->events[0].channel, CHANNEL_REPLY);
    ck_assert_int_eq(e->events[0].side, SIDE_SERVER);
    ck_assert_int_eq(e->events[0].code, 227);
    ck_assert_uint_eq(e->events[0].nth, 1);
    ck_assert_int_eq(e->events[1].channel, CHANNEL_DATA);
    ck_assert_int_eq(e->events[1].point, POINT_SYN);
    ck_assert_int_eq(e->events[2].channel, CHANNEL_COMMAND);
    ck_assert_str_eq(e->events[2].verb, "RETR");
    ck_assert_uint_eq(e->events[2].nth, 2);
    ck_assert_uint_eq(e->events[3].nth, 3);
    assert_bytes_eq(e->events[3].source, "S:150#3");
    assert_bytes_eq(e->source, "S:227 < data.syn<C:retr#2 < S:150#3");
}
END_TEST

static const struct {
    const char *word;
    enum channel channel;
    enum point point;
    unsigned nth;
} events[] = {
    {"control.syn", CHANNEL_CONTROL, POINT_SYN, 1},
    {"control.syn-ack", CHANNEL_CONTROL, POINT_SYN_ACK, 1},
    {"control.ack", CHANNEL_CONTROL, POINT_ACK, 1},
    {"data.first", CHANNEL_DATA, POINT_FIRST, 1},
    {"data#2.last", CHANNEL_DATA, POINT_LAST, 2},
    {"data#12.fin", CHANNEL_DATA, POINT_FIN, 12},
    {"flow.rst", CHANNEL_FLOW, POINT_RST, 1},
    {"data#2", CHANNEL_DATA, POINT_NONE, 2},
    {"C#3", CHANNEL_DATAGRAM, POINT_NONE, 3},
    {"S#2", CHANNEL_DATAGRAM, POINT_NONE, 2},
    {"C:STOR", CHANNEL_COMMAND, POINT_NONE, 1},
    {"S:426", CHANNEL_REPLY, POINT_NONE, 1},
};

START_TEST(absence_names_one_event)
{
    char text[64];
    const struct expectation *e;

    snprintf(text, sizeof text, "no %s", events[_i].word);
    e = expect(text);
    ck_assert_int_eq(e->kind, EXPECT_ABSENT);
    ck_assert_uint_eq(e->event_count, 1);
    ck_assert_int_eq(e->events[0].channel, events[_i].channel);
    ck_assert_int_eq(e->events[0].point, events[_i].point);
    ck_assert_uint_eq(e->events[0].nth, events[_i].nth);
    if (events[_i].word[1] == ':' || events[_i].word[1] == '#')
        ck_assert_int_eq(e->events[0].side, events[_i].word[0] == 'C' ? SIDE_CLIENT : SIDE_SERVER);
}
END_TEST

static const struct {
    const char *text;
    int64_t least, most;
} intervals[] = {
    {"C#2 - C#1 in 0.8s..1.5s", 800000000, 1500000000},
    {"C#2 - C#1 in 1s..", SECOND, INT64_MAX},
    {"C#2 - C#1 in ..250ms", 0, 250000000},
    {"C#2 - C#1 in 1m..2m", 60 * SECOND, 120 * SECOND},
};

START_TEST(an_interval_is_between_the_earlier_and_the_later)
{
    const struct expectation *e = expect(intervals[_i].text);

    ck_assert_int_eq(e->kind, EXPECT_INTERVAL);
    ck_assert_uint_eq(e->event_count, 2);
    ck_assert_uint_eq(e->events[0].nth, 1);
    ck_assert_uint_eq(e->events[1].nth, 2);
    ck_assert_int_eq(e->least, intervals[_i].least);
    ck_assert_int_eq(e->most, intervals[_i].most);
}
END_TEST

START_TEST(fields_belong_to_an_event_and_an_end)
{
    const struct expectation *e = expect("data#2.server.port == {hostport.port}");

    ck_assert_int_eq(e->kind, EXPECT_FIELD);
    ck_assert_int_eq(e->comparison, COMPARE_EQ);
    ck_assert_int_eq(e->left.kind, OPERAND_FIELD);
    ck_assert_int_eq(e->left.field, FIELD_PORT);
    ck_assert_int_eq(e->left.end, SIDE_SERVER);
    ck_assert_int_eq(e->left.event.channel, CHANNEL_DATA);
    ck_assert_uint_eq(e->left.event.nth, 2);
    assert_bytes_eq(e->left.source, "data#2.server.port");
    ck_assert_int_eq(e->right.kind, OPERAND_HOLE_PORT);
    ck_assert_int_eq(e->right.hole, HOLE_HOSTPORT);
}
END_TEST

static const struct {
    const char *text;
    enum field_name field;
    bool by_end;
    enum side end;
} fields[] = {
    {"data.bytes", FIELD_OCTETS, false, SIDE_CLIENT},
    {"data.octets", FIELD_OCTETS, false, SIDE_CLIENT},
    {"data.client.octets", FIELD_OCTETS, true, SIDE_CLIENT},
    {"data.server.bytes", FIELD_OCTETS, true, SIDE_SERVER},
    {"flow.octets", FIELD_OCTETS, false, SIDE_CLIENT},
    {"control.client.port", FIELD_PORT, true, SIDE_CLIENT},
    {"C#1.length", FIELD_LENGTH, false, SIDE_CLIENT},
    {"C#1.bytes", FIELD_LENGTH, false, SIDE_CLIENT},
    {"S#2.server.port", FIELD_PORT, true, SIDE_SERVER},
    {"C:RETR.length", FIELD_LENGTH, false, SIDE_CLIENT},
};

START_TEST(each_event_has_its_fields)
{
    char text[64];
    const struct expectation *e;

    snprintf(text, sizeof text, "%s != 20", fields[_i].text);
    e = expect(text);
    ck_assert_int_eq(e->kind, EXPECT_FIELD);
    ck_assert_int_eq(e->left.field, fields[_i].field);
    ck_assert_int_eq(e->left.by_end, fields[_i].by_end);
    ck_assert_int_eq(e->left.end, fields[_i].end);
    ck_assert_int_eq(e->comparison, COMPARE_NE);
    ck_assert_int_eq(e->right.kind, OPERAND_NUMBER);
    ck_assert_int_eq(e->right.number, 20);
}
END_TEST

static const struct {
    const char *text;
    enum comparison comparison;
} comparisons[] = {
    {"20 == data.server.port", COMPARE_EQ}, {"20 != data.server.port", COMPARE_NE},
    {"20 < data.server.port", COMPARE_LT},  {"20<=data.server.port", COMPARE_LE},
    {"20 > data.server.port", COMPARE_GT},  {"20 >=data.server.port", COMPARE_GE},
};

START_TEST(fields_are_compared_in_six_ways)
{
    const struct expectation *e = expect(comparisons[_i].text);

    ck_assert_int_eq(e->kind, EXPECT_FIELD);
    ck_assert_int_eq(e->comparison, comparisons[_i].comparison);
}
END_TEST

START_TEST(addresses_texts_and_holes_are_operands)
{
    ck_assert_str_eq(expect("data.server.addr == 192.0.2.1")->right.text, "192.0.2.1");
    ck_assert_str_eq(expect("data.server.addr == ::1")->right.text, "::1");
    ck_assert_str_eq(expect("data.server.addr == \"192.0.2.1\"")->right.text, "192.0.2.1");
    ck_assert_int_eq(expect("{size} == 1830")->left.hole, HOLE_SIZE);
    ck_assert_int_eq(expect("data.server.addr == {hostport.addr}")->right.kind, OPERAND_HOLE_ADDR);
    ck_assert_int_eq(expect("data.client.port == {eprt.port}")->right.hole, HOLE_EPRT);
    ck_assert_int_eq(expect("data.server.port == {port}")->right.kind, OPERAND_HOLE);
}
END_TEST

START_TEST(what_a_client_leaves_behind_is_expected)
{
    const struct expectation *e = expect("client exits 0");

    ck_assert_int_eq(e->kind, EXPECT_EXIT);
    ck_assert_int_eq(e->exit_code, 0);
    ck_assert_int_eq(expect("client exits nonzero")->exit_code, -1);
    e = expect("output has \"230 \"");
    ck_assert_int_eq(e->kind, EXPECT_OUTPUT);
    assert_bytes_eq(e->content.octets, "230 ");
    e = expect("output lacks \"550 \"");
    ck_assert_int_eq(e->kind, EXPECT_OUTPUT_LACKS);
    assert_bytes_eq(e->content.octets, "550 ");
    e = expect("file \"two words\" == \"x\\n\"");
    ck_assert_int_eq(e->kind, EXPECT_FILE);
    ck_assert_str_eq(e->file, "two words");
    assert_bytes_eq(e->content.octets, "x\n");
    e = expect("no file 2003.pdf");
    ck_assert_int_eq(e->kind, EXPECT_NO_FILE);
    ck_assert_str_eq(e->file, "2003.pdf");
}
END_TEST

START_TEST(what_a_listing_holds_is_expected)
{
    const struct expectation *e = expect("data#2 has \"a.txt\\r\\n\"");

    ck_assert_int_eq(e->kind, EXPECT_HAS);
    ck_assert_uint_eq(e->event_count, 1);
    ck_assert_int_eq(e->events[0].channel, CHANNEL_DATA);
    ck_assert_uint_eq(e->events[0].nth, 2);
    assert_bytes_eq(e->content.octets, "a.txt\r\n");
    e = expect("S:257#2 lacks x\"0d\"");
    ck_assert_int_eq(e->kind, EXPECT_LACKS);
    ck_assert_int_eq(e->events[0].channel, CHANNEL_REPLY);
    ck_assert_uint_eq(e->events[0].nth, 2);
    assert_bytes_eq(e->content.octets, "\r");
}
END_TEST

START_TEST(what_a_server_holds_is_expected)
{
    const struct expectation *e = expect("server file pub/a==random 9 seed 2");

    ck_assert_int_eq(e->kind, EXPECT_SERVER_FILE);
    ck_assert_str_eq(e->file, "pub/a");
    ck_assert_uint_eq(e->content.octets.len, 9);
    e = expect("no server file pub/a");
    ck_assert_int_eq(e->kind, EXPECT_NO_SERVER_FILE);
    ck_assert_uint_eq(e->at.line, 1);
    ck_assert_uint_eq(e->at.column, 1);
}
END_TEST

static const struct mistake mistakes[] = {
    {"expect\n", 1, 7, "the line ends where"},
    {"expect client\n", 1, 14, "'exits'"},
    {"expect client exit 0\n", 1, 15, "'exits'"},
    {"expect client exits 256\n", 1, 21, "0 to 255"},
    {"expect client exits zero\n", 1, 21, "nonzero"},
    {"expect client exits 0 1\n", 1, 23, "the end of the line"},
    {"expect output \"x\"\n", 1, 15, "'has'"},
    {"expect output has x\n", 1, 19, "\"text\""},
    {"expect data has x\n", 1, 17, "\"text\""},
    {"expect data.last has \"x\"\n", 1, 8, "'data has'"},
    {"expect control has \"x\"\n", 1, 8, "'data has'"},
    {"expect data.bytes has \"x\"\n", 1, 8, "'data has'"},
    {"expect data has \"x\" y\n", 1, 21, "the end of the line"},
    {"expect file a = \"x\"\n", 1, 15, "'=='"},
    {"expect file == \"x\"\n", 1, 13, "the name of a file"},
    {"expect server fil a == \"x\"\n", 1, 15, "'file'"},
    {"expect no server\n", 1, 17, "'file'"},
    {"expect no\n", 1, 10, "the line ends"},
    {"expect no 20\n", 1, 11, "an event stands here"},
    {"expect no data.bytes\n", 1, 11, "an event stands here"},
    {"expect dat.syn < S:150\n", 1, 8, "'dat' is no event; did you mean 'data'?"},
    {"expect data.sin < S:150\n", 1, 13, "'sin' is nothing that 'data' has; did you mean 'syn'?"},
    {"expect data.client < S:150\n", 1, 19, "'.port', '.addr' or '.octets'"},
    {"expect data.client.prot == 1\n", 1, 20, "did you mean 'port'?"},
    {"expect data.port == 1\n", 1, 13, "'port' is nothing that 'data' has"},
    {"expect C:RETR.syn < S:150\n", 1, 15, "'syn' is nothing that 'C:RETR' has"},
    {"expect data#0.syn < S:150\n", 1, 12, "a number from 1"},
    {"expect data#x.syn < S:150\n", 1, 12, "a number from 1"},
    {"expect S:15 < data.syn\n", 1, 10, "three digits"},
    {"expect C: < data.syn\n", 1, 10, "a command"},
    {"expect data.syn.x < S:150\n", 1, 16, "nothing comes after 'data.syn'"},
    {"expect S:150\n", 1, 13, "'<', '=='"},
    {"expect S:150 = S:226\n", 1, 14, "'<', '=='"},
    {"expect S:150 <\n", 1, 15, "the line ends"},
    {"expect S:150 < < S:226\n", 1, 16, "an event, a field"},
    {"expect S:150 < 20\n", 1, 8, "an event is not a value"},
    {"expect S:150 == S:226\n", 1, 8, "an event is not a value"},
    {"expect S:150 < S:226 < data.bytes\n", 1, 24, "an event stands here"},
    {"expect 1 == 2\n", 1, 8, "neither side"},
    {"expect C#2 - C#1\n", 1, 17, "'in'"},
    {"expect C#2 - 5 in 1s..\n", 1, 14, "an event stands here"},
    {"expect 5 - C#2 in 1s..\n", 1, 8, "the time between two events"},
    {"expect C#2 - C#1 in 1s\n", 1, 21, "a range"},
    {"expect C#2 - C#1 in ..\n", 1, 21, "a range"},
    {"expect C#2 - C#1 in 1..2s\n", 1, 21, "'1' is no time"},
    {"expect C#2 - C#1 in 1s..2x\n", 1, 25, "'2x' is no time"},
    {"expect C#2 - C#1 in 2s..1s\n", 1, 21, "ends before it begins"},
    {"expect {hostprt.port} == 20\n", 1, 8, "did you mean 'hostport'?"},
    {"expect {hostport.prt} == 20\n", 1, 18, "'.port' and '.addr'"},
    {"expect {size.port} == 20\n", 1, 14, "only {hostport}"},
    {"expect {size == 20\n", 1, 8, "there is no hole"},
    {"expect a.b.c.d == data.server.addr\n", 1, 8, "'a' is no event"},
    {"expect C#1 < C#2 < C#3 < C#4 < C#5 < C#6 < C#7 < C#8 < C#9 < C#10 < C#11 < C#12 < C#13\n", 1,
     83, "at most 12 events"},
};

START_TEST(bad_expectations_are_named_with_their_place)
{
    refused(&mistakes[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expect_parse");
    TCase *good = tcase_create("good"), *bad = tcase_create("bad");

    tcase_add_checked_fixture(good, NULL, unload);
    tcase_add_test(good, an_order_names_its_events);
    tcase_add_loop_test(good, absence_names_one_event, 0, sizeof events / sizeof *events);
    tcase_add_loop_test(good, an_interval_is_between_the_earlier_and_the_later, 0,
                        sizeof intervals / sizeof *intervals);
    tcase_add_test(good, fields_belong_to_an_event_and_an_end);
    tcase_add_loop_test(good, each_event_has_its_fields, 0, sizeof fields / sizeof *fields);
    tcase_add_loop_test(good, fields_are_compared_in_six_ways, 0,
                        sizeof comparisons / sizeof *comparisons);
    tcase_add_test(good, addresses_texts_and_holes_are_operands);
    tcase_add_test(good, what_a_client_leaves_behind_is_expected);
    tcase_add_test(good, what_a_server_holds_is_expected);
    tcase_add_test(good, what_a_listing_holds_is_expected);
    tcase_add_loop_test(bad, bad_expectations_are_named_with_their_place, 0,
                        sizeof mistakes / sizeof *mistakes);
    suite_add_tcase(suite, good);
    suite_add_tcase(suite, bad);
    return run_suite(suite);
}
