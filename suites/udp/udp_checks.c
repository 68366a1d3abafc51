/* Datagrams as such, and the small services: discard, daytime, chargen, time. */
#include "suites/udp/udp_checks.h"

#include <string.h>

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define SINCE_1900 INT64_C(2208988800) /* seconds from 1900 to 1970, RFC 868 */
#define CLOCK_TOLERANCE 120            /* seconds */

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

/* --- ports ------------------------------------------------------------------------------------ */

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
