/* Conversations of datagrams, and ICMP errors. */
#include "timeline_rig.h"

START_TEST(datagrams_of_two_endpoints_are_a_conversation)
{
    feed("server 192.0.2.1:7\nudp C \"hello\"\n! checksum none\nudp S \"hello\"\n"
         "! fragment 800\nudp C 2000*\"x\"\n! checksum bad\nudp C \"\"\n");
    has("udp 192.0.2.2:40000 > 192.0.2.1:7 from-start whole\n");
    has("octets=2005/5\n");
    has("#1 1 0 client DATAGRAM 192.0.2.2:40000 > 192.0.2.1:7 good \"hello\"\n");
    has("#2 2 0 server DATAGRAM 192.0.2.1:7 > 192.0.2.2:40000 none \"hello\"\n");
    has("#3 5 0 client DATAGRAM");
    has("bad \"\"\n");
}
END_TEST

START_TEST(datagrams_from_a_port_to_itself_are_question_and_answer_in_turn)
{
    feed("udp 192.0.2.1:7 > 192.0.2.1:7 \"loop\"\nudp 192.0.2.1:7 > 192.0.2.1:7 \"loop\"\n"
         "udp 192.0.2.1:7 > 192.0.2.1:7 \"loop\"\n");
    has("flow 0 datagrams 192.0.2.1:7 > 192.0.2.1:7 opener=client octets=8/4");
}
END_TEST

START_TEST(an_answer_from_a_stranger_is_told_with_the_question)
{
    feed("server 192.0.2.1:7\nudp C \"hello\"\nudp 192.0.2.1:9999 > 192.0.2.2:40000 \"hello\"\n"
         "udp C \"again\"\nudp 192.0.2.8:7 > 192.0.2.2:40000 \"again\"\n");
    ck_assert_uint_eq(count, 1);
    has("server DATAGRAM 192.0.2.1:9999 > 192.0.2.2:40000");
    has("server DATAGRAM 192.0.2.8:7 > 192.0.2.2:40000");
}
END_TEST

START_TEST(a_stranger_who_was_not_asked_is_a_conversation_of_his_own)
{
    feed("server 192.0.2.1:7\nudp C \"hello\"\nudp S \"hello\"\n"
         "udp 192.0.2.8:7 > 192.0.2.2:40000 \"unasked\"\n"
         "udp 192.0.2.8:55 > 192.0.2.9:66 \"other\"\n");
    ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(icmp_errors_belong_to_the_flow_that_they_are_about)
{
    feed("server 192.0.2.1:7\nudp C \"hello\"\nicmp S 3 3\n"
         "open x 192.0.2.2:1111 > 192.0.2.1:80 unanswered\nicmp 192.0.2.254 3 1\n");
    has("flow 0 datagrams 192.0.2.2:40000 > 192.0.2.1:7 opener=client octets=5/0 icmp-error");
    has("server ICMP 3/3\n");
    has("server ICMP 3/1\n");
    has("stream 192.0.2.2:1111 > 192.0.2.1:80 opener=client octets=0/0 icmp-error");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("datagrams");
    TCase *peers = topic(suite, "datagrams");

    tcase_add_test(peers, datagrams_of_two_endpoints_are_a_conversation);
    tcase_add_test(peers, datagrams_from_a_port_to_itself_are_question_and_answer_in_turn);
    tcase_add_test(peers, an_answer_from_a_stranger_is_told_with_the_question);
    tcase_add_test(peers, a_stranger_who_was_not_asked_is_a_conversation_of_his_own);
    tcase_add_test(peers, icmp_errors_belong_to_the_flow_that_they_are_about);
    return run_suite(suite);
}
