#include "support/wiretext.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "support/retouch.h"
#include "support/tamper.h"
#include "support/wireframe.h"

#define CONNECTIONS 64
#define NAME_ROOM 24
#define SPLITS 16
#define SEGMENT_CEILING 60000
#define LINE_CEILING (16 << 20)

struct connection {
    char name[NAME_ROOM];
    struct endpoint end[2]; /* by enum side */
    uint32_t next[2];
    bool open, fin[2];
    struct bytes last[2]; /* in the arena */
    uint32_t last_seq[2];
};

/* What the `!` lines said about the next packet. */
struct manner {
    bool lost, twice, swap;
    unsigned late;
    unsigned splits[SPLITS];
    size_t split_count;
    bool split_on; /* the last number goes on */
    enum wireframe_sum sum;
    bool urgent;
    unsigned pointer;
    size_t fragment;
    struct retouch retouch;
    struct tamper tamper;
};

struct maker {
    FILE *out;
    const char *file;
    unsigned line;
    const char *line_start;
    struct bytes rest; /* of the line */
    struct diag *why;
    struct arena arena;

    struct endpoint end[2];
    enum wireframe_link link;
    uint32_t snaplen;
    unsigned options;
    bool no_handshake, leave_open, started;
    int64_t now;
    uint16_t ephemeral, fragment_id;
    uint32_t isn[2];
    bool isn_set[2];
    struct manner manner;
    struct connection connections[CONNECTIONS];
    size_t connection_count;
    uint32_t opened;
    struct bytes last_packet;
    struct {
        struct bytes frame;
        unsigned after;
    } pending;
};

/* --- reading a line --- */

static bool wrong(struct maker *maker, const char *what)
{
    unsigned column = (unsigned)(maker->rest.at - maker->line_start) + 1;

    diag_at(maker->why, ERR_SYNTAX, (struct place){maker->file, maker->line, column}, "%s", what);
    return false;
}

static void blanks_skip(struct maker *maker)
{
    maker->rest = bytes_trim(maker->rest);
}

static struct bytes word_peek(struct maker *maker)
{
    size_t len = 0;

    blanks_skip(maker);
    while (len < maker->rest.len && maker->rest.at[len] != ' ' && maker->rest.at[len] != '\t')
        len++;
    return bytes_slice(maker->rest, 0, len);
}

static struct bytes word_take(struct maker *maker)
{
    struct bytes word = word_peek(maker);

    maker->rest = bytes_from(maker->rest, word.len);
    return word;
}

static bool word_is(struct maker *maker, const char *text)
{
    if (!bytes_is(word_peek(maker), text))
        return false;
    word_take(maker);
    return true;
}

static bool number_take(struct maker *maker, uint64_t ceiling, uint64_t *value)
{
    if (!bytes_to_u64(word_peek(maker), value) || *value > ceiling)
        return wrong(maker, "a number is wanted here");
    word_take(maker);
    return true;
}

static bool side_peek(struct maker *maker, enum side *side)
{
    struct bytes word = word_peek(maker);

    *side = bytes_is(word, "S") ? SIDE_SERVER : SIDE_CLIENT;
    return bytes_is(word, "S") || bytes_is(word, "C");
}

static bool side_take(struct maker *maker, enum side *side)
{
    if (!side_peek(maker, side))
        return wrong(maker, "C or S is wanted here");
    word_take(maker);
    return true;
}

static bool endpoint_of(struct bytes word, struct endpoint *out)
{
    char text[ENDPOINT_TEXT] = "";
    size_t colon = word.len;
    uint64_t port;

    while (colon > 0 && word.at[colon - 1] != ':')
        colon--;
    if (colon == 0 || colon > sizeof text || !bytes_to_u64(bytes_from(word, colon), &port) ||
        port > 65535)
        return false;
    struct bytes addr = bytes_slice(word, 0, colon - 1);
    if (addr.len > 2 && addr.at[0] == '[' && addr.at[addr.len - 1] == ']')
        addr = bytes_slice(addr, 1, addr.len - 2);
    memcpy(text, addr.at, addr.len);
    return endpoint_parse(text, (uint16_t)port, out);
}

static bool endpoint_take(struct maker *maker, struct endpoint *out)
{
    if (!endpoint_of(word_peek(maker), out))
        return wrong(maker, "ADDRESS:PORT is wanted here");
    word_take(maker);
    return true;
}

