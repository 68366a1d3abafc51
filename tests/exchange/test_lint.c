#include "exchange/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/exchange/script.h"

static char path[] = "/tmp/peerspec-lint-XXXXXX";
static struct buf problems; /* "line:column text\n" of each */

static void take(void *ctx, const struct diag *problem)
{
    (void)ctx;
    ck_assert_str_eq(problem->at.file, path);
    ck_assert(
        buf_addf(&problems, "%u:%u %s\n", problem->at.line, problem->at.column, problem->text));
}

/* Enough of a reply table for these tests. */
static bool allowed(const char *verb, int code)
{
    static const struct {
        const char *verb;
        int code;
    } table[] = {
        {"", 220},     {"", 120},     {"USER", 331}, {"USER", 230}, {"PASS", 230},
        {"QUIT", 221}, {"NOOP", 200}, {"RETR", 150}, {"RETR", 226}, {"RETR", 426},
        {"ABOR", 226}, {"ABOR", 225}, {"STAT", 213}, {"MKD", 257},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].verb, verb) == 0 && table[i].code == code)
            return true;
    return code == 421;
}

/* What lint says about the script. */
static const char *lint(const char *script)
{
    FILE *file = fopen(path, "w");
    size_t count = 0, told;

    ck_assert_ptr_nonnull(file);
    fputs(script, file);
    fclose(file);
    buf_clear(&problems);
    told = exchange_lint(path, NULL, allowed, take, NULL);
    for (size_t i = 0; i < problems.len; i++)
        count += problems.ptr[i] == '\n';
    ck_assert_uint_eq(told, count);
    return buf_text(&problems);
}

static void make_file(void)
{
    int fd;

    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    buf_init(&problems, 1 << 20);
}

static void remove_file(void)
{
    unlink(path);
    buf_fini(&problems);
}

#define SPEC "spec: RFC 959 5.4\n"

static const char *const clean[] = {
    SPEC "S> 220 hi\nC> USER {user}\nS> 331|230 yes\nC? PASS {password}\nS? 230 in\nC> QUIT\n"
         "S> 221 bye\n",
    SPEC "C> USER x\nS> 331 yes\n",
    SPEC "state: logged-in\nC> RETR a\nS> 150 x\nC> STAT\nS> 213 half\nS> 226 done\n",
    SPEC "state: logged-in\nC> RETR a\nS> 150 x\nC> ABOR\nS> 426 a\nS> 226 b\n",
    SPEC "state: logged-in\nC> XMKD a\nS> 257 a\nC> FOO\nS> 200 what is that\n",
    SPEC "deviates: yes\nC> NOOP\nS> 999 x\n",
    SPEC "S? 120 soon\nS> 220 hi\n",
    SPEC "either\nC> NOOP\nS> 200 x\n! close\nor\nC> QUIT\nS> 421 x\nend\nC> NOOP\nS> 200\n",
    SPEC "either\nC> STAT\nor\nC> NOOP\nend\n",
    SPEC "C> STAT\neither\nS> 213 x\nor\nS> 213-x\nS> 213 y\nend\n",
    SPEC "tests: client\ndeviates: yes\nC> PASV\nS> 227 (0,0,0,0,{p1},{p2})\n",
    SPEC "tests: client\nstate: logged-in\nC> RETR a\nS> 150 x\n! from port 9\nD> b\nS> 226 x\n",
    SPEC "tests: client\nstate: logged-in\ndeviates: yes\nC> STOR a\nS> 150 x\n! after 9 bytes "
         "reset\nD> any\n",
    SPEC
    "tests: client\nC> NOOP\nS> 200 x\neither\nC> STAT\nS> 213 x\nor\n! silent 1s\n! close\nend\n",
    SPEC "tests: client\nC> NOOP\n! silent 1s\nS> 200 x\n! close\nexpect client exits nonzero\n",
    SPEC "C> PASV\nexpect no C:PORT\nexpect C:PASV < data.syn\n",
    SPEC "protocol: udp\ntests: client\nC> \"x\"\n! drop\nC> \"x\"\nexpect no flow.syn\n"
         "expect no S#1\n",
    SPEC "state: logged-in\nexpect C:NLST < data.syn\n",
};

START_TEST(nothing_is_said_about_a_good_exchange)
{
    ck_assert_str_eq(lint(clean[_i]), "");
}
END_TEST

