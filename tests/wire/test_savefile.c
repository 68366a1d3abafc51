#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/timelinetext.h"
#include "support/wireframe.h"
#include "support/wiretext.h"
#include "wire/savefile.h"

static const char session[] = "S> 220 Ready.\n"
                              "C> PASV\n"
                              "S> 227 (192,0,2,1,156,65)\n"
                              "C> LIST\n"
                              "S> 150 Here.\n"
                              "data passive 40001 S \"one\\r\\n\"\n"
                              "S> 226 Done.\n"
                              "! fragment 16\n"
                              "udp C \"a datagram in pieces\"\n"
                              "icmp S 3 3\n"
                              "C> QUIT\n"
                              "S> 221 Bye.\n";

static char path[] = "savefile-test-XXXXXX";
static struct timeline_options options;
static struct savefile_summary summary;
static struct diag why;
static unsigned conversations;
static size_t events;
static uint64_t last_packet;

static void take(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    conversations++;
    events += timeline->event_count;
    last_packet = timeline->events[timeline->event_count - 1].packet;
    timeline_free(timeline);
}

static const struct timeline_sink sink = {NULL, take};

static void set_up(void)
{
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void tear_down(void)
{
    unlink(path);
}

static void file_write(struct bytes octets)
{
    FILE *file = fopen(path, "wb");

    ck_assert_uint_eq(fwrite(octets.at, 1, octets.len, file), octets.len);
    ck_assert_int_eq(fclose(file), 0);
}

static enum err read_filtered(const char *filter)
{
    conversations = 0;
    events = 0;
    return savefile_read(path, filter, &options, &sink, &summary, &why);
}

static enum err read_file(void)
{
    return read_filtered(NULL);
}

/* The capture of `lines`; freed by the caller. */
static struct bytes capture_of(const char *lines)
{
    char *octets;
    size_t len;
    FILE *out = open_memstream(&octets, &len);

    ck_assert_msg(wiretext_write("lines", bytes_of(lines), out, &why) == OK, "%s", why.text);
    fclose(out);
    return (struct bytes){octets, len};
}

START_TEST(a_capture_is_read_and_summed_up)
{
    struct bytes capture = capture_of(session);

    file_write(capture);
    ck_assert_msg(read_file() == OK, "%s", why.text);
    ck_assert_uint_eq(conversations, 2);
    ck_assert_uint_eq(summary.packets, 24);
    ck_assert_uint_eq(summary.undecoded, 0);
    ck_assert_uint_eq(summary.cut, 0);
    ck_assert(!summary.truncated);
    ck_assert_int_eq(summary.last - summary.first, 23 * INT64_C(1000000));
    free((void *)capture.at);
}
END_TEST

static void words_write(FILE *out, const uint32_t *words, size_t len)
{
    ck_assert_uint_eq(fwrite(words, sizeof *words, len, out), len);
}

/* A record of a pcap file as a block of a pcapng file; returns the record's length. */
static size_t block_write(FILE *out, struct bytes record)
{
    static const char padding[4];
    uint32_t head[4], kept, len;
    uint64_t time;

    memcpy(head, record.at, sizeof head);
    kept = head[2];
    len = 32 + (kept + 3) / 4 * 4;
    time = (uint64_t)head[0] * 1000000 + head[1] / 1000;
    words_write(out, (uint32_t[]){6, len, 0, (uint32_t)(time >> 32), (uint32_t)time, kept, head[3]},
                7);
    fwrite(record.at + 16, 1, kept, out);
    fwrite(padding, 1, (4 - kept % 4) % 4, out);
    words_write(out, &len, 1);
    return 16 + kept;
}

static void pcapng_begin(FILE *out)
{
    words_write(out, (uint32_t[]){0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28}, 7);
}

static void interface_write(FILE *out, uint32_t link)
{
    words_write(out, (uint32_t[]){1, 20, link, 262144, 20}, 5);
}

START_TEST(pcapng_is_read_as_pcap_is)
{
    struct bytes capture = capture_of(session), rest = bytes_from(capture, 24);
    FILE *out = fopen(path, "wb");

    pcapng_begin(out);
    interface_write(out, 1);
    while (rest.len > 0)
        rest = bytes_from(rest, block_write(out, rest));
    fclose(out);
    ck_assert_msg(read_file() == OK, "%s", why.text);
    ck_assert_uint_eq(conversations, 2);
    ck_assert_uint_eq(summary.packets, 24);
    ck_assert_int_eq(summary.last - summary.first, 23 * INT64_C(1000000));
    ck_assert(!summary.truncated);
    free((void *)capture.at);
}
END_TEST

START_TEST(a_time_that_cannot_be_is_brought_into_range)
{
    struct bytes capture = capture_of("udp C \"x\"\n");
    FILE *out = fopen(path, "wb");

    pcapng_begin(out);
    interface_write(out, 1);
    block_write(out, bytes_from(capture, 24));
    fseek(out, 28 + 20 + 12, SEEK_SET); /* the first packet's time */
    words_write(out, (uint32_t[]){0xffffffff, 0xffffffff}, 2);
    fclose(out);
    ck_assert_msg(read_file() == OK, "%s", why.text);
    ck_assert_int_eq(summary.first, UINT32_MAX * INT64_C(1000000000) + 551615000);
    free((void *)capture.at);
}
END_TEST

START_TEST(pcapng_blocks_that_are_no_packets_are_passed_over)
{
    struct bytes capture = capture_of(session), rest = bytes_from(capture, 24);
    FILE *out = fopen(path, "wb");

    pcapng_begin(out);
    words_write(out, (uint32_t[]){0xbad, 16, 0x01020304, 16}, 4);
    interface_write(out, 1);
    interface_write(out, 1);
    while (rest.len > 0) {
        rest = bytes_from(rest, block_write(out, rest));
        words_write(out, (uint32_t[]){5, 24, 0, 0, 0, 24}, 6); /* statistics of an interface */
    }
    fclose(out);
    ck_assert_msg(read_file() == OK, "%s", why.text);
    ck_assert_uint_eq(conversations, 2);
    ck_assert_uint_eq(summary.packets, 24);
    ck_assert(!summary.truncated);
    free((void *)capture.at);
}
END_TEST

/* libpcap reads a pcapng file of one link type alone. */
START_TEST(a_second_link_type_ends_the_file_and_is_told)
{
    struct bytes capture = capture_of("udp C \"x\"\n");
    FILE *out = fopen(path, "wb");

    pcapng_begin(out);
    interface_write(out, 1);
    block_write(out, bytes_from(capture, 24));
    interface_write(out, 101);
    block_write(out, bytes_from(capture, 24));
    fclose(out);
    ck_assert_msg(read_file() == OK, "%s", why.text);
    ck_assert_uint_eq(summary.packets, 1);
    ck_assert(summary.truncated);
    ck_assert_ptr_nonnull(strstr(summary.stopped, "type 101 different from the type"));
    free((void *)capture.at);
}
END_TEST

START_TEST(packets_of_other_protocols_are_counted)
{
    struct bytes capture =
        capture_of("frame x\"ffffffffffff 020202020202 0806 0001\"\nC> NOOP\nsnaplen 60\n"
                   "C> a command that is longer than that\n");

    file_write(capture);
    ck_assert_int_eq(read_file(), OK);
    ck_assert_uint_eq(summary.undecoded, 1);
    ck_assert_uint_eq(summary.cut, 1);
    free((void *)capture.at);
}
END_TEST

START_TEST(a_filter_selects_packets)
{
    struct bytes capture = capture_of(session);

    file_write(capture);
    ck_assert_int_eq(read_filtered("udp"), OK);
    ck_assert_uint_eq(conversations, 1);
    ck_assert_int_eq(read_filtered("no such filter"), ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(why.text, "no such filter"));
    free((void *)capture.at);
}
END_TEST

START_TEST(what_a_filter_leaves_keeps_its_numbers)
{
    struct bytes capture = capture_of("udp C \"one\"\n"
                                      "udp 192.0.2.2:7000 > 192.0.2.1:7 \"two\"\n"
                                      "udp C \"three\"\n");

    file_write(capture);
    ck_assert_int_eq(read_filtered("udp dst port 21"), OK);
    ck_assert_uint_eq(conversations, 1);
    ck_assert_uint_eq(summary.packets, 2);
    ck_assert_uint_eq(last_packet, 3);
    free((void *)capture.at);
}
END_TEST

/* Cut anywhere, the file is an empty one, no capture, or a capture that ends early; of a record
 * that is not whole nothing is read. */
START_TEST(a_file_cut_anywhere_gives_what_was_whole)
{
    struct bytes capture = capture_of(session);
    uint64_t packets = 0;

    for (size_t len = 0; len <= capture.len; len++) {
        file_write(bytes_slice(capture, 0, len));
        ck_assert_int_eq(read_file(), len < 24 ? ERR_INPUT : OK);
        if (len < 24)
            continue;
        ck_assert_uint_ge(summary.packets, packets);
        ck_assert_uint_le(summary.packets, packets + 1);
        if (summary.packets > packets) /* the cut is between two records */
            ck_assert(!summary.truncated);
        else
            ck_assert(summary.truncated || len == 24);
        packets = summary.packets;
    }
    ck_assert_uint_eq(packets, 24);
    free((void *)capture.at);
}
END_TEST

START_TEST(a_file_that_ends_early_is_said_to)
{
    struct bytes capture = capture_of(session);

    file_write(bytes_slice(capture, 0, capture.len - 1));
    ck_assert_int_eq(read_file(), OK);
    ck_assert(summary.truncated);
    ck_assert_str_eq(summary.stopped, "");
    ck_assert_uint_eq(summary.packets, 23);
    free((void *)capture.at);
}
END_TEST

START_TEST(any_octet_may_be_wrong)
{
    struct bytes capture = capture_of(session);
    char *damaged = malloc(capture.len);

    for (size_t at = 24; at < capture.len; at += 3) {
        memcpy(damaged, capture.at, capture.len);
        damaged[at] = (char)(damaged[at] ^ 0x95);
        file_write((struct bytes){damaged, capture.len});
        ck_assert_int_eq(read_file(), OK);
    }
    free(damaged);
    free((void *)capture.at);
}
END_TEST

static void refused(const char *words)
{
    ck_assert_int_eq(read_file(), ERR_INPUT);
    ck_assert_msg(strstr(why.text, words) != NULL, "%s", why.text);
    ck_assert_uint_eq(conversations, 0);
}

START_TEST(an_empty_file_is_said_to_be_empty)
{
    refused("is empty");
}
END_TEST

START_TEST(another_kind_of_file_is_said_to_be_no_capture)
{
    file_write(bytes_of("#!/bin/sh\necho this is a script and no capture at all\n"));
    refused("no capture file");
}
END_TEST

START_TEST(a_compressed_file_is_told_with_how_to_read_it)
{
    file_write((struct bytes){"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10});
    refused("is compressed; write: gzip -dc savefile-test-");
    file_write((struct bytes){"\x28\xb5\x2f\xfd\0\0\0\0", 8});
    refused("is compressed; write: zstd -dc savefile-test-");
}
END_TEST

START_TEST(a_link_type_that_is_not_read_is_named)
{
    FILE *file = fopen(path, "wb");

    wireframe_file(file, 105, 65535);
    fclose(file);
    refused("IEEE802_11");
}
END_TEST

START_TEST(a_missing_file_and_a_folder_are_told_apart)
{
    ck_assert_int_eq(savefile_read("no/such.pcap", NULL, &options, &sink, &summary, &why),
                     ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(why.text, "no/such.pcap: cannot be opened"));
    ck_assert_int_eq(savefile_read("/", NULL, &options, &sink, &summary, &why), ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(why.text, "directory"));
}
END_TEST

START_TEST(standard_input_is_read_as_a_file_is)
{
    struct bytes capture = capture_of(session);

    file_write(capture);
    ck_assert_ptr_nonnull(freopen(path, "rb", stdin));
    ck_assert_int_eq(savefile_read("-", NULL, &options, &sink, &summary, &why), OK);
    ck_assert_uint_eq(summary.packets, 24);
    free((void *)capture.at);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("savefile");
    TCase *good = tcase_create("read"), *bad = tcase_create("refused");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(good, set_up, tear_down);
    tcase_add_checked_fixture(bad, set_up, tear_down);
    tcase_set_timeout(good, 60); /* thousands of files, and sanitizers are slow */
    tcase_add_test(good, a_capture_is_read_and_summed_up);
    tcase_add_test(good, pcapng_is_read_as_pcap_is);
    tcase_add_test(good, a_time_that_cannot_be_is_brought_into_range);
    tcase_add_test(good, pcapng_blocks_that_are_no_packets_are_passed_over);
    tcase_add_test(good, a_second_link_type_ends_the_file_and_is_told);
    tcase_add_test(good, packets_of_other_protocols_are_counted);
    tcase_add_test(good, a_filter_selects_packets);
    tcase_add_test(good, what_a_filter_leaves_keeps_its_numbers);
    tcase_add_test(good, a_file_cut_anywhere_gives_what_was_whole);
    tcase_add_test(good, a_file_that_ends_early_is_said_to);
    tcase_add_test(good, any_octet_may_be_wrong);
    tcase_add_test(good, standard_input_is_read_as_a_file_is);
    tcase_add_test(bad, an_empty_file_is_said_to_be_empty);
    tcase_add_test(bad, another_kind_of_file_is_said_to_be_no_capture);
    tcase_add_test(bad, a_compressed_file_is_told_with_how_to_read_it);
    tcase_add_test(bad, a_link_type_that_is_not_read_is_named);
    tcase_add_test(bad, a_missing_file_and_a_folder_are_told_apart);
    suite_add_tcase(suite, good);
    suite_add_tcase(suite, bad);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
