/* Which data connection belongs to which announcement, and to which command. */
#include "timeline_rig.h"

START_TEST(passive_data_is_tied_to_its_227_and_its_command)
{
    feed(LOGIN "C> PASV\n"
               "S> 227 (192,0,2,1,156,65)\n"
               "C> LIST\n"
               "S> 150 Here.\n"
               "data passive 40001 S \"one\\r\\n\"\n"
               "S> 226 Done.\n");
    has("flow 1 data 192.0.2.2:50001 > 192.0.2.1:40001 opener=client PASV 192.0.2.1:40001 "
        "by=#9 command=#11 octets=0/5 payload=5\n");
    has("#9 6 0 server REPLY 227");
    has("#11 7 0 client COMMAND \"LIST");
}
END_TEST

START_TEST(a_connection_before_the_command_belongs_to_it)
{
    feed(LOGIN "C> EPSV\n"
               "S> 229 Extended (|||40001|)\n"
               "open passive 40001\n"
               "C> RETR x\n"
               "S> 150 Here.\n"
               "send S \"abc\"\n"
               "close\n");
    has("EPSV -:40001 by=#9 command=#14 octets=0/3\n");
    has("#14 10 0 client COMMAND \"RETR x");
}
END_TEST

START_TEST(a_connection_of_a_command_that_failed_serves_the_next)
{
    feed(LOGIN "C> PASV\n"
               "S> 227 (192,0,2,1,156,65)\n"
               "open passive 40001\n"
               "C> RETR missing\n"
               "S> 550 No.\n"
               "C> RETR there\n"
               "S> 150 Yes.\n"
               "send S \"abc\"\n"
               "close\n");
    has("command=#18 ");
    has("#18 12 0 client COMMAND \"RETR there");
}
END_TEST

START_TEST(active_data_comes_from_the_server)
{
    feed(LOGIN "C> PORT 192,0,2,2,195,80\n"
               "S> 200 Good.\n"
               "C> STOR x\n"
               "S> 150 Send.\n"
               "data active 50000 C \"abcdef\"\n"
               "S> 226 Done.\n"
               "C> EPRT |1|192.0.2.2|50009|\n"
               "S> 200 Good.\n"
               "C> STOR y\n"
               "data active 50009 C \"gh\"\n");
    has("flow 1 data 192.0.2.2:50000 > 192.0.2.1:20 opener=server PORT 192.0.2.2:50000 by=#7 "
        "command=#11 octets=6/0\n");
    has("EPRT 192.0.2.2:50009");
    has("1 server SYN\n");
    has("1 client SYN-ACK\n");
}
END_TEST

START_TEST(an_address_that_nat_rewrote_is_still_found_by_its_port)
{
    feed(LOGIN "C> PASV\n"
               "S> 227 (10,0,0,7,156,65)\n"
               "C> LIST\n"
               "data passive 40001 S \"x\\r\\n\"\n");
    has("data 192.0.2.2:50001 > 192.0.2.1:40001 opener=client PASV 10.0.0.7:40001");
}
END_TEST

START_TEST(a_third_host_that_was_announced_or_that_connects_is_tied)
{
    feed(LOGIN "C> PORT 192,0,2,9,195,80\n"
               "S> 200 Good.\n"
               "C> LIST\n"
               "open bounce 192.0.2.9:50000 > 192.0.2.1:20 refused\n"
               "open active 50000 from 192.0.2.1:20\n"
               "C> PASV\n"
               "S> 227 (192,0,2,1,156,65)\n"
               "data passive 40001 from 192.0.2.77:6000 S \"stolen\"\n");
    has("data 192.0.2.77:6000 > 192.0.2.1:40001 opener=client PASV");
    has("192.0.2.2:50000 > 192.0.2.1:20 opener=server PORT 192.0.2.9:50000");
}
END_TEST

START_TEST(the_servers_data_port_needs_no_announcement)
{
    feed(LOGIN "C> LIST\n"
               "S> 150 Here.\n"
               "data active 40000 S \"x\\r\\n\"\n");
    has("flow 1 data 192.0.2.2:40000 > 192.0.2.1:20 opener=server unannounced -:0 command=#7");
}
END_TEST

