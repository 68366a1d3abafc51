/* Datagrams as such, and the small services: discard, daytime, chargen, time. */
#include "suites/udp/udp_checks.h"

#include <string.h>

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define SINCE_1900 INT64_C(2208988800) /* seconds from 1900 to 1970, RFC 868 */
#define CLOCK_TOLERANCE 120            /* seconds */
#define HEADER 8                       /* octets of a UDP header */

enum service { SERVICE_DISCARD = 9, SERVICE_DAYTIME = 13, SERVICE_CHARGEN = 19, SERVICE_TIME = 37 };

const struct event *next_datagram(const struct timeline *timeline, size_t *from)
{
    while (*from < timeline->event_count) {
        const struct event *event = &timeline->events[(*from)++];

        if (event->kind == EVENT_DATAGRAM)
            return event;
    }
    return NULL;
}

bool is_group(const struct endpoint *endpoint)
{
    const uint8_t *a = endpoint->addr;

    if (endpoint->family == 6)
        return a[0] == 0xff;
    return (a[0] & 0xf0) == 0xe0 || (a[0] == 255 && a[1] == 255 && a[2] == 255 && a[3] == 255);
}

/* --- checksums and ports ---------------------------------------------------------------------- */

static void judge_checksums(const struct timeline *timeline, struct rule_run *run, int family)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->checksum == CHECKSUM_BAD && event->src.family == family)
            rule_breach(run, event->from, PACKETS(event->packet),
                        "the checksum of the octets that were sent",
                        "another one, in a datagram of %llu octets",
                        (unsigned long long)event->octets);
}

void udp_checksum(const struct timeline *timeline, struct rule_run *run)
{
    judge_checksums(timeline, run, 4);
}

void udp6_checksum(const struct timeline *timeline, struct rule_run *run)
{
    judge_checksums(timeline, run, 6);
}

void udp_no_checksum(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->checksum != CHECKSUM_NONE || event->src.family != 4)
            continue;
        rule_breach(run, event->from, PACKETS(event->packet), "a checksum", "none (0)");
        return;
    }
}

static bool is_tunnel(const struct event *event)
{
    static const uint16_t ports[] = {4789, 6081, 6080, 4754, 2152, 0};

    for (const uint16_t *port = ports; *port != 0; port++)
        if (event->dst.port == *port)
            return true;
    return false;
}

void udp6_no_checksum(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->checksum != CHECKSUM_NONE || event->src.family != 6 || is_tunnel(event))
            continue;
        rule_breach(run, event->from, PACKETS(event->packet), "a checksum", "none (0)");
        return;
    }
}

void udp_source_port(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->src.port == 0)
            rule_breach(run, event->from, PACKETS(event->packet), "a source port", "0");
}

void udp_dest_port(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->dst.port == 0)
            rule_breach(run, event->from, PACKETS(event->packet), "a destination port", "0");
}

/* --- lengths ---------------------------------------------------------------------------------- */

/* True where the length field is 0 and may be so: an IPv6 jumbogram, RFC 2675. */
static bool is_jumbogram(const struct event *event)
{
    return event->src.family == 6 && event->udp_length == 0;
}

/* What is judged of a datagram's length; false where it is broken. */
typedef bool length_fits_fn(const struct event *event);

static void judge_lengths(const struct timeline *timeline, struct rule_run *run,
                          length_fits_fn *fits, const char *expected)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (!is_jumbogram(event) && !fits(event))
            rule_breach(run, event->from, PACKETS(event->packet), expected,
                        "a length of %u in %u octets of IP payload", event->udp_length,
                        event->ip_octets);
}

static bool has_header(const struct event *event)
{
    return event->udp_length >= HEADER;
}

static bool is_all_there(const struct event *event)
{
    return event->udp_length <= event->ip_octets;
}

static bool has_no_surplus(const struct event *event)
{
    return !has_header(event) || event->udp_length >= event->ip_octets;
}

void udp_length_header(const struct timeline *timeline, struct rule_run *run)
{
    judge_lengths(timeline, run, has_header, "a length of 8 or more");
}

void udp_length_fits(const struct timeline *timeline, struct rule_run *run)
{
    judge_lengths(timeline, run, is_all_there, "at most what IP carried");
}

