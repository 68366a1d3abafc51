/* Directives about TCP connections, and the control connection, which makes itself. */
#include <string.h>

#include "support/wiretext_parts.h"

static const struct bytes nothing = {NULL, 0};

/* --- the control connection --- */

/* Its handshake is not what `!` is about: but for the checksum, which is a machine's. */
static void control_handshake(struct wiretext *text, struct wiretcp_connection *c)
{
    struct wiremanner manner = text->out.manner;

    text->out.manner = (struct wiremanner){.sum = manner.sum};
    wiretcp_handshake(&text->tcp, c, SIDE_CLIENT);
    text->out.manner = manner;
}

/* NULL where there is no room for it, which it says. */
static struct wiretcp_connection *control_get(struct wiretext *text)
{
    struct bytes name = bytes_of("control");
    struct wiretcp_connection *c = wiretcp_named(&text->tcp, name);

    if (c != NULL)
        return c;
    c = wiretcp_add(&text->tcp, name, text->end);
    if (c == NULL)
        wireline_wrong(&text->line, "too many connections");
    else if (!text->no_handshake)
        control_handshake(text, c);
    return c;
}

static bool control_line(struct wiretext *text, enum side from)
{
    struct wiretcp_connection *c = control_get(text);
    struct wireline *line = &text->line;
    struct buf out;
    bool fine;

    if (c == NULL)
        return false;
    if (bytes_starts(line->rest, " "))
        line->rest = bytes_from(line->rest, 1);
    buf_init(&out, WIRELINE_CEILING);
    fine = wireline_text(line, -1, &out) && buf_add_text(&out, "\r\n");
    if (fine)
        wiretcp_send(&text->tcp, c, from, buf_bytes(&out));
    buf_fini(&out);
    return fine;
}

static bool do_client_line(struct wiretext *text)
{
    return control_line(text, SIDE_CLIENT);
}

static bool do_server_line(struct wiretext *text)
{
    return control_line(text, SIDE_SERVER);
}

static bool control_octets(struct wiretext *text, enum side from)
{
    struct wiretcp_connection *c = control_get(text);
    struct bytes octets;

    if (c == NULL || !wireline_octets(&text->line, &octets))
        return false;
    wiretcp_send(&text->tcp, c, from, octets);
    return true;
}

static bool do_client_octets(struct wiretext *text)
{
    return control_octets(text, SIDE_CLIENT);
}

static bool do_server_octets(struct wiretext *text)
{
    return control_octets(text, SIDE_SERVER);
}

/* --- opening --- */

/* A connection's name where one is given, else `data`. */
static struct bytes name_take(struct wireline *line)
{
    struct bytes word = wireline_peek(line);

    if (word.len == 0 || bytes_is(word, "C") || bytes_is(word, "S") || bytes_is(word, "passive") ||
        bytes_is(word, "active"))
        return bytes_of("data");
    return wireline_word(line);
}

/* The ends of a new connection: `passive PORT`, `active PORT` or `END > END`. */
static bool ends_take(struct wiretext *text, struct endpoint end[2], enum side *opener)
{
    struct wireline *line = &text->line;
    uint64_t port;

    memcpy(end, text->end, sizeof text->end);
    *opener = SIDE_CLIENT;
    if (wireline_is(line, "passive")) {
        end[SIDE_CLIENT].port = ++text->ephemeral;
    } else if (wireline_is(line, "active")) {
        end[SIDE_SERVER].port = 20;
        *opener = SIDE_SERVER;
    } else {
        return wireline_endpoint(line, &end[SIDE_CLIENT]) && wireline_arrow(line) &&
               wireline_endpoint(line, &end[SIDE_SERVER]);
    }
    if (!wireline_number(line, 65535, &port))
        return false;
    end[side_other(*opener)].port = (uint16_t)port;
    return !wireline_is(line, "from") || wireline_endpoint(line, &end[*opener]);
}

/* A SYN alone, or with the RST that answers it. */
static void unanswered(struct wiretext *text, struct wiretcp_connection *c, enum side opener,
                       bool refused)
{
    enum side other = side_other(opener);

    c->open = false;
    wiretcp_segment(&text->tcp, c, opener, TCP_SYN, nothing);
    c->next[other] = 0;
    if (refused)
        wiretcp_at(&text->tcp, c, other, 0, TCP_RST | TCP_ACK, nothing);
}

static bool connection_open(struct wiretext *text, struct bytes name,
                            struct wiretcp_connection **out)
{
    struct endpoint end[2];
    enum side opener;

    if (!ends_take(text, end, &opener))
        return false;
    *out = wiretcp_add(&text->tcp, name, end);
    if (*out == NULL)
        return wireline_wrong(&text->line, "too many connections, or too long a name");
    if (wireline_is(&text->line, "middle"))
        return true;
    if (wireline_is(&text->line, "unanswered"))
        unanswered(text, *out, opener, false);
    else if (wireline_is(&text->line, "refused"))
        unanswered(text, *out, opener, true);
    else
        wiretcp_handshake(&text->tcp, *out, opener);
    return true;
}

