/* wiretext IN.txt OUT.pcap: makes a capture from readable text; wiretext.h has the language.
 * wiretext --show FILE.pcap: prints what the wire stage makes of a capture. */
#include <string.h>

#include "support/timelinetext.h"
#include "support/wiretext.h"
#include "wire/savefile.h"

static void show(void *ctx, struct timeline *timeline)
{
    struct buf text;

    (void)ctx;
    buf_init(&text, 1 << 30);
    timelinetext_write(&text, timeline);
    puts(buf_text(&text));
    buf_fini(&text);
    timeline_free(timeline);
}

static enum err show_file(const char *path, struct diag *why)
{
    const struct timeline_options options = {0};
    const struct timeline_sink sink = {NULL, show};
    struct savefile_summary summary;
    enum err err = savefile_read(path, NULL, &options, &sink, &summary, why);

    if (err == OK)
        printf("%llu packets, %llu octets, %llu not decoded, %llu cut%s\n",
               (unsigned long long)summary.packets, (unsigned long long)summary.octets,
               (unsigned long long)summary.undecoded, (unsigned long long)summary.cut,
               summary.truncated ? "; the file ends early" : "");
    return err;
}

int main(int argc, char **argv)
{
    struct diag why = {0};
    enum err err;

    if (argc != 3) {
        fputs("usage: wiretext IN.txt OUT.pcap | wiretext --show FILE.pcap\n", stderr);
        return 2;
    }
    err = strcmp(argv[1], "--show") == 0 ? show_file(argv[2], &why)
                                         : wiretext_make(argv[1], argv[2], &why);
    if (err == OK)
        return 0;
    fputs("wiretext: ", stderr);
    diag_print(stderr, &why);
    return err == ERR_SYSTEM ? 5 : 3;
}
