#include "exchange/exchange.h"

#include <string.h>

#include "tests/exchange/script.h"

START_TEST(commands_and_replies_are_steps_in_order)
{
    loaded("C> USER {user}\nS> 331 Password, please.\nC? PASS x\nS? 230\n");
    ck_assert_uint_eq(exchange->step_count, 4);
    ck_assert_int_eq(step(0)->speaker, SIDE_CLIENT);
    ck_assert_int_eq(step(0)->kind, STEP_LINE);
    ck_assert(!step(0)->optional);
    assert_bytes_eq(step(0)->lines[0].source, "USER {user}");
    ck_assert_int_eq(step(1)->speaker, SIDE_SERVER);
    ck_assert_uint_eq(step(1)->code_count, 1);
    ck_assert_int_eq(step(1)->codes[0], 331);
    ck_assert(step(2)->optional && step(3)->optional);
    ck_assert_uint_eq(step(3)->at.line, 4);
    ck_assert_uint_eq(step(3)->at.column, 1);
}
END_TEST

START_TEST(codes_are_alternatives_and_a_fake_sends_the_first)
{
    loaded("S> 331|230|232 Hello {user}\n");
    ck_assert_uint_eq(step(0)->code_count, 3);
    ck_assert_int_eq(step(0)->codes[1], 230);
    ck_assert_int_eq(step(0)->codes[2], 232);
    assert_bytes_eq(step(0)->lines[0].pieces[0].literal, "331 Hello ");
    assert_bytes_eq(step(0)->lines[0].source, "331|230|232 Hello {user}");
}
END_TEST

START_TEST(a_reply_of_several_lines_is_one_step)
{
    loaded("      C> Feat\n"
           "      S> 211- <any descriptive text>\n"
           "      S>  ...\n"
           "      S>  MDTM\n"
           "      S> 220 not the end\n"
           "      S>\n"
           "\n"
           "      S> 211-also not the end\n"
           "      S> 211 End\n"
           "      S> 211\n");
    ck_assert_uint_eq(exchange->step_count, 3);
    ck_assert_uint_eq(step(1)->line_count, 7);
    ck_assert_uint_eq(step(1)->at.column, 7);
    assert_bytes_eq(step(1)->lines[0].source, "211- <any descriptive text>");
    assert_bytes_eq(step(1)->lines[1].source, " ...");
    assert_bytes_eq(step(1)->lines[4].source, "");
    assert_bytes_eq(step(1)->lines[6].pieces[0].literal, "211 End");
    ck_assert_uint_eq(step(2)->line_count, 1);
}
END_TEST

START_TEST(a_reply_that_may_be_left_out_has_lines_too)
{
    loaded("S? 120-a\nS?  b\nS? 120 c\nS> 220 hi\n");
    ck_assert_uint_eq(exchange->step_count, 2);
    ck_assert(step(0)->optional && !step(1)->optional);
    ck_assert_uint_eq(step(0)->line_count, 3);
}
END_TEST

START_TEST(a_code_alone_ends_a_reply_too)
{
    loaded("S> 211-a\nS> 211\nC> NOOP\n");
    ck_assert_uint_eq(step(0)->line_count, 2);
    ck_assert_uint_eq(exchange->step_count, 2);
}
END_TEST

START_TEST(an_exchange_that_deviates_may_send_no_reply_at_all)
{
    loaded("deviates: yes\nS> hello\nS> 220hello\nC> \n");
    ck_assert_uint_eq(step(0)->code_count, 0);
    assert_bytes_eq(step(0)->lines[0].pieces[0].literal, "hello");
    ck_assert_int_eq(step(1)->codes[0], 220);
    ck_assert_uint_eq(step(2)->lines[0].count, 0);
}
END_TEST

START_TEST(raw_lines_of_data_end_in_CRLF_and_quoted_ones_do_not)
{
    loaded("C> MLSD tmp\nS> 150 open\n"
           "D> type=cdir; /tmp\n\nD>   two blanks \nD>\n"
           "D> \"exact\"\nD> x\"00\"\n"
           "S> 226 done\n");
    ck_assert_uint_eq(exchange->step_count, 4);
    ck_assert_int_eq(step(2)->kind, STEP_DATA);
    ck_assert_int_eq(step(2)->speaker, SIDE_SERVER);
    assert_bytes_eq(step(2)->payload.octets, "type=cdir; /tmp\r\n  two blanks \r\n\r\nexact\0");
}
END_TEST

