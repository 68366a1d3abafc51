#include "exchange/pattern.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "exchange/pattern_parse.h"

static struct arena arena;
static struct bindings bindings;
static struct pattern pattern;
static struct pattern_flaw flaw;
static enum hole missing;

static void set_up(void)
{
    arena_init(&arena);
    memset(&bindings, 0, sizeof bindings);
    missing = HOLE_NONE;
}

static void tear_down(void)
{
    arena_fini(&arena);
}

static void use(const char *text)
{
    ck_assert_msg(pattern_parse(&arena, bytes_of(""), bytes_of(text), &pattern, &flaw), "%s",
                  flaw.what);
}

static bool match(const char *text)
{
    return pattern_match(&pattern, bytes_of(text), &bindings);
}

static bool binds(const char *reply)
{
    return pattern_bind(&pattern, bytes_of(reply), &bindings, &missing);
}

START_TEST(a_line_falls_into_literals_and_holes)
{
    use("PORT {hostport}!");
    ck_assert_uint_eq(pattern.count, 3);
    ck_assert_mem_eq(pattern.pieces[0].literal.at, "PORT ", 5);
    ck_assert_int_eq(pattern.pieces[1].hole, HOLE_HOSTPORT);
    ck_assert_mem_eq(pattern.pieces[2].literal.at, "!", 1);
    ck_assert_uint_eq(pattern.source.len, 16);
}
END_TEST

START_TEST(braces_and_octets_are_one_literal)
{
    use("a{{b}{xff0D}c");
    ck_assert_uint_eq(pattern.count, 1);
    ck_assert_uint_eq(pattern.pieces[0].literal.len, 7);
    ck_assert_mem_eq(pattern.pieces[0].literal.at, "a{b}\xff\rc", 7);
}
END_TEST

START_TEST(octets_are_repeated)
{
    use("a{x42*3}{x0d0a*2}{x43*0}{x44*1}");
    ck_assert_uint_eq(pattern.count, 1);
    ck_assert_uint_eq(pattern.pieces[0].literal.len, 9);
    ck_assert_mem_eq(pattern.pieces[0].literal.at, "aBBB\r\n\r\nD", 9);
    ck_assert_uint_eq(pattern.source.len, 31);
}
END_TEST

START_TEST(a_line_of_100000_octets_is_possible)
{
    use("CWD {x41*99999}{x42}");
    ck_assert_uint_eq(pattern.pieces[0].literal.len, 100004);
    ck_assert_mem_eq(pattern.pieces[0].literal.at + 100002, "AB", 2);
}
END_TEST

START_TEST(an_empty_line_has_no_pieces)
{
    use("");
    ck_assert_uint_eq(pattern.count, 0);
    ck_assert(match(""));
    ck_assert(!match("x"));
}
END_TEST

static const struct {
    const char *text;
    size_t at;
    const char *what;
} flaws[] = {
    {"a {usr}", 2, "there is no hole '{usr}'; did you mean 'user'?"},
    {"{}", 0, "there is no hole '{}'"},
    {"a {", 2, "'{' is not closed; a brace itself is written '{{'"},
    {"{user} {x1}", 7, "there is no hole '{x1}'; did you mean 'p1'?"},
    {"{xzz}", 0, "there is no hole '{xzz}'"},
    {"{*3}", 0, "there is no hole '{*3}'"},
    {"{x*3}", 0, "there is no hole '{x*3}'"},
    {"{x41*}", 0, "there is no hole '{x41*}'"},
    {"{x41*-1}", 0, "there is no hole '{x41*-1}'"},
    {"a{x41*100001}", 1, "a line repeats at most 100000 octets"},
    {"{x4142*50000}{x41}", 0, "a line repeats at most 100000 octets"},
    {"{x41*18446744073709551615}", 0, "a line repeats at most 100000 octets"},
    {"{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}"
     "{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}{any}",
     160, "a line has at most 32 holes"},
};

START_TEST(bad_holes_are_named_with_their_offset)
{
    ck_assert(!pattern_parse(&arena, bytes_of(""), bytes_of(flaws[_i].text), &pattern, &flaw));
    ck_assert_str_eq(flaw.what, flaws[_i].what);
    ck_assert_uint_eq(flaw.at, flaws[_i].at);
}
END_TEST

