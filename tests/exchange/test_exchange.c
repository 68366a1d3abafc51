#include "exchange/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/exchange/script.h"

static const char good[] = "title:   download a file in passive mode\n"
                           "spec:    RFC 959 4.1.2, RFC 959 5.4\n"
                           "level:   MUST\n"
                           "tests:   server client\n"
                           "client:  get 2003.pdf\n"
                           "files:   2003.pdf = \"text\\r\\n\", pub/\n"
                           "\n"
                           "C> USER {user}\n"
                           "S> 331|230 Password, please.\n"
                           "C? PASS {password}\n"
                           "S? 230-Logged\n"
                           "S?  in\n"
                           "S? 230 and welcome.\n"
                           "# the data connection\n"
                           "either\n"
                           "C> EPSV\n"
                           "S> 229 Entering Extended Passive Mode (|||{port}|)\n"
                           "or\n"
                           "C> PASV\n"
                           "S> 227 Entering Passive Mode ({hostport}).\n"
                           "end\n"
                           "C> RETR 2003.pdf\n"
                           "S> 150 Here it comes.\n"
                           "! split 1\n"
                           "D> \"text\\r\\n\"\n"
                           "S> 226-Done\n"
                           "S>  and gone\n"
                           "S> 226 at last.\n"
                           "C> QUIT\n"
                           "S> 221 Bye.\n"
                           "! close\n"
                           "\n"
                           "expect data.server.port == {hostport.port}\n"
                           "expect S:227 < data.syn < S:226\n"
                           "expect C#2 - C#1 in 0.8s..1.5s\n"
                           "expect client exits 0\n"
                           "expect file 2003.pdf == x\"00 ff\"\n";

/* Most prefixes are wrong; each is answered with an exchange, or with a place inside it. */
START_TEST(every_prefix_is_answered)
{
    char *script = strdup(good);
    unsigned lines;

    for (size_t len = strlen(good); len > 0; len--) {
        script[len] = '\0';
        lines = 1;
        for (size_t i = 0; i < len; i++)
            lines += script[i] == '\n';
        if (parse(script) == OK)
            continue;
        ck_assert_ptr_null(exchange);
        ck_assert_uint_ge(why.at.line, 1);
        ck_assert_uint_le(why.at.line, lines);
        ck_assert_uint_ge(why.at.column, 1);
        ck_assert_uint_gt(strlen(why.text), 0);
    }
    free(script);
}
END_TEST

START_TEST(every_prefix_that_ends_a_line_outside_of_a_reply_or_block_loads)
{
    char *script = strdup(good);
    size_t loads = 0;

    for (size_t len = strlen(script); len > 0; len--) {
        script[len] = '\0';
        loads += script[len - 1] == '\n' && parse(script) == OK;
    }
    /* 37 lines, without the 6 that leave the block open, the 4 that leave a reply open, and the one
     * that leaves a delivery without its line. */
    ck_assert_uint_eq(loads, 26);
    free(script);
}
END_TEST

START_TEST(the_same_script_with_other_line_ends_is_the_same_exchange)
{
    struct buf crlf;
    size_t steps, expects;

    steps = loaded(good)->step_count;
    expects = exchange->expect_count;
    buf_init(&crlf, 65536);
    for (const char *c = good; *c != '\0'; c++)
        ck_assert(*c == '\n' ? buf_add_text(&crlf, "\r\n") : buf_add(&crlf, (struct bytes){c, 1}));
    crlf.len -= 2; /* nor does the last line need its end */
    loaded(buf_text(&crlf));
    ck_assert_uint_eq(exchange->step_count, steps);
    ck_assert_uint_eq(exchange->expect_count, expects);
    assert_bytes_eq(step(0)->lines[0].source, "USER {user}");
    buf_fini(&crlf);
}
END_TEST

START_TEST(a_byte_order_mark_is_passed_over)
{
    loaded("\xef\xbb\xbf"
           "title: x\nC> NOOP\n");
    ck_assert_str_eq(exchange->title, "x");
}
END_TEST

START_TEST(an_empty_script_is_an_exchange_without_steps)
{
    ck_assert_uint_eq(loaded("")->step_count, 0);
    ck_assert_uint_eq(loaded("\n\n# nothing\n")->step_count, 0);
}
END_TEST

START_TEST(a_NUL_octet_is_named_with_its_place)
{
    static const char script[] = "title: x\nC> NO\0OP\n";

    ck_assert_int_eq(
        exchange_parse((struct bytes){script, sizeof script - 1}, "t", NULL, &exchange, &why),
        ERR_SYNTAX);
    ck_assert_uint_eq(why.at.line, 2);
    ck_assert_uint_eq(why.at.column, 6);
}
END_TEST

