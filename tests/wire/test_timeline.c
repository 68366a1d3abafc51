#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "support/timelinetext.h"
#include "support/wiretext.h"

#define ROOM 16

static struct timeline *timelines[ROOM];
static size_t count;
static struct timeline_options options;
static struct buf text;

static void keep(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    ck_assert_uint_lt(count, ROOM);
    timelines[count++] = timeline;
}

static void set_up(void)
{
    buf_init(&text, 16 << 20);
    options = (struct timeline_options){0};
}

static void tear_down(void)
{
    buf_fini(&text);
    while (count > 0)
        timeline_free(timelines[--count]);
}

/* Make a capture of `lines` and read it; `text` becomes what came out. */
static void feed(const char *lines)
{
    const struct timeline_sink sink = {NULL, keep};
    size_t before = count;
    struct diag why;

    ck_assert_msg(wiretext_feed(bytes_of(lines), &options, &sink, &why) == OK, "%u:%u: %s",
                  why.at.line, why.at.column, why.text);
    for (size_t i = before; i < count; i++)
        timelinetext_write(&text, timelines[i]);
}

static void has(const char *line)
{
    ck_assert_msg(strstr(buf_text(&text), line) != NULL, "no `%s` in\n%s", line, buf_text(&text));
}

static void lacks(const char *line)
{
    ck_assert_msg(strstr(buf_text(&text), line) == NULL, "`%s` in\n%s", line, buf_text(&text));
}

static size_t occurrences(const char *of)
{
    size_t found = 0;

    for (const char *at = buf_text(&text); (at = strstr(at, of)) != NULL; at++)
        found++;
    return found;
}

/* --- one FTP session --- */

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

START_TEST(a_client_hello_as_first_octets_is_tls)
{
    feed("server 192.0.2.1:990\n"
         "C: \"\\x16\\x03\\x01\\x00\\x05hello\"\n");
    has("tcp 192.0.2.2:40000 > 192.0.2.1:990");
}
END_TEST

/* --- which connections are FTP --- */

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

/* --- data connections --- */

#define LOGIN "S> 220 Ready.\n"

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

/* --- what is seen half --- */

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

START_TEST(time_stamps_may_run_backwards)
{
    feed(LOGIN "-5s\nC> NOOP\n-5s\nS> 200 ok\n");
    has("#7 5 0 client COMMAND");
    has("#9 6 0 server REPLY 200");
    ck_assert(timelines[0]->events[9].time < timelines[0]->events[7].time);
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

/* --- datagrams and streams --- */

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

START_TEST(headers_alone_are_not_half)
{
    options.headers_only_bulk = true;
    feed("snaplen 130\n" LOGIN "C> PASV\nS> 227 (192,0,2,1,156,65)\nC> RETR a\n"
         "data passive 40001 S 30000*\"x\" S 30000*\"y\"\n");
    has("octets=0/60000\n"); /* and neither cut nor not-whole */
    has("whole ended");
}
END_TEST

static TCase *topic(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    suite_add_tcase(suite, tcase);
    return tcase;
}

static void session_add(Suite *suite)
{
    TCase *session = topic(suite, "session"), *which = topic(suite, "which are FTP");

    tcase_add_test(session, a_session_comes_out_as_it_was_written);
    tcase_add_test(session, lines_are_the_same_however_they_were_cut);
    tcase_add_test(session, an_event_names_the_packets_of_its_first_and_last_octet);
    tcase_add_test(session, a_line_that_is_no_reply_is_told_as_such);
    tcase_add_test(session, a_reply_that_the_close_cut_off_is_no_reply);
    tcase_add_test(session, telnet_commands_are_taken_out_of_a_command);
    tcase_add_test(session, after_auth_tls_nothing_is_read);
    tcase_add_test(which, a_client_hello_as_first_octets_is_tls);
    tcase_add_test(which, another_port_is_ftp_where_the_options_name_it);
    tcase_add_test(which, a_greeting_of_220_makes_it_ftp);
    tcase_add_test(which, other_streams_stay_streams);
}

static void data_add(Suite *suite)
{
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
    tcase_add_test(data, bare_line_feeds_are_looked_for_in_text_only);
    tcase_add_test(data, of_listings_alone_the_payload_is_kept_and_that_is_bounded);
    tcase_add_test(data, a_data_connection_met_in_its_middle_says_so);
}

static void half_add(Suite *suite)
{
    TCase *half = topic(suite, "seen half");

    tcase_add_test(half, a_lost_reply_is_a_gap_and_the_next_is_read);
    tcase_add_test(half, after_a_gap_inside_a_line_the_next_line_counts);
    tcase_add_test(half, a_session_met_in_its_middle_breaks_nothing);
    tcase_add_test(half, retransmissions_and_keepalives_add_nothing);
    tcase_add_test(half, segments_out_of_order_are_put_in_order);
    tcase_add_test(half, a_snaplen_that_cuts_a_line_is_no_breach);
    tcase_add_test(half, an_endless_line_is_cut_and_the_next_is_read);
    tcase_add_test(half, without_an_end_it_says_so);
    tcase_add_test(half, a_reset_is_an_end);
    tcase_add_test(half, sequence_numbers_may_wrap);
    tcase_add_test(half, time_stamps_may_run_backwards);
    tcase_add_test(half, the_same_endpoints_may_talk_again);
}

static void others_add(Suite *suite)
{
    TCase *others = topic(suite, "datagrams and streams");

    tcase_add_test(others, ipv6_and_every_link_layer_read_alike);
    tcase_add_test(others, datagrams_of_two_endpoints_are_a_conversation);
    tcase_add_test(others, an_answer_from_a_stranger_is_told_with_the_question);
    tcase_add_test(others, a_stranger_who_was_not_asked_is_a_conversation_of_his_own);
    tcase_add_test(others, icmp_errors_belong_to_the_flow_that_they_are_about);
    tcase_add_test(others, a_stream_tells_its_segments_up_to_what_is_kept);
    tcase_add_test(others, headers_alone_are_not_half);
}

int main(void)
{
    Suite *suite = suite_create("timeline");
    SRunner *runner = srunner_create(suite);
    int failed;

    session_add(suite);
    data_add(suite);
    half_add(suite);
    others_add(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