static const struct {
    const char *command;
    enum side sender;
} senders[] = {
    {"RETR a", SIDE_SERVER}, {"list", SIDE_SERVER},   {"NLST", SIDE_SERVER}, {"MlSd", SIDE_SERVER},
    {"STOR a", SIDE_CLIENT}, {"APPE a", SIDE_CLIENT}, {"STOU", SIDE_CLIENT},
};

START_TEST(the_command_says_who_sends_the_data)
{
    char script[128];

    snprintf(script, sizeof script, "C> %s\nS> 150 go\nC> STAT\nS> 213 x\nD> any\nS> 226\n",
             senders[_i].command);
    loaded(script);
    ck_assert_int_eq(step(4)->kind, STEP_DATA);
    ck_assert_int_eq(step(4)->speaker, senders[_i].sender);
}
END_TEST

START_TEST(any_data_is_not_given_and_nothing_is_empty)
{
    loaded("C> RETR a\nD> any\nC> RETR a\nD> nothing\nC> RETR a\nD> \"any\\r\\n\"\n");
    ck_assert(!step(1)->payload.given);
    ck_assert(step(3)->payload.given);
    ck_assert_uint_eq(step(3)->payload.octets.len, 0);
    assert_bytes_eq(step(5)->payload.octets, "any\r\n");
}
END_TEST

START_TEST(blocks_know_their_ends)
{
    loaded("either\nC> A\nor\nC> B\neither\nC> C\nor\nC> D\nend\nor\nC> E\nend\nC> F\n");
    ck_assert_int_eq(step(0)->kind, STEP_EITHER);
    ck_assert_uint_eq(step(0)->next, 2);
    ck_assert_uint_eq(step(0)->end, 11);
    ck_assert_int_eq(step(2)->kind, STEP_OR);
    ck_assert_uint_eq(step(2)->next, 9);
    ck_assert_uint_eq(step(2)->end, 11);
    ck_assert_uint_eq(step(4)->next, 6);
    ck_assert_uint_eq(step(4)->end, 8);
    ck_assert_uint_eq(step(6)->next, 8);
    ck_assert_int_eq(step(8)->kind, STEP_END);
    ck_assert_uint_eq(step(9)->next, 11);
    ck_assert_int_eq(step(11)->kind, STEP_END);
    ck_assert_uint_eq(step(11)->end, 11);
    ck_assert_int_eq(step(12)->kind, STEP_LINE);
}
END_TEST

START_TEST(datagrams_in_any_order_are_a_block)
{
    loaded("protocol: udp\nC> \"a\"\nany order\nS> \"b\"\nS> \"c\"\nend\nC> \"d\"\n");
    ck_assert_int_eq(step(1)->kind, STEP_ANY_ORDER);
    ck_assert_uint_eq(step(1)->next, 4);
    ck_assert_uint_eq(step(1)->end, 4);
    ck_assert_int_eq(step(3)->kind, STEP_PAYLOAD);
    ck_assert_int_eq(step(4)->kind, STEP_END);
    ck_assert_uint_eq(step(4)->end, 4);
}
END_TEST

static const struct {
    const char *line;
    enum delivery_kind kind;
    int64_t number;
} lines[] = {
    {"! delay 2s", DELIVER_DELAY, 2000000000}, {"! split 1", DELIVER_SPLIT, 1},
    {"! split CR|LF", DELIVER_SPLIT_CRLF, 0},  {"!join", DELIVER_JOIN, 0},
    {"! urgent", DELIVER_URGENT, 0},           {"! urgent 3", DELIVER_URGENT, 3},
    {"! truncate 5", DELIVER_TRUNCATE, 5},
};

