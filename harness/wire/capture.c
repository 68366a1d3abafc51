#include "wire/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/flow.h"
#include "wire/memory.h"
#include "wire/prune.h"
#include "wire/sentinel.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif
#ifndef SOL_PACKET
#define SOL_PACKET 263
#endif
#define SNAPLEN 262144
#define RING (64 << 20)
#define BULK (4 << 20) /* octets of long TCP packets in one case, from which on it is bulk */
#define QUIET_MS 50
#define PATIENCE_S 2 /* for the sentinel */

/* What the reader is asked to do when it has caught up. */
enum mark { MARK_NONE, MARK_BEGIN, MARK_END };

struct capture {
    pcap_t *pcap;
    pcap_t *file_form; /* what savefiles look like */
    int linktype;
    int wake; /* an eventfd */
    struct sentinel sentinel;
    pthread_t thread;
    bool thread_runs;

    /* The reader's own. */
    struct flow_reader *flows;
    bool recording;
    bool failed; /* the interface is gone: nothing more will come */
    uint64_t packets;
    pcap_dumper_t *dumper; /* NULL: no savefile */
    unsigned dropped_before;
    struct timeline **timelines;
    size_t count, room;
    bool may_prune, pruning; /* keep the headers alone of bulk transfers */
    uint16_t ftp_ports[PRUNE_PORTS + 1];
    uint64_t bulk; /* octets of long TCP packets so far */

    pthread_mutex_t lock;
    pthread_cond_t done;
    /* Under the lock. */
    enum mark mark;
    uint64_t nonce;
    bool forced, stop;
    pcap_dumper_t *next_dumper; /* for MARK_BEGIN; after MARK_END the one that is to be closed */
    struct recording result;
};

/* --- the reader's thread --- */

static void timeline_keep(void *ctx, struct timeline *timeline)
{
    struct capture *capture = ctx;

    if (!capture->recording) {
        timeline_free(timeline);
        return;
    }
    capture->timelines =
        memory_grown(capture->timelines, capture->count, &capture->room, sizeof(struct timeline *));
    capture->timelines[capture->count++] = timeline;
}

static uint64_t first_packet(const struct timeline *timeline)
{
    return timeline->event_count == 0 ? 0 : timeline->events[0].packet;
}

static int by_first_packet(const void *a, const void *b)
{
    uint64_t left = first_packet(*(struct timeline *const *)a);
    uint64_t right = first_packet(*(struct timeline *const *)b);

    return left < right ? -1 : left > right;
}

static unsigned dropped(struct capture *capture)
{
    struct pcap_stat stat;

    return pcap_stats(capture->pcap, &stat) == 0 ? stat.ps_drop + stat.ps_ifdrop : 0;
}

static void completeness_tell(struct capture *capture, struct recording *result)
{
    unsigned lost = dropped(capture) - capture->dropped_before;

    result->complete = lost == 0 && !capture->forced && !capture->failed;
    if (capture->failed)
        snprintf(result->why_not, sizeof result->why_not, "the capture failed: %s",
                 pcap_geterr(capture->pcap));
    else if (lost > 0)
        snprintf(result->why_not, sizeof result->why_not,
                 "the kernel dropped %u packets that the capture should have seen", lost);
    else if (capture->forced)
        snprintf(result->why_not, sizeof result->why_not,
                 "the capture did not catch up with the traffic within %d s", PATIENCE_S);
}

/* A case that moves much data need not show all of it; listings and small files are below that. */
static void bulk_look(struct capture *capture, const struct packet *packet)
{
    if (packet->kind != PACKET_TCP || packet->octets <= PRUNE_ABOVE)
        return;
    capture->bulk += packet->octets;
    if (capture->bulk > BULK)
        capture->pruning = prune_attach(pcap_fileno(capture->pcap), capture->ftp_ports);
    flow_reader_prune(capture->flows, capture->pruning);
    if (!capture->pruning && capture->bulk > BULK)
        capture->may_prune = false; /* the kernel refuses: it is a matter of speed alone */
}

static void bulk_forget(struct capture *capture)
{
    if (capture->pruning)
        prune_detach(pcap_fileno(capture->pcap));
    capture->pruning = false;
    capture->bulk = 0;
    flow_reader_prune(capture->flows, false);
}

static void recording_begin(struct capture *capture)
{
    capture->recording = false;
    bulk_forget(capture);
    flow_reader_finish(capture->flows); /* what was before is forgotten */
    capture->packets = 0;
    capture->dropped_before = dropped(capture);
    capture->dumper = capture->next_dumper;
    capture->next_dumper = NULL;
    capture->recording = true;
}

