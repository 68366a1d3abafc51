/* Where the data connection goes. */
#include "ftp_served.h"

START_TEST(no_connection_is_425_after_150)
{
    rig.config.timeout = 20 * CLOCK_MS;
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "PASV", 227);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 425);
    rig_expect(&rig, "RETR a.txt", 150); /* neither PORT nor PASV: the client's own port */
    ck_assert_int_eq(atoi(rig_reply(&rig)), 425);
    rig_expect(&rig, "NOOP", 200);
}
END_TEST

START_TEST(a_passive_connection_from_another_host_gets_nothing)
{
    struct endpoint at, from;
    struct flaw flaw;
    struct sockaddr_storage name;
    socklen_t len;

    rig.config.timeout = 50 * CLOCK_MS;
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "PASV", 227);
    ck_assert_int_eq(ftp_pasv_parse(bytes_from(buf_bytes(&rig.reply), 4), &at, &flaw), PARSE_DONE);
    rig.data = socket(AF_INET, SOCK_STREAM, 0);
    endpoint_parse("127.0.0.9", 0, &from);
    len = endpoint_to_sockaddr(&from, &name);
    ck_assert_int_eq(bind(rig.data, (struct sockaddr *)&name, len), 0);
    len = endpoint_to_sockaddr(&at, &name);
    ck_assert_int_eq(connect(rig.data, (struct sockaddr *)&name, len), 0);
    ck_assert_int_eq(fcntl(rig.data, F_SETFL, O_NONBLOCK), 0);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 425);
    ck_assert_int_le(rig_fetch(&rig), 0);
}
END_TEST

START_TEST(a_second_pasv_takes_the_first_back)
{
    int first;

    rig_pasv(&rig);
    first = rig.data;
    rig.data = -1;
    rig_pasv(&rig);
    close(rig.data);
    rig.data = first;
    ck_assert_int_le(rig_fetch(&rig), 0);
}
END_TEST

/* The listener, and the PORT command that names it. */
static int listen_for_data(char *command, size_t room)
{
    struct endpoint at;
    char text[FTP_HOSTPORT_TEXT];
    int listener = loopback_bind(SOCK_STREAM, &at);

    snprintf(command, room, "PORT %s", ftp_hostport_format(&at, text));
    return listener;
}

START_TEST(active_data_come_from_the_port_below_the_control_port)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    struct endpoint spare, from;
    char command[96];
    int holder = loopback_bind(SOCK_STREAM, &spare), listener;

    close(holder);
    rig.config.data_port = spare.port;
    rig_start(&rig);
    rig_login(&rig);
    listener = listen_for_data(command, sizeof command);
    rig_expect(&rig, command, 200);
    rig_expect(&rig, "RETR a.txt", 150);
    for (int i = 0; i < 5; i++)
        loop_turn(rig.loop, CLOCK_MS);
    rig.data = accept4(listener, (struct sockaddr *)&name, &len, SOCK_NONBLOCK);
    ck_assert_int_ge(rig.data, 0);
    endpoint_from_sockaddr((struct sockaddr *)&name, &from);
    ck_assert_uint_eq(from.port, spare.port);
    ck_assert_int_eq(rig_fetch(&rig), 8);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
    close(listener);
}
END_TEST

START_TEST(active_data_to_a_closed_port_are_425)
{
    char command[96];
    int listener = listen_for_data(command, sizeof command);

    close(listener);
    rig_expect(&rig, command, 200);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 425);
}
END_TEST

START_TEST(after_epsv_all_there_is_only_epsv)
{
    rig_expect(&rig, "EPSV ALL", 200);
    rig_expect(&rig, "PASV", 501);
    rig_expect(&rig, "PORT 127,0,0,1,200,10", 501);
    rig_expect(&rig, "EPRT |1|127.0.0.1|51210|", 501);
    rig_expect(&rig, "EPSV", 229);
}
END_TEST

START_TEST(ipv6_has_epsv_and_no_pasv)
{
    uint16_t port;
    struct flaw flaw;
    struct endpoint at;

    ck_assert(endpoint_parse("::1", 0, &rig.config.local));
    rig_start(&rig);
    rig_login(&rig);
    rig_expect(&rig, "PASV", 501);
    rig_expect(&rig, "EPSV 1", 522);
    rig_expect(&rig, "EPSV", 229);
    ck_assert_int_eq(ftp_epsv_parse(bytes_from(buf_bytes(&rig.reply), 4), &port, &flaw),
                     PARSE_DONE);
    ck_assert(endpoint_parse("::1", port, &at));
    rig.data = rig_connect_to(&at);
    rig_expect(&rig, "RETR a.txt", 150);
    ck_assert_int_eq(rig_fetch(&rig), 8);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 226);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_channel");
    TCase *fresh = before_login(suite), *in = after_login(suite);

    tcase_add_test(fresh, no_connection_is_425_after_150);
    tcase_add_test(fresh, a_passive_connection_from_another_host_gets_nothing);
    tcase_add_test(fresh, active_data_come_from_the_port_below_the_control_port);
    tcase_add_test(fresh, ipv6_has_epsv_and_no_pasv);
    tcase_add_test(in, a_second_pasv_takes_the_first_back);
    tcase_add_test(in, active_data_to_a_closed_port_are_425);
    tcase_add_test(in, after_epsv_all_there_is_only_epsv);
    return run_suite(suite);
}