START_TEST(deliveries_wait_for_the_next_line)
{
    char script[128];

    snprintf(script, sizeof script, "S> 220 hi\n%s\n! delay 1ms\nC> NOOP\nS> 200\n",
             lines[_i].line);
    loaded(script);
    ck_assert_uint_eq(step(0)->delivery_count, 0);
    ck_assert_uint_eq(step(1)->delivery_count, 2);
    ck_assert_int_eq(step(1)->deliveries[0].kind, lines[_i].kind);
    ck_assert_int_eq(step(1)->deliveries[0].number, lines[_i].number);
    ck_assert_uint_eq(step(1)->deliveries[0].at.line, 2);
    ck_assert_int_eq(step(1)->deliveries[1].kind, DELIVER_DELAY);
    ck_assert_uint_eq(step(2)->delivery_count, 0);
}
END_TEST

static const struct {
    const char *line;
    enum delivery_kind kind;
    int64_t number;
    const char *text;
} datagrams[] = {
    {"! drop", DELIVER_DROP, 0, NULL},
    {"! duplicate", DELIVER_DUPLICATE, 2, NULL},
    {"! duplicate 3", DELIVER_DUPLICATE, 3, NULL},
    {"! swap", DELIVER_SWAP, 0, NULL},
    {"! from port 9999", DELIVER_FROM_PORT, 9999, NULL},
    {"! from address 127.0.0.2", DELIVER_FROM_ADDRESS, 0, "127.0.0.2"},
    {"! from destination", DELIVER_FROM_DESTINATION, 0, NULL},
    {"! from port 0", DELIVER_FROM_PORT, 0, NULL},
    {"! to address 192.0.2.3", DELIVER_TO_ADDRESS, 0, "192.0.2.3"},
    {"! truncate 512", DELIVER_TRUNCATE, 512, NULL},
    {"! forged", DELIVER_FORGED, 0, NULL},
    {"! checksum wrong", DELIVER_CHECKSUM, SUM_WRONG, NULL},
    {"! checksum none", DELIVER_CHECKSUM, SUM_ABSENT, NULL},
    {"! length 7", DELIVER_LENGTH, 7, NULL},
};

START_TEST(datagrams_have_deliveries_of_their_own)
{
    char script[128];

    snprintf(script, sizeof script, "protocol: udp\n%s\nC> \"x\"\n", datagrams[_i].line);
    loaded(script);
    ck_assert_int_eq(step(0)->kind, STEP_PAYLOAD);
    ck_assert_uint_eq(step(0)->delivery_count, 1);
    ck_assert_int_eq(step(0)->deliveries[0].kind, datagrams[_i].kind);
    ck_assert_int_eq(step(0)->deliveries[0].number, datagrams[_i].number);
    if (datagrams[_i].text != NULL)
        ck_assert_str_eq(step(0)->deliveries[0].text, datagrams[_i].text);
}
END_TEST

START_TEST(data_may_come_from_somewhere_else)
{
    loaded("C> RETR a\nS> 150\n! from address 127.0.0.2\n! from port 99\nD> any\n");
    ck_assert_uint_eq(step(2)->delivery_count, 2);
    ck_assert_str_eq(step(2)->deliveries[0].text, "127.0.0.2");
    ck_assert_int_eq(step(2)->deliveries[1].number, 99);
}
END_TEST

START_TEST(data_can_be_cut_off)
{
    loaded("C> RETR a\nS> 150\n! split 1\n! after 100 bytes reset\nD> any\nS> 426\n"
           "C> RETR a\nS> 150\n! after 1 byte close\nD> any\n");
    ck_assert_uint_eq(step(2)->delivery_count, 2);
    ck_assert_int_eq(step(2)->deliveries[1].kind, DELIVER_AFTER_RESET);
    ck_assert_int_eq(step(2)->deliveries[1].number, 100);
    ck_assert_int_eq(step(6)->deliveries[0].kind, DELIVER_AFTER_CLOSE);
}
END_TEST