void udp_surplus(const struct timeline *timeline, struct rule_run *run)
{
    judge_lengths(timeline, run, has_no_surplus, "no octets behind the datagram");
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool is_unspecified(const struct endpoint *endpoint)
{
    static const struct endpoint none;

    return memcmp(endpoint->addr, none.addr, sizeof none.addr) == 0;
}

static bool is_dhcp(const struct event *event)
{
    return event->src.port == 68 && event->dst.port == 67;
}

void udp_source_address(const struct timeline *timeline, struct rule_run *run)
{
    char text[ENDPOINT_TEXT];
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL) {
        bool none = is_unspecified(&event->src) && !is_dhcp(event);

        if (event->from != SIDE_CLIENT || (!none && !is_group(&event->src)))
            continue; /* of a server, ECHO-05 tells */
        rule_breach(run, SIDE_CLIENT, PACKETS(event->packet), "an address of one host", "%s",
                    endpoint_addr(&event->src, text));
        return;
    }
}

/* --- damaged datagrams ------------------------------------------------------------------------ */

/* True where some checksum of the client's is right: of one whose checksums are all wrong, the
 * network card computes them after the capture. */
static bool computes_checksums(const struct timeline *timeline)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->from == SIDE_CLIENT && event->checksum == CHECKSUM_GOOD)
            return true;
    return false;
}

/* True where `answer` echoes or quotes the damaged datagram, and so is about no other one. */
static bool is_about(const struct event *answer, const struct event *damaged)
{
    size_t at = bytes_search(answer->text, damaged->text);

    return damaged->text.len > 0 && !damaged->cut && at < answer->text.len &&
           (answer->kind == EVENT_ICMP || answer->octets == damaged->octets);
}

void udp_bad_discarded(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *damaged = NULL;

    if (!computes_checksums(timeline))
        return;
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->kind == EVENT_DATAGRAM && event->from == SIDE_CLIENT) {
            if (event->checksum == CHECKSUM_BAD)
                damaged = event;
            else if (damaged != NULL && bytes_equal(event->text, damaged->text))
                damaged = NULL; /* sent again, undamaged */
        } else if ((event->kind == EVENT_DATAGRAM || event->kind == EVENT_ICMP) &&
                   event->from == SIDE_SERVER && damaged != NULL && is_about(event, damaged)) {
            rule_breach(run, SIDE_SERVER, PACKETS(damaged->packet, event->packet),
                        "no answer to a datagram with a wrong checksum", "%s",
                        event->kind == EVENT_ICMP ? "an ICMP error" : "a reply");
            damaged = NULL;
        }
    }
}

/* --- small services --------------------------------------------------------------------------- */

/* The next reply of the service; NULL at the end, or where it is another service. */
static const struct event *next_reply(const struct timeline *timeline, enum service service,
                                      size_t *n)
{
    const struct event *event;

    if (timeline->server.port != service)
        return NULL;
    while ((event = next_datagram(timeline, n)) != NULL)
        if (event->from == SIDE_SERVER)
            return event;
    return NULL;
}

void discard_silent(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_reply(timeline, SERVICE_DISCARD, &n)) != NULL)
        rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "no reply",
                    "a datagram of %llu octets", (unsigned long long)event->octets);
}

void chargen_size(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_reply(timeline, SERVICE_CHARGEN, &n)) != NULL)
        if (event->octets > 512)
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "at most 512 octets",
                        "%llu octets", (unsigned long long)event->octets);
}

void chargen_count(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0, open = 0;

    if (timeline->server.port != SERVICE_CHARGEN)
        return;
    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->from == SIDE_CLIENT)
            open++;
        else if (open > 0)
            open--;
        else
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "one reply to each datagram",
                        "one more");
    }
}

static bool is_text(struct bytes text)
{
    for (size_t n = 0; n < text.len; n++) {
        char c = text.at[n];

        if (c != '\r' && c != '\n' && (c < ' ' || c > '~'))
            return false;
    }
    return true;
}

void daytime_text(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_reply(timeline, SERVICE_DAYTIME, &n)) != NULL)
        if (!is_text(event->text))
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "printable characters alone",
                        "%s", rule_quote(run, event->text));
}

void time_size(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_reply(timeline, SERVICE_TIME, &n)) != NULL)
        if (event->octets != 4)
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "four octets", "%llu",
                        (unsigned long long)event->octets);
}

static uint32_t number_of(struct bytes octets)
{
    uint32_t value = 0;

    for (size_t n = 0; n < octets.len; n++)
        value = value << 8 | (uint8_t)octets.at[n];
    return value;
}

void time_value(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    while ((event = next_reply(timeline, SERVICE_TIME, &n)) != NULL) {
        uint32_t now = (uint32_t)(event->time / INT64_C(1000000000) + SINCE_1900);
        int32_t off;

        if (event->octets != 4 || event->cut)
            continue;
        off = (int32_t)(number_of(event->text) - now);
        if (off > CLOCK_TOLERANCE || off < -CLOCK_TOLERANCE)
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet),
                        "the seconds since 1900 when the reply was captured",
                        "a time %ld seconds away from it", (long)off);
    }
}
