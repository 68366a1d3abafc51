/* What is in a segment: its checksum, and whether octets sent again are the same. */
#include "wire/segment_parts.h"

#define ONCE_MORE (20 * SEGMENT_MS) /* sooner, and a capture saw one packet twice */
#define NO_WRAP (UINT64_C(1) << 30)

static void bad_remember(struct segment_side *own, const struct segment_sight *sight)
{
    own->bad.packet = sight->packet->number;
    own->bad.seq = sight->seq;
    own->bad.end = sight->end;
    own->bad.time = sight->packet->time;
}

/* A wrong checksum shows in that the peer takes no notice: the segment is sent again. What is
 * acknowledged had a right one when it arrived, whatever the capture has of it. */
static void sum_judge(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own, *peer = sight->peer;
    bool again = own->bad.packet != 0 && sight->seq == own->bad.seq && sight->packet->octets > 0;

    if (sight->ack && peer->bad.packet != 0 && segment_after(sight->packet->ack, peer->bad.seq) > 0)
        peer->bad.packet = 0;
    if (again && sight->damaged && sight->packet->time - own->bad.time > ONCE_MORE)
        segment_tell(sight, ODDITY_BAD_SUM_AGAIN, sight->from, own->bad.packet, 0, 0);
    else if (again && sight->sum == CHECKSUM_GOOD)
        segment_tell(sight, ODDITY_BAD_SUM, sight->from, own->bad.packet, 0, 0);
    if (again && sight->sum == CHECKSUM_GOOD)
        own->bad.packet = 0;
    else if (sight->damaged && sight->packet->octets > 0 && own->bad.packet == 0)
        bad_remember(own, sight);
}

/* A keep-alive may have an octet of garbage, RFC 9293 section 3.8.4. */
static bool is_keepalive(const struct segment_sight *sight)
{
    return sight->packet->octets == 1 && sight->end == sight->own->end;
}

static uint64_t octets_sent(const struct segment_sight *sight)
{
    return conversation_flow(sight->flow->conversation, sight->flow->index)->octets[sight->from];
}

static void resent_compare(const struct segment_sight *sight)
{
    struct segment_difference difference;

    if (!is_keepalive(sight) && octets_sent(sight) < NO_WRAP &&
        segment_recall_differs(&sight->own->recall, sight->seq, sight->packet->payload,
                               &difference))
        segment_tell(sight, ODDITY_OTHER_OCTETS, sight->from, difference.packet, difference.was,
                     difference.is);
}

static void octets_remember(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;
    int32_t old = own->known ? segment_after(own->end, sight->seq) : 0;
    struct bytes octets = bytes_from(sight->packet->payload, old > 0 ? (size_t)old : 0);

    segment_recall_add(&own->recall, sight->seq + (old > 0 ? (uint32_t)old : 0), octets,
                       sight->packet->number, sight->control);
}

void segment_look_octets(struct segment_sight *sight)
{
    struct segment_side *own = sight->own;

    if (sight->rst || sight->syn)
        return;
    sum_judge(sight);
    if (sight->packet->octets == 0 || sight->damaged || sight->sum == CHECKSUM_BAD)
        return;
    if (own->known && segment_after(own->end, sight->seq) > 0)
        resent_compare(sight);
    if (!own->known || segment_after(sight->end, own->end) > 0)
        octets_remember(sight);
}