START_TEST(acts_are_steps_of_who_spoke_last)
{
    loaded("S> 220 hi\n! silent 1s\nC> NOOP\n! half-close\n! server reset\nS> 200\n! close\n");
    ck_assert_int_eq(step(1)->kind, STEP_ACT);
    ck_assert_int_eq(step(1)->act.kind, DELIVER_SILENT);
    ck_assert_int_eq(step(1)->act.number, 1000000000);
    ck_assert_int_eq(step(1)->speaker, SIDE_SERVER);
    ck_assert_int_eq(step(3)->act.kind, DELIVER_HALF_CLOSE);
    ck_assert_int_eq(step(3)->speaker, SIDE_CLIENT);
    ck_assert_int_eq(step(4)->act.kind, DELIVER_RESET);
    ck_assert_int_eq(step(4)->speaker, SIDE_SERVER);
    ck_assert_int_eq(step(6)->speaker, SIDE_SERVER);
    ck_assert_uint_eq(step(6)->at.line, 7);
}
END_TEST

START_TEST(streams_have_acts_of_their_own)
{
    loaded("protocol: tcp\nC> \"a\"\n! deaf 300ms\n! client connect\n");
    ck_assert_int_eq(step(1)->act.kind, DELIVER_DEAF);
    ck_assert_int_eq(step(1)->act.number, 300000000);
    ck_assert_int_eq(step(2)->act.kind, DELIVER_CONNECT);
    ck_assert_int_eq(step(2)->speaker, SIDE_CLIENT);
}
END_TEST

START_TEST(acts_before_anybody_spoke_are_the_next_speakers)
{
    loaded("! silent 1s\n! silent 2s\nC> NOOP\n");
    ck_assert_int_eq(step(0)->speaker, SIDE_CLIENT);
    ck_assert_int_eq(step(1)->speaker, SIDE_CLIENT);
    loaded("! silent 1s\nS> 220 hi\n");
    ck_assert_int_eq(step(0)->speaker, SIDE_SERVER);
}
END_TEST

START_TEST(acts_are_the_fakes_where_one_side_alone_is_tested)
{
    loaded("tests: client\nC> RETR a\n! silent 2s\n! close\n");
    ck_assert_int_eq(step(1)->speaker, SIDE_SERVER);
    ck_assert_int_eq(step(2)->speaker, SIDE_SERVER);
    loaded("tests: server\nS> 220 hi\n! close\n");
    ck_assert_int_eq(step(1)->speaker, SIDE_CLIENT);
}
END_TEST

START_TEST(datagrams_are_payloads)
{
    loaded("protocol: udp\ntests: client\nC> any\nS> \"Hi ...\"\nC? x\"00\"\n");
    ck_assert(!step(0)->payload.given);
    ck_assert_int_eq(step(1)->speaker, SIDE_SERVER);
    assert_bytes_eq(step(1)->payload.octets, "Hi ...");
    ck_assert(step(2)->optional);
}
END_TEST

