/* The boundaries between datagrams: an echo joins none and cuts none. */
#include "suites/udp/udp_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define LOOK_BACK 64 /* datagrams that are looked at before one, each way */
#define ODD_REPLIES 100
#define MTU_PAYLOAD 1472 /* of Ethernet */

/* Datagrams in a row that make another one together. */
struct joint {
    const struct event *first, *last;
    size_t count;
    bool even; /* all are as long as the first, but for the last */
};

/* Take `event` into the joint, where `left` begins with it; *left is then what is still to come. */
static bool joint_grow(struct joint *joint, const struct event *event, struct bytes *left)
{
    if (event->cut || event->octets == 0 || event->text.len > left->len ||
        !bytes_equal(event->text, bytes_slice(*left, 0, event->text.len)))
        return false;
    if (joint->count == 0)
        *joint = (struct joint){.first = event, .even = true};
    else
        joint->even &=
            joint->last->octets == joint->first->octets && event->octets <= joint->first->octets;
    joint->last = event;
    joint->count++;
    *left = bytes_from(*left, event->text.len);
    return true;
}

/* The datagrams of `side` from `event` on, up to `end`, that make `whole`; false: they do not. */
static bool joins(const struct event *event, const struct event *end, enum side side,
                  struct bytes whole, struct joint *joint)
{
    joint->count = 0;
    for (; event < end && whole.len > 0; event++)
        if (event->kind == EVENT_DATAGRAM && event->from == side &&
            !joint_grow(joint, event, &whole))
            return false;
    return whole.len == 0 && joint->count > 1;
}

/* True where the reply is two requests or more, one after the other. */
static bool is_sum(const struct timeline *timeline, const struct event *reply, struct joint *joint)
{
    size_t looked = 0;

    for (const struct event *event = reply; event-- > timeline->events && looked < LOOK_BACK;) {
        if (event->kind != EVENT_DATAGRAM || event->from != SIDE_CLIENT)
            continue;
        looked++;
        if (!reply->cut && joins(event, reply, SIDE_CLIENT, reply->text, joint))
            return true;
    }
    return false;
}

/* The request that replies from `start` on make together, `reply` among them; NULL: none. */
static const struct event *cut_from(const struct timeline *timeline, const struct event *start,
                                    const struct event *reply, struct joint *joint)
{
    const struct event *end = timeline->events + timeline->event_count;
    size_t looked = 0;

    for (const struct event *event = start; event-- > timeline->events && looked < LOOK_BACK;) {
        if (event->kind != EVENT_DATAGRAM || event->from != SIDE_CLIENT)
            continue;
        looked++;
        if (!event->cut && joins(start, end, SIDE_SERVER, event->text, joint) &&
            joint->last >= reply)
            return event;
    }
    return NULL;
}

static const struct event *cut_of(const struct timeline *timeline, const struct event *reply,
                                  struct joint *joint)
{
    const struct event *request = NULL;
    size_t looked = 0;

    for (const struct event *start = reply + 1;
         start-- > timeline->events && looked < LOOK_BACK && request == NULL;) {
        if (start->kind != EVENT_DATAGRAM || start->from != SIDE_SERVER)
            continue;
        looked++;
        request = cut_from(timeline, start, reply, joint);
    }
    return request;
}

/* What a network card was still to cut when it was captured, or had put together (UDP_SEGMENT):
 * pieces of one length, and a checksum that was not computed. */
static bool may_be_offload(const struct event *whole, const struct joint *joint, uint64_t from)
{
    return joint->even && whole->checksum == CHECKSUM_OFFLOADED && whole->octets > from;
}

enum boundary boundary_of(const struct timeline *timeline, const struct event *reply,
                          struct boundary_event *found)
{
    struct joint joint = {.count = 0};
    const struct event *request;

    if (is_sum(timeline, reply, &joint)) {
        *found = (struct boundary_event){joint.first, joint.last, reply, joint.count};
        return may_be_offload(reply, &joint, MTU_PAYLOAD) ? BOUNDARY_UNKNOWN : BOUNDARY_JOINED;
    }
    request = cut_of(timeline, reply, &joint);
    if (request == NULL)
        return BOUNDARY_KEPT;
    *found = (struct boundary_event){joint.first, joint.last, request, joint.count};
    return may_be_offload(request, &joint, 0) ? BOUNDARY_UNKNOWN : BOUNDARY_CUT;
}

/* False where it is not as it should be. */
static bool boundary_judge(const struct timeline *timeline, struct rule_run *run,
                           const struct event *reply)
{
    struct boundary_event found;
    enum boundary boundary = boundary_of(timeline, reply, &found);

    if (boundary == BOUNDARY_JOINED)
        rule_breach(
            run, SIDE_SERVER, PACKETS(found.first->packet, found.last->packet, reply->packet),
            "a reply for each datagram", "one reply with the octets of %zu requests", found.count);
    else if (boundary == BOUNDARY_CUT && reply == found.first)
        rule_breach(
            run, SIDE_SERVER, PACKETS(found.whole->packet, reply->packet, found.last->packet),
            "a reply for each datagram", "%zu replies with the octets of one request", found.count);
    return boundary == BOUNDARY_KEPT;
}

void echo_boundaries(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *event;
    size_t n = 0, odd = 0;

    if (!is_echo(timeline))
        return;
    while (odd < ODD_REPLIES && (event = next_datagram(timeline, &n)) != NULL)
        if (event->from == SIDE_SERVER && !echo_has_request(timeline, event)) {
            odd++;
            boundary_judge(timeline, run, event);
        }
}
