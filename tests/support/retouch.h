/* retouch: numbers, flags, window and options of TCP, set by hand in a packet that was made.
 *
 * What a `!` line of wiretext says about the next packet, or each segment that it is split into:
 *     ! seq +N | -N | N       more or less than it would be, or this one
 *     ! ack +N | -N | N
 *     ! flags LETTERS         of F S R P A U; `none` for none
 *     ! window N              as it stands in the header
 *     ! options HEX           the options in its header, instead of those that it would have: a
 *                             multiple of 4 octets, or `none`
 * The checksum is right all the same. */
#ifndef PEERSPEC_SUPPORT_RETOUCH_H
#define PEERSPEC_SUPPORT_RETOUCH_H

#include "base/bytes.h"
#include "support/wireline.h"

struct retouch_number {
    bool set, relative;
    uint32_t value;
};

struct retouch {
    struct retouch_number seq, ack;
    bool set_flags, set_window, set_options;
    uint8_t flags;
    uint16_t window;
    char options[40];
    size_t option_octets;
};

/* Take what `word` asks for from the line behind it. False where the word is none of these, or what
 * follows is not as it has to be. */
bool retouch_take(struct retouch *retouch, struct bytes word, struct wireline *line);
/* Change the packet, which has room for longer options. Returns its length. Other packets than TCP
 * over IPv4 or IPv6 without extension headers stay as they are. */
size_t retouch_packet(const struct retouch *retouch, char *packet, size_t len);

#endif
