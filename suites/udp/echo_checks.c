/* The echo service over UDP: RFC 862. */
#include "suites/udp/udp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define PORT_ECHO 7
#define ODD_REPLIES 100 /* looked at; each takes a walk over the whole conversation */

bool is_echo(const struct timeline *timeline)
{
    return timeline->echo || timeline->server.port == PORT_ECHO;
}

bool is_small_service(uint16_t port)
{
    return port == 7 || port == 9 || port == 13 || port == 17 || port == 19 || port == 37;
}

static bool starts_with(struct bytes whole, struct bytes start)
{
    return bytes_equal(bytes_slice(whole, 0, start.len), start);
}

bool same_payload(const struct event *a, const struct event *b)
{
    size_t kept = a->text.len < b->text.len ? a->text.len : b->text.len;

    if (a->octets != b->octets)
        return false;
    if (!a->cut && !b->cut)
        return bytes_equal(a->text, b->text);
    return bytes_equal(bytes_slice(a->text, 0, kept), bytes_slice(b->text, 0, kept));
}

/* What a reply can be to the requests of the conversation. */
struct origin {
    const struct event *equal,
        *longer;               /* requests before it: with its payload, beginning with it */
    const struct event *later; /* a request after it with its payload */
    const struct event *any;   /* the last request before it */
};

static void look_back(struct origin *origin, const struct timeline *timeline,
                      const struct event *reply)
{
    for (const struct event *event = reply; event-- > timeline->events;) {
        if (event->kind != EVENT_DATAGRAM || event->from != SIDE_CLIENT)
            continue;
        if (origin->any == NULL)
            origin->any = event;
        if (same_payload(event, reply)) {
            origin->equal = event;
            return;
        }
        if (origin->longer == NULL && event->octets > reply->octets && reply->octets > 0 &&
            !reply->cut && starts_with(event->text, reply->text))
            origin->longer = event;
    }
}

static void look_ahead(struct origin *origin, const struct timeline *timeline,
                       const struct event *reply)
{
    const struct event *end = timeline->events + timeline->event_count;

    for (const struct event *event = reply + 1; event < end && origin->later == NULL; event++)
        if (event->kind == EVENT_DATAGRAM && event->from == SIDE_CLIENT &&
            same_payload(event, reply))
            origin->later = event;
}

static struct origin origin_of(const struct timeline *timeline, const struct event *reply)
{
    struct origin origin = {NULL, NULL, NULL, NULL};

    look_back(&origin, timeline, reply);
    if (origin.equal == NULL)
        look_ahead(&origin, timeline, reply);
    return origin;
}

bool echo_has_request(const struct timeline *timeline, const struct event *reply)
{
    struct origin origin = origin_of(timeline, reply);

    return origin.any == NULL || origin.equal != NULL || origin.later != NULL;
}

/* False where the reply is none of a request's. */
static bool judge_reply(const struct timeline *timeline, struct rule_run *run,
                        const struct event *reply)
{
    static const char expected[] = "the payload of the request, whole";
    struct origin origin = origin_of(timeline, reply);
    struct boundary_event found;

    if (origin.any == NULL || origin.equal != NULL)
        return true;
    if (origin.later != NULL || boundary_of(timeline, reply, &found) != BOUNDARY_KEPT)
        return false; /* told by ECHO-07 or UDP-14 */
    if (origin.longer != NULL)
        rule_breach(run, SIDE_SERVER, PACKETS(origin.longer->packet, reply->packet), expected,
                    "truncated: %llu octets in the request, %llu in the reply",
                    (unsigned long long)origin.longer->octets, (unsigned long long)reply->octets);
    else
        rule_breach(run, SIDE_SERVER, PACKETS(origin.any->packet, reply->packet), expected,
                    "%llu octets that no request had: %s", (unsigned long long)reply->octets,
                    rule_quote(run, reply->text));
    return false;
}

void echo_payload(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0, odd = 0;

    if (!is_echo(timeline))
        return;
    while (odd < ODD_REPLIES && (event = next_datagram(timeline, &n)) != NULL)
        if (event->from == SIDE_SERVER && !judge_reply(timeline, run, event))
            odd++;
}

void echo_order(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0, odd = 0;

    if (!is_echo(timeline))
        return;
    while (odd < ODD_REPLIES && (event = next_datagram(timeline, &n)) != NULL) {
        struct origin origin;

        if (event->from != SIDE_SERVER)
            continue;
        origin = origin_of(timeline, event);
        odd += origin.equal == NULL;
        if (origin.any != NULL && origin.equal == NULL && origin.longer == NULL &&
            origin.later != NULL)
            rule_breach(
                run, SIDE_SERVER, PACKETS(event->packet, origin.later->packet),
                "the reply after its request", "the reply in packet %llu, the request in %llu",
                (unsigned long long)event->packet, (unsigned long long)origin.later->packet);
    }
}

/* True of one of several replies that are a request together: UDP-14 tells. */
static bool is_piece(const struct timeline *timeline, const struct event *reply)
{
    struct boundary_event found;

    return !echo_has_request(timeline, reply) &&
           boundary_of(timeline, reply, &found) != BOUNDARY_KEPT;
}

void echo_unsolicited(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0, open = 0, odd = 0;

    if (!is_echo(timeline))
        return;
    while ((event = next_datagram(timeline, &n)) != NULL) {
        if (event->from == SIDE_CLIENT)
            open++;
        else if (open > 0)
            open--;
        else if (odd++ >= ODD_REPLIES || !is_piece(timeline, event))
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "one reply to each request",
                        "one more, of %llu octets", (unsigned long long)event->octets);
    }
}

/* --- who answers whom ------------------------------------------------------------------------- */

void echo_ports(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0;

    if (!is_echo(timeline) && !is_small_service(timeline->server.port))
        return;
    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->from == SIDE_SERVER &&
            (event->src.port != timeline->server.port || event->dst.port != timeline->client.port))
            rule_breach(
                run, SIDE_SERVER, PACKETS(event->packet), "the ports of the request, swapped",
                "a reply from port %u to port %u, and the request went from %u to %u",
                event->src.port, event->dst.port, timeline->client.port, timeline->server.port);
}

void echo_source(const struct timeline *timeline, struct rule_run *run)
{
    char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT];
    const struct event *event;
    size_t n = 0;

    if ((!is_echo(timeline) && !is_small_service(timeline->server.port)) ||
        is_group(&timeline->server))
        return;
    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->from == SIDE_SERVER && !is_group(&event->src) &&
            !endpoint_same_addr(&event->src, &timeline->server))
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet),
                        "a reply from the address that the request went to",
                        "a reply from %s, and the request went to %s",
                        endpoint_addr(&event->src, from), endpoint_addr(&timeline->server, to));
}

void echo_group(const struct timeline *timeline, struct rule_run *run)
{
    char text[ENDPOINT_TEXT];
    const struct event *event;
    size_t n = 0;

    while ((event = next_datagram(timeline, &n)) != NULL)
        if (event->from == SIDE_SERVER && is_group(&event->src))
            rule_breach(run, SIDE_SERVER, PACKETS(event->packet), "the address of one host",
                        "a reply from %s", endpoint_addr(&event->src, text));
}
