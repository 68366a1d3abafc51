#include "wire/savefile.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/flow.h"
#include "wire/memory.h"
#include "wire/read_ahead.h"

#define READ_ROOM (128u << 10) /* octets read at a time */

/* What the thread that reads has alone, and then what the one that takes has: on lines of the cache
 * of their own, or each packet would take them from the other processor. */
struct source {
    _Alignas(READ_AHEAD_APART) pcap_t *pcap;
    bool filtered;
    struct bpf_program filter; /* owned, where it is filtered */
    uint64_t number;           /* of the record at hand, as in the file: left out ones count, too */
    struct read_ahead *ahead;
    struct savefile_summary summary; /* without what the other one counts */
};

struct reading {
    struct source source;
    _Alignas(READ_AHEAD_APART) int linktype;
    struct flow_reader *flows;
    uint64_t undecoded;
};

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* `room`, of READ_ROOM octets, is the file's until it is closed: stdio makes none of that size. */
static enum err file_open(const char *path, char *room, FILE **out, struct diag *why)
{
    int first;

    *out = strcmp(path, "-") == 0 ? fdopen(dup(STDIN_FILENO), "rb") : fopen(path, "rb");
    if (*out == NULL)
        return diag_set(why, ERR_INPUT, "%s: cannot be opened: %s", name_of(path), strerror(errno));
    setvbuf(*out, room, _IOFBF, READ_ROOM);
    __fsetlocking(*out, FSETLOCKING_BYCALLER); /* one thread reads it */
    errno = 0;
    first = getc(*out);
    if (first != EOF) {
        ungetc(first, *out);
        return OK;
    }
    diag_set(why, ERR_INPUT, "%s: %s", name_of(path),
             errno != 0 ? strerror(errno) : "is empty, and no capture");
    fclose(*out);
    return ERR_INPUT;
}

/* The program that unpacks the file; NULL where it is not packed, or cannot be read again. */
static const char *packer_of(FILE *file)
{
    static const struct {
        const char *magic, *program;
    } packers[] = {{"\x1f\x8b", "gzip"},
                   {"\xfd"
                    "7zXZ",
                    "xz"},
                   {"\x28\xb5\x2f\xfd", "zstd"},
                   {"BZh", "bzip2"}};
    char head[8];
    struct bytes octets = {head, 0};

    if (fseek(file, 0, SEEK_SET) == 0)
        octets.len = fread(head, 1, sizeof head, file);
    for (size_t i = 0; i < sizeof packers / sizeof *packers; i++)
        if (bytes_starts(octets, packers[i].magic))
            return packers[i].program;
    return NULL;
}

/* Closes the file. */
static enum err file_refuse(const char *path, FILE *file, const char *text, struct diag *why)
{
    const char *packer = packer_of(file);

    fclose(file);
    if (packer != NULL)
        return diag_set(why, ERR_INPUT, "%s: is compressed; write: %s -dc %s | peerspec check -",
                        name_of(path), packer, path);
    return diag_set(why, ERR_INPUT, "%s: is no capture file (pcap or pcapng): %s", name_of(path),
                    text);
}

static enum err link_refuse(const char *path, pcap_t *pcap, struct diag *why)
{
    int linktype = pcap_datalink(pcap);
    const char *name = pcap_datalink_val_to_name(linktype);

    return diag_set(why, ERR_INPUT,
                    "%s: packets of link type %s (%d) are not read; capture on Ethernet, on 'any' "
                    "or on loopback",
                    name_of(path), name == NULL ? "unknown" : name, linktype);
}

/* pcap_setfilter() would number the packets that are left as if the others were not there. */
static enum err filter_set(struct source *source, const char *filter, struct diag *why)
{
    if (filter == NULL)
        return OK;
    if (pcap_compile(source->pcap, &source->filter, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return diag_set(why, ERR_USAGE, "'%s' is no capture filter: %s", filter,
                        pcap_geterr(source->pcap));
    source->filtered = true;
    return OK;
}

/* On OK reading->source.pcap owns `file`. */
static enum err pcap_start(struct reading *reading, const char *path, FILE *file,
                           const char *filter, struct diag *why)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, text);
    enum err err;