static const struct {
    const char *script, *says;
} flawed[] = {
    {"C> NOOP\n", "0:0 this exchange names no 'spec': which section of which RFC it is about\n"},
    {SPEC, "0:0 this exchange has neither steps nor expect lines\n"},
    {SPEC "title: a\nlevel: MUST\nTitle: b\nC> NOOP\n",
     "4:1 'title' was given before, in line 2\n"},
    {SPEC "files: a = \"x\", a = \"y\"\nC> NOOP\n", "2:17 'a' was named before, in line 2\n"},
    {SPEC "C> NOOP\nS> 250 x\n", "3:1 no rule allows 250 as a reply to NOOP; an exchange that "
                                 "sends it on purpose says 'deviates: yes'\n"},
    {SPEC "C> USER x\nS> 331|250 x\n",
     "3:1 no rule allows 250 as a reply to USER; an exchange that sends it on purpose says "
     "'deviates: yes'\n"},
    {SPEC "S> 200 x\n", "2:1 no rule allows 200 as a greeting; an exchange that sends it on "
                        "purpose says 'deviates: yes'\n"},
    {SPEC "C> QUIT\nS> 221 bye\nC> NOOP\nS> 200 x\n",
     "4:1 this step can never be reached: the conversation ended in line 3\n"},
    {SPEC "C> NOOP\nS> 200 x\n! close\nS> 200 y\nS> 200 z\n",
     "5:1 this step can never be reached: the conversation ended in line 4\n"},
    {SPEC "C> NOOP\nS> 200 x\n! reset\nC> NOOP\n",
     "5:1 this step can never be reached: the conversation ended in line 4\n"},
    {SPEC "either\nC> QUIT\nS> 221\nor\nC> QUIT now\nS> 221\nend\nC> NOOP\n",
     "9:1 this step can never be reached: the conversation ended in line 4\n"},
    {SPEC "either\nor\nC> NOOP\nend\n", "2:1 this alternative is empty\n"},
    {SPEC "either\nC> NOOP\nor\nend\n", "4:1 this alternative is empty\n"},
    {SPEC "either\nC> STAT\nor\nC> stat\nS> 213 x\nend\n",
     "4:1 this alternative is never chosen: it begins like the one in line 2\n"},
    {SPEC "tests: server\nC> NOOP\n! split 1\nS> 200 x\n",
     "4:1 '! split' does nothing: the server, which is under test, says the next line\n"},
    {SPEC "tests: server\nC> NOOP\n! server half-close\n",
     "4:1 '! half-close' does nothing: it is the server's, which is under test; "
     "'! client half-close' is the harness's\n"},
    {SPEC "protocol: udp\nC> \"a\"\n! client close\nS> \"b\"\n",
     "5:1 this step can never be reached: the conversation ended in line 4\n"},
    {SPEC "protocol: udp\ntests: server\n! from port 0\nC> \"a\"\n",
     "4:1 only a datagram that is forged comes from port 0: write '! forged' too\n"},
    {SPEC "protocol: udp\nstate: closed\nexpect client exits nonzero\n",
     "0:0 with 'state: closed' there is no server: write 'tests: client'\n"},
    {SPEC "protocol: udp\ntests: client\nstate: closed\nC> \"a\"\n",
     "5:1 this step can never be reached: with 'state: closed' nobody listens\n"},
    {SPEC
     "tests: server\nC> RETR a\nS> 150 b\n! after 9 bytes reset\n! delay 1s\n! split 1\nD> any\n",
     "7:1 '! split' does nothing: the server, which is under test, says the next line\n"},
    {SPEC "C> FOO\nS> 150 x {port}\n", "3:1 {port} can never be bound here: only 229 carries "
                                       "(|||port|)\n"},
    {SPEC "C> FOO\nS> 227 (0,0,0,0,{p1},{p2})\n",
     "3:1 no data connection follows {p1} and {p2}: where a server is under test {hostport} stands "
     "here\n"},
    {SPEC "state: logged-in\nC> RETR a\nS> 150 x\n! from address 127.0.0.2\nD> b\n",
     "5:1 '! from' before data is about the connection that a fake server opens: it needs 'tests: "
     "client'\n"},
    {SPEC "tests: client\nstate: logged-in\ndeviates: yes\nC> STOR a\nS> 150 x\n! split 1\nD> b\n",
     "7:1 '! split' does nothing: the client, which is under test, says the next line\n"},
    {SPEC "C> FOO\nS> 200 {eprt}\n", "3:1 {eprt} can never be bound here: it is the argument of "
                                     "EPRT, not of a reply\n"},
    {SPEC "C> 220 x\n", "2:1 a command begins with a letter; an exchange that sends something else "
                        "on purpose says 'deviates: yes'\n"},
    {SPEC "C> PASV\nexpect data.server.port == {hostport.port}\n",
     "3:1 '{hostport.port}' can never be bound: no line of the script has this hole\n"},
    {SPEC "tests: server\nC> NOOP\nexpect client exits 0\n",
     "4:1 this can never hold: it is about a client under test, and this exchange tests servers "
     "only\n"},
    {SPEC "C> NOOP\nexpect C:NOOP < C:noop\n",
     "3:1 this can never hold: 'C:noop' stands here twice\n"},
    {SPEC "C> NOOP\nexpect no C:NOOP\n",
     "3:1 this can never hold: line 2 of the script is 'C:NOOP'\n"},
    {SPEC "C> NOOP\nexpect data.client.port == 70000\n",
     "3:1 this can never hold: a port is at most 65535\n"},
    {SPEC "C> NOOP\nexpect C#1 < S:200\n",
     "3:1 'C#1' is a datagram, and FTP has none; write C:VERB or S:code\n"},
    {SPEC "protocol: udp\nC> \"x\"\nexpect data.bytes == 1\n",
     "4:1 'data.bytes' never happens with protocol udp: its events are flow, C#n and S#n\n"},
    {SPEC "protocol: udp\nC> \"x\"\nexpect flow.syn < C#1\n",
     "4:1 'flow.syn' never happens: UDP has no connections\n"},
};

