/* What a capture does to a session is no breach of anybody's.
 *
 * Each good specimen of each rule is damaged at each of its packets, as captures are: lost, seen
 * twice, out of order, cut by a snaplen, begun late, ended early. No rule may speak. */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "suites/rules.h"
#include "support/wiretext.h"
#include "wire/flow.h"

#define SPECIMENS 600
#define RECORDS 400

static char *specimens[SPECIMENS];
static size_t specimen_count;

/* --- a specimen's packets --- */

struct record {
    struct bytes frame; /* points into `capture` */
    size_t octets;      /* on the wire */
    int64_t time;
};

static char *capture;
static int linktype;
static struct record records[RECORDS];
static size_t record_count;

static uint32_t word(const char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static void records_read(struct bytes file)
{
    record_count = 0;
    linktype = (int)word(file.at + 20);
    for (file = bytes_from(file, 24); file.len > 0; record_count++) {
        ck_assert_uint_lt(record_count, RECORDS);
        records[record_count] = (struct record){
            .frame = bytes_slice(file, 16, word(file.at + 8)),
            .octets = word(file.at + 12),
            .time = word(file.at) * INT64_C(1000000000) + word(file.at + 4),
        };
        file = bytes_from(file, 16 + records[record_count].frame.len);
    }
}

static void specimen_load(const char *name)
{
    static char text[65536];
    struct diag why = {.code = OK};
    size_t len;
    FILE *in = fopen(name, "re"), *out = open_memstream(&capture, &len);

    ck_assert_msg(in != NULL && out != NULL, "%s", name);
    ck_assert_msg(wiretext_write(name, (struct bytes){text, fread(text, 1, sizeof text, in)}, out,
                                 &why) == OK,
                  "%s:%u: %s", name, why.at.line, why.text);
    fclose(in);
    fclose(out);
    records_read((struct bytes){capture, len});
}

/* --- damages --- */

static void packet_of(const struct record *record, struct packet *packet)
{
    memset(packet, 0, sizeof *packet);
    packet_decode(linktype, record->frame, record->octets, packet);
}

/* Of datagrams nobody can tell whether one is missing, or was seen twice. */
static bool is_datagram(size_t at)
{
    struct packet packet;

    packet_of(&records[at], &packet);
    return packet.kind == PACKET_UDP || packet.kind == PACKET_FRAGMENT;
}

/* Writes to `out` what is left of `records`; returns how many, or 0 where it does not apply. */
typedef size_t damage(size_t at, struct record *out);

static size_t all_but(size_t at, struct record *out)
{
    if (is_datagram(at))
        return 0;
    memcpy(out, records, at * sizeof *out);
    memcpy(out + at, records + at + 1, (record_count - at - 1) * sizeof *out);
    return record_count - 1;
}

static size_t twice(size_t at, struct record *out)
{
    if (is_datagram(at))
        return 0;
    memcpy(out, records, (at + 1) * sizeof *out);
    memcpy(out + at + 1, records + at, (record_count - at) * sizeof *out);
    return record_count + 1;
}

/* Order between two directions is the capture's to tell; within one a network may change it. */
static size_t swapped(size_t at, struct record *out)
{
    struct packet first, second;

    if (at + 1 == record_count)
        return 0;
    packet_of(&records[at], &first);
    packet_of(&records[at + 1], &second);
    if (first.kind != PACKET_TCP || second.kind != PACKET_TCP ||
        !endpoint_equal(&first.src, &second.src) || !endpoint_equal(&first.dst, &second.dst))
        return 0;
    memcpy(out, records, record_count * sizeof *out);
    out[at].frame = records[at + 1].frame;
    out[at].octets = records[at + 1].octets;
    out[at + 1].frame = records[at].frame;
    out[at + 1].octets = records[at].octets;
    return record_count;
}

static size_t cut(size_t at, struct record *out)
{
    memcpy(out, records, record_count * sizeof *out);
    out[at].frame = bytes_slice(out[at].frame, 0, 60);
    return out[at].frame.len < records[at].frame.len ? record_count : 0;
}

static size_t begun_late(size_t at, struct record *out)
{
    if (at == 0 || is_datagram(at - 1))
        return 0;
    memcpy(out, records + at, (record_count - at) * sizeof *out);
    return record_count - at;
}

/* The rest of a datagram that the network card cuts looks as if a server had sent no more. */
static bool is_cut_by_a_card(const char *name)
{
    return strstr(name, "/UDP-14.good") != NULL;
}

static size_t ended_early(size_t at, struct record *out)
{
    memcpy(out, records, at * sizeof *out);
    return at;
}

static size_t snaplen(size_t most, struct record *out)
{
    for (size_t i = 0; i < record_count; i++) {
        out[i] = records[i];
        out[i].frame = bytes_slice(out[i].frame, 0, most);
    }
    return record_count;
}

static const struct {
    const char *name;
    damage *damage;
} damages[] = {
    {"lost", all_but},
    {"seen twice", twice},
    {"behind the next", swapped},
    {"cut", cut},
    {"the first of the capture", begun_late},
    {"the first that the capture lacks", ended_early},
};

/* --- the verdict --- */

static void judge(void *ctx, struct timeline *timeline)
{
    rules_run(rule_tables, NULL, timeline, ctx);
    timeline_free(timeline);
}

static void silent(const char *name, const struct record *list, size_t count, size_t at,
                   const char *what)
{
    static const struct timeline_options options = {0};
    struct findings *findings = findings_new();
    const struct timeline_sink sink = {findings, judge};
    struct flow_reader *reader = flow_reader_new(&options, &sink);
    struct packet packet;

    for (size_t i = 0; i < count; i++) {
        packet.number = i + 1;
        packet.time = list[i].time;
        packet_decode(linktype, list[i].frame, list[i].octets, &packet);
        flow_reader_take(reader, &packet);
    }
    flow_reader_finish(reader);
    flow_reader_free(reader);
    if (findings_count(findings) > 0)
        ck_abort_msg("%s, packet %zu %s: %s; expected %s; seen: %s", name, at, what,
                     findings_at(findings, 0)->rule, findings_at(findings, 0)->expected,
                     findings_at(findings, 0)->seen);
    findings_free(findings);
}

START_TEST(no_rule_speaks_of_what_the_capture_did)
{
    static struct record damaged[RECORDS + 1];
    const char *name = specimens[_i];

    specimen_load(name);
    for (size_t kind = 0; kind < sizeof damages / sizeof *damages; kind++) {
        if (damages[kind].damage == ended_early && is_cut_by_a_card(name))
            continue;
        for (size_t at = 0; at < record_count; at++)
            silent(name, damaged, damages[kind].damage(at, damaged), at + 1, damages[kind].name);
    }
    free(capture);
}
END_TEST

START_TEST(no_rule_speaks_of_what_a_snaplen_cut)
{
    static const size_t lengths[] = {54, 64, 96, 128};
    static struct record damaged[RECORDS];
    const char *name = specimens[_i];

    specimen_load(name);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        silent(name, damaged, snaplen(lengths[i], damaged), lengths[i], "and all were cut to that");
    free(capture);
}
END_TEST

static void specimens_find(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL && specimen_count < SPECIMENS) {
        char path[2048];

        if (strstr(entry->d_name, ".good.wire") == NULL)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        specimens[specimen_count++] = strdup(path);
    }
    if (dir != NULL)
        closedir(dir);
}

int main(void)
{
    Suite *suite = suite_create("damage");
    TCase *all = tcase_create("good specimens");
    SRunner *runner = srunner_create(suite);
    const char *source = getenv("PEERSPEC_SOURCE");
    char folder[1024];
    int failed;

    snprintf(folder, sizeof folder, "%s/tests/specimens", source == NULL ? "." : source);
    specimens_find(folder);
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, no_rule_speaks_of_what_the_capture_did, 0, (int)specimen_count);
    tcase_add_loop_test(all, no_rule_speaks_of_what_a_snaplen_cut, 0, (int)specimen_count);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    while (specimen_count > 0)
        free(specimens[--specimen_count]);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