START_TEST(each_of_several_transfers_has_its_own_connection)
{
    feed(LOGIN "C> PASV\nS> 227 (192,0,2,1,156,65)\nC> RETR a\n"
               "data passive 40001 S \"a\"\n"
               "C> PASV\nS> 227 (192,0,2,1,156,66)\nC> RETR b\n"
               "data passive 40002 S \"bb\"\n"
               "C> PORT 192,0,2,2,195,80\nC> RETR c\n"
               "data active 50000 S \"ccc\"\n"
               "C> RETR d\n"
               "data active 50000 S \"dddd\"\n");
    ck_assert_uint_eq(timelines[0]->flow_count, 5);
    for (size_t i = 1; i < 5; i++) {
        const struct timeline_flow *flow = &timelines[0]->flows[i];
        const char name[] = {(char)('a' + i - 1), '\0'};

        ck_assert(bytes_is(timelines[0]->events[flow->command].command.argument, name));
        ck_assert_uint_eq(flow->octets[SIDE_SERVER], i);
    }
}
END_TEST

START_TEST(two_sessions_keep_their_data_apart)
{
    feed("open one 192.0.2.2:1111 > 192.0.2.1:21\n"
         "open two 192.0.2.3:2222 > 192.0.2.1:21\n"
         "send one S \"220 \\r\\n\"\nsend two S \"220 \\r\\n\"\n"
         "send one S \"227 (192,0,2,1,156,65)\\r\\n\"\n"
         "send two S \"227 (192,0,2,1,156,66)\\r\\n\"\n"
         "send one C \"RETR 1\\r\\n\"\nsend two C \"RETR 2\\r\\n\"\n"
         "data passive 40002 from 192.0.2.3:5002 S \"22\"\n"
         "data passive 40001 from 192.0.2.2:5001 S \"1\"\n"
         "close one\nclose two\n");
    ck_assert_uint_eq(count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(timelines[i]->flow_count, 2);
        ck_assert_uint_eq(timelines[i]->flows[1].octets[SIDE_SERVER],
                          timelines[i]->client.port == 1111 ? 1 : 2);
    }
}
END_TEST

START_TEST(a_refused_data_connection_is_part_of_the_session)
{
    feed(LOGIN "C> PASV\nS> 227 (192,0,2,1,156,65)\nC> RETR a\n"
               "open passive 40001 refused\n"
               "S> 425 No.\n");
    has("data 192.0.2.2:50001 > 192.0.2.1:40001 opener=client PASV");
    has("1 client SYN\n");
    has("1 server RST\n");
}
END_TEST

START_TEST(a_data_connection_met_in_its_middle_says_so)
{
    feed(LOGIN "C> PASV\nS> 227 (192,0,2,1,156,65)\nC> RETR a\n"
               "open passive 40001 middle\n"
               "send S \"rest\"\n"
               "close\n");
    has("data 192.0.2.2:50001 > 192.0.2.1:40001 opener=client PASV 192.0.2.1:40001");
    has("octets=0/4 not-from-start");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("announce");
    TCase *data = topic(suite, "data connections");

    tcase_add_test(data, passive_data_is_tied_to_its_227_and_its_command);
    tcase_add_test(data, a_connection_before_the_command_belongs_to_it);
    tcase_add_test(data, a_connection_of_a_command_that_failed_serves_the_next);
    tcase_add_test(data, active_data_comes_from_the_server);
    tcase_add_test(data, an_address_that_nat_rewrote_is_still_found_by_its_port);
    tcase_add_test(data, a_third_host_that_was_announced_or_that_connects_is_tied);
    tcase_add_test(data, the_servers_data_port_needs_no_announcement);
    tcase_add_test(data, each_of_several_transfers_has_its_own_connection);
    tcase_add_test(data, two_sessions_keep_their_data_apart);
    tcase_add_test(data, a_refused_data_connection_is_part_of_the_session);
    tcase_add_test(data, a_data_connection_met_in_its_middle_says_so);
    return run_suite(suite);
}