START_TEST(what_nobody_can_have_meant_is_named)
{
    ck_assert_str_eq(lint(flawed[_i].script), flawed[_i].says);
}
END_TEST

START_TEST(all_problems_are_told_in_one_pass)
{
    const char *said = lint("titel: x\n"
                            "C> USER {usr}\n"
                            "S> what\n"
                            "expct a\n"
                            "! dely 1s\n"
                            "either\n"
                            "S> 211-a\n"
                            "expect S:150 < \n"
                            "expect file a == @no/such\n");

    ck_assert_str_eq(said,
                     "1:1 'titel' is not a header; did you mean 'title'?\n"
                     "2:9 there is no hole '{usr}'; did you mean 'user'?\n"
                     "3:4 a reply begins with three digits; an exchange that sends something else "
                     "on purpose says 'deviates: yes'\n"
                     "4:1 'expct' is not a step; did you mean 'expect'?\n"
                     "5:3 'dely' is no delivery; did you mean 'delay'?\n"
                     "7:1 the reply that begins with '211-' is not closed: its last line is "
                     "'S> 211' and a text\n"
                     "8:16 the line ends where an event, a field, a number or a text should be\n"
                     "9:18 cannot read '/tmp/no/such': No such file or directory\n"
                     "6:1 the block is not closed: 'end' is missing\n"
                     "6:1 a block that begins with 'either' needs at least one 'or'\n"
                     "0:0 this exchange names no 'spec': which section of which RFC it is "
                     "about\n");
}
END_TEST

START_TEST(bad_data_leaves_the_data_after_it_to_be_read)
{
    ck_assert_str_eq(lint(SPEC "C> RETR a\nS> 150 x\nD> \"x\nD> one\nD> any\nD> two\nS> 226 y\n"),
                     "4:4 the quote is not closed on its line\n"
                     "6:4 'any' and 'nothing' stand alone, without other D> lines\n");
}
END_TEST

START_TEST(without_a_table_replies_are_not_judged)
{
    FILE *file = fopen(path, "w");

    fputs(SPEC "C> NOOP\nS> 250 x\n", file);
    fclose(file);
    ck_assert_uint_eq(exchange_lint(path, NULL, NULL, take, NULL), 0);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_one_problem)
{
    unlink(path);
    ck_assert_uint_eq(exchange_lint(path, NULL, NULL, take, NULL), 1);
    ck_assert_ptr_nonnull(strstr(buf_text(&problems), "No such file"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lint");
    TCase *tcase = tcase_create("lint");

    tcase_add_checked_fixture(tcase, make_file, remove_file);
    tcase_add_loop_test(tcase, nothing_is_said_about_a_good_exchange, 0,
                        sizeof clean / sizeof *clean);
    tcase_add_loop_test(tcase, what_nobody_can_have_meant_is_named, 0,
                        sizeof flawed / sizeof *flawed);
    tcase_add_test(tcase, all_problems_are_told_in_one_pass);
    tcase_add_test(tcase, bad_data_leaves_the_data_after_it_to_be_read);
    tcase_add_test(tcase, without_a_table_replies_are_not_judged);
    tcase_add_test(tcase, a_file_that_is_not_there_is_one_problem);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