static int hex(char c)
{
    const char *digits = "0123456789abcdef", *at;

    if (c >= 'A' && c <= 'F')
        c = (char)(c - 'A' + 'a');
    at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* The octet that the escape after a backslash stands for; -1: none. */
static int escape_take(struct bytes *in)
{
    static const char names[] = "rnt0\\\"", values[] = "\r\n\t\0\\\"";
    const char *found;
    char c;

    if (in->len == 0)
        return -1;
    c = in->at[0];
    *in = bytes_from(*in, 1);
    if (c == 'x' && in->len >= 2 && hex(in->at[0]) >= 0 && hex(in->at[1]) >= 0) {
        int value = hex(in->at[0]) * 16 + hex(in->at[1]);

        *in = bytes_from(*in, 2);
        return value;
    }
    found = c == '\0' ? NULL : strchr(names, c);
    return found == NULL ? -1 : (uint8_t)values[found - names];
}

/* Text up to `end` (-1: all of it), escapes resolved. */
static bool text_take(struct maker *maker, int end, struct buf *out)
{
    while (maker->rest.len > 0) {
        int octet = (uint8_t)maker->rest.at[0];

        maker->rest = bytes_from(maker->rest, 1);
        if (octet == end)
            return true;
        if (octet == '\\' && (octet = escape_take(&maker->rest)) < 0)
            return wrong(maker, "no such escape; there are \\r \\n \\t \\0 \\\\ \\\" \\xHH");
        char c = (char)octet;
        if (!buf_add(out, (struct bytes){&c, 1}))
            return wrong(maker, "this is too long");
    }
    return end < 0 || wrong(maker, "the closing quote is missing");
}

static bool hex_take(struct maker *maker, struct buf *out)
{
    while (maker->rest.len >= 2 && maker->rest.at[0] != '"') {
        int high = hex(maker->rest.at[0]), low = hex(maker->rest.at[1]);
        char c = (char)(high * 16 + low);

        if (maker->rest.at[0] == ' ') {
            maker->rest = bytes_from(maker->rest, 1);
            continue;
        }
        if (high < 0 || low < 0 || !buf_add(out, (struct bytes){&c, 1}))
            return wrong(maker, "hexadecimal digits are wanted here");
        maker->rest = bytes_from(maker->rest, 2);
    }
    if (maker->rest.len == 0 || maker->rest.at[0] != '"')
        return wrong(maker, "the closing quote is missing");
    maker->rest = bytes_from(maker->rest, 1);
    return true;
}

static bool repeated(struct maker *maker, struct buf *out, uint64_t times)
{
    size_t len = out->len;

    for (uint64_t i = 1; i < times; i++) {
        char *space = buf_space(out, len);

        if (space == NULL)
            return wrong(maker, "this is too long");
        memcpy(space, out->ptr, len);
        buf_grew(out, len);
    }
    return true;
}

/* `N*"..."`, `x"..."` or `"..."`; the octets live in the arena. */
static bool octets_take(struct maker *maker, struct bytes *octets)
{
    struct buf out;
    uint64_t times = 1;
    size_t star;
    bool fine;

    blanks_skip(maker);
    star = bytes_index(maker->rest, '*');
    if (star > 0 && star < maker->rest.len &&
        bytes_to_u64(bytes_slice(maker->rest, 0, star), &times))
        maker->rest = bytes_from(maker->rest, star + 1);
    buf_init(&out, LINE_CEILING);
    if (bytes_starts(maker->rest, "\"")) {
        maker->rest = bytes_from(maker->rest, 1);
        fine = text_take(maker, '"', &out);
    } else if (bytes_starts(maker->rest, "x\"")) {
        maker->rest = bytes_from(maker->rest, 2);
        fine = hex_take(maker, &out);
    } else {
        fine = wrong(maker, "octets in quotes are wanted here");
    }
    fine = fine && repeated(maker, &out, times);
    *octets = arena_bytes(&maker->arena, buf_bytes(&out));
    buf_fini(&out);
    return fine;
}

/* --- writing packets --- */

static void frame_write(struct maker *maker, struct bytes frame)
{
    if (!maker->started)
        wireframe_file(maker->out, wireframe_linktype(maker->link, maker->end[0].family == 6),
                       maker->snaplen);
    maker->started = true;
    maker->now += 1000000;
    wireframe_record(maker->out, maker->now, frame, maker->snaplen);
}

static void pending_write(struct maker *maker)
{
    struct bytes frame = maker->pending.frame;

    maker->pending.frame = (struct bytes){NULL, 0};
    if (frame.at != NULL)
        frame_write(maker, frame);
}

static void frame_emit(struct maker *maker, struct bytes frame)
{
    if (maker->manner.lost)
        return;
    if (maker->manner.late > 0) {
        maker->pending.frame = arena_bytes(&maker->arena, frame);
        maker->pending.after = maker->manner.late;
        maker->manner.late = 0;
        return;
    }
    frame_write(maker, frame);
    if (maker->manner.twice)
        frame_write(maker, frame);
    if (maker->pending.frame.at != NULL && --maker->pending.after == 0)
        pending_write(maker);
}

/* A packet or a fragment, whose header may be tampered with. */
static void link_emit(struct maker *maker, char *packet, size_t packet_len)
{
    static char frame[WIREFRAME_ROOM + 64];
    size_t len;

    tamper_header(&maker->manner.tamper, packet);
    len = wireframe_link(maker->link, (struct bytes){packet, packet_len}, frame);
    tamper_frame(&maker->manner.tamper, frame);
    frame_emit(maker, (struct bytes){frame, len});
}

static void pieces_emit(struct maker *maker, struct bytes packet)
{
    static char piece[WIREFRAME_ROOM];

    for (size_t n = 0; n < maker->manner.tamper.piece_count; n++)
        link_emit(maker, piece, tamper_piece(&maker->manner.tamper, n, packet, piece));
}

static void fragments_emit(struct maker *maker, struct bytes packet)
{
    static char piece[WIREFRAME_ROOM];
    bool ipv6 = (packet.at[0] & 0xf0) == 0x60;
    size_t head = ipv6 ? 40 : (size_t)(packet.at[0] & 15) * 4;
    size_t step = maker->manner.fragment / 8 * 8;

    maker->fragment_id++;
    for (size_t at = 0; head + at < packet.len; at += step) {
        size_t left = packet.len - head - at;
        size_t len =
            wireframe_fragment(packet, at, left < step ? left : step, maker->fragment_id, piece);

        link_emit(maker, piece, len);
    }
}

static void packet_emit(struct maker *maker, const struct wireframe *frame)
{
    static char packet[WIREFRAME_ROOM];
    struct wireframe with = *frame;
    struct bytes whole;

    with.sum = maker->manner.sum;
    with.options = maker->options;
    whole = (struct bytes){packet, wireframe_packet(&with, packet)};
    whole.len = retouch_packet(&maker->manner.retouch, packet, whole.len);
    whole.len = tamper_datagram(&maker->manner.tamper, packet, whole.len);
    maker->last_packet = arena_bytes(&maker->arena, whole);
    if (maker->manner.tamper.piece_count > 0)
        pieces_emit(maker, whole);
    else if (maker->manner.fragment >= 8)
        fragments_emit(maker, whole);
    else
        link_emit(maker, packet, whole.len);
}

/* --- TCP --- */

static void segment_at(struct maker *maker, struct connection *c, enum side from, uint32_t seq,
                       unsigned flags, struct bytes payload)
{
    enum side to = side_other(from);
    struct wireframe frame = {.src = c->end[from],
                              .dst = c->end[to],
                              .protocol = IPPROTO_TCP,
                              .seq = seq,
                              .ack = flags & TCP_ACK ? c->next[to] : 0,
                              .flags = flags,
                              .payload = payload};

    if (maker->manner.urgent) {
        frame.flags |= TCP_URG;
        frame.urgent = maker->manner.pointer;
    }
    packet_emit(maker, &frame);
}

static void segment(struct maker *maker, struct connection *c, enum side from, unsigned flags,
                    struct bytes payload)
{
    uint32_t seq = c->next[from];

    c->next[from] += (uint32_t)payload.len + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    if (payload.len > 0) {
        c->last[from] = arena_bytes(&maker->arena, payload);
        c->last_seq[from] = seq;
    }
    segment_at(maker, c, from, seq, flags, payload);
}

static const struct bytes nothing = {NULL, 0};

/* The pieces of `payload` as `! split` says; at least one. */
static size_t pieces_cut(const struct maker *maker, struct bytes payload, struct bytes *pieces,
                         size_t room)
{
    const struct manner *manner = &maker->manner;
    size_t count = 0;

    for (size_t i = 0; payload.len > 0 && count + 1 < room; i++) {
        size_t n = i < manner->split_count ? i : manner->split_count - 1;
        size_t len = SEGMENT_CEILING;

        if (i < manner->split_count || (manner->split_on && manner->split_count > 0))
            len = manner->splits[n];
        pieces[count] = bytes_slice(payload, 0, len);
        payload = bytes_from(payload, pieces[count++].len);
    }
    if (payload.len > 0 || count == 0)
        pieces[count++] = payload;
    return count;
}

static void octets_send(struct maker *maker, struct connection *c, enum side from,
                        struct bytes octets)
{
    static struct bytes pieces[65536];
    size_t count = pieces_cut(maker, octets, pieces, sizeof pieces / sizeof *pieces);
    size_t start = 0;

    if (maker->manner.swap && count > 1) {
        uint32_t seq = c->next[from];

        c->next[from] += (uint32_t)pieces[0].len;
        segment(maker, c, from, TCP_ACK | TCP_PSH, pieces[1]);
        segment_at(maker, c, from, seq, TCP_ACK | TCP_PSH, pieces[0]);
        start = 2;
    }
    for (size_t i = start; i < count; i++)
        segment(maker, c, from, TCP_ACK | TCP_PSH, pieces[i]);
}

static struct connection *connection_named(struct maker *maker, struct bytes name)
{
    for (size_t i = maker->connection_count; i > 0; i--)
        if (bytes_is(name, maker->connections[i - 1].name))
            return &maker->connections[i - 1];
    return NULL;
}

static struct connection *connection_add(struct maker *maker, struct bytes name)
{
    struct connection *c = connection_named(maker, name);
    uint32_t number = maker->opened++;

    if (c == NULL && maker->connection_count < CONNECTIONS)
        c = &maker->connections[maker->connection_count++];
    if (c == NULL || name.len >= NAME_ROOM)
        return NULL;
    *c = (struct connection){.next = {1000 + number * 1000000, 5000 + number * 1000000}};
    memcpy(c->name, name.at, name.len);
    for (int side = 0; side < 2; side++)
        if (maker->isn_set[side])
            c->next[side] = maker->isn[side];
    maker->isn_set[0] = maker->isn_set[1] = false;
    return c;
}

static void handshake(struct maker *maker, struct connection *c, enum side opener)
{
    segment(maker, c, opener, TCP_SYN, nothing);
    segment(maker, c, side_other(opener), TCP_SYN | TCP_ACK, nothing);
    segment(maker, c, opener, TCP_ACK, nothing);
    c->open = true;
}

static void connection_fin(struct maker *maker, struct connection *c, enum side from)
{
    segment(maker, c, from, TCP_ACK | TCP_FIN, nothing);
    c->fin[from] = true;
}

static void connection_close(struct maker *maker, struct connection *c, enum side first)
{
    if (!c->fin[first])
        connection_fin(maker, c, first);
    if (!c->fin[side_other(first)])
        connection_fin(maker, c, side_other(first));
    segment(maker, c, first, TCP_ACK, nothing);
    c->open = false;
}

static struct connection *control_get(struct maker *maker)
{
    struct connection *c = connection_named(maker, bytes_of("control"));

    if (c != NULL)
        return c;
    c = connection_add(maker, bytes_of("control"));
    if (c == NULL)
        return NULL;
    memcpy(c->end, maker->end, sizeof c->end);
    c->open = true;
    if (!maker->no_handshake) {
        struct manner manner = maker->manner;

        maker->manner = (struct manner){.sum = manner.sum};
        handshake(maker, c, SIDE_CLIENT);
        maker->manner = manner;
    }
    return c;
}

/* --- directives --- */

static bool setting_endpoint(struct maker *maker, enum side side)
{
    return endpoint_take(maker, &maker->end[side]);
}

static bool do_client(struct maker *maker)
{
    return setting_endpoint(maker, SIDE_CLIENT);
}

static bool do_server(struct maker *maker)
{
    return setting_endpoint(maker, SIDE_SERVER);
}

static bool do_link(struct maker *maker)
{
    if (maker->started || !wireframe_link_find(word_peek(maker), &maker->link))
        return wrong(maker, "a link layer is wanted here, before the first packet");
    word_take(maker);
    return true;
}

static bool do_snaplen(struct maker *maker)
{
    uint64_t value;

    if (!number_take(maker, 262144, &value))
        return false;
    maker->snaplen = (uint32_t)value;
    return true;
}

static bool do_options(struct maker *maker)
{
    uint64_t value;

    if (!number_take(maker, 40, &value))
        return false;
    maker->options = (unsigned)value;
    return true;
}

static bool do_no(struct maker *maker)
{
    maker->no_handshake = true;
    return word_is(maker, "handshake") || wrong(maker, "`no handshake` is meant");
}

static bool do_leave(struct maker *maker)
{
    maker->leave_open = true;
    return word_is(maker, "open") || wrong(maker, "`leave open` is meant");
}

static bool control_line(struct maker *maker, enum side from)
{
    struct connection *c = control_get(maker);
    struct buf out;
    bool fine;

    if (c == NULL)
        return wrong(maker, "too many connections");
    if (bytes_starts(maker->rest, " "))
        maker->rest = bytes_from(maker->rest, 1);
    buf_init(&out, LINE_CEILING);
    fine = text_take(maker, -1, &out) && buf_add_text(&out, "\r\n");
    if (fine)
        octets_send(maker, c, from, buf_bytes(&out));
    buf_fini(&out);
    return fine;
}

static bool do_client_line(struct maker *maker)
{
    return control_line(maker, SIDE_CLIENT);
}

static bool do_server_line(struct maker *maker)
{
    return control_line(maker, SIDE_SERVER);
}

static bool control_octets(struct maker *maker, enum side from)
{
    struct connection *c = control_get(maker);
    struct bytes octets;

    if (c == NULL || !octets_take(maker, &octets))
        return false;
    octets_send(maker, c, from, octets);
    return true;
}

static bool do_client_octets(struct maker *maker)
{
    return control_octets(maker, SIDE_CLIENT);
}

static bool do_server_octets(struct maker *maker)
{
    return control_octets(maker, SIDE_SERVER);
}

/* A connection's name where one is given, else `data`. */
static struct bytes name_take(struct maker *maker)
{
    struct bytes word = word_peek(maker);

    if (word.len == 0 || bytes_is(word, "C") || bytes_is(word, "S") || bytes_is(word, "passive") ||
        bytes_is(word, "active"))
        return bytes_of("data");
    return word_take(maker);
}

static struct connection *connection_take(struct maker *maker)
{
    struct bytes before = maker->rest;
    struct connection *c = connection_named(maker, name_take(maker));

    if (c == NULL) {
        maker->rest = before;
        wrong(maker, "there is no such connection");
    }
    return c;
}

/* The ends of a new connection: `passive PORT`, `active PORT` or `END > END`. */
static bool ends_take(struct maker *maker, struct endpoint end[2], enum side *opener)
{
    uint64_t port;

    memcpy(end, maker->end, sizeof maker->end);
    *opener = SIDE_CLIENT;
    if (word_is(maker, "passive")) {
        end[SIDE_CLIENT].port = ++maker->ephemeral;
    } else if (word_is(maker, "active")) {
        end[SIDE_SERVER].port = 20;
        *opener = SIDE_SERVER;
    } else {
        return endpoint_take(maker, &end[SIDE_CLIENT]) &&
               (word_is(maker, ">") || wrong(maker, "> is wanted here")) &&
               endpoint_take(maker, &end[SIDE_SERVER]);
    }
    if (!number_take(maker, 65535, &port))
        return false;
    end[side_other(*opener)].port = (uint16_t)port;
    return !word_is(maker, "from") || endpoint_take(maker, &end[*opener]);
}

static bool connection_open(struct maker *maker, struct bytes name, struct connection **out)
{
    struct endpoint end[2];
    enum side opener;
    struct connection *c;

    if (!ends_take(maker, end, &opener))
        return false;
    *out = c = connection_add(maker, name);
    if (c == NULL)
        return wrong(maker, "too many connections, or too long a name");
    memcpy(c->end, end, sizeof end);
    c->open = true;
    if (word_is(maker, "middle"))
        return true;
    if (word_is(maker, "unanswered") || bytes_is(word_peek(maker), "refused")) {
        c->open = false;
        segment(maker, c, opener, TCP_SYN, nothing);
        c->next[side_other(opener)] = 0;
        if (word_is(maker, "refused"))
            segment_at(maker, c, side_other(opener), 0, TCP_RST | TCP_ACK, nothing);
        return true;
    }
    handshake(maker, c, opener);
    return true;
}

static bool do_open(struct maker *maker)
{
    struct connection *c;

    return connection_open(maker, name_take(maker), &c);
}

static bool do_data(struct maker *maker)
{
    struct connection *c;
    enum side side, last = SIDE_SERVER;
    struct bytes octets;

    if (!connection_open(maker, bytes_of("data"), &c))
        return false;
    while (side_peek(maker, &side)) {
        word_take(maker);
        if (!octets_take(maker, &octets))
            return false;
        octets_send(maker, c, side, octets);
        last = side;
    }
    if (c->open)
        connection_close(maker, c, last);
    return true;
}

static bool connection_side(struct maker *maker, struct connection **c, enum side *side)
{
    return (*c = connection_take(maker)) != NULL && side_take(maker, side);
}

static bool do_send(struct maker *maker)
{
    struct connection *c;
    enum side side;
    struct bytes octets;

    if (!connection_side(maker, &c, &side) || !octets_take(maker, &octets))
        return false;
    octets_send(maker, c, side, octets);
    return true;
}

static bool do_again(struct maker *maker)
{
    struct connection *c;
    enum side side;
    struct bytes octets;

    if (!connection_side(maker, &c, &side))
        return false;
    octets = c->last[side];
    if (word_peek(maker).len > 0 && !octets_take(maker, &octets))
        return false;
    segment_at(maker, c, side, c->last_seq[side], TCP_ACK | TCP_PSH, octets);
    return true;
}

static bool do_ack(struct maker *maker)
{
    struct connection *c;
    enum side side;

    if (!connection_side(maker, &c, &side))
        return false;
    segment(maker, c, side, TCP_ACK, nothing);
    return true;
}

static bool do_keepalive(struct maker *maker)
{
    struct connection *c;
    enum side side;

    if (!connection_side(maker, &c, &side))
        return false;
    segment_at(maker, c, side, c->next[side] - 1, TCP_ACK, nothing);
    return true;
}

static bool do_fin(struct maker *maker)
{
    struct connection *c;
    enum side side;

    if (!connection_side(maker, &c, &side))
        return false;
    connection_fin(maker, c, side);
    return true;
}

static bool do_close(struct maker *maker)
{
    struct connection *c = connection_take(maker);
    enum side side = SIDE_SERVER;

    if (c == NULL)
        return false;
    if (side_peek(maker, &side))
        word_take(maker);
    else
        side = SIDE_SERVER;
    connection_close(maker, c, side);
    return true;
}

static bool do_reset(struct maker *maker)
{
    struct connection *c;
    enum side side;

    if (!connection_side(maker, &c, &side))
        return false;
    segment(maker, c, side, TCP_RST | TCP_ACK, nothing);
    c->open = false;
    return true;
}

static bool do_isn(struct maker *maker)
{
    enum side side;
    uint64_t value;

    if (!side_peek(maker, &side))
        word_take(maker);
    if (!side_take(maker, &side) || !number_take(maker, UINT32_MAX, &value))
        return false;
    maker->isn[side] = (uint32_t)value;
    maker->isn_set[side] = true;
    return true;
}

static bool do_udp(struct maker *maker)
{
    struct wireframe frame = {.protocol = IPPROTO_UDP};
    enum side side;

    if (side_peek(maker, &side)) {
        word_take(maker);
        frame.src = maker->end[side];
        frame.dst = maker->end[side_other(side)];
    } else if (!endpoint_take(maker, &frame.src) ||
               (!word_is(maker, ">") && !wrong(maker, "> is wanted here")) ||
               !endpoint_take(maker, &frame.dst)) {
        return false;
    }
    if (!octets_take(maker, &frame.payload))
        return false;
    if (frame.payload.len > 65507)
        return wrong(maker, "a datagram holds at most 65507 octets");
    packet_emit(maker, &frame);
    return true;
}

/* Who sends an ICMP error, and to whom: the source of the packet that it quotes. */
static bool icmp_ends(struct maker *maker, struct wireframe *frame)
{
    bool ipv6 = (maker->last_packet.at[0] & 0xf0) == 0x60;
    char text[ENDPOINT_TEXT] = "";
    struct bytes word;
    enum side side;

    frame->dst = (struct endpoint){.family = ipv6 ? 6 : 4};
    memcpy(frame->dst.addr, maker->last_packet.at + (ipv6 ? 8 : 12), ipv6 ? 16 : 4);
    if (side_peek(maker, &side)) {
        word_take(maker);
        frame->src = maker->end[side];
        return true;
    }
    word = word_peek(maker);
    if (word.len < sizeof text)
        memcpy(text, word.at, word.len);
    if (!endpoint_parse(text, 0, &frame->src))
        return wrong(maker, "C, S or an address is wanted here");
    word_take(maker);
    return true;
}

static bool do_icmp(struct maker *maker)
{
    struct wireframe frame = {0};
    uint64_t type, code;

    if (maker->last_packet.len == 0)
        return wrong(maker, "there is no packet yet that an error could be about");
    if (!icmp_ends(maker, &frame) || !number_take(maker, 255, &type) ||
        !number_take(maker, 255, &code))
        return false;
    frame.protocol = frame.dst.family == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    frame.type = (unsigned)type;
    frame.code = (unsigned)code;
    frame.payload = bytes_slice(maker->last_packet, 0, 576 - 28);
    packet_emit(maker, &frame);
    return true;
}

static bool do_frame(struct maker *maker)
{
    struct bytes octets;

    if (!octets_take(maker, &octets))
        return false;
    frame_emit(maker, octets);
    return true;
}

/* --- manners: what the `!` lines say --- */

static bool manner_split(struct maker *maker, struct manner *manner)
{
    uint64_t value;

    while (word_peek(maker).len > 0 && !word_is(maker, "...")) {
        if (!number_take(maker, SEGMENT_CEILING, &value))
            return false;
        if (manner->split_count == SPLITS || value == 0)
            return wrong(maker, "at most 16 numbers, from 1");
        manner->splits[manner->split_count++] = (unsigned)value;
    }
    manner->split_on = maker->rest.at > maker->line_start && maker->rest.at[-1] == '.';
    return true;
}

static bool manner_sum(struct maker *maker, struct manner *manner)
{
    if (word_is(maker, "bad"))
        manner->sum = SUM_BAD;
    else if (word_is(maker, "none"))
        manner->sum = SUM_NONE;
    else if (word_is(maker, "offloaded"))
        manner->sum = SUM_OFFLOADED;
    else
        return wrong(maker, "bad, none or offloaded is wanted here");
    return true;
}

static bool manner_number(struct maker *maker, struct manner *manner, struct bytes word)
{
    uint64_t value;

    if (!bytes_is(word, "late") && !bytes_is(word, "urgent") && !bytes_is(word, "fragment"))
        return wrong(maker, "lost, twice, swap, late, split, checksum, urgent or fragment");
    if (!number_take(maker, 65535, &value))
        return false;
    if (bytes_is(word, "late")) {
        manner->late = (unsigned)value;
    } else if (bytes_is(word, "fragment")) {
        manner->fragment = (size_t)value;
    } else {
        manner->urgent = true;
        manner->pointer = (unsigned)value;
    }
    return true;
}

static bool do_manner(struct maker *maker)
{
    struct manner *manner = &maker->manner;
    struct bytes word = word_take(maker);

    if (bytes_is(word, "lost"))
        return manner->lost = true;
    if (bytes_is(word, "twice"))
        return manner->twice = true;
    if (bytes_is(word, "swap"))
        return manner->swap = true;
    if (bytes_is(word, "split"))
        return manner_split(maker, manner);
    if (bytes_is(word, "checksum"))
        return manner_sum(maker, manner);
    if (retouch_take(&manner->retouch, word, &maker->rest) ||
        tamper_take(&manner->tamper, word, &maker->rest))
        return true;
    return manner_number(maker, manner, word);
}

static bool time_pass(struct maker *maker, struct bytes word)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    int64_t sign = word.at[0] == '-' ? -1 : 1;
    size_t digits = 1;
    uint64_t value;

    while (digits < word.len && word.at[digits] >= '0' && word.at[digits] <= '9')
        digits++;
    if (!bytes_to_u64(bytes_slice(word, 1, digits - 1), &value) || value > 1000000000)
        return wrong(maker, "+NUMBER and ns, us, ms or s is wanted here");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (bytes_is(bytes_from(word, digits), units[i].unit)) {
            maker->now += sign * (int64_t)value * units[i].ns;
            return true;
        }
    return wrong(maker, "+NUMBER and ns, us, ms or s is wanted here");
}

