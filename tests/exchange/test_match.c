#include "exchange/match.h"

#include <string.h>

#include "tests/exchange/script.h"

static struct bindings bindings;
static enum hole missing;

static void set_up(void)
{
    memset(&bindings, 0, sizeof bindings);
    missing = HOLE_NONE;
}

static const struct {
    const char *script, *line;
    bool fits;
} commands[] = {
    {"C> NOOP\n", "NOOP\r\n", true},
    {"C> NOOP\n", "noop\n", true},
    {"C> noop\n", "NoOp", true},
    {"C> NOOP\n", "NOOP \r\n", false},
    {"C> NOOP\n", "NOOPS\r\n", false},
    {"C> NOOP\n", "NOO\r\n", false},
    {"C> NOOP \n", "noop \r\n", true},
    {"C> MKD a\n", "XMKD a\r\n", false},
    {"C> RETR a\n", "retr a\r\n", true},
    {"C> RETR a\n", "RETR A\r\n", false},
    {"C> RETR a\n", "RETR  a\r\n", false},
    {"C> RETR a\n", "RETR\r\n", false},
    {"C> MdTm 19990929043300 File6\n", "MDTM 19990929043300 File6\r\n", true},
    {"C> LIST\n", "LIST -a\r\n", false},
    {"C> LIST{any}\n", "list -a\r\n", true},
    {"C> LIST{any}\n", "list\r\n", true},
    {"C> {any}\n", "whatever it is\r\n", true},
    {"C> \n", "\r\n", true},
    {"C> \n", "NOOP\r\n", false},
    {"C> ABOR\n",
     "\xff\xf4\xff\xf2"
     "abor\r\n",
     true},
    {"C> {xff}{xf4}{xff}{xf2}ABOR\n",
     "\xff\xf4\xff\xf2"
     "ABOR\r\n",
     true},
    {"C> {xff}{xf4}{xff}{xf2}ABOR\n", "ABOR\r\n", false},
    {"C> RETR {xff}{xff}\n", "RETR \xff\xff\r\n", true},
};

START_TEST(a_command_fits_by_verb_and_argument)
{
    loaded(commands[_i].script);
    ck_assert_int_eq(step_match_command(step(0), bytes_of(commands[_i].line), &bindings),
                     commands[_i].fits);
}
END_TEST

static const struct {
    const char *script, *verb;
} verbs[] = {
    {"C> LIST\n", "LIST"},
    {"C> LIST -a\n", "LIST"},
    {"C> LIST{any}\n", "LIST"},
    {"C> {any}\n", ""},
};

START_TEST(a_verb_ends_at_a_space_or_a_hole)
{
    loaded(verbs[_i].script);
    ck_assert(bytes_is(step_verb(step(0)), verbs[_i].verb));
}
END_TEST

START_TEST(a_command_binds_its_holes)
{
    loaded("C> PORT {hostport}\n");
    ck_assert(step_match_command(step(0), bytes_of("port 192,0,2,2,4,1\r\n"), &bindings));
    ck_assert_uint_eq(bindings.hostport.port, 1025);
}
END_TEST

START_TEST(the_verb_is_what_stands_before_the_space)
{
    loaded("C> retr a b\nC> PASV\nC>\n");
    assert_bytes_eq(step_verb(step(0)), "retr");
    assert_bytes_eq(step_verb(step(1)), "PASV");
    assert_bytes_eq(step_verb(step(2)), "");
}
END_TEST

static const struct {
    enum match_mode mode;
    int code;
    bool fits;
} codes[] = {
    {MATCH_CODE, 331, true},  {MATCH_CODE, 230, true},  {MATCH_CODE, 332, false},
    {MATCH_CLASS, 332, true}, {MATCH_CLASS, 200, true}, {MATCH_CLASS, 530, false},
    {MATCH_TEXT, 230, true},  {MATCH_TEXT, 332, false},
};

START_TEST(a_code_fits_as_the_mode_says)
{
    loaded("S> 331|230 x\n");
    ck_assert_int_eq(step_matches_code(step(0), codes[_i].mode, codes[_i].code), codes[_i].fits);
}
END_TEST

static enum fit reply(enum match_mode mode, const char *text)
{
    struct ftp_reply parsed;
    struct flaw flaw;
    size_t used;

    ck_assert_int_eq(ftp_reply_parse(bytes_of(text), &parsed, &used, &flaw), PARSE_DONE);
    return step_match_reply(step(0), mode, &parsed, &bindings, &missing);
}