static const struct {
    const char *pattern, *text;
    enum hole hole;
    const char *bound; /* NULL: no match */
} matches[] = {
    {"USER {user}", "USER hudan", HOLE_USER, "hudan"},
    {"USER {user}", "USER ", HOLE_USER, NULL},
    {"PASS {password}", "PASS ", HOLE_PASSWORD, ""},
    {"PORT {hostport}", "PORT 127,0,0,1,4,1", HOLE_HOSTPORT, "127,0,0,1,4,1"},
    {"PORT {hostport}", "PORT 127,0,0,256,4,1", HOLE_HOSTPORT, NULL},
    {"PORT {hostport}", "PORT 127,0,0,1,4", HOLE_HOSTPORT, NULL},
    {"({hostport}).", "(10,0,0,1,200,11).", HOLE_HOSTPORT, "10,0,0,1,200,11"},
    {"(0,0,0,0,{p1},4)", "(0,0,0,0,255,4)", HOLE_P1, "255"},
    {"(0,0,0,0,4,{p2})", "(0,0,0,0,4,256)", HOLE_P2, NULL},
    {"EPRT {eprt}", "EPRT |1|192.0.2.2|1025|", HOLE_EPRT, "|1|192.0.2.2|1025|"},
    {"EPRT {eprt}", "EPRT |2|::1|5282|", HOLE_EPRT, "|2|::1|5282|"},
    {"EPRT {eprt}", "EPRT |3|::1|5282|", HOLE_EPRT, NULL},
    {"(|||{port}|)", "(|||6446|)", HOLE_PORT, "6446"},
    {"(|||{port}|)", "(|||0|)", HOLE_PORT, NULL},
    {"(|||{port}|)", "(|||65536|)", HOLE_PORT, NULL},
    {"{size}", "1830", HOLE_SIZE, "1830"},
    {"{size}", "18x", HOLE_SIZE, NULL},
    {"{size}", "", HOLE_SIZE, NULL},
    {"{time}", "19980615100045.014", HOLE_TIME, "19980615100045.014"},
    {"{time}", "19981315100045", HOLE_TIME, NULL},
    {"host {host}", "host 192.0.2.1", HOLE_HOST, "192.0.2.1"},
    {"host {host}", "host example", HOLE_HOST, NULL},
    {"EPRT !1!{client}!1025!", "EPRT !1!192.0.2.2!1025!", HOLE_CLIENT, "192.0.2.2"},
    {"EPRT !1!{client}!1025!", "EPRT !1!localhost!1025!", HOLE_CLIENT, NULL},
    {"PORT {host-number},0,25", "PORT 192,0,2,2,0,25", HOLE_NUMBER, "192,0,2,2"},
    {"PORT {host-number},0,25", "PORT 192,0,2,0,25", HOLE_NUMBER, NULL},
    {"PORT {host-number},0,25", "PORT 192,0,256,2,0,25", HOLE_NUMBER, NULL},
    {"RETR {file}", "RETR a b", HOLE_FILE, "a b"},
    {"RETR {file}", "RETR ", HOLE_FILE, NULL},
    {"{any}", "", HOLE_ANY, ""},
    {"a{any}b", "axxbxxb", HOLE_ANY, "xxbxx"},
    {"a{any}b{any}c", "a1b2c", HOLE_ANY, "2"},
    {"a{any}b", "axxbxx", HOLE_ANY, NULL},
    {"{file} {size}", "one two 3", HOLE_FILE, "one two"},
    {"NOOP", "NOOP", HOLE_NONE, ""},
    {"NOOP", "NOOP ", HOLE_NONE, NULL},
};

START_TEST(holes_match_their_type_and_are_bound)
{
    const char *bound = matches[_i].bound;
    enum hole hole = matches[_i].hole;

    use(matches[_i].pattern);
    ck_assert_int_eq(match(matches[_i].text), bound != NULL);
    ck_assert_int_eq(bindings.set[hole], bound != NULL && hole != HOLE_NONE);
    if (bound != NULL)
        ck_assert_str_eq(bindings.text[hole], bound);
}
END_TEST

