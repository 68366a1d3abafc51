/* tamper: headers set by hand in packets that were made, and fragments cut by hand.
 *
 * What a `!` line of wiretext says about the next packet:
 *     ! ttl N                   TTL or hop limit
 *     ! header-checksum bad|none
 *     ! dont-fragment           the flag, in fragments too
 *     ! id N                    of the packet and its fragments
 *     ! mac 01:00:5e:00:00:01   the frame goes to (Ethernet), from 02:00:00:00:00:01
 *     ! pieces A-B A-B ...      these octets of the IP payload as fragments, in this order, and no
 *                               others; the one that ends where the payload ends is the last, as is
 *                               one with a point (A-B.); ~A-B has other octets; what is beyond the
 *                               payload is 0
 *     ! surplus N               N octets of 0 behind the UDP datagram, in its IP packet
 *     ! length N                as UDP's header says
 */
#ifndef PEERSPEC_SUPPORT_TAMPER_H
#define PEERSPEC_SUPPORT_TAMPER_H

#include "base/bytes.h"
#include "support/wireline.h"

#define TAMPER_PIECES 16

struct tamper_piece {
    size_t from, to;
    bool last, other;
};

struct tamper {
    bool set_ttl, bad_sum, no_sum, dont_fragment, set_id, set_mac, set_length, set_surplus;
    size_t ttl, id, length, surplus;
    uint8_t mac[6];
    struct tamper_piece pieces[TAMPER_PIECES];
    size_t piece_count;
};

/* Take what `word` asks for from the line behind it. False where the word is none of these, or what
 * follows is not as it has to be. */
bool tamper_take(struct tamper *tamper, struct bytes word, struct wireline *line);
/* The UDP length, and octets behind the datagram. Returns the new length of the packet. */
size_t tamper_datagram(const struct tamper *tamper, char *packet, size_t len);
/* Piece `n` of the packet. Returns its length. */
size_t tamper_piece(const struct tamper *tamper, size_t n, struct bytes packet, char *out);
/* The IP header of a packet or fragment. */
void tamper_header(const struct tamper *tamper, char *packet);
/* The Ethernet header of a frame. */
void tamper_frame(const struct tamper *tamper, char *frame);

#endif
