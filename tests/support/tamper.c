#include "support/tamper.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "support/octets.h"

#define UDP_LENGTH 4 /* in its header */
#define UDP_CHECKSUM 6

/* --- words --- */

static bool number(struct bytes word, size_t most, size_t *value)
{
    uint64_t read;

    if (!bytes_to_u64(word, &read) || read > most)
        return false;
    *value = (size_t)read;
    return true;
}

static bool mac_take(struct tamper *tamper, struct bytes word)
{
    char text[18] = "";
    unsigned octets[6];

    if (word.len != 17)
        return false;
    memcpy(text, word.at, word.len);
    if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &octets[0], &octets[1], &octets[2], &octets[3],
               &octets[4], &octets[5]) != 6)
        return false;
    for (int i = 0; i < 6; i++)
        tamper->mac[i] = (uint8_t)octets[i];
    return tamper->set_mac = true;
}

static bool piece_take(struct tamper *tamper, struct bytes word)
{
    struct tamper_piece *piece = &tamper->pieces[tamper->piece_count];
    size_t dash;

    if (tamper->piece_count == TAMPER_PIECES)
        return false;
    *piece = (struct tamper_piece){.other = bytes_starts(word, "~")};
    word = bytes_from(word, piece->other ? 1 : 0);
    piece->last = word.len > 0 && word.at[word.len - 1] == '.';
    word = bytes_slice(word, 0, word.len - (piece->last ? 1 : 0));
    dash = bytes_index(word, '-');
    if (!number(bytes_slice(word, 0, dash), 65528, &piece->from) ||
        !number(bytes_from(word, dash + 1), 69000, &piece->to) || piece->to < piece->from)
        return false;
    tamper->piece_count++;
    return true;
}

static bool pieces_take(struct tamper *tamper, struct wireline *line)
{
    while (wireline_peek(line).len > 0)
        if (!piece_take(tamper, wireline_word(line)))
            return false;
    return tamper->piece_count > 0;
}

/* The number that `word` is followed by. */
static bool number_take(struct tamper *tamper, struct bytes word, struct wireline *line)
{
    const struct {
        const char *word;
        bool *set;
        size_t *value;
    } numbers[] = {{"ttl", &tamper->set_ttl, &tamper->ttl},
                   {"id", &tamper->set_id, &tamper->id},
                   {"length", &tamper->set_length, &tamper->length},
                   {"surplus", &tamper->set_surplus, &tamper->surplus}};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (bytes_is(word, numbers[i].word))
            return *numbers[i].set = number(wireline_word(line), 65535, numbers[i].value);
    return false;
}

bool tamper_take(struct tamper *tamper, struct bytes word, struct wireline *line)
{
    if (bytes_is(word, "dont-fragment"))
        return tamper->dont_fragment = true;
    if (bytes_is(word, "mac"))
        return mac_take(tamper, wireline_word(line));
    if (bytes_is(word, "pieces"))
        return pieces_take(tamper, line);
    if (!bytes_is(word, "header-checksum"))
        return number_take(tamper, word, line);
    word = wireline_word(line);
    tamper->bad_sum = bytes_is(word, "bad");
    tamper->no_sum = bytes_is(word, "none");
    return tamper->bad_sum || tamper->no_sum;
}

/* --- packets --- */

/* Another length, and the checksum that goes with it. */
static void length_set(char *udp, size_t length)
{
    uint32_t sum = (~octets_get16(udp + UDP_CHECKSUM) & 0xffff) +
                   (~octets_get16(udp + UDP_LENGTH) & 0xffff) + (uint32_t)length;

    octets_put16(udp + UDP_LENGTH, length);
    octets_put16(udp + UDP_CHECKSUM, (uint16_t)~octets_fold(sum));
}

size_t tamper_datagram(const struct tamper *tamper, char *packet, size_t len)
{
    size_t head = octets_ip_head(packet);

    if (tamper->set_length)
        length_set(packet + head, tamper->length);
    if (!tamper->set_surplus)
        return len;
    memset(packet + len, 0, tamper->surplus);
    len += tamper->surplus;
    octets_put16(packet + (octets_ipv6(packet) ? 4 : 2), octets_ipv6(packet) ? len - 40 : len);
    octets_ip_sum(packet);
    return len;
}

static size_t fragment_header(const struct tamper_piece *piece, bool more, const char *packet,
                              char *out)
{
    size_t head = octets_ip_head(packet), len = piece->to - piece->from;

    memcpy(out, packet, head);
    if (!octets_ipv6(packet)) {
        octets_put16(out + 2, head + len);
        octets_put16(out + 6, piece->from / 8 | (more ? 0x2000 : 0));
        return head;
    }
    octets_put16(out + 4, len + 8);
    out[6] = IPPROTO_FRAGMENT;
    memset(out + head, 0, 8);
    out[head] = packet[6];
    octets_put16(out + head + 2, piece->from | (more ? 1 : 0));
    return head + 8;
}

size_t tamper_piece(const struct tamper *tamper, size_t n, struct bytes packet, char *out)
{
    const struct tamper_piece *piece = &tamper->pieces[n];
    size_t octets = packet.len - octets_ip_head(packet.at);
    bool more = !piece->last && piece->to != octets;
    size_t head = fragment_header(piece, more, packet.at, out);

    for (size_t at = piece->from; at < piece->to; at++) {
        char octet = at < octets ? packet.at[octets_ip_head(packet.at) + at] : 0;

        out[head + at - piece->from] = (char)(piece->other ? ~octet : octet);
    }
    return head + piece->to - piece->from;
}

void tamper_header(const struct tamper *tamper, char *packet)
{
    bool ipv6 = octets_ipv6(packet);

    if (tamper->set_ttl)
        packet[ipv6 ? 7 : 8] = (char)tamper->ttl;
    if (ipv6 && tamper->set_id && packet[6] == IPPROTO_FRAGMENT)
        octets_put16(packet + 46, tamper->id);
    if (ipv6)
        return;
    if (tamper->set_id)
        octets_put16(packet + 4, tamper->id);
    if (tamper->dont_fragment)
        packet[6] = (char)(packet[6] | 0x40);
    octets_ip_sum(packet);
    if (tamper->bad_sum)
        packet[11] = (char)(packet[11] ^ 1);
    if (tamper->no_sum)
        octets_put16(packet + 10, 0);
}

void tamper_frame(const struct tamper *tamper, char *frame)
{
    static const char own[6] = {2, 0, 0, 0, 0, 1};

    if (!tamper->set_mac)
        return;
    memcpy(frame, tamper->mac, 6);
    memcpy(frame + 6, own, 6);
}
