/* ICMP errors about datagrams: RFC 1122 section 3.2.2, RFC 4443 section 2.4. */
#include <string.h>

#include "suites/udp/udp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define UDP_HEADER 8
#define QUOTED 64 /* octets of payload that are looked at: extensions may follow (RFC 4884) */

/* Where the UDP header begins in the IP packet that an error quotes; 0: not known. */
static size_t quoted_header(struct bytes quoted)
{
    unsigned version = quoted.len > 0 ? (unsigned)(uint8_t)quoted.at[0] >> 4 : 0;

    if (version == 4)
        return ((size_t)quoted.at[0] & 15) * 4;
    return version == 6 && quoted.len > 40 && quoted.at[6] == 17 ? 40 : 0;
}

/* The start of the payload in the datagram that the error quotes. */
static struct bytes quoted_payload(const struct event *error)
{
    size_t header = quoted_header(error->text), length;
    struct bytes datagram = bytes_from(error->text, header);

    if (header == 0 || datagram.len < UDP_HEADER || error->cut)
        return (struct bytes){NULL, 0};
    length = (size_t)(uint8_t)datagram.at[4] << 8 | (uint8_t)datagram.at[5];
    if (length < UDP_HEADER)
        return (struct bytes){NULL, 0};
    length -= UDP_HEADER;
    return bytes_slice(datagram, UDP_HEADER, length < QUOTED ? length : QUOTED);
}

/* True where a datagram of that side before the error begins with `quoted`, or may. */
static bool was_sent(const struct timeline *timeline, const struct event *error,
                     struct bytes quoted)
{
    for (const struct event *event = error; event-- > timeline->events;) {
        size_t len = quoted.len < event->text.len ? quoted.len : event->text.len;

        if (event->kind == EVENT_DATAGRAM && event->from != error->from &&
            (event->cut || quoted.len <= event->text.len) &&
            bytes_equal(bytes_slice(quoted, 0, len), bytes_slice(event->text, 0, len)))
            return true;
    }
    return false;
}

void icmp_quotes(const struct timeline *timeline, struct rule_run *run)
{
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *error = &timeline->events[n];
        struct bytes quoted;

        if (error->kind != EVENT_ICMP || !timeline->whole)
            continue;
        quoted = quoted_payload(error);
        if (quoted.len > 0 && !was_sent(timeline, error, quoted))
            rule_breach(run, error->from, PACKETS(error->packet),
                        "the octets of the datagram that the error is about", "%s",
                        rule_quote(run, quoted));
    }
}

void icmp_not_to_group(const struct timeline *timeline, struct rule_run *run)
{
    char text[ENDPOINT_TEXT];

    if (!is_group(&timeline->server))
        return;
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *error = &timeline->events[n];

        if (error->kind != EVENT_ICMP || error->from != SIDE_SERVER)
            continue;
        if (error->src.family == 6 && (error->code / 256 == 2 || error->code == 4 * 256 + 2))
            continue; /* packet too big, and an option that must be known */
        rule_breach(run, SIDE_SERVER, PACKETS(error->packet),
                    "no error about a datagram to a broadcast or multicast address",
                    "an error about one to %s", endpoint_addr(&timeline->server, text));
    }
}
