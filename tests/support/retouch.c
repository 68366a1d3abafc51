#include "support/retouch.h"

#include <netinet/in.h>
#include <string.h>

#include "base/digit.h"
#include "support/octets.h"

#define TCP_HEADER 20

/* --- words --- */

static bool number_take(struct bytes word, struct retouch_number *number)
{
    bool minus = bytes_starts(word, "-");
    uint64_t value;

    number->set = true;
    number->relative = minus || bytes_starts(word, "+");
    if (!bytes_to_u64(bytes_from(word, number->relative ? 1 : 0), &value) || value > UINT32_MAX)
        return false;
    number->value = minus ? (uint32_t)-value : (uint32_t)value;
    return true;
}

static bool flags_take(struct retouch *retouch, struct bytes word)
{
    static const char letters[] = "FSRPAU";

    retouch->set_flags = true;
    if (bytes_is(word, "none"))
        return true;
    for (size_t i = 0; i < word.len; i++) {
        const char *at = strchr(letters, word.at[i]);

        if (at == NULL || *at == '\0')
            return false;
        retouch->flags = (uint8_t)(retouch->flags | 1u << (at - letters));
    }
    return word.len > 0;
}

static bool options_take(struct retouch *retouch, struct bytes word)
{
    retouch->set_options = true;
    if (bytes_is(word, "none"))
        return true;
    if (word.len % 8 != 0 || word.len / 2 > sizeof retouch->options)
        return false;
    for (size_t i = 0; i < word.len; i += 2) {
        int high = digit_hex(word.at[i]), low = digit_hex(word.at[i + 1]);

        if (high < 0 || low < 0)
            return false;
        retouch->options[retouch->option_octets++] = (char)(high * 16 + low);
    }
    return true;
}

static bool window_take(struct retouch *retouch, struct bytes word)
{
    uint64_t value;

    if (!bytes_to_u64(word, &value) || value > UINT16_MAX)
        return false;
    retouch->set_window = true;
    retouch->window = (uint16_t)value;
    return true;
}

bool retouch_take(struct retouch *retouch, struct bytes word, struct wireline *line)
{
    if (bytes_is(word, "seq"))
        return number_take(wireline_word(line), &retouch->seq);
    if (bytes_is(word, "ack"))
        return number_take(wireline_word(line), &retouch->ack);
    if (bytes_is(word, "flags"))
        return flags_take(retouch, wireline_word(line));
    if (bytes_is(word, "window"))
        return window_take(retouch, wireline_word(line));
    return bytes_is(word, "options") && options_take(retouch, wireline_word(line));
}

/* --- the packet --- */

static void number_put(const struct retouch_number *number, char *at)
{
    if (number->set)
        octets_put32(at, number->relative ? octets_get32(at) + number->value : number->value);
}

/* Returns the new length of the segment. */
static size_t options_put(const struct retouch *retouch, char *segment, size_t len)
{
    size_t head = (size_t)(uint8_t)segment[12] >> 4 << 2;
    size_t new_head = TCP_HEADER + retouch->option_octets;

    if (!retouch->set_options)
        return len;
    memmove(segment + new_head, segment + head, len - head);
    memcpy(segment + TCP_HEADER, retouch->options, retouch->option_octets);
    segment[12] = (char)(new_head << 2);
    return len - head + new_head;
}

static void lengths_put(char *packet, size_t len)
{
    size_t head = octets_ip_head(packet);

    if (octets_ipv6(packet)) {
        octets_put16(packet + 4, len - head);
        return;
    }
    octets_put16(packet + 2, len);
    octets_ip_sum(packet);
}

static void checksum_put(char *packet, size_t len)
{
    size_t head = octets_ip_head(packet), addrs = octets_ipv6(packet) ? 32 : 8;
    uint32_t sum = (uint32_t)(len - head) + IPPROTO_TCP;

    sum = octets_sum(packet + (octets_ipv6(packet) ? 8 : 12), addrs, sum);
    octets_put16(packet + head + 16, 0);
    octets_put16(packet + head + 16,
                 (uint16_t)~octets_fold(octets_sum(packet + head, len - head, sum)));
}

static bool is_asked_for(const struct retouch *retouch)
{
    return retouch->seq.set || retouch->ack.set || retouch->set_flags || retouch->set_window ||
           retouch->set_options;
}

size_t retouch_packet(const struct retouch *retouch, char *packet, size_t len)
{
    char *segment = packet + octets_ip_head(packet);

    if (!is_asked_for(retouch) || packet[octets_ipv6(packet) ? 6 : 9] != IPPROTO_TCP)
        return len;
    number_put(&retouch->seq, segment + 4);
    number_put(&retouch->ack, segment + 8);
    if (retouch->set_flags)
        segment[13] = (char)retouch->flags;
    if (retouch->set_window)
        octets_put16(segment + 14, retouch->window);
    len = octets_ip_head(packet) + options_put(retouch, segment, len - octets_ip_head(packet));
    lengths_put(packet, len);
    checksum_put(packet, len);
    return len;
}