static const struct directive {
    const char *name;
    bool (*act)(struct maker *maker);
    bool setting; /* sends nothing: what `!` said stays for the next line */
} directives[] = {
    {"client", do_client, true},
    {"server", do_server, true},
    {"link", do_link, true},
    {"snaplen", do_snaplen, true},
    {"options", do_options, true},
    {"no", do_no, true},
    {"leave", do_leave, true},
    {"isn", do_isn, true},
    {"!", do_manner, true},
    {"C>", do_client_line, false},
    {"S>", do_server_line, false},
    {"C:", do_client_octets, false},
    {"S:", do_server_octets, false},
    {"open", do_open, false},
    {"data", do_data, false},
    {"send", do_send, false},
    {"again", do_again, false},
    {"ack", do_ack, false},
    {"keepalive", do_keepalive, false},
    {"fin", do_fin, false},
    {"close", do_close, false},
    {"reset", do_reset, false},
    {"udp", do_udp, false},
    {"icmp", do_icmp, false},
    {"frame", do_frame, false},
};

static bool directive_run(struct maker *maker, const struct directive *directive)
{
    bool text = directive->act == do_client_line || directive->act == do_server_line;

    if (!directive->act(maker))
        return false;
    if (!directive->setting)
        maker->manner = (struct manner){0};
    blanks_skip(maker);
    return text || maker->rest.len == 0 || wrong(maker, "nothing more is wanted on this line");
}