static void recording_end(struct capture *capture)
{
    struct recording *result = &capture->result;

    flow_reader_finish(capture->flows);
    *result = (struct recording){capture->timelines, capture->count, capture->packets, false, ""};
    completeness_tell(capture, result);
    if (result->count > 1)
        qsort(result->timelines, result->count, sizeof(struct timeline *), by_first_packet);
    capture->timelines = NULL;
    capture->count = capture->room = 0;
    capture->next_dumper = capture->dumper;
    capture->dumper = NULL;
    capture->recording = false;
}

/* The capture has caught up: do what was asked. Under the lock. */
static void mark_pass(struct capture *capture)
{
    if (capture->mark == MARK_BEGIN)
        recording_begin(capture);
    else if (capture->mark == MARK_END)
        recording_end(capture);
    capture->mark = MARK_NONE;
    pthread_cond_signal(&capture->done);
}

static void sentinel_seen(struct capture *capture, uint64_t nonce)
{
    pthread_mutex_lock(&capture->lock);
    if (capture->mark != MARK_NONE && capture->nonce == nonce)
        mark_pass(capture);
    pthread_mutex_unlock(&capture->lock);
}

static void packet_seen(u_char *ctx, const struct pcap_pkthdr *header, const u_char *data)
{
    struct capture *capture = (struct capture *)(void *)ctx;
    struct bytes frame = {(const char *)data, header->caplen};
    struct packet packet;
    uint64_t nonce;

    packet_decode(capture->linktype, frame, header->len, &packet);
    if (sentinel_is(&capture->sentinel, &packet, &nonce)) {
        sentinel_seen(capture, nonce);
        return;
    }
    if (!capture->recording)
        return;
    packet.number = ++capture->packets;
    packet.time = header->ts.tv_sec * INT64_C(1000000000) + header->ts.tv_usec;
    if (capture->dumper != NULL)
        pcap_dump((u_char *)capture->dumper, header, data);
    if (capture->may_prune && !capture->pruning)
        bulk_look(capture, &packet);
    flow_reader_take(capture->flows, &packet);
}

/* How long to wait before a mark passes that no sentinel will announce; -1: for ever. */
static int patience(struct capture *capture)
{
    bool quiet;

    pthread_mutex_lock(&capture->lock);
    quiet = capture->mark != MARK_NONE && capture->sentinel.fd < 0;
    pthread_mutex_unlock(&capture->lock);
    return quiet ? QUIET_MS : -1;
}

/* Wait for packets; false where it was time to stop. A mark without a sentinel passes when nothing
 * has come for a while, any mark when it is forced or when nothing can come. */
static bool packets_await(struct capture *capture)
{
    static const struct timespec breath = {0, 500000};
    int fd = capture->failed ? -1 : pcap_get_selectable_fd(capture->pcap);
    struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = capture->wake, .events = POLLIN}};
    int timeout = patience(capture);
    uint64_t count;
    bool quiet, stop;

    if (capture->pruning) /* the ring holds what comes meanwhile; a wake-up a packet costs the IUT */
        nanosleep(&breath, NULL);
    quiet = poll(fds, 2, timeout) == 0;
    if (fds[1].revents != 0 && read(capture->wake, &count, sizeof count) < 0)
        quiet = false;
    pthread_mutex_lock(&capture->lock);
    if (capture->mark != MARK_NONE && (capture->forced || capture->failed || quiet))
        mark_pass(capture);
    stop = capture->stop;
    pthread_mutex_unlock(&capture->lock);
    return !stop;
}

static void *reader_run(void *ctx)
{
    struct capture *capture = ctx;

    /* The ring must never fill; where we may not go first we go as everybody. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), -10);
    while (packets_await(capture))
        if (!capture->failed &&
            pcap_dispatch(capture->pcap, -1, packet_seen, (u_char *)capture) < 0)
            capture->failed = true;
    return NULL;
}

/* --- opening --- */

static bool is_loopback(const char *interface)
{
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool loopback;

    if (strlen(interface) < sizeof request.ifr_name)
        strcpy(request.ifr_name, interface);
    loopback =
        fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_LOOPBACK);
    if (fd >= 0)
        close(fd);
    return loopback;
}

