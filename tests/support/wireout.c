#include "support/wireout.h"

#include "support/octets.h"

#define TICK 1000000 /* ns from packet to packet */

void wireout_init(struct wireout *out, FILE *file, struct arena *arena)
{
    *out = (struct wireout){
        .file = file, .arena = arena, .snaplen = 262144, .now = INT64_C(1600000000) * 1000000000};
}

/* --- frames --- */

static void start(struct wireout *out)
{
    if (!out->started)
        wireframe_file(out->file, wireframe_linktype(out->link, out->ipv6), out->snaplen);
    out->started = true;
}

static void frame_write(struct wireout *out, struct bytes frame)
{
    start(out);
    out->now += TICK;
    wireframe_record(out->file, out->now, frame, out->snaplen);
}

static void late_write(struct wireout *out)
{
    struct bytes frame = out->late;

    out->late = (struct bytes){NULL, 0};
    if (frame.at != NULL)
        frame_write(out, frame);
}

void wireout_frame(struct wireout *out, struct bytes frame)
{
    struct wiremanner *manner = &out->manner;

    if (manner->lost)
        return;
    if (manner->late > 0) {
        out->late = arena_bytes(out->arena, frame);
        out->late_after = manner->late;
        manner->late = 0;
        return;
    }
    frame_write(out, frame);
    if (manner->twice)
        frame_write(out, frame);
    if (out->late.at != NULL && --out->late_after == 0)
        late_write(out);
}

void wireout_end(struct wireout *out)
{
    late_write(out);
    start(out);
}

/* --- packets --- */

/* A packet or a fragment, whose header may be tampered with. */
static void link_write(struct wireout *out, char *packet, size_t packet_len)
{
    static char frame[WIREFRAME_ROOM + 64];
    size_t len;

    tamper_header(&out->manner.tamper, packet);
    len = wireframe_link(out->link, (struct bytes){packet, packet_len}, frame);
    tamper_frame(&out->manner.tamper, frame);
    wireout_frame(out, (struct bytes){frame, len});
}

static void pieces_write(struct wireout *out, struct bytes packet)
{
    static char piece[WIREFRAME_ROOM];
    const struct tamper *tamper = &out->manner.tamper;

    for (size_t n = 0; n < tamper->piece_count; n++)
        link_write(out, piece, tamper_piece(tamper, n, packet, piece));
}

static void fragments_write(struct wireout *out, struct bytes packet)
{
    static char piece[WIREFRAME_ROOM];
    size_t head = octets_ip_head(packet.at), step = out->manner.fragment / 8 * 8;

    out->fragment_id++;
    for (size_t at = 0; head + at < packet.len; at += step) {
        size_t left = packet.len - head - at, len = left < step ? left : step;

        link_write(out, piece, wireframe_fragment(packet, at, len, out->fragment_id, piece));
    }
}

void wireout_packet(struct wireout *out, const struct wireframe *frame)
{
    static char packet[WIREFRAME_ROOM];
    const struct wiremanner *manner = &out->manner;
    struct wireframe with = *frame;
    struct bytes whole;

    with.sum = manner->sum;
    with.options = out->options;
    whole = (struct bytes){packet, wireframe_packet(&with, packet)};
    whole.len = retouch_packet(&manner->retouch, packet, whole.len);
    whole.len = tamper_datagram(&manner->tamper, packet, whole.len);
    out->last_packet = arena_bytes(out->arena, whole);
    if (manner->tamper.piece_count > 0)
        pieces_write(out, whole);
    else if (manner->fragment >= 8)
        fragments_write(out, whole);
    else
        link_write(out, packet, whole.len);
}
