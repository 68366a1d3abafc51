#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ftp_command.h"
#include "suites/ftp/ftp_replies.h"

/* Some of RFC 959 section 5.4, as it stands there, and what custom adds. */
static const struct {
    const char *verb;
    int code;
    bool after;
    enum ftp_reply_standing standing;
} known[] = {
    {"", 220, false, FTP_REPLY_LISTED},       {"", 220, true, FTP_REPLY_LISTED},
    {"", 230, false, FTP_REPLY_UNUSUAL},      {"USER", 331, false, FTP_REPLY_LISTED},
    {"USER", 200, false, FTP_REPLY_UNLISTED}, {"PASS", 202, false, FTP_REPLY_LISTED},
    {"CDUP", 200, false, FTP_REPLY_LISTED},   {"CDUP", 250, false, FTP_REPLY_LISTED},
    {"RETR", 226, true, FTP_REPLY_LISTED},    {"RETR", 226, false, FTP_REPLY_UNLISTED},
    {"RETR", 150, false, FTP_REPLY_LISTED},   {"RETR", 550, false, FTP_REPLY_LISTED},
    {"STOR", 552, true, FTP_REPLY_LISTED},    {"STOR", 550, false, FTP_REPLY_CUSTOM},
    {"STOR", 550, true, FTP_REPLY_UNUSUAL},   {"RNTO", 503, false, FTP_REPLY_LISTED},
    {"MKD", 257, false, FTP_REPLY_LISTED},    {"XMKD", 257, false, FTP_REPLY_LISTED},
    {"PWD", 530, false, FTP_REPLY_CUSTOM},    {"EPSV", 229, false, FTP_REPLY_LISTED},
    {"EPSV", 227, false, FTP_REPLY_UNUSUAL},  {"SIZE", 213, false, FTP_REPLY_LISTED},
    {"NOOP", 421, false, FTP_REPLY_LISTED},   {"REIN", 421, true, FTP_REPLY_LISTED},
};

START_TEST(a_reply_stands_as_the_rfcs_say)
{
    ck_assert_msg(ftp_reply_standing(known[_i].verb, known[_i].code, known[_i].after) ==
                      known[_i].standing,
                  "%d to '%s'", known[_i].code, known[_i].verb);
}
END_TEST

START_TEST(every_verb_of_ours_has_replies)
{
    for (const struct ftp_verb *verb = ftp_verbs(); verb->name != NULL; verb++)
        ck_assert_msg(ftp_reply_knows(verb->name), "%s", verb->name);
}
END_TEST

START_TEST(every_row_is_of_a_verb_that_there_is_and_of_codes)
{
    for (const struct ftp_reply_row *row = ftp_reply_rows(); row->verb != NULL; row++) {
        bool special = strcmp(row->verb, "") == 0 || strcmp(row->verb, "*") == 0;

        ck_assert_msg(special || ftp_verb_find(bytes_of(row->verb)) != NULL, "%s", row->verb);
        ck_assert_int_ne(row->codes[0], 0);
        ck_assert_int_eq(row->codes[FTP_REPLY_CODES - 1], 0);
        for (const int *code = row->codes; *code != 0; code++)
            ck_assert_msg(*code >= 110 && *code <= 633, "%s %d", row->verb, *code);
        ck_assert_msg(row->standing != FTP_REPLY_LISTED || row->spec != NULL, "%s", row->verb);
    }
}
END_TEST

START_TEST(the_rows_are_sorted_by_their_verbs)
{
    for (const struct ftp_reply_row *row = ftp_reply_rows(); row[1].verb != NULL; row++)
        ck_assert_str_le(row[0].verb, row[1].verb);
}
END_TEST

static bool is_in_a_row(int code)
{
    for (const struct ftp_reply_row *row = ftp_reply_rows(); row->verb != NULL; row++)
        for (const int *listed = row->codes; *listed != 0; listed++)
            if (*listed == code)
                return true;
    return false;
}

START_TEST(the_codes_that_are_known_are_those_of_the_rows)
{
    for (int code = 0; code <= 1000; code++)
        ck_assert_msg(ftp_reply_code_known(code) == is_in_a_row(code), "%d", code);
}
END_TEST

START_TEST(every_transfer_has_its_1yz_and_its_226)
{
    for (const struct ftp_verb *verb = ftp_verbs(); verb->name != NULL; verb++) {
        bool transfers = (verb->traits & FTP_VERB_TRANSFERS) != 0;

        ck_assert_msg((ftp_reply_standing(verb->name, 150, false) == FTP_REPLY_LISTED) == transfers,
                      "%s", verb->name);
        ck_assert_msg((ftp_reply_standing(verb->name, 226, true) == FTP_REPLY_LISTED) == transfers,
                      "%s", verb->name);
    }
}
END_TEST

START_TEST(lint_allows_what_the_table_has_at_any_time)
{
    ck_assert(ftp_reply_allowed("RETR", 226));
    ck_assert(ftp_reply_allowed("RETR", 150));
    ck_assert(ftp_reply_allowed("", 220));
    ck_assert(!ftp_reply_allowed("RETR", 225));
    ck_assert(!ftp_reply_allowed("PASV", 200));
    ck_assert(!ftp_reply_allowed("", 331));
    ck_assert(ftp_reply_allowed("XYZZY", 500));
    ck_assert(!ftp_reply_allowed("XYZZY", 150));
}
END_TEST

START_TEST(a_code_of_no_command_is_not_known)
{
    ck_assert(ftp_reply_code_known(226));
    ck_assert(ftp_reply_code_known(110));
    ck_assert(!ftp_reply_code_known(259));
    ck_assert(!ftp_reply_code_known(0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("replies");
    TCase *all = tcase_create("table");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(all, a_reply_stands_as_the_rfcs_say, 0, sizeof known / sizeof *known);
    tcase_add_test(all, every_verb_of_ours_has_replies);
    tcase_add_test(all, the_rows_are_sorted_by_their_verbs);
    tcase_add_test(all, the_codes_that_are_known_are_those_of_the_rows);
    tcase_add_test(all, every_row_is_of_a_verb_that_there_is_and_of_codes);
    tcase_add_test(all, every_transfer_has_its_1yz_and_its_226);
    tcase_add_test(all, lint_allows_what_the_table_has_at_any_time);
    tcase_add_test(all, a_code_of_no_command_is_not_known);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