static enum err activation_failed(const char *interface, pcap_t *pcap, int answer, struct diag *why)
{
    switch (answer) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return diag_set(why, ERR_PERMISSION,
                        "the system does not let us capture on '%s': run as root, give the program "
                        "CAP_NET_RAW, or let it use a network namespace of its own",
                        interface);
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return diag_set(why, ERR_USAGE, "there is no interface '%s'; `ip link` lists them",
                        interface);
    case PCAP_ERROR_IFACE_NOT_UP:
        return diag_set(why, ERR_SYSTEM, "the interface '%s' is down; `ip link set %s up` helps",
                        interface, interface);
    default:
        return diag_set(why, ERR_SYSTEM, "cannot capture on '%s': %s", interface,
                        *pcap_geterr(pcap) != '\0' ? pcap_geterr(pcap) : pcap_statustostr(answer));
    }
}

static enum err interface_open(struct capture *capture, const char *interface, struct diag *why)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    int answer;

    capture->pcap = pcap_create(interface, text);
    if (capture->pcap == NULL)
        return diag_set(why, ERR_SYSTEM, "cannot capture on '%s': %s", interface, text);
    pcap_set_snaplen(capture->pcap, SNAPLEN);
    pcap_set_immediate_mode(capture->pcap, 1);
    pcap_set_buffer_size(capture->pcap, RING);
    pcap_set_tstamp_precision(capture->pcap, PCAP_TSTAMP_PRECISION_NANO);
    answer = pcap_activate(capture->pcap);
    if (answer < 0)
        return activation_failed(interface, capture->pcap, answer, why);
    capture->linktype = pcap_datalink(capture->pcap);
    if (!packet_reads_link(capture->linktype))
        return diag_set(why, ERR_SYSTEM, "packets of interface '%s' (link type %s) are not read",
                        interface, pcap_datalink_val_to_name(capture->linktype));
    fcntl(pcap_fileno(capture->pcap), F_SETFD, FD_CLOEXEC); /* no IUT is to inherit it */
    if (pcap_setnonblock(capture->pcap, 1, text) != 0)
        return diag_set(why, ERR_SYSTEM, "cannot capture on '%s': %s", interface, text);
    return OK;
}

/* Loopback shows each packet twice, going out and coming in; and only there can we be sure that a
 * datagram of ours passes. */
static enum err loopback_set_up(struct capture *capture, struct diag *why)
{
    int on = 1;

    if (setsockopt(pcap_fileno(capture->pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
                   sizeof on) != 0 &&
        errno != ENOPROTOOPT)
        return diag_set(why, ERR_SYSTEM, "cannot capture on loopback: %s", strerror(errno));
    sentinel_init(&capture->sentinel);
    return OK;
}

static enum err reader_start(struct capture *capture, struct diag *why)
{
    sigset_t all, before;
    int answer;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the other threads */
    answer = pthread_create(&capture->thread, NULL, reader_run, capture);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (answer != 0)
        return diag_set(why, ERR_SYSTEM, "cannot start a thread: %s", strerror(answer));
    capture->thread_runs = true;
    return OK;
}

static struct capture *capture_new(const struct timeline_options *options)
{
    struct capture *capture = memory_zeroed(1, sizeof *capture);
    const struct timeline_sink sink = {capture, timeline_keep};
    pthread_condattr_t attributes;

    capture->sentinel.fd = -1;
    capture->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    capture->flows = flow_reader_new(options, &sink);
    pthread_mutex_init(&capture->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&capture->done, &attributes);
    pthread_condattr_destroy(&attributes);
    return capture;
}

/* More ports than a filter can tell apart, and nothing is pruned. */
static void ports_copy(struct capture *capture, const uint16_t *ports)
{
    size_t count = 0;

    while (ports != NULL && ports[count] != 0 && count < PRUNE_PORTS) {
        capture->ftp_ports[count] = ports[count];
        count++;
    }
    if (ports != NULL && ports[count] != 0)
        capture->may_prune = false;
}

static enum err capture_start(struct capture *capture, const char *interface,
                              const struct timeline_options *options, struct diag *why)
{
    enum err err = interface_open(capture, interface, why);

    if (err == OK && is_loopback(interface))
        err = loopback_set_up(capture, why);
    if (err != OK)
        return err;
    capture->may_prune = options->headers_only_bulk && capture->linktype == DLT_EN10MB;
    ports_copy(capture, options->ftp_ports);
    capture->file_form = pcap_open_dead_with_tstamp_precision(capture->linktype, SNAPLEN,
                                                              PCAP_TSTAMP_PRECISION_NANO);
    if (capture->wake < 0 || capture->file_form == NULL)
        return diag_set(why, ERR_SYSTEM, "cannot capture: %s", strerror(errno));
    return reader_start(capture, why);
}

enum err capture_open(const char *interface, const struct timeline_options *options,
                      struct capture **out, struct diag *why)
{
    struct capture *capture = capture_new(options);
    enum err err = capture_start(capture, interface, options, why);