/* One line without its line end. */
static bool line_run(struct maker *maker, struct bytes line)
{
    struct bytes word;

    maker->line++;
    maker->line_start = line.at;
    maker->rest = line;
    if (bytes_trim(line).len == 0 || bytes_trim(line).at[0] == '#')
        return true;
    word = word_peek(maker);
    if (word.at[0] == '+' || word.at[0] == '-')
        return time_pass(maker, word);
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (bytes_is(word, directives[i].name)) {
            maker->rest = bytes_from(line, (size_t)(word.at - line.at) + word.len);
            return directive_run(maker, &directives[i]);
        }
    return wrong(maker, "no such directive; wiretext.h lists them");
}

static bool text_run(struct maker *maker, struct bytes text)
{
    while (text.len > 0) {
        size_t len = bytes_index(text, '\n');

        if (!line_run(maker, bytes_slice(text, 0, len)))
            return false;
        text = bytes_from(text, len + 1);
    }
    return true;
}

static void everything_close(struct maker *maker)
{
    for (size_t i = maker->connection_count; i > 0 && !maker->leave_open; i--)
        if (maker->connections[i - 1].open)
            connection_close(maker, &maker->connections[i - 1], SIDE_SERVER);
    pending_write(maker);
    if (!maker->started)
        wireframe_file(maker->out, wireframe_linktype(maker->link, false), maker->snaplen);
}

