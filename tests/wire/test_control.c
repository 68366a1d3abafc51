/* What is said on a control connection, and which connections are one. */
#include "timeline_rig.h"

START_TEST(lines_are_the_same_however_they_were_cut)
{
    feed("! split 1 ...\n"
         "S> 220-Two\n"
         "S: \" lines\\r\\n220 Ready.\\r\\n331 Name?\\r\\n\"\n"
         "! split 3 4\n"
         "C> USER anonymous\n");
    has("REPLY 220 \"220-Two\\r\\n lines\\r\\n220 Ready.\\r\\n\"");
    has("REPLY 331 \"331 Name?\\r\\n\"");
    has("COMMAND \"USER anonymous\\r\\n\"");
    ck_assert_uint_eq(occurrences(" REPLY "), 2);
}
END_TEST

START_TEST(a_line_that_is_no_reply_is_told_as_such)
{
    feed("S> 220 Ready.\n"
         "S> Hello there\n"
         "S> 200 Go on.\n");
    has("BAD-REPLY \"Hello there\\r\\n\"");
    has("REPLY 200");
}
END_TEST

START_TEST(a_reply_that_the_close_cut_off_is_no_reply)
{
    feed("S> 220 Ready.\n"
         "S: \"221-Bye\\r\\n and so o\"\n");
    has("BAD-REPLY \"221-Bye\\r\\n and so o\"");
}
END_TEST

START_TEST(telnet_commands_are_taken_out_of_a_command)
{
    feed("S> 220 Ready.\n"
         "C: \"\\xff\\xf4\\xff\\xf2ABOR\\r\\n\"\n");
    has("COMMAND \"\\xff\\xf4\\xff\\xf2ABOR\\r\\n\"");
    for (size_t i = 0; i < timelines[0]->event_count; i++)
        if (timelines[0]->events[i].kind == EVENT_COMMAND)
            ck_assert(bytes_is(timelines[0]->events[i].command.verb, "ABOR"));
}
END_TEST

START_TEST(after_auth_tls_nothing_is_read)
{
    feed("S> 220 Ready.\n"
         "C> AUTH TLS\n"
         "S> 234 Go.\n"
         "C: \"\\x16\\x03\\x01\\x00\\x05hello\"\n"
         "S: \"USER x\\r\\n331 y\\r\\n\"\n");
    has("REPLY 234");
    has("server TLS");
    lacks("REPLY 331");
    ck_assert_uint_eq(occurrences(" TLS\n"), 1);
    has("whole ended");
}
END_TEST

START_TEST(an_endless_line_is_cut_and_the_next_is_read)
{
    feed(LOGIN "C: 1200000*\"x\"\n"
               "C: \"y\\r\\n\"\n"
               "C> NOOP\n"
               "S: \"211-Many\\r\\n\"\n"
               "S: 40000*\" a line among many that say nothing\\r\\n\"\n"
               "S> 211 End\n"
               "S> 200 ok\n");
    has("cut of 1048578");
    has("COMMAND \"NOOP");
    has("REPLY 211");
    has("REPLY 200");
    lacks("BAD-REPLY");
}
END_TEST

START_TEST(a_client_hello_as_first_octets_is_tls)
{
    feed("server 192.0.2.1:990\n"
         "C: \"\\x16\\x03\\x01\\x00\\x05hello\"\n");
    has("tcp 192.0.2.2:40000 > 192.0.2.1:990");
}
END_TEST

START_TEST(another_port_is_ftp_where_the_options_name_it)
{
    static const uint16_t ports[] = {2121, 0};

    options.ftp_ports = ports;
    feed("server 192.0.2.1:2121\nC> USER x\n");
    has("ftp 192.0.2.2:40000 > 192.0.2.1:2121");
    has("COMMAND \"USER x");
}
END_TEST

START_TEST(a_greeting_of_220_makes_it_ftp)
{
    feed("server 192.0.2.1:2121\n"
         "! split 2 1 3 ...\n"
         "S> 220 Ready.\n"
         "C> PASV\n"
         "S> 227 (192,0,2,1,156,65)\n"
         "C> LIST\n"
         "data passive 40001 S \"x\\r\\n\"\n");
    has("ftp 192.0.2.2:40000 > 192.0.2.1:2121 from-start whole ended");
    has("REPLY 220 \"220 Ready.\\r\\n\"");
    has("COMMAND \"PASV");
    has("data 192.0.2.2:50001 > 192.0.2.1:40001 opener=client PASV");
}
END_TEST

START_TEST(other_streams_stay_streams)
{
    feed("open smtp 192.0.2.2:5000 > 192.0.2.1:25\n"
         "send smtp S \"220 mail ESMTP\\r\\n\"\n"
         "open mail 192.0.2.2:5001 > 192.0.2.1:2526\n"
         "send mail S \"220 host ESMTP ready\\r\\n\"\n"
         "open echo 192.0.2.2:5002 > 192.0.2.1:7\n"
         "send echo C \"220 said the client\\r\\n\"\n"
         "send echo S \"220 said the client\\r\\n\"\n");
    ck_assert_uint_eq(occurrences("stream"), 3);
    lacks("REPLY");
    has("client SEGMENT \"220 said the client\\r\\n\"");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("control");
    TCase *lines = topic(suite, "lines"), *which = topic(suite, "which are FTP");

    tcase_add_test(lines, lines_are_the_same_however_they_were_cut);
    tcase_add_test(lines, a_line_that_is_no_reply_is_told_as_such);
    tcase_add_test(lines, a_reply_that_the_close_cut_off_is_no_reply);
    tcase_add_test(lines, telnet_commands_are_taken_out_of_a_command);
    tcase_add_test(lines, after_auth_tls_nothing_is_read);
    tcase_add_test(lines, an_endless_line_is_cut_and_the_next_is_read);
    tcase_add_test(which, a_client_hello_as_first_octets_is_tls);
    tcase_add_test(which, another_port_is_ftp_where_the_options_name_it);
    tcase_add_test(which, a_greeting_of_220_makes_it_ftp);
    tcase_add_test(which, other_streams_stay_streams);
    return run_suite(suite);
}