static const struct {
    const char *script;
    enum match_mode mode;
    const char *text;
    enum fit fit;
} replies[] = {
    {"S> 220 Hello\n", MATCH_CODE, "220 Something else\r\n", FIT_YES},
    {"S> 220 Hello\n", MATCH_CODE, "220-Two\r\n220 lines\r\n", FIT_YES},
    {"S> 220 Hello\n", MATCH_CODE, "221 Hello\r\n", FIT_NO},
    {"S> 220 Hello\n", MATCH_CLASS, "221 Hello\r\n", FIT_YES},
    {"S> 220 Hello\n", MATCH_TEXT, "220 Hello\r\n", FIT_YES},
    {"S> 220 Hello\n", MATCH_TEXT, "220 hello\r\n", FIT_NO},
    {"S> 331|230 Hello {user}\n", MATCH_TEXT, "230 Hello joe\r\n", FIT_YES},
    {"S> 331|230 Hello {user}\n", MATCH_TEXT, "230-Hello joe\r\n230 x\r\n", FIT_NO},
    {"S> 211-A\nS>  B {size}\nS> 211 C\n", MATCH_TEXT, "211-A\r\n B 7\r\n211 C\r\n", FIT_YES},
    {"S> 211-A\nS>  B {size}\nS> 211 C\n", MATCH_TEXT, "211-A\r\n B x\r\n211 C\r\n", FIT_NO},
    {"S> 229 ok (|||{port}|)\n", MATCH_CODE, "229 Entering\r\n", FIT_NO_VALUE},
    {"S> 229 ok (|||{port}|)\n", MATCH_CODE, "229 x (|||1|)\r\n", FIT_YES},
    {"S> 229|500 ok (|||{port}|)\n", MATCH_CODE, "500 What?\r\n", FIT_YES},
    {"C> NOOP\n", MATCH_CLASS, "220 Hello\r\n", FIT_NO},
};

START_TEST(a_reply_fits_as_the_mode_says)
{
    loaded(replies[_i].script);
    ck_assert_int_eq(reply(replies[_i].mode, replies[_i].text), replies[_i].fit);
    if (replies[_i].fit == FIT_NO_VALUE)
        ck_assert_int_eq(missing, HOLE_PORT);
}
END_TEST

START_TEST(a_reply_that_does_not_fit_binds_nothing)
{
    loaded("S> 211-A {size}\nS> 211 B\n");
    ck_assert_int_eq(reply(MATCH_TEXT, "211-A 7\r\n211 C\r\n"), FIT_NO);
    ck_assert(!bindings.set[HOLE_SIZE]);
    ck_assert_int_eq(reply(MATCH_TEXT, "211-A 7\r\n211 B\r\n"), FIT_YES);
    ck_assert_str_eq(bindings.text[HOLE_SIZE], "7");
}
END_TEST

START_TEST(payloads_fit_octet_by_octet_or_any)
{
    loaded("protocol: udp\ntests: server\nC> \"Hi\"\nS> any\n");
    ck_assert(step_match_payload(step(0), bytes_of("Hi")));
    ck_assert(!step_match_payload(step(0), bytes_of("hi")));
    ck_assert(!step_match_payload(step(0), bytes_of("Hi.")));
    ck_assert(step_match_payload(step(1), bytes_of("")));
    ck_assert(step_match_payload(step(1), bytes_of("whatever")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match");
    TCase *tcase = tcase_create("fit");

    tcase_add_checked_fixture(tcase, set_up, unload);
    tcase_add_loop_test(tcase, a_command_fits_by_verb_and_argument, 0,
                        sizeof commands / sizeof *commands);
    tcase_add_loop_test(tcase, a_verb_ends_at_a_space_or_a_hole, 0,
                        (int)(sizeof verbs / sizeof *verbs));
    tcase_add_test(tcase, a_command_binds_its_holes);
    tcase_add_test(tcase, the_verb_is_what_stands_before_the_space);
    tcase_add_loop_test(tcase, a_code_fits_as_the_mode_says, 0, sizeof codes / sizeof *codes);
    tcase_add_loop_test(tcase, a_reply_fits_as_the_mode_says, 0, sizeof replies / sizeof *replies);
    tcase_add_test(tcase, a_reply_that_does_not_fit_binds_nothing);
    tcase_add_test(tcase, payloads_fit_octet_by_octet_or_any);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
