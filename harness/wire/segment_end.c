/* FIN, what comes behind it, and acknowledgements that come late or not at all. */
#include "wire/segment_parts.h"

#define AGAIN (150 * SEGMENT_MS)     /* sooner, and a capture saw one FIN twice */
#define LATE (500 * SEGMENT_MS)      /* RFC 9293 section 3.8.6.3 */
#define TOO_LATE (5000 * SEGMENT_MS) /* the octets would have been sent again */
#define NEAR 16                      /* a counting error, and not another connection's number */

/* --- behind the FIN --- */

/* Octets at the FIN's number or the next one; where the FIN is, a keep-alive has one. */
static void behind_fin_look(const struct segment_sight *sight)
{
    const struct segment_side *own = sight->own;
    size_t octets = sight->packet->octets;

    if ((sight->seq == own->fin && octets > 1) || (sight->seq == own->fin + 1 && octets > 0))
        segment_tell(sight, ODDITY_BEHIND_FIN, sight->from, own->fin_packet, own->fin, sight->seq);
}

static void behind_fin_acknowledge(const struct segment_sight *sight)
{
    const struct segment_side *peer = sight->peer;
    int32_t more = segment_after(sight->packet->ack, peer->fin + 1);

    if (more > 0 && more <= NEAR)
        segment_tell(sight, ODDITY_ACK_BEHIND_FIN, sight->from, peer->fin_packet, peer->fin + 1,
                     sight->packet->ack);
}

/* --- the FIN once more --- */

static void fin_take(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;

    if (!own->fin_known) {
        own->fin_known = true;
        own->fin = sight->end;
        own->fin_packet = sight->packet->number;
    } else if (sight->end != own->fin || sight->packet->time - own->fin_time < AGAIN) {
        return;
    } else {
        own->fin_repeats++;
    }
    own->fin_time = sight->packet->time;
}

/* The peer goes on, has all octets and room for more, and does not acknowledge the FIN. */
static void fin_ignored_look(const struct segment_sight *sight)
{
    const struct segment_side *peer = sight->peer;

    if (peer->fin_repeats >= 2 && sight->packet->ack == peer->fin && sight->packet->window > 0 &&
        sight->packet->time - peer->fin_time > AGAIN)
        segment_tell(sight, ODDITY_FIN_IGNORED, sight->from, peer->fin_packet, peer->fin + 1,
                     sight->packet->ack);
}

/* --- late acknowledgements --- */

/* Few octets, then a bare ACK of them, and nothing between: no window has grown by so little that
 * it needs telling, so that a timer alone sent it. Once may be an ACK that the
 * capture has lost. */
static void late_look(const struct segment_sight *sight)
{
    const struct segment_watch *watch = sight->watch;
    int64_t waited = sight->packet->time - watch->before.time - watch->round_trip;

    if (watch->before.asks && watch->before.from != sight->from && watch->round_trip > 0 &&
        !watch->untidy && sight->packet->octets == 0 && !sight->fin && !sight->syn &&
        sight->packet->ack == watch->before.end && sight->packet->window <= sight->own->window &&
        waited > LATE && waited < TOO_LATE && sight->own->late++ > 0)
        segment_tell(sight, ODDITY_ACK_LATE, sight->from, watch->before.packet, 0,
                     (uint64_t)(waited / SEGMENT_MS));
}

void segment_look_end(const struct segment_sight *sight)
{
    if (sight->rst)
        return;
    if (sight->own->fin_known && sight->packet->octets > 0)
        behind_fin_look(sight);
    if (sight->peer->fin_known && sight->ack) {
        behind_fin_acknowledge(sight);
        fin_ignored_look(sight);
    }
    if (sight->fin)
        fin_take(sight);
    if (sight->ack && (sight->control || !sight->reader->headers_only_bulk))
        late_look(sight);
}