START_TEST(an_address_that_is_bound_can_be_looked_at)
{
    use("PORT {hostport} EPSV {port}");
    ck_assert(match("PORT 192,0,2,1,4,1 EPSV 6446"));
    ck_assert_uint_eq(bindings.hostport.family, 4);
    ck_assert_uint_eq(bindings.hostport.addr[0], 192);
    ck_assert_uint_eq(bindings.hostport.port, 1025);
    ck_assert_uint_eq(bindings.port, 6446);
    use("EPRT {eprt}");
    ck_assert(match("EPRT |2|::1|5282|"));
    ck_assert_uint_eq(bindings.hostport.family, 6);
    ck_assert_uint_eq(bindings.hostport.port, 5282);
}
END_TEST

START_TEST(who_somebody_is_does_not_change)
{
    use("USER {user}");
    bindings_set(&bindings, HOLE_USER, bytes_of("hudan"));
    ck_assert(!match("USER other"));
    ck_assert(match("USER hudan"));
    use("{size}");
    ck_assert(match("1"));
    ck_assert(match("2"));
    ck_assert_str_eq(bindings.text[HOLE_SIZE], "2");
}
END_TEST

START_TEST(nothing_is_bound_where_nothing_matches)
{
    use("{size} {file} end");
    ck_assert(!match("12 name of no end."));
    ck_assert(!bindings.set[HOLE_SIZE]);
    ck_assert(!bindings.set[HOLE_FILE]);
}
END_TEST

START_TEST(long_values_are_cut_not_overrun)
{
    char text[1000];

    memset(text, 'x', sizeof text);
    use("{any}");
    ck_assert(pattern_match(&pattern, (struct bytes){text, sizeof text}, &bindings));
    ck_assert_uint_eq(strlen(bindings.text[HOLE_ANY]), 255);
}
END_TEST

START_TEST(a_hostile_text_ends_the_search)
{
    static char text[200000];

    memset(text, '1', sizeof text);
    use("{size}{size}{size}{size}{size}{size}{size}{size}{size}{size}{size}{size}x");
    ck_assert(!pattern_match(&pattern, (struct bytes){text, sizeof text}, &bindings));
    use("{any}1{any}1{any}1{any}1{any}1{any}1{any}2");
    ck_assert(!pattern_match(&pattern, (struct bytes){text, sizeof text}, &bindings));
}
END_TEST

static bool give_port(void *ctx, enum hole hole, struct buf *value)
{
    int *asked = ctx;

    ++*asked;
    return hole == HOLE_PORT && buf_addf(value, "%d", 40000 + *asked);
}

static const char *filled(bool (*fill)(void *, enum hole, struct buf *), void *ctx)
{
    static struct buf out;

    buf_fini(&out);
    buf_init(&out, 4096);
    return pattern_fill(&pattern, &bindings, fill, ctx, &out, &missing) ? buf_text(&out) : NULL;
}

START_TEST(a_fake_fills_what_is_bound)
{
    use("USER {user}{any}");
    bindings_set(&bindings, HOLE_USER, bytes_of("hudan"));
    ck_assert_str_eq(filled(NULL, NULL), "USER hudan");
}
END_TEST

START_TEST(a_hole_that_nobody_fills_is_named)
{
    use("213 {size}");
    ck_assert_ptr_null(filled(NULL, NULL));
    ck_assert_int_eq(missing, HOLE_SIZE);
}
END_TEST

START_TEST(each_line_asks_for_a_port_of_its_own)
{
    int asked = 0;

    use("229 (|||{port}|)");
    ck_assert_str_eq(filled(give_port, &asked), "229 (|||40001|)");
    ck_assert_uint_eq(bindings.port, 40001);
    ck_assert_str_eq(filled(give_port, &asked), "229 (|||40002|)");
    ck_assert_uint_eq(bindings.port, 40002);
    ck_assert_str_eq(filled(NULL, NULL), "229 (|||40002|)");
}
END_TEST