START_TEST(a_very_long_line_is_read)
{
    size_t len = 4 << 20;
    char *script = malloc(len + 1);

    memset(script, 'x', len);
    memcpy(script, "C> ", 3);
    script[len] = '\0';
    loaded(script);
    ck_assert_uint_eq(step(0)->lines[0].source.len, len - 3);
    memcpy(script, "???", 3);
    ck_assert_int_eq(parse(script), ERR_SYNTAX);
    ck_assert_uint_lt(strlen(why.text), 200);
    free(script);
}
END_TEST

START_TEST(control_octets_of_a_script_do_not_reach_a_terminal)
{
    ck_assert_int_eq(parse("\033[2J\n"), ERR_SYNTAX);
    ck_assert_ptr_null(strchr(why.text, '\033'));
}
END_TEST

START_TEST(examples_in_the_form_of_the_RFCs_load)
{
    loaded("      C> PwD\n"
           "      S> 257 \"/tmp\" is current directory.\n"
           "      C> MLst cap60.tar.gz\n"
           "      S> 250- Listing cap60.tar.gz\n"
           "      S>  Type=file;Size=1024990;Perm=r; /tmp/cap60.tar.gz\n"
           "      S> 250 End\n"
           "\f\n"
           "C> MLSD tmp\n"
           "S> 150 BINARY connection open for MLSD tmp\n"
           "D> Type=cdir;Modify=19981107085215;Perm=el; tmp\n"
           "D> Type=file;Perm=r;Unique=keVO1+IH4;  leading space\n"
           "S> 226 MLSD completed\n");
    ck_assert_uint_eq(exchange->step_count, 8);
    assert_bytes_eq(step(6)->payload.octets,
                    "Type=cdir;Modify=19981107085215;Perm=el; tmp\r\n"
                    "Type=file;Perm=r;Unique=keVO1+IH4;  leading space\r\n");
}
END_TEST

/* --- the manual ------------------------------------------------------------------------------ */

#define MANUAL "/doc/peerspec-exchange.5"

static void no_problem(void *ctx, const struct diag *problem)
{
    ck_abort_msg("the manual's '%s': line %u: %s", (const char *)ctx, problem->at.line,
                 problem->text);
}

/* Lint the example between `text` and `end`, with roff's escapes taken back. */
static void check_example(const char *text, const char *end, const char *fixtures)
{
    const struct exchange_places places = {NULL, fixtures};
    char name[] = "/tmp/peerspec-manual-XXXXXX", title[80];
    int fd = mkstemp(name);
    FILE *file = fdopen(fd, "w");

    snprintf(title, sizeof title, "%.*s", (int)strcspn(text, "\n"), text);
    for (; text < end; text++)
        fputc(text[0] == '\\' && text[1] == 'e' ? (text++, '\\') : text[0], file);
    fclose(file);
    ck_assert_uint_eq(exchange_lint(name, &places, NULL, no_problem, title), 0);
    unlink(name);
}

START_TEST(the_examples_of_the_manual_are_right)
{
    static const char begin[] = ".Bd -literal -offset indent\ntitle:";
    const char *source = getenv("PEERSPEC_SOURCE");
    char manual[65536], at[4096], fixtures[4096];
    size_t len, examples = 0;
    FILE *file;

    ck_assert_ptr_nonnull(source);
    snprintf(at, sizeof at, "%s" MANUAL, source);
    snprintf(fixtures, sizeof fixtures, "%s/fixtures", source);
    file = fopen(at, "r");
    ck_assert_ptr_nonnull(file);
    len = fread(manual, 1, sizeof manual - 1, file);
    manual[len] = '\0';
    fclose(file);
    for (const char *text = manual; (text = strstr(text, begin)) != NULL; examples++) {
        text = strchr(text, '\n') + 1;
        check_example(text, strstr(text, "\n.Ed"), fixtures);
    }
    ck_assert_uint_ge(examples, 5);
}
END_TEST

/* --- files ----------------------------------------------------------------------------------- */

static char folder[] = "/tmp/peerspec-exchange-XXXXXX";
static char path[256];

