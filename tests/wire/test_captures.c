/* Captures of real servers and clients, which are not part of the project: the folder that
 * PEERSPEC_CAPTURES names holds NAME.pcap and, for each, NAME.tshark.tsv with what another
 * dissector reads from its control connections: frame, stream, command, argument, code, text. */
#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_suite.h"
#include "support/timelinetext.h"
#include "wire/savefile.h"

#define FILES 128
#define LINE 65536

/* Where the other one is wrong, or right in a way that is not ours. It dissects frame by frame:
 * that a reply goes on over several frames needs no entry, since any frame of it will do. */
static const struct {
    const char *file;
    unsigned from, to; /* frames */
    const char *why;
} explained[] = {
    {"ndpi-ftp-start-tls", 45, 49, "clear text after CCC, which was said inside of TLS"},
    {"profuzzbench-lightftp-anonymous", 1, 99, "it does not look for FTP on port 2200"},
    {"profuzzbench-bftpd-6", 24, 24, "it does not show an empty command line"},
    {"profuzzbench-pureftpd-6", 16, 16, "it does not show an empty command line"},
};

static char *files[FILES];
static size_t file_count;

static struct timeline *timelines[256];
static size_t timeline_count;

static void keep(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    ck_assert_uint_lt(timeline_count, 256);
    timelines[timeline_count++] = timeline;
}

static void capture_read(const char *name)
{
    const struct timeline_options options = {0};
    const struct timeline_sink sink = {NULL, keep};
    struct savefile_summary summary;
    struct diag why;
    char path[4096];

    snprintf(path, sizeof path, "%s/%s.pcap", getenv("PEERSPEC_CAPTURES"), name);
    ck_assert_msg(savefile_read(path, NULL, &options, &sink, &summary, &why) == OK, "%s", why.text);
}

static bool is_explained(const char *name, uint64_t from, uint64_t to)
{
    for (size_t i = 0; i < sizeof explained / sizeof *explained; i++)
        if (strcmp(explained[i].file, name) == 0 && to >= explained[i].from &&
            from <= explained[i].to)
            return true;
    return false;
}

/* What the other one read in a frame. */
struct reading {
    uint64_t frame;
    char command[1024]; /* verb, SP, argument; empty: none */
    int code;           /* 0: none */
    bool matched;
};

static struct reading *readings;
static size_t reading_count, reading_room;

static struct reading *reading_add(uint64_t frame)
{
    if (reading_count == reading_room) {
        reading_room = reading_room * 2 + 64;
        readings = realloc(readings, reading_room * sizeof *readings);
        ck_assert_ptr_nonnull(readings);
    }
    readings[reading_count] = (struct reading){.frame = frame};
    return &readings[reading_count++];
}

static void line_read(char *line)
{
    char *field[6], *rest = line, *save = NULL;
    uint64_t frame;

    for (int i = 0; i < 6; i++)
        if ((field[i] = strsep(&rest, "\t")) == NULL)
            return;
    frame = strtoull(field[0], NULL, 10);
    if (*field[2] != '\0')
        snprintf(reading_add(frame)->command, sizeof readings->command, "%.500s%s%.500s", field[2],
                 *field[3] != '\0' ? " " : "", field[3]);
    for (char *code = strtok_r(field[4], "|", &save); code != NULL;
         code = strtok_r(NULL, "|", &save))
        reading_add(frame)->code = atoi(code);
}

static void readings_read(const char *name)
{
    static char line[LINE];
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s.tshark.tsv", getenv("PEERSPEC_CAPTURES"), name);
    file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    while (fgets(line, sizeof line, file) != NULL)
        line_read(line);
    fclose(file);
}

/* True where the command is the one read: the table has texts cut at some length. */
static bool same_command(const struct reading *reading, const struct ftp_command *command)
{
    char text[1024];

    snprintf(text, sizeof text, BYTES_FMT "%s" BYTES_FMT,
             BYTES_ARG(bytes_slice(command->verb, 0, 500)), command->argument.len > 0 ? " " : "",
             BYTES_ARG(bytes_slice(command->argument, 0, 500)));
    return *reading->command != '\0' && strcmp(text, reading->command) == 0;
}

/* True where the reading is (a part of) what the event tells. */
static bool agrees(const struct reading *reading, const struct event *event)
{
    if (reading->frame < event->first_packet || reading->frame > event->packet)
        return false;
    if (event->kind == EVENT_REPLY)
        return reading->code == event->code;
    return event->kind == EVENT_COMMAND && same_command(reading, &event->command);
}

static bool event_matched(const struct event *event)
{
    bool matched = false;

    for (size_t i = 0; i < reading_count; i++)
        if (agrees(&readings[i], event))
            matched = readings[i].matched = true;
    return matched;
}

static void events_compare(const char *name, const struct timeline *timeline, struct buf *wrong)
{
    for (size_t i = 0; i < timeline->event_count; i++) {
        const struct event *event = &timeline->events[i];

        if ((event->kind != EVENT_COMMAND && event->kind != EVENT_REPLY) || event_matched(event) ||
            is_explained(name, event->first_packet, event->packet))
            continue;
        buf_addf(wrong, "ours alone: %llu ", (unsigned long long)event->packet);
        timelinetext_event(wrong, event);
        buf_add_text(wrong, "\n");
    }
}

START_TEST(commands_and_replies_agree_with_another_dissector)
{
    const char *name = files[_i];
    struct buf wrong;

    buf_init(&wrong, 1 << 20);
    capture_read(name);
    readings_read(name);
    for (size_t i = 0; i < timeline_count; i++)
        events_compare(name, timelines[i], &wrong);
    for (size_t i = 0; i < reading_count; i++)
        if (!readings[i].matched && !is_explained(name, readings[i].frame, readings[i].frame))
            buf_addf(&wrong, "theirs alone: %llu %s %d\n", (unsigned long long)readings[i].frame,
                     readings[i].command, readings[i].code);
    ck_assert_msg(wrong.len == 0, "%s:\n%s", name, buf_text(&wrong));
    ck_assert(reading_count > 0 || is_explained(name, 1, 1));
    buf_fini(&wrong);
    while (timeline_count > 0)
        timeline_free(timelines[--timeline_count]);
    free(readings);
}
END_TEST

static void files_find(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL && file_count < FILES) {
        size_t len = strlen(entry->d_name);

        if (len > 5 && strcmp(entry->d_name + len - 5, ".pcap") == 0)
            files[file_count++] = strndup(entry->d_name, len - 5);
    }
    if (dir != NULL)
        closedir(dir);
}

static int run(void)
{
    Suite *suite = suite_create("captures");
    TCase *tcase = tcase_create("of real programs");

    tcase_add_loop_test(tcase, commands_and_replies_agree_with_another_dissector, 0,
                        (int)file_count);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}

int main(void)
{
    int status;

    if (getenv("PEERSPEC_CAPTURES") != NULL)
        files_find(getenv("PEERSPEC_CAPTURES"));
    if (file_count == 0)
        return 77;
    status = run();
    for (size_t i = 0; i < file_count; i++)
        free(files[i]);
    return status;
}