enum err wiretext_write(const char *name, struct bytes text, FILE *out, struct diag *why)
{
    struct maker *maker = calloc(1, sizeof *maker);
    bool fine;

    if (maker == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    maker->out = out;
    maker->file = name;
    maker->why = why;
    maker->snaplen = 262144;
    maker->now = INT64_C(1600000000) * 1000000000;
    maker->ephemeral = 50000;
    endpoint_parse("192.0.2.2", 40000, &maker->end[SIDE_CLIENT]);
    endpoint_parse("192.0.2.1", 21, &maker->end[SIDE_SERVER]);
    arena_init(&maker->arena);
    fine = text_run(maker, text);
    if (fine)
        everything_close(maker);
    arena_fini(&maker->arena);
    free(maker);
    if (fine && (fflush(out) != 0 || ferror(out)))
        return diag_set(why, ERR_SYSTEM, "%s: cannot write the capture: %s", name, strerror(errno));
    return fine ? OK : ERR_SYNTAX;
}

/* All of a stream, in *out. */
static bool slurp(FILE *in, struct buf *out)
{
    char chunk[65536];
    size_t len;

    while ((len = fread(chunk, 1, sizeof chunk, in)) > 0)
        if (!buf_add(out, (struct bytes){chunk, len}))
            return false;
    return !ferror(in);
}

static enum err file_read(const char *path, struct buf *out, struct diag *why)
{
    FILE *in = fopen(path, "rb");
    bool fine;

    if (in == NULL)
        return diag_set(why, ERR_INPUT, "%s: %s", path, strerror(errno));
    fine = slurp(in, out);
    fclose(in);
    return fine ? OK : diag_set(why, ERR_INPUT, "%s: cannot be read", path);
}

enum err wiretext_make(const char *text_path, const char *pcap_path, struct diag *why)
{
    struct buf text;
    FILE *out = NULL;
    enum err err;

    buf_init(&text, LINE_CEILING);
    err = file_read(text_path, &text, why);
    if (err == OK && (out = fopen(pcap_path, "wb")) == NULL)
        err = diag_set(why, ERR_SYSTEM, "%s: %s", pcap_path, strerror(errno));
    if (err == OK)
        err = wiretext_write(text_path, buf_bytes(&text), out, why);
    if (out != NULL && fclose(out) != 0 && err == OK)
        err = diag_set(why, ERR_SYSTEM, "%s: %s", pcap_path, strerror(errno));
    if (out != NULL && err != OK)
        unlink(pcap_path);
    buf_fini(&text);
    return err;
}
