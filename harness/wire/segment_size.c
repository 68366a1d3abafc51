/* Windows, segment sizes and options. */
#include "wire/octets.h"
#include "wire/segment_parts.h"

#define LEAST_MSS 536         /* less than that, many systems take for an attack */
#define TIMESTAMPS 0x0101080a /* and nothing else: what most segments have */

enum { OPTION_END, OPTION_NOP, OPTION_MSS, OPTION_SCALE };

/* --- the window --- */

static unsigned scale_of(const struct segment_side *side, const struct segment_side *other)
{
    return side->scales && other->scales ? side->scale : 0;
}

/* Whether it was really beyond shows in the next window that the peer offers: one that was opened
 * before, and not seen, is not closed again but by rounding (RFC 7323 section 2.4). */
static void beyond_judge(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own, *peer = sight->peer;
    unsigned scale = scale_of(own, peer);
    uint32_t edge = sight->packet->ack + ((uint32_t)sight->packet->window << scale);
    int32_t beyond = segment_after(peer->beyond.end, edge);

    if (beyond > 1 << scale && segment_after(own->edge, edge) <= 0)
        segment_tell(sight, ODDITY_BEYOND_WINDOW, side_other(sight->from), peer->beyond.packet,
                     edge, peer->beyond.end);
    peer->beyond.packet = 0;
}

/* A single octet is a probe. */
static void beyond_look(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;
    const struct segment_side *peer = sight->peer;

    if (!peer->edge_known || !peer->options_known || !own->options_known ||
        own->beyond.packet != 0 || sight->packet->octets < 2 ||
        segment_after(sight->end, peer->edge) <= 0)
        return;
    own->beyond.packet = sight->packet->number;
    own->beyond.end = sight->end;
}

/* --- segment sizes --- */

/* Several segments that were made one have no checksum that is right. */
static void length_look(const struct segment_sight *sight)
{
    const struct segment_side *peer = sight->peer;
    size_t octets = sight->packet->octets + sight->packet->head - 20;

    if (sight->packet->octets == 0 || !peer->options_known || peer->mss < LEAST_MSS ||
        octets <= peer->mss || !segment_fits(sight->packet) ||
        sight->own->told[ODDITY_LONG_SEGMENT] || packet_sum(sight->packet) != CHECKSUM_GOOD)
        return;
    segment_tell(sight, ODDITY_LONG_SEGMENT, sight->from, 0, peer->mss, octets);
}

void segment_look_size(const struct segment_sight *sight)
{
    if (sight->rst || sight->syn)
        return;
    if (sight->ack && sight->peer->beyond.packet != 0)
        beyond_judge(sight);
    beyond_look(sight);
    length_look(sight);
}

/* --- options --- */

static struct bytes options_of(const struct packet *packet)
{
    return packet->head < 20 ? (struct bytes){NULL, 0}
                             : bytes_slice(packet->segment, 20, packet->head - 20);
}

void segment_look_options(const struct segment_sight *sight)
{
    struct bytes options = options_of(sight->packet);

    if (sight->syn || options.len == 0 ||
        (options.len == 12 && octets_u32(options, 0) == TIMESTAMPS))
        return;
    while (options.len > 0 && options.at[0] != OPTION_END) {
        uint8_t kind = octet_at(options, 0);
        size_t len = kind == OPTION_NOP ? 1 : options.len < 2 ? 0 : octet_at(options, 1);

        if (len == 0 || len > options.len)
            return;
        if ((kind == OPTION_MSS && len == 4) || (kind == OPTION_SCALE && len == 3))
            segment_tell(sight, ODDITY_LATE_OPTION, sight->from, 0, 0, kind);
        options = bytes_from(options, len);
    }
}
