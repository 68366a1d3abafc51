/* Directives about single packets: datagrams, ICMP errors, and frames. */
#include <netinet/in.h>
#include <string.h>

#include "support/octets.h"
#include "support/wiretext_parts.h"

#define DATAGRAM_CEILING 65507 /* octets of UDP over IPv4 */
#define QUOTED (576 - 28)      /* octets that an error quotes: with both headers it fits 576 */

static bool do_udp(struct wiretext *text)
{
    struct wireframe frame = {.protocol = IPPROTO_UDP};
    struct wireline *line = &text->line;
    enum side side;

    if (wireline_side_peek(line, &side)) {
        wireline_word(line);
        frame.src = text->end[side];
        frame.dst = text->end[side_other(side)];
    } else if (!wireline_endpoint(line, &frame.src) || !wireline_arrow(line) ||
               !wireline_endpoint(line, &frame.dst)) {
        return false;
    }
    if (!wireline_octets(line, &frame.payload))
        return false;
    if (frame.payload.len > DATAGRAM_CEILING)
        return wireline_wrong(line, "a datagram holds at most 65507 octets");
    wireout_packet(&text->out, &frame);
    return true;
}

/* Who sends an ICMP error, and to whom: the source of the packet that it quotes. */
static bool icmp_ends(struct wiretext *text, struct wireframe *frame)
{
    const char *packet = text->out.last_packet.at;
    bool ipv6 = octets_ipv6(packet);
    char address[ENDPOINT_TEXT] = "";
    struct bytes word;
    enum side side;

    frame->dst = (struct endpoint){.family = ipv6 ? 6 : 4};
    memcpy(frame->dst.addr, packet + (ipv6 ? 8 : 12), ipv6 ? 16 : 4);
    if (wireline_side_peek(&text->line, &side)) {
        wireline_word(&text->line);
        frame->src = text->end[side];
        return true;
    }
    word = wireline_peek(&text->line);
    if (word.len < sizeof address)
        memcpy(address, word.at, word.len);
    if (!endpoint_parse(address, 0, &frame->src))
        return wireline_wrong(&text->line, "C, S or an address is wanted here");
    wireline_word(&text->line);
    return true;
}

static bool do_icmp(struct wiretext *text)
{
    struct wireframe frame = {0};
    struct wireline *line = &text->line;
    uint64_t type, code;

    if (text->out.last_packet.len == 0)
        return wireline_wrong(line, "there is no packet yet that an error could be about");
    if (!icmp_ends(text, &frame) || !wireline_number(line, 255, &type) ||
        !wireline_number(line, 255, &code))
        return false;
    frame.protocol = frame.dst.family == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    frame.type = (unsigned)type;
    frame.code = (unsigned)code;
    frame.payload = bytes_slice(text->out.last_packet, 0, QUOTED);
    wireout_packet(&text->out, &frame);
    return true;
}

static bool do_frame(struct wiretext *text)
{
    struct bytes octets;

    if (!wireline_octets(&text->line, &octets))
        return false;
    wireout_frame(&text->out, octets);
    return true;
}

const struct wiretext_directive wiretext_packet_directives[] = {
    {"udp", do_udp, false},
    {"icmp", do_icmp, false},
    {"frame", do_frame, false},
    {NULL, NULL, false},
};
