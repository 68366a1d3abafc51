/* What is looked at, and kept, of what connections carry. */
#include "timeline_rig.h"

START_TEST(bare_line_feeds_are_looked_for_in_text_only)
{
    feed(LOGIN "C> TYPE I\nS> 200 ok\n"
               "C> PASV\nS> 227 (192,0,2,1,156,65)\nC> RETR a\n"
               "data passive 40001 S \"a\\nb\"\n"
               "C> TYPE A\nS> 200 ok\n"
               "C> PASV\nS> 227 (192,0,2,1,156,66)\nC> RETR b\n"
               "data passive 40002 S 30*\"line\\r\\n\" S \"x\\r\" S \"\\ny\\r\\n\"\n"
               "C> PASV\nS> 227 (192,0,2,1,156,67)\nC> RETR c\n"
               "data passive 40003 S 30*\"line\\r\\n\" S \"x\\n\"\n"
               "C> TYPE I\nS> 200 ok\n"
               "C> PASV\nS> 227 (192,0,2,1,156,68)\nC> NLST\n"
               "data passive 40004 S \"\\n\"\n");
    ck_assert(!timelines[0]->flows[1].bare_lf);
    ck_assert(!timelines[0]->flows[2].bare_lf);
    ck_assert(timelines[0]->flows[3].bare_lf);
    ck_assert(timelines[0]->flows[4].bare_lf);
}
END_TEST

START_TEST(of_listings_alone_the_payload_is_kept_and_that_is_bounded)
{
    feed(LOGIN "C> PASV\nS> 227 (192,0,2,1,156,65)\nC> RETR a\n"
               "data passive 40001 S \"abc\"\n"
               "C> PASV\nS> 227 (192,0,2,1,156,66)\nC> MLSD\n"
               "data passive 40002 S 5000*\"type=file; x\\r\\n\" S 30000*\"y\\r\\n\" "
               "S 20000*\"z\\r\\n\" S 20000*\"z\\r\\n\"\n");
    ck_assert_uint_eq(timelines[0]->flows[1].payload.len, 0);
    ck_assert_uint_eq(timelines[0]->flows[2].octets[SIDE_SERVER], 70000 + 90000 + 60000 + 60000);
    ck_assert_uint_eq(timelines[0]->flows[2].payload.len, 262144);
}
END_TEST

START_TEST(headers_alone_are_not_half)
{
    options.headers_only_bulk = true;
    feed("snaplen 130\n" LOGIN "C> PASV\nS> 227 (192,0,2,1,156,65)\nC> RETR a\n"
         "data passive 40001 S 30000*\"x\" S 30000*\"y\"\n");
    has("octets=0/60000\n"); /* and neither cut nor not-whole */
    has("whole ended");
}
END_TEST

START_TEST(a_stream_tells_its_segments_up_to_what_is_kept)
{
    options.keep_payload = 10;
    feed("open x 192.0.2.2:1111 > 192.0.2.1:7\n"
         "send x C \"12345678\"\nsend x S \"12345678\"\n"
         "send x C \"abcdefgh\"\nsend x C \"ijk\"\nsend x C \"lmn\"\nsend x S \"9\"\n");
    has("client SEGMENT \"12345678\"\n");
    has("client SEGMENT \"ab\" cut of 8\n");
    has("client SEGMENT \"\" cut of 6\n");
    has("server SEGMENT \"9\"\n");
    has("octets=22/9\n");
    has("tcp 192.0.2.2:1111 > 192.0.2.1:7 from-start whole ended");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transfer");
    TCase *octets = topic(suite, "octets");

    tcase_add_test(octets, bare_line_feeds_are_looked_for_in_text_only);
    tcase_add_test(octets, of_listings_alone_the_payload_is_kept_and_that_is_bounded);
    tcase_add_test(octets, headers_alone_are_not_half);
    tcase_add_test(octets, a_stream_tells_its_segments_up_to_what_is_kept);
    return run_suite(suite);
}