static const struct mistake mistakes[] = {
    {"expct a < b\n", 1, 1, "'expct' is not a step; did you mean 'expect'?"},
    {"C> NOOP\n  c> NOOP\n", 2, 3, "'c>' is not a step; did you mean 'C>'?"},
    {"C>NOOP\n", 1, 3, "one space comes after 'C>'"},
    {"S>220\n", 1, 3, "one space comes after 'S>'"},
    {"C> RETR a\nD>x\n", 2, 3, "one space comes after 'D>'"},
    {"S> hello\n", 1, 4, "three digits"},
    {"S> 22 hello\n", 1, 4, "three digits"},
    {"S> 331|23 x\n", 1, 4, "three digits"},
    {"S> 220hello\n", 1, 7, "after the code comes a space"},
    {"S> 100|101|102|103|104|105|106|107|108 x\n", 1, 4, "at most 8 codes"},
    {"C> USER {usr}\n", 1, 9, "there is no hole '{usr}'; did you mean 'user'?"},
    {"S> 331|230 {usr}\n", 1, 12, "there is no hole"},
    {"S> 211-a\nS> {b}\nS> 211 c\n", 2, 4, "there is no hole '{b}'"},
    {"C> FEAT\n  S> 211-a\nS>  b\nC> NOOP\n", 2, 3, "'211-' is not closed"},
    {"S> 211-a\nS>  b\n", 1, 1, "'211-' is not closed"},
    {"S> 211-a\n! split 1\nS> 211 b\n", 1, 1, "'211-' is not closed"},
    {"S> 211-a\nS? 211 b\n", 1, 1, "'211-' is not closed"},
    {"S? 211-a\nS> 211 b\n", 1, 1, "'211-' is not closed"},
    {"S> 211-a\nexpect client exits 0\nS> 211 b\n", 1, 1, "'211-' is not closed"},
    {"D> x\n", 1, 1, "no command that transfers data comes before"},
    {"C> NOOP\n  D> x\n", 2, 3, "no command that transfers data"},
    {"C> RETR a\nD> any\nD> x\n", 3, 4, "stand alone"},
    {"C> RETR a\nD> x\nD> nothing\n", 3, 4, "stand alone"},
    {"C> RETR a\nD> x\n! delay 1s\nD> y\n", 4, 1, "stand together"},
    {"C> RETR a\nD> \"x\" y\n", 2, 8, "the end of the line"},
    {"protocol: udp\nC> \"x\"\nD> y\n", 3, 1, "only FTP has data connections"},
    {"protocol: udp\nS> any\n", 2, 4, "cannot send 'any'"},
    {"either\nC> A\n", 1, 1, "'end' is missing"},
    {"either\nC> A\nend\n", 1, 1, "at least one 'or'"},
    {"C> A\n or\n", 2, 2, "'or' stands in no block"},
    {"C> A\nend\n", 2, 1, "'end' ends no block"},
    {"either now\n", 1, 8, "the end of the line"},
    {"! \nC> A\n", 1, 3, "'!' is followed by what to do"},
    {"! dely 2s\nC> A\n", 1, 3, "'dely' is no delivery; did you mean 'delay'?"},
    {"! delay\nC> A\n", 1, 8, "a time such as 2s"},
    {"! delay 2\nC> A\n", 1, 9, "'2' stands where a time"},
    {"! split 0\nC> A\n", 1, 9, "a number of octets"},
    {"! split CR\nC> A\n", 1, 9, "CR|LF"},
    {"! join now\nC> A\n", 1, 8, "the end of the line"},
    {"! server delay 1s\nC> A\n", 1, 1, "leave the side out"},
    {"! after 10 reset\nC> A\n", 1, 12, "'bytes'"},
    {"! after 10 bytes\nC> A\n", 1, 17, "'reset' or 'close'"},
    {"! delay 1s\n", 1, 1, "acts on the line that follows"},
    {"! delay 1s\n! close\nC> A\n", 1, 1, "'! silent' is what waits"},
    {"! delay 1s\neither\nC> A\nor\nC> B\nend\n", 1, 1, "a block stands there"},
    {"! drop\nC> A\n", 1, 1, "'! drop' is about datagrams"},
    {"! from port 9\nC> A\n", 1, 1, "'! from' is about datagrams (protocol: udp), or the data"},
    {"! urgent 0\nC> A\n", 1, 10, "the number of the octet that is urgent"},
    {"! after 1 byte reset\nC> A\n", 1, 1, "a D> line follows it"},
    {"protocol: udp\n! split 1\nC> \"a\"\n", 2, 1, "'! split' is about"},
    {"protocol: udp\nC> \"a\"\n! half-close\n", 3, 1, "'! half-close' is about"},
    {"protocol: udp\nC> \"a\"\n! deaf 1s\n", 3, 1, "streams (protocol: tcp)"},
    {"protocol: tcp\n! forged\nC> \"a\"\n", 2, 1, "'! forged' is about datagrams"},
    {"protocol: tcp\nC> \"a\"\n! server connect\n", 3, 1, "it is the client that connects"},
    {"protocol: udp\n! from 99\nC> \"a\"\n", 2, 8, "'destination'"},
    {"protocol: udp\n! from port 65536\nC> \"a\"\n", 2, 13, "a port"},
    {"protocol: udp\n! to port 7\nC> \"a\"\n", 2, 6, "'address 192.0.2.3'"},
    {"protocol: udp\n! checksum 0\nC> \"a\"\n", 2, 12, "'wrong' or 'none'"},
    {"protocol: udp\n! length 65536\nC> \"a\"\n", 2, 10, "the length"},
    {"protocol: udp\nany\nC> \"a\"\nend\n", 2, 4, "'order'"},
    {"protocol: tcp\nany order\nC> \"a\"\nC> \"b\"\nend\n", 2, 1, "about datagrams"},
    {"protocol: udp\nany order\nC> \"a\"\nC> \"b\"\n", 2, 1, "'end' is missing"},
    {"protocol: udp\nany order\nC> \"a\"\nor\nC> \"b\"\nend\n", 4, 1, "'or' stands in no block"},
    {"protocol: udp\nany order\nC> \"a\"\nend\n", 2, 1, "stand 2 to 64 datagrams"},
    {"protocol: udp\nany order\nend\n", 2, 1, "stand 2 to 64 datagrams"},
    {"protocol: udp\nany order\nC> \"a\"\nS> \"b\"\nend\n", 4, 1, "of one side alone"},
    {"protocol: udp\nany order\nC> \"a\"\nC? \"b\"\nend\n", 4, 1, "none that may be left out"},
    {"protocol: udp\nany order\nC> \"a\"\n! silent 1s\nend\n", 4, 1, "of one side alone"},
    {"protocol: udp\nany order\neither\nC> \"a\"\nor\nC> \"b\"\nend\nend\n", 3, 1,
     "stands no other block"},
    {"protocol: udp\n! from address localhost\nC> \"a\"\n", 2, 16, "in numbers"},
    {"protocol: udp\n! duplicate 1\nC> \"a\"\n", 2, 13, "copies"},
};