    *out = err == OK ? capture : NULL;
    if (err != OK)
        capture_free(capture);
    return err;
}

static void reader_wake(struct capture *capture)
{
    const uint64_t one = 1;

    if (write(capture->wake, &one, sizeof one) < 0 && errno != EAGAIN)
        abort(); /* an eventfd of ours that cannot be written */
}

void capture_free(struct capture *capture)
{
    if (capture == NULL)
        return;
    if (capture->thread_runs) {
        pthread_mutex_lock(&capture->lock);
        capture->stop = true;
        pthread_mutex_unlock(&capture->lock);
        reader_wake(capture);
        pthread_join(capture->thread, NULL);
    }
    flow_reader_free(capture->flows);
    recording_fini(&(struct recording){.timelines = capture->timelines, .count = capture->count});
    if (capture->dumper != NULL)
        pcap_dump_close(capture->dumper);
    if (capture->next_dumper != NULL)
        pcap_dump_close(capture->next_dumper);
    if (capture->file_form != NULL)
        pcap_close(capture->file_form);
    if (capture->pcap != NULL)
        pcap_close(capture->pcap);
    sentinel_fini(&capture->sentinel);
    if (capture->wake >= 0)
        close(capture->wake);
    pthread_cond_destroy(&capture->done);
    pthread_mutex_destroy(&capture->lock);
    free(capture);
}

/* --- marks --- */

static struct timespec deadline(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += PATIENCE_S;
    return at;
}

static uint64_t nonce_new(void)
{
    uint64_t nonce = 0;

    while (nonce == 0)
        if (getrandom(&nonce, sizeof nonce, 0) != (ssize_t)sizeof nonce)
            nonce = (uint64_t)clock() + 1;
    return nonce;
}

/* Ask the reader for `mark` at this place of the traffic, and wait until it was there. */
static void mark_set(struct capture *capture, enum mark mark)
{
    struct timespec until = deadline();
    uint64_t nonce = nonce_new();

    pthread_mutex_lock(&capture->lock);
    capture->mark = mark;
    capture->nonce = nonce;
    capture->forced = false;
    pthread_mutex_unlock(&capture->lock);
    if (capture->sentinel.fd < 0 || !sentinel_send(&capture->sentinel, nonce))
        reader_wake(capture);
    pthread_mutex_lock(&capture->lock);
    while (capture->mark != MARK_NONE) {
        int answer = pthread_cond_timedwait(&capture->done, &capture->lock, &until);

        if (answer == ETIMEDOUT && !capture->forced) {
            capture->forced = true;
            reader_wake(capture);
            until = deadline();
        }
    }
    pthread_mutex_unlock(&capture->lock);
}

static enum err savefile_close(pcap_dumper_t *dumper, struct diag *why)
{
    FILE *file = dumper == NULL ? NULL : pcap_dump_file(dumper);
    enum err err = OK;

    if (dumper == NULL)
        return OK;
    errno = 0;
    if (fflush(file) != 0 || ferror(file))
        err = diag_set(why, ERR_SYSTEM, "the capture could not be written: %s",
                       strerror(errno != 0 ? errno : EIO));
    pcap_dump_close(dumper);
    return err;
}

enum err capture_end(struct capture *capture, struct recording *out, struct diag *why)
{
    enum err err;

    mark_set(capture, MARK_END);
    *out = capture->result;
    err = savefile_close(capture->next_dumper, why);
    capture->next_dumper = NULL;
    return err;
}

/* A recording that nobody asked to end. */
static enum err recording_abandon(struct capture *capture, struct diag *why)
{
    struct recording old;
    enum err err;

    if (!capture->recording)
        return OK;
    err = capture_end(capture, &old, why);
    recording_fini(&old);
    return err;
}

enum err capture_begin(struct capture *capture, const char *savefile, struct diag *why)
{
    enum err err = recording_abandon(capture, why);

    if (err != OK)
        return err;
    if (savefile != NULL) {
        capture->next_dumper = pcap_dump_open(capture->file_form, savefile);
        if (capture->next_dumper == NULL)
            return diag_set(why, ERR_SYSTEM, "the capture cannot be written: %s",
                            pcap_geterr(capture->file_form));
        fcntl(fileno(pcap_dump_file(capture->next_dumper)), F_SETFD, FD_CLOEXEC);
    }
    mark_set(capture, MARK_BEGIN);
    return OK;
}

void recording_fini(struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++)
        timeline_free(recording->timelines[i]);
    free(recording->timelines);
    *recording = (struct recording){0};
}