static const struct {
    const char *pattern, *reply;
    enum hole hole;
    const char *bound; /* NULL: missing */
} replies[] = {
    {"227 Entering ({hostport}).", "227 Passive mode 10,0,0,1,4,1\r\n", HOLE_HOSTPORT,
     "10,0,0,1,4,1"},
    {"227 Entering ({hostport}).", "227 Entering (10,0,0,1,4).\r\n", HOLE_HOSTPORT, NULL},
    {"229 Extended (|||{port}|)", "229 ok (!!!6446!)\r\n", HOLE_PORT, "6446"},
    {"229 Extended (|||{port}|)", "229 Entering\r\n", HOLE_PORT, NULL},
    {"213 {size}", "213 1830\r\n", HOLE_SIZE, "1830"},
    {"213 size {size}", "213 1830 octets\r\n", HOLE_SIZE, "1830"},
    {"213 {size}", "213 unknown\r\n", HOLE_SIZE, NULL},
    {"213 {time}", "213  19980615100045.014\r\n", HOLE_TIME, "19980615100045.014"},
    {"213 {time}", "213 1998\r\n", HOLE_TIME, NULL},
    {"150 {file}.", "150 FILE: a name\r\n", HOLE_FILE, "a name"},
    {"257 made {file}", "257 \"/a \"\"b\"\"\" created\r\n", HOLE_FILE, "/a \"b\""},
    {"257 made {file}", "257 created\r\n", HOLE_FILE, NULL},
    {"257 \"{file}\" created", "257 \"/a \"\"b\"\"\" created\r\n", HOLE_FILE, "/a \"b\""},
    {"226 {size} octets", "226 12 octets\r\n", HOLE_SIZE, "12"},
    {" size={size}", "211-Status\r\n size=77\r\n211 End\r\n", HOLE_SIZE, "77"},
    {"200 {any}", "200\r\n", HOLE_NONE, ""},
};

START_TEST(a_reply_gives_values_by_their_type)
{
    const char *bound = replies[_i].bound;
    enum hole hole = replies[_i].hole;

    use(replies[_i].pattern);
    ck_assert_int_eq(binds(replies[_i].reply), bound != NULL);
    if (bound == NULL)
        ck_assert_int_eq(missing, hole);
    else
        ck_assert_str_eq(bindings.text[hole], bound);
}
END_TEST

START_TEST(every_hole_has_its_name)
{
    for (int hole = HOLE_NONE + 1; hole < HOLE_COUNT; hole++)
        ck_assert_int_eq(hole_find(bytes_of(hole_name((enum hole)hole))), hole);
    ck_assert_int_eq(hole_find(bytes_of("")), HOLE_NONE);
}
END_TEST

static TCase *topic(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    suite_add_tcase(suite, tcase);
    return tcase;
}

static void add_parsing(Suite *suite)
{
    TCase *parsing = topic(suite, "parsing");

    tcase_add_test(parsing, a_line_falls_into_literals_and_holes);
    tcase_add_test(parsing, braces_and_octets_are_one_literal);
    tcase_add_test(parsing, octets_are_repeated);
    tcase_add_test(parsing, a_line_of_100000_octets_is_possible);
    tcase_add_test(parsing, an_empty_line_has_no_pieces);
    tcase_add_test(parsing, every_hole_has_its_name);
    tcase_add_loop_test(parsing, bad_holes_are_named_with_their_offset, 0,
                        sizeof flaws / sizeof *flaws);
}

static void add_matching(Suite *suite)
{
    TCase *matching = topic(suite, "matching");

    tcase_add_loop_test(matching, holes_match_their_type_and_are_bound, 0,
                        sizeof matches / sizeof *matches);
    tcase_add_test(matching, an_address_that_is_bound_can_be_looked_at);
    tcase_add_test(matching, who_somebody_is_does_not_change);
    tcase_add_test(matching, nothing_is_bound_where_nothing_matches);
    tcase_add_test(matching, long_values_are_cut_not_overrun);
    tcase_add_test(matching, a_hostile_text_ends_the_search);
}

int main(void)
{
    Suite *suite = suite_create("pattern");
    SRunner *runner;
    TCase *filling, *binding;
    int failed;

    add_parsing(suite);
    add_matching(suite);
    filling = topic(suite, "filling");
    tcase_add_test(filling, a_fake_fills_what_is_bound);
    tcase_add_test(filling, a_hole_that_nobody_fills_is_named);
    tcase_add_test(filling, each_line_asks_for_a_port_of_its_own);
    binding = topic(suite, "binding");
    tcase_add_loop_test(binding, a_reply_gives_values_by_their_type, 0,
                        sizeof replies / sizeof *replies);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