START_TEST(bad_steps_are_named_with_their_place)
{
    refused(&mistakes[_i]);
}
END_TEST

static void add_conversation(Suite *suite)
{
    TCase *tcase = tcase_create("conversation");

    tcase_add_checked_fixture(tcase, NULL, unload);
    tcase_add_test(tcase, commands_and_replies_are_steps_in_order);
    tcase_add_test(tcase, codes_are_alternatives_and_a_fake_sends_the_first);
    tcase_add_test(tcase, a_reply_of_several_lines_is_one_step);
    tcase_add_test(tcase, a_reply_that_may_be_left_out_has_lines_too);
    tcase_add_test(tcase, a_code_alone_ends_a_reply_too);
    tcase_add_test(tcase, an_exchange_that_deviates_may_send_no_reply_at_all);
    tcase_add_test(tcase, raw_lines_of_data_end_in_CRLF_and_quoted_ones_do_not);
    tcase_add_loop_test(tcase, the_command_says_who_sends_the_data, 0,
                        sizeof senders / sizeof *senders);
    tcase_add_test(tcase, any_data_is_not_given_and_nothing_is_empty);
    tcase_add_test(tcase, blocks_know_their_ends);
    tcase_add_test(tcase, datagrams_in_any_order_are_a_block);
    tcase_add_test(tcase, datagrams_are_payloads);
    suite_add_tcase(suite, tcase);
}

static void add_delivery(Suite *suite)
{
    TCase *tcase = tcase_create("delivery");

    tcase_add_checked_fixture(tcase, NULL, unload);
    tcase_add_loop_test(tcase, deliveries_wait_for_the_next_line, 0, sizeof lines / sizeof *lines);
    tcase_add_loop_test(tcase, datagrams_have_deliveries_of_their_own, 0,
                        sizeof datagrams / sizeof *datagrams);
    tcase_add_test(tcase, data_may_come_from_somewhere_else);
    tcase_add_test(tcase, data_can_be_cut_off);
    tcase_add_test(tcase, acts_are_steps_of_who_spoke_last);
    tcase_add_test(tcase, streams_have_acts_of_their_own);
    tcase_add_test(tcase, acts_before_anybody_spoke_are_the_next_speakers);
    tcase_add_test(tcase, acts_are_the_fakes_where_one_side_alone_is_tested);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("steps");
    TCase *bad = tcase_create("bad");

    add_conversation(suite);
    add_delivery(suite);
    tcase_add_loop_test(bad, bad_steps_are_named_with_their_place, 0,
                        sizeof mistakes / sizeof *mistakes);
    suite_add_tcase(suite, bad);
    return run_suite(suite);
}