static void put(const char *name, const char *text)
{
    char at[256];
    FILE *file;

    snprintf(at, sizeof at, "%s/%s", folder, name);
    file = fopen(at, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void make_folders(void)
{
    static const char *const names[] = {"suites", "suites/ftp", "suites/ftp/beside", "fixtures"};

    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    snprintf(path, sizeof path, "%s/suites/ftp/a.exchange", folder);
}

static void remove_folders(void)
{
    static const char *const names[] = {"suites/ftp/beside/f",
                                        "suites/ftp/beside",
                                        "suites/ftp/a.exchange",
                                        "suites/ftp",
                                        "suites",
                                        "fixtures/g",
                                        "fixtures",
                                        ""};

    unload();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (unlink(path) != 0)
            rmdir(path);
    }
}

static enum err load(void)
{
    char suites[256], fixtures[256];
    struct exchange_places places = {suites, fixtures};

    snprintf(suites, sizeof suites, "%s/suites/", folder);
    snprintf(fixtures, sizeof fixtures, "%s/fixtures", folder);
    return exchange_load(path, &places, &exchange, &why);
}

START_TEST(files_are_found_beside_the_script_and_among_the_fixtures)
{
    put("suites/ftp/a.exchange", "files: f = @beside/f, g = @g\nC> NOOP\n");
    put("suites/ftp/beside/f", "beside");
    put("fixtures/g", "fixture");
    ck_assert_int_eq(load(), OK);
    assert_bytes_eq(exchange->files[0].content.octets, "beside");
    assert_bytes_eq(exchange->files[1].content.octets, "fixture");
}
END_TEST

START_TEST(an_id_is_the_path_below_the_suites)
{
    put("suites/ftp/a.exchange", "C> NOOP\n");
    ck_assert_int_eq(load(), OK);
    ck_assert_str_eq(exchange->id, "ftp/a");
    unload();
    snprintf(path, sizeof path, "%s/fixtures/../suites/ftp/a.exchange", folder);
    ck_assert_int_eq(load(), OK);
    ck_assert_str_eq(exchange->id, "ftp/a");
    ck_assert_str_eq(exchange->path, path);
}
END_TEST

START_TEST(elsewhere_the_path_is_the_id)
{
    put("fixtures/g", "C> NOOP\n");
    snprintf(path, sizeof path, "%s/fixtures/g", folder);
    ck_assert_int_eq(load(), OK);
    ck_assert_str_eq(exchange->id, path);
}
END_TEST

START_TEST(a_missing_file_is_named_where_it_is_asked_for)
{
    put("suites/ftp/a.exchange", "C> NOOP\nexpect file x == @no/such\n");
    ck_assert_int_eq(load(), ERR_INPUT);
    ck_assert_uint_eq(why.at.line, 2);
    ck_assert_uint_eq(why.at.column, 18);
    ck_assert_str_eq(why.at.file, path);
    ck_assert_ptr_nonnull(strstr(why.text, "'no/such' beside the script, nor in"));
}
END_TEST

START_TEST(a_missing_script_is_an_error_of_input)
{
    ck_assert_int_eq(load(), ERR_INPUT);
    ck_assert_str_eq(why.at.file, path);
    ck_assert_ptr_nonnull(strstr(why.text, "No such file"));
    ck_assert_ptr_null(exchange);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exchange");
    TCase *text = tcase_create("text"), *files = tcase_create("files");

    tcase_add_checked_fixture(text, NULL, unload);
    tcase_add_test(text, every_prefix_is_answered);
    tcase_add_test(text, every_prefix_that_ends_a_line_outside_of_a_reply_or_block_loads);
    tcase_add_test(text, the_same_script_with_other_line_ends_is_the_same_exchange);
    tcase_add_test(text, a_byte_order_mark_is_passed_over);
    tcase_add_test(text, an_empty_script_is_an_exchange_without_steps);
    tcase_add_test(text, a_NUL_octet_is_named_with_its_place);
    tcase_add_test(text, a_very_long_line_is_read);
    tcase_add_test(text, control_octets_of_a_script_do_not_reach_a_terminal);
    tcase_add_test(text, examples_in_the_form_of_the_RFCs_load);
    tcase_add_test(text, the_examples_of_the_manual_are_right);
    tcase_add_checked_fixture(files, make_folders, remove_folders);
    tcase_add_test(files, files_are_found_beside_the_script_and_among_the_fixtures);
    tcase_add_test(files, an_id_is_the_path_below_the_suites);
    tcase_add_test(files, elsewhere_the_path_is_the_id);
    tcase_add_test(files, a_missing_file_is_named_where_it_is_asked_for);
    tcase_add_test(files, a_missing_script_is_an_error_of_input);
    suite_add_tcase(suite, text);
    suite_add_tcase(suite, files);
    return run_suite(suite);
}
