#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "play/transcript.h"

static struct transcript *transcript;
static char line[200];

static void set_up(void)
{
    struct diag why;

    ck_assert_int_eq(transcript_new(&transcript, &why), OK);
}

static void tear_down(void)
{
    transcript_free(transcript);
}

START_TEST(entries_come_back_in_order_and_stay_where_they_are)
{
    const struct entry *first;
    char text[8];

    transcript_add(transcript, &(struct entry){.kind = ENTRY_NOTE, .text = bytes_of("0")});
    first = transcript_at(transcript, 0);
    for (int i = 1; i < 1000; i++) {
        snprintf(text, sizeof text, "%d", i);
        transcript_add(transcript, &(struct entry){.kind = ENTRY_NOTE, .text = bytes_of(text)});
    }
    ck_assert_uint_eq(transcript_count(transcript), 1000);
    ck_assert_ptr_eq(transcript_at(transcript, 0), first);
    ck_assert(bytes_is(transcript_at(transcript, 999)->text, "999"));
    ck_assert_ptr_null(transcript_at(transcript, 1000));
}
END_TEST

START_TEST(an_entry_owns_its_text_and_gets_its_time)
{
    char text[] = "USER hudan\r\n";
    int64_t before = clock_now();

    transcript_add(transcript,
                   &(struct entry){.kind = ENTRY_HEARD, .text = bytes_of(text), .time = 1});
    memset(text, '?', sizeof text - 1);
    ck_assert(bytes_is(transcript_at(transcript, 0)->text, "USER hudan\r\n"));
    ck_assert_uint_eq(transcript_at(transcript, 0)->octets, 12);
    ck_assert_int_ge(transcript_at(transcript, 0)->time, before);
    ck_assert_int_le(transcript_at(transcript, 0)->time, clock_now());
}
END_TEST

START_TEST(of_a_long_text_64_kib_are_kept_and_all_counted)
{
    static char text[100000];

    memset(text, 'a', sizeof text);
    transcript_add(transcript, &(struct entry){.kind = ENTRY_SENT, .text = {text, sizeof text}});
    ck_assert_uint_eq(transcript_at(transcript, 0)->text.len, 65536);
    ck_assert_uint_eq(transcript_at(transcript, 0)->octets, 100000);
}
END_TEST

START_TEST(more_octets_than_the_text_has_stay_as_told)
{
    transcript_add(transcript, &(struct entry){.kind = ENTRY_DATA_SENT, .octets = 5000000000});
    ck_assert_uint_eq(transcript_at(transcript, 0)->octets, 5000000000);
}
END_TEST

static void note(void *ctx, const struct entry *entry)
{
    *(const struct entry **)ctx = entry;
}

START_TEST(who_watches_is_told_of_each_entry_as_it_is_kept)
{
    const struct entry *told = NULL;

    transcript_add(transcript, &(struct entry){.kind = ENTRY_OPENED});
    transcript_watch(transcript, note, &told);
    ck_assert_ptr_null(told);
    transcript_add(transcript, &(struct entry){.kind = ENTRY_CLOSED});
    ck_assert_ptr_eq(told, transcript_at(transcript, 1));
    transcript_watch(transcript, NULL, NULL);
    transcript_add(transcript, &(struct entry){.kind = ENTRY_NOTE});
    ck_assert_ptr_eq(told, transcript_at(transcript, 1));
}
END_TEST

#define TEXT(t)                                                                                    \
    {                                                                                              \
        (t), sizeof(t) - 1                                                                         \
    }
#define AT(a, b, c, d, p)                                                                          \
    {                                                                                              \
        .family = 4, .addr = {a, b, c, d}, .port = p                                               \
    }

