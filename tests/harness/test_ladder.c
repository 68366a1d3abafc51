#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "ladder.h"
#include "support/wiretext.h"

static char *page;
static size_t page_len;
static FILE *out;

static void set_up(void)
{
    page = NULL;
    out = open_memstream(&page, &page_len);
    ck_assert_ptr_nonnull(out);
}

static void tear_down(void)
{
    fclose(out);
    free(page);
}

static void draw(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    ladder_print(out, timeline);
    timeline_free(timeline);
}

static void draw_all(struct bytes lines)
{
    const struct timeline_sink sink = {NULL, draw};
    struct diag why;

    ck_assert_msg(wiretext_feed(lines, NULL, &sink, &why) == OK, "%u: %s", why.at.line, why.text);
    ck_assert_int_eq(fflush(out), 0);
}

static void drawn(const char *row)
{
    ck_assert_msg(strstr(page, row) != NULL, "'%s' is not in:\n%s", row, page);
}

START_TEST(control_octets_are_escaped_and_long_lines_cut)
{
    draw_all(
        bytes_of("S: \"220 \\x1b[31m\\r\\n\"\n"
                 "C: \"CWD aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                 "aaaaaaaaaaaaaaaaaaa\\r\\n\"\n"));
    drawn(" |<-- 220 \\x1b[31m ---");
    drawn("aaa... -->|\n");
    ck_assert_ptr_null(strchr(page, 0x1b));
}
END_TEST

START_TEST(reply_of_several_lines_has_several_rows)
{
    draw_all(bytes_of("S: \"220-Hello\\r\\n\"\nS: \" there\\r\\n220 End\\r\\n\"\n"));
    drawn("       5      0.004000 |<-- 220-Hello ---");
    drawn("                       |       there   ");
    drawn("                       |      220 End   ");
    drawn("                       |      (begun in packet 4)   ");
}
END_TEST

START_TEST(data_connection_lies_between_the_lifelines)
{
    draw_all(bytes_of("S> 220 Ready.\nC> PASV\nS> 227 (192,0,2,1,156,65)\nC> LIST\nS> 150 Go.\n"
                      "data passive 40001 S \"one\\r\\n\" S \"two\\r\\n\"\nS> 226 Done.\n"));
    drawn("|     === data 1: SYN from port 50001 to port 40001 ===");
    drawn("|     <== data 1: first octets ===");
    drawn("|     <== data 1: last octets; 10 octets in all ===");
    drawn("|      one   ");
    drawn("|      two   ");
}
END_TEST

START_TEST(long_addresses_stand_one_below_the_other)
{
    draw_all(bytes_of("client [2001:db8:1111:2222:3333:4444:5555:6666]:40000\n"
                      "server [2001:db8:1111:2222:3333:4444:5555:7777]:21\nudp C \"x\"\n"));
    drawn("seconds client [2001:db8:1111:2222:3333:4444:5555:6666]:40000\n  ");
    drawn("  [2001:db8:1111:2222:3333:4444:5555:7777]:21 server\n");
    ck_assert_uint_eq(strcspn(page + strcspn(page, "\n") + 1, "\n"), LADDER_COLUMNS);
}
END_TEST

START_TEST(datagrams_and_errors_have_words)
{
    draw_all(bytes_of("udp C \"hello\\n\"\nicmp S 3 3\n"));
    drawn("--- 6 octets \"hello\\n\" ---");
    drawn("<-- ICMP type 3 code 3 from 192.0.2.1: port unreachable ---");
}
END_TEST

START_TEST(what_is_not_in_the_capture_is_said)
{
    draw_all(bytes_of("S> 220 Ready.\n! lost\nC> NOOP\nS> 200 OK.\n"));
    drawn("(here 6 octets of the client's are not in the capture)");
}
END_TEST

static void columns_check(const char *name)
{
    for (const char *row = page; *row != '\0'; row += strcspn(row, "\n") + 1) {
        size_t len = strcspn(row, "\n");

        ck_assert_msg(len <= LADDER_COLUMNS, "%s: %zu columns: %.*s", name, len, (int)len, row);
        for (size_t i = 0; i < len; i++)
            ck_assert_msg(row[i] >= ' ' && row[i] <= '~', "%s: %.*s", name, (int)len, row);
    }
}

static void specimen_draw(const char *folder, const char *name)
{
    static char text[1 << 20];
    char path[2048];
    FILE *in;
    size_t len;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    in = fopen(path, "rb");
    ck_assert_ptr_nonnull(in);
    len = fread(text, 1, sizeof text, in);
    fclose(in);
    rewind(out);
    draw_all((struct bytes){text, len});
    columns_check(name);
}

START_TEST(every_specimen_fits_into_100_columns)
{
    const char *source = getenv("PEERSPEC_SOURCE");
    char folder[1024];
    struct dirent *entry;
    size_t count = 0;
    DIR *specimens;

    snprintf(folder, sizeof folder, "%s/tests/specimens", source == NULL ? "." : source);
    specimens = opendir(folder);
    ck_assert_ptr_nonnull(specimens);
    while ((entry = readdir(specimens)) != NULL)
        if (strstr(entry->d_name, ".wire") != NULL) {
            specimen_draw(folder, entry->d_name);
            count++;
        }
    closedir(specimens);
    ck_assert_uint_gt(count, 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ladder");
    TCase *tcase = tcase_create("rows");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, control_octets_are_escaped_and_long_lines_cut);
    tcase_add_test(tcase, reply_of_several_lines_has_several_rows);
    tcase_add_test(tcase, data_connection_lies_between_the_lifelines);
    tcase_add_test(tcase, long_addresses_stand_one_below_the_other);
    tcase_add_test(tcase, datagrams_and_errors_have_words);
    tcase_add_test(tcase, what_is_not_in_the_capture_is_said);
    tcase_add_test(tcase, every_specimen_fits_into_100_columns);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
