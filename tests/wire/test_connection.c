/* Connections whose packets are lost, cut, late, or there twice. */
#include "timeline_rig.h"

START_TEST(a_lost_reply_is_a_gap_and_the_next_is_read)
{
    feed(LOGIN "C> USER x\n"
               "! lost\n"
               "S> 331 Password?\n"
               "C> PASS y\n"
               "S> 230 In.\n");
    has("server GAP 15\n");
    has("REPLY 230");
    has("from-start ended\n"); /* and not whole */
    has("not-whole");
}
END_TEST

START_TEST(after_a_gap_inside_a_line_the_next_line_counts)
{
    feed(LOGIN "! split 6 ...\n"
               "C> NOOP\n"
               "S: \"200-first\\r\\n\"\n"
               "! lost\n"
               "S: \" second\\r\\n200 la\"\n"
               "S: \"st\\r\\n 12 no reply\\r\\n213 7\\r\\n\"\n"
               "C> NOOP\n"
               "S> 200 ok\n");
    lacks("BAD-REPLY");
    has("REPLY 213 \"213 7\\r\\n\"");
    has("REPLY 200 \"200 ok\\r\\n\"");
    lacks("REPLY 200 \"200-first");
}
END_TEST

START_TEST(a_session_met_in_its_middle_breaks_nothing)
{
    feed("no handshake\n"
         "S: \"rest of a line\\r\\n more of it\\r\\n230 In.\\r\\n\"\n"
         "C> est of a command\n"
         "C> NOOP\n"
         "S> 200 ok\n");
    has("ftp 192.0.2.2:40000 > 192.0.2.1:21 whole ended\n");
    has("not-from-start");
    lacks("BAD-REPLY");
    lacks("COMMAND \"est");
    has("REPLY 230");
    has("COMMAND \"NOOP");
}
END_TEST

START_TEST(a_snaplen_that_cuts_a_line_is_no_breach)
{
    feed("snaplen 64\n" LOGIN "S> 230 a line that is longer than what was captured of it\n"
         "S> 200 ok\n");
    has("server GAP");
    has("REPLY 200");
    lacks("BAD-REPLY");
    has("not-whole");
}
END_TEST

START_TEST(retransmissions_and_keepalives_add_nothing)
{
    feed(LOGIN "! twice\n"
               "C> USER x\n"
               "again control C\n"
               "again control C \"QUIT x\\r\\n\"\n"
               "keepalive control C\n"
               "S> 331 ok\n"
               "keepalive control S\n");
    ck_assert_uint_eq(occurrences("COMMAND"), 1);
    has("whole ended");
    has("octets=8/20");
}
END_TEST

START_TEST(segments_out_of_order_are_put_in_order)
{
    feed(LOGIN "! split 4\n"
               "! swap\n"
               "C> USER anonymous\n"
               "! late 1\n"
               "S> 331 first\n"
               "S> 230 second\n");
    has("COMMAND \"USER anonymous\\r\\n\"");
    ck_assert_ptr_nonnull(strstr(strstr(buf_text(&text), "REPLY 331"), "REPLY 230"));
    has("whole ended");
}
END_TEST

START_TEST(sequence_numbers_may_wrap)
{
    feed("isn control C 4294967290\n"
         "isn control S 4294967290\n"
         "C> USER anonymous\n"
         "S> 331 Password\n"
         "C> QUIT\n");
    has("COMMAND \"USER anonymous");
    has("REPLY 331 \"331 Password\\r\\n\"");
    has("COMMAND \"QUIT");
    has("whole ended");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connection");
    TCase *half = topic(suite, "seen half"), *order = topic(suite, "order");

    tcase_add_test(half, a_lost_reply_is_a_gap_and_the_next_is_read);
    tcase_add_test(half, after_a_gap_inside_a_line_the_next_line_counts);
    tcase_add_test(half, a_session_met_in_its_middle_breaks_nothing);
    tcase_add_test(half, a_snaplen_that_cuts_a_line_is_no_breach);
    tcase_add_test(order, retransmissions_and_keepalives_add_nothing);
    tcase_add_test(order, segments_out_of_order_are_put_in_order);
    tcase_add_test(order, sequence_numbers_may_wrap);
    return run_suite(suite);
}