static const struct {
    struct entry entry;
    const char *line;
} forms[] = {
    {{.kind = ENTRY_OPENED,
      .connection = 1,
      .local = AT(192, 0, 2, 1, 21),
      .remote = AT(192, 0, 2, 2, 40000)},
     "1 opened 192.0.2.1:21 - 192.0.2.2:40000"},
    {{.kind = ENTRY_SENT, .connection = 1, .text = TEXT("220 Hello.\r\n"), .octets = 12},
     "1 > 220 Hello."},
    {{.kind = ENTRY_SENT, .text = TEXT("211-A\r\n211 B\r\n"), .octets = 14, .segments = 3},
     "> 211-A\\x0d\\x0a211 B [3 segments]"},
    {{.kind = ENTRY_SENT, .text = TEXT("226 Done.\r\n"), .octets = 11, .joined = true},
     "> 226 Done. [same segment]"},
    {{.kind = ENTRY_HEARD, .connection = 2, .text = TEXT("NOOP\n"), .octets = 5},
     "2 < NOOP\\x0a (5 octets)"},
    {{.kind = ENTRY_HEARD, .text = TEXT("a\\\0\xff"), .octets = 4},
     "< a\\x5c\\x00\\xff (4 octets)"},
    {{.kind = ENTRY_HEARD, .text = TEXT("cut\r\n"), .octets = 70000},
     "< cut\\x0d\\x0a... (70000 octets)"},
    {{.kind = ENTRY_DATA_OPENED, .local = AT(127, 0, 0, 1, 20), .remote = AT(127, 0, 0, 2, 1025)},
     "data opened 127.0.0.1:20 - 127.0.0.2:1025"},
    {{.kind = ENTRY_DATA_SENT, .connection = 1, .octets = 1000}, "1 data > 1000 octets"},
    {{.kind = ENTRY_DATA_HEARD, .text = TEXT("cut off"), .octets = 7}, "data < 7 octets, cut off"},
    {{.kind = ENTRY_DATA_CLOSED, .text = TEXT("RST"), .octets = 3}, "data closed: RST"},
    {{.kind = ENTRY_CLOSED, .connection = 1, .text = TEXT("FIN"), .octets = 3}, "1 closed: FIN"},
    {{.kind = ENTRY_CLOSED}, "closed"},
    {{.kind = ENTRY_NOTE, .text = TEXT("harness was late"), .octets = 16},
     "note: harness was late"},
};

#define FORMS ((int)(sizeof forms / sizeof forms[0]))

START_TEST(each_kind_of_entry_has_its_line)
{
    entry_format(&forms[_i].entry, line, sizeof line);
    ck_assert_str_eq(line, forms[_i].line);
}
END_TEST

/* Whatever the room, the line ends inside it and is a beginning of the whole, marked if cut. */
START_TEST(a_line_without_room_is_cut_between_octets)
{
    size_t whole = strlen(forms[_i].line);
    char guarded[256];

    for (size_t room = 1; room <= whole + 8; room++) {
        memset(guarded, '#', sizeof guarded);
        entry_format(&forms[_i].entry, guarded, room);
        size_t len = strlen(guarded);

        ck_assert_uint_lt(len, room);
        ck_assert_int_eq(guarded[room], '#');
        if (strcmp(guarded, forms[_i].line) == 0)
            continue;
        ck_assert_uint_le(room, whole + 3);
        for (size_t dots = 0; dots < 3 && len > 0 && guarded[len - 1] == '.'; dots++)
            guarded[--len] = '\0';
        ck_assert_int_eq(strncmp(guarded, forms[_i].line, len), 0);
    }
}
END_TEST

START_TEST(a_line_that_is_cut_says_so)
{
    entry_format(&(struct entry){.kind = ENTRY_NOTE, .text = TEXT("a\x01zz"), .octets = 4}, line,
                 14);
    ck_assert_str_eq(line, "note: a...");
    entry_format(&(struct entry){.kind = ENTRY_NOTE}, line, 0);
    ck_assert_str_eq(line, "note: a...");
}
END_TEST

static Suite *transcript_suite(void)
{
    Suite *suite = suite_create("transcript");
    TCase *keeping = tcase_create("keeping");
    TCase *lines = tcase_create("lines");

    tcase_add_checked_fixture(keeping, set_up, tear_down);
    tcase_add_test(keeping, entries_come_back_in_order_and_stay_where_they_are);
    tcase_add_test(keeping, an_entry_owns_its_text_and_gets_its_time);
    tcase_add_test(keeping, of_a_long_text_64_kib_are_kept_and_all_counted);
    tcase_add_test(keeping, more_octets_than_the_text_has_stay_as_told);
    tcase_add_test(keeping, who_watches_is_told_of_each_entry_as_it_is_kept);
    tcase_add_loop_test(lines, each_kind_of_entry_has_its_line, 0, FORMS);
    tcase_add_loop_test(lines, a_line_without_room_is_cut_between_octets, 0, FORMS);
    tcase_add_test(lines, a_line_that_is_cut_says_so);
    suite_add_tcase(suite, keeping);
    suite_add_tcase(suite, lines);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(transcript_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