    if (pcap == NULL)
        return file_refuse(path, file, text, why);
    reading->source.pcap = pcap;
    reading->linktype = pcap_datalink(pcap);
    err = packet_reads_link(reading->linktype) ? filter_set(&reading->source, filter, why)
                                               : link_refuse(path, pcap, why);
    if (err != OK)
        pcap_close(pcap);
    return err;
}

/* Times are within what pcap itself can say, 1970 to 2106, whatever a pcapng file says: any two of
 * them can be subtracted. */
static int64_t time_of(const struct timeval *stamp)
{
    int64_t seconds = stamp->tv_sec < 0 ? 0 : stamp->tv_sec;

    if (seconds > UINT32_MAX)
        seconds = UINT32_MAX;
    return seconds * INT64_C(1000000000) + stamp->tv_usec;
}

static void record_count(struct savefile_summary *summary, const struct pcap_pkthdr *header,
                         int64_t time)
{
    summary->packets++;
    summary->octets += header->len;
    summary->cut += header->caplen < header->len;
    if (summary->packets == 1)
        summary->first = time;
    summary->last = time;
}

static void record_put(u_char *ctx, const struct pcap_pkthdr *header, const u_char *data)
{
    struct source *source = (struct source *)(void *)ctx;
    struct read_record record = {.number = ++source->number,
                                 .time = time_of(&header->ts),
                                 .frame = {(const char *)data, header->caplen},
                                 .octets = header->len};

    if (source->filtered && pcap_offline_filter(&source->filter, header, data) == 0)
        return;
    record_count(&source->summary, header, record.time);
    read_ahead_put(source->ahead, &record);
}

/* libpcap has one answer for all that can be wrong with a record; a file that just ends is no
 * error of ours, anything else that stops us is told, too, as the file's early end. */
static void records_read(void *ctx, struct read_ahead *ahead)
{
    struct source *source = &((struct reading *)ctx)->source;
    int answer;

    source->ahead = ahead;
    answer = pcap_loop(source->pcap, -1, record_put, (u_char *)source);
    source->summary.truncated = answer == PCAP_ERROR;
    if (answer == PCAP_ERROR && strncmp(pcap_geterr(source->pcap), "truncated", 9) != 0)
        snprintf(source->summary.stopped, sizeof source->summary.stopped, "%.*s",
                 (int)sizeof source->summary.stopped - 1, pcap_geterr(source->pcap));
}

static void record_take(void *ctx, const struct read_record *record)
{
    struct reading *reading = ctx;
    struct packet packet;

    packet.number = record->number;
    packet.time = record->time;
    packet_decode(reading->linktype, record->frame, record->octets, &packet);
    if (!flow_reader_take(reading->flows, &packet))
        reading->undecoded++;
}

/* Reads what pcap_start() opened, to the end. */
static void file_take(struct reading *reading, const struct timeline_options *options,
                      const struct timeline_sink *sink, bool at_once)
{
    reading->flows = flow_reader_new(options, sink);
    read_ahead_run(&(struct read_ahead_sides){reading, records_read, record_take}, at_once);
    flow_reader_finish(reading->flows);
    flow_reader_free(reading->flows);
    if (reading->source.filtered)
        pcap_freecode(&reading->source.filter);
    pcap_close(reading->source.pcap);
}

enum err savefile_read(const char *path, const char *filter, const struct timeline_options *options,
                       const struct timeline_sink *sink, struct savefile_summary *summary,
                       struct diag *why)
{
    struct reading reading = {.undecoded = 0};
    char *room = memory_zeroed(1, READ_ROOM);
    FILE *file;
    enum err err = file_open(path, room, &file, why);

    if (err == OK)
        err = pcap_start(&reading, path, file, filter, why);
    if (err == OK)
        file_take(&reading, options, sink, strcmp(path, "-") == 0);
    *summary = reading.source.summary;
    summary->undecoded = reading.undecoded;
    free(room);
    return err;
}
