#include "support/retouch.h"

#include <netinet/in.h>
#include <string.h>

#define TCP_HEADER 20

/* --- octets --- */

static void put16(char *at, size_t value)
{
    at[0] = (char)(value >> 8);
    at[1] = (char)value;
}

static void put32(char *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static uint32_t get16(const char *at)
{
    return (uint32_t)(uint8_t)at[0] << 8 | (uint8_t)at[1];
}

static uint32_t get32(const char *at)
{
    return get16(at) << 16 | get16(at + 2);
}

static uint32_t sum_of(const char *at, size_t len, uint32_t sum)
{
    for (size_t i = 0; i < len; i++)
        sum += (uint32_t)(uint8_t)at[i] << (i % 2 == 0 ? 8 : 0);
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static bool is_ipv6(const char *packet)
{
    return (packet[0] & 0xf0) == 0x60;
}

static size_t ip_head(const char *packet)
{
    return is_ipv6(packet) ? 40 : (size_t)(packet[0] & 15) * 4;
}

/* --- words --- */

static struct bytes next(struct bytes *rest)
{
    struct bytes word;
    size_t len = 0;

    *rest = bytes_trim(*rest);
    while (len < rest->len && rest->at[len] != ' ')
        len++;
    word = bytes_slice(*rest, 0, len);
    *rest = bytes_from(*rest, len);
    return word;
}

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

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits);
}

static bool options_take(struct retouch *retouch, struct bytes word)
{
    retouch->set_options = true;
    if (bytes_is(word, "none"))
        return true;
    if (word.len % 8 != 0 || word.len / 2 > sizeof retouch->options)
        return false;
    for (size_t i = 0; i < word.len; i += 2) {
        int high = digit(word.at[i]), low = digit(word.at[i + 1]);

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

bool retouch_take(struct retouch *retouch, struct bytes word, struct bytes *rest)
{
    if (bytes_is(word, "seq"))
        return number_take(next(rest), &retouch->seq);
    if (bytes_is(word, "ack"))
        return number_take(next(rest), &retouch->ack);
    if (bytes_is(word, "flags"))
        return flags_take(retouch, next(rest));
    if (bytes_is(word, "window"))
        return window_take(retouch, next(rest));
    return bytes_is(word, "options") && options_take(retouch, next(rest));
}

/* --- the packet --- */

static void number_put(const struct retouch_number *number, char *at)
{
    if (number->set)
        put32(at, number->relative ? get32(at) + number->value : number->value);
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
    size_t head = ip_head(packet);

    if (is_ipv6(packet)) {
        put16(packet + 4, len - head);
        return;
    }
    put16(packet + 2, len);
    put16(packet + 10, 0);
    put16(packet + 10, ~sum_of(packet, head, 0) & 0xffff);
}

static void checksum_put(char *packet, size_t len)
{
    size_t head = ip_head(packet), addrs = is_ipv6(packet) ? 32 : 8;
    uint32_t sum = (uint32_t)(len - head) + IPPROTO_TCP;

    sum = sum_of(packet + (is_ipv6(packet) ? 8 : 12), addrs, sum);
    put16(packet + head + 16, 0);
    put16(packet + head + 16, ~sum_of(packet + head, len - head, sum) & 0xffff);
}

static bool is_asked_for(const struct retouch *retouch)
{
    return retouch->seq.set || retouch->ack.set || retouch->set_flags || retouch->set_window ||
           retouch->set_options;
}

size_t retouch_packet(const struct retouch *retouch, char *packet, size_t len)
{
    char *segment = packet + ip_head(packet);

    if (!is_asked_for(retouch) || packet[is_ipv6(packet) ? 6 : 9] != IPPROTO_TCP)
        return len;
    number_put(&retouch->seq, segment + 4);
    number_put(&retouch->ack, segment + 8);
    if (retouch->set_flags)
        segment[13] = (char)retouch->flags;
    if (retouch->set_window)
        put16(segment + 14, retouch->window);
    len = ip_head(packet) + options_put(retouch, segment, len - ip_head(packet));
    lengths_put(packet, len);
    checksum_put(packet, len);
    return len;
}