static bool do_open(struct wiretext *text)
{
    struct wiretcp_connection *c;

    return connection_open(text, name_take(&text->line), &c);
}

static bool do_data(struct wiretext *text)
{
    struct wiretcp_connection *c;
    enum side side, last = SIDE_SERVER;
    struct bytes octets;

    if (!connection_open(text, bytes_of("data"), &c))
        return false;
    while (wireline_side_peek(&text->line, &side)) {
        wireline_word(&text->line);
        if (!wireline_octets(&text->line, &octets))
            return false;
        wiretcp_send(&text->tcp, c, side, octets);
        last = side;
    }
    if (c->open)
        wiretcp_close(&text->tcp, c, last);
    return true;
}

static bool do_isn(struct wiretext *text)
{
    struct wireline *line = &text->line;
    enum side side;
    uint64_t value;

    if (!wireline_side_peek(line, &side))
        wireline_word(line);
    if (!wireline_side(line, &side) || !wireline_number(line, UINT32_MAX, &value))
        return false;
    text->tcp.isn[side] = (uint32_t)value;
    text->tcp.isn_set[side] = true;
    return true;
}

/* --- segments of a connection that is there --- */

static struct wiretcp_connection *connection_take(struct wiretext *text)
{
    struct bytes before = text->line.rest;
    struct wiretcp_connection *c = wiretcp_named(&text->tcp, name_take(&text->line));

    if (c == NULL) {
        text->line.rest = before;
        wireline_wrong(&text->line, "there is no such connection");
    }
    return c;
}

static bool connection_side(struct wiretext *text, struct wiretcp_connection **c, enum side *side)
{
    return (*c = connection_take(text)) != NULL && wireline_side(&text->line, side);
}

static bool do_send(struct wiretext *text)
{
    struct wiretcp_connection *c;
    enum side side;
    struct bytes octets;

    if (!connection_side(text, &c, &side) || !wireline_octets(&text->line, &octets))
        return false;
    wiretcp_send(&text->tcp, c, side, octets);
    return true;
}

static bool do_again(struct wiretext *text)
{
    struct wiretcp_connection *c;
    enum side side;
    struct bytes octets;

    if (!connection_side(text, &c, &side))
        return false;
    octets = c->last[side];
    if (wireline_peek(&text->line).len > 0 && !wireline_octets(&text->line, &octets))
        return false;
    wiretcp_at(&text->tcp, c, side, c->last_seq[side], TCP_ACK | TCP_PSH, octets);
    return true;
}

static bool do_ack(struct wiretext *text)
{
    struct wiretcp_connection *c;
    enum side side;

    if (!connection_side(text, &c, &side))
        return false;
    wiretcp_segment(&text->tcp, c, side, TCP_ACK, nothing);
    return true;
}

static bool do_keepalive(struct wiretext *text)
{
    struct wiretcp_connection *c;
    enum side side;

    if (!connection_side(text, &c, &side))
        return false;
    wiretcp_at(&text->tcp, c, side, c->next[side] - 1, TCP_ACK, nothing);
    return true;
}

static bool do_fin(struct wiretext *text)
{
    struct wiretcp_connection *c;
    enum side side;

    if (!connection_side(text, &c, &side))
        return false;
    wiretcp_fin(&text->tcp, c, side);
    return true;
}

static bool do_close(struct wiretext *text)
{
    struct wiretcp_connection *c = connection_take(text);
    enum side side = SIDE_SERVER;

    if (c == NULL)
        return false;
    if (wireline_side_peek(&text->line, &side))
        wireline_word(&text->line);
    wiretcp_close(&text->tcp, c, side);
    return true;
}

static bool do_reset(struct wiretext *text)
{
    struct wiretcp_connection *c;
    enum side side;

    if (!connection_side(text, &c, &side))
        return false;
    wiretcp_segment(&text->tcp, c, side, TCP_RST | TCP_ACK, nothing);
    c->open = false;
    return true;
}

const struct wiretext_directive wiretext_tcp_directives[] = {
    {"C>", do_client_line, false},
    {"S>", do_server_line, false},
    {"C:", do_client_octets, false},
    {"S:", do_server_octets, false},
    {"isn", do_isn, true},
    {"open", do_open, false},
    {"data", do_data, false},
    {"send", do_send, false},
    {"again", do_again, false},
    {"ack", do_ack, false},
    {"keepalive", do_keepalive, false},
    {"fin", do_fin, false},
    {"close", do_close, false},
    {"reset", do_reset, false},
    {NULL, NULL, false},
};
