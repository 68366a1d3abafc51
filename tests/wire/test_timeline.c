/* What a timeline says as a whole. */
#include "timeline_rig.h"

START_TEST(a_session_comes_out_as_it_was_written)
{
    feed("S> 220 Ready.\n"
         "C> QUIT\n"
         "S> 221 Bye.\n");
    ck_assert_str_eq(buf_text(&text),
                     "ftp 192.0.2.2:40000 > 192.0.2.1:21 from-start whole ended\n"
                     "flow 0 control 192.0.2.2:40000 > 192.0.2.1:21 opener=client octets=6/22\n"
                     "#0 1 0 client SYN\n"
                     "#1 2 0 server SYN-ACK\n"
                     "#2 3 0 client ACK\n"
                     "#3 4 0 server FIRST\n"
                     "#4 4 0 server SEGMENT \"220 Ready.\\r\\n\"\n"
                     "#5 4 0 server REPLY 220 \"220 Ready.\\r\\n\"\n"
                     "#6 5 0 client SEGMENT \"QUIT\\r\\n\"\n"
                     "#7 5 0 client COMMAND \"QUIT\\r\\n\"\n"
                     "#8 6 0 server SEGMENT \"221 Bye.\\r\\n\"\n"
                     "#9 6 0 server REPLY 221 \"221 Bye.\\r\\n\"\n"
                     "#10 6 0 server LAST\n"
                     "#11 7 0 server FIN\n"
                     "#12 8 0 client FIN\n");
}
END_TEST

START_TEST(an_event_names_the_packets_of_its_first_and_last_octet)
{
    feed("S> 220 Ready.\n"
         "! split 2 ...\n"
         "C> NOOP\n");
    for (size_t i = 0; i < timelines[0]->event_count; i++) {
        const struct event *event = &timelines[0]->events[i];

        if (event->kind != EVENT_COMMAND)
            continue;
        ck_assert_uint_eq(event->first_packet, 5);
        ck_assert_uint_eq(event->packet, 7);
        ck_assert(bytes_is(event->command.verb, "NOOP"));
    }
}
END_TEST

START_TEST(time_stamps_may_run_backwards)
{
    feed(LOGIN "-5s\nC> NOOP\n-5s\nS> 200 ok\n");
    has("#7 5 0 client COMMAND");
    has("#9 6 0 server REPLY 200");
    ck_assert(timelines[0]->events[9].time < timelines[0]->events[7].time);
}
END_TEST

START_TEST(ipv6_and_every_link_layer_read_alike)
{
    static const char *const links[] = {"ethernet", "vlan", "qinq", "raw", "sll",
                                        "sll2",     "null", "loop", "ip"};

    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        char lines[512];

        snprintf(lines, sizeof lines,
                 "link %s\nclient [2001:db8::2]:40000\nserver [2001:db8::1]:21\noptions 8\n" LOGIN
                 "C> EPSV\nS> 229 (|||40001|)\nC> LIST\ndata passive 40001 S \"x\\r\\n\"\n",
                 links[i]);
        feed(lines);
    }
    ck_assert_uint_eq(
        occurrences("ftp [2001:db8::2]:40000 > [2001:db8::1]:21 from-start whole ended"), 9);
    ck_assert_uint_eq(occurrences("EPSV -:40001"), 9);
}
END_TEST

START_TEST(without_an_end_it_says_so)
{
    feed(LOGIN "leave open\nC> USER x\n");
    has("from-start whole\n");
    lacks("ended");
}
END_TEST

START_TEST(a_reset_is_an_end)
{
    feed(LOGIN "C> USER x\nreset control S\n");
    has("whole ended\n");
    has("server RST\n");
    lacks("FIN");
}
END_TEST

START_TEST(the_same_endpoints_may_talk_again)
{
    feed("open a 192.0.2.2:1111 > 192.0.2.1:21\nsend a S \"220 one\\r\\n\"\nclose a\n"
         "open b 192.0.2.2:1111 > 192.0.2.1:21\nsend b S \"220 two\\r\\n\"\n"
         "open c 192.0.2.2:1111 > 192.0.2.1:21\nsend c S \"220 three\\r\\n\"\nreset c C\n"
         "leave open\n");
    ck_assert_uint_eq(count, 3);
    has("220 one");
    has("220 two");
    has("220 three");
    ck_assert(timelines[0]->ended);
    ck_assert(!timelines[1]->ended);
    ck_assert(timelines[2]->ended);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timeline");
    TCase *whole = topic(suite, "whole"), *end = topic(suite, "end");

    tcase_add_test(whole, a_session_comes_out_as_it_was_written);
    tcase_add_test(whole, an_event_names_the_packets_of_its_first_and_last_octet);
    tcase_add_test(whole, time_stamps_may_run_backwards);
    tcase_add_test(whole, ipv6_and_every_link_layer_read_alike);
    tcase_add_test(end, without_an_end_it_says_so);
    tcase_add_test(end, a_reset_is_an_end);
    tcase_add_test(end, the_same_endpoints_may_talk_again);
    return run_suite(suite);
}
