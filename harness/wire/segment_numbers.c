/* Sequence and acknowledgement numbers of an established connection. */
#include "wire/segment_parts.h"

#define A_COPY (150 * SEGMENT_MS) /* sooner, and it is no retransmission by time-out */
#define HOLE_REPEATS 2

/* --- holes --- */

static void hole_begin(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;

    own->hole.packet = sight->packet->number;
    own->hole.start = own->end;
    own->hole.seq = sight->seq;
    own->hole.time = sight->packet->time;
    own->hole.repeats = 0;
    own->hole.asked = false;
}

/* What is lost is sent again, the first of it first (RFC 6298 section 5.4). A side that sends what
 * lies behind it time and again skipped a number. */
static void hole_judge(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;

    if (segment_after(own->hole.seq, sight->seq) > 0 || sight->packet->octets == 0) {
        if (segment_after(sight->seq, own->hole.start) <= 0 && sight->packet->octets > 0)
            own->hole.packet = 0;
        return;
    }
    if (sight->seq != own->hole.seq || sight->packet->time - own->hole.time < A_COPY)
        return;
    own->hole.time = sight->packet->time;
    if (++own->hole.repeats >= HOLE_REPEATS && own->hole.asked)
        segment_tell(sight, ODDITY_HOLE_KEPT, sight->from, own->hole.packet, own->hole.start,
                     own->hole.seq);
}

static void hole_acknowledge(const struct segment_sight *sight)
{
    struct segment_side *peer = sight->peer;

    if (sight->packet->ack == peer->hole.start)
        peer->hole.asked = true;
    else if (segment_after(sight->packet->ack, peer->hole.start) > 0)
        peer->hole.packet = 0; /* the capture did not see it */
}

static void hole_look(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;

    if (sight->ack && sight->peer->hole.packet != 0)
        hole_acknowledge(sight);
    if (own->hole.packet != 0)
        hole_judge(sight);
    else if (own->known && sight->packet->octets > 0 && segment_after(sight->seq, own->end) > 0)
        hole_begin(sight);
}

/* --- acknowledgements --- */

/* That octets were never sent shows in the sender's next number: it passes the capture behind all
 * that was sent before. */
static void unsent_judge(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;
    bool bare = sight->packet->octets == 0 && !sight->syn && !sight->rst;

    if (bare && sight->seq == own->unsent.end && own->end == own->unsent.end)
        segment_tell(sight, ODDITY_ACK_UNSENT, side_other(sight->from), own->unsent.packet,
                     own->unsent.end, own->unsent.ack);
    own->unsent.packet = 0;
}

static void unsent_look(const struct segment_sight *sight)
{
    struct segment_side *peer = sight->peer;
    uint32_t ack = sight->packet->ack;

    if (peer->unsent.packet != 0 || sight->watch->untidy || !peer->isn_known || peer->fin_known ||
        segment_after(ack, peer->end) < 2) /* a keep-alive is one before what is next */
        return;
    peer->unsent.packet = sight->packet->number;
    peer->unsent.ack = ack;
    peer->unsent.end = peer->end;
}

/* What is sent for the first time comes after all that was sent before it, in whatever order the
 * network hands them on. */
static void back_look(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;

    if (own->ordered_packet != 0 && sight->packet->octets > 0 && sight->seq == own->end &&
        segment_after(own->ordered_ack, sight->packet->ack) > 0)
        segment_tell(sight, ODDITY_ACK_BACK, sight->from, own->ordered_packet, own->ordered_ack,
                     sight->packet->ack);
}

/* --- resets --- */

/* A number that is neither in the window nor was it ever. */
static void rst_look(const struct segment_sight *sight)
{
    const struct segment_side *own = sight->own;
    int32_t ahead = segment_after(sight->packet->seq, own->end);
    const int32_t farthest = 1 << 30; /* the longest window */

    if (!sight->reused && own->isn_known &&
        (ahead > farthest || ahead < -farthest ||
         (ahead < 0 && segment_after(own->isn, sight->packet->seq) > 0)))
        segment_tell(sight, ODDITY_RST_NUMBER, sight->from, own->ordered_packet, own->end,
                     sight->packet->seq);
}

void segment_look_numbers(const struct segment_sight *sight)
{
    if (sight->rst) {
        rst_look(sight);
        return;
    }
    if (sight->own->unsent.packet != 0)
        unsent_judge(sight);
    if (sight->syn)
        return;
    if (!sight->ack) {
        segment_tell(sight, ODDITY_NO_ACK_FLAG, sight->from, 0, 0, 0);
        return;
    }
    unsent_look(sight);
    back_look(sight);
    if (sight->control || !sight->reader->headers_only_bulk)
        hole_look(sight);
}
