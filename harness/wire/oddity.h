/* oddity: how a packet is not as IP, ICMP or TCP ask of every packet.
 *
 * Found while packets are decoded and put in order, where their headers and numbers are at hand;
 * what has no conversation is not told. A rule makes a finding of it (suites/packet). */
#ifndef PEERSPEC_WIRE_ODDITY_H
#define PEERSPEC_WIRE_ODDITY_H

enum oddity {
    ODDITY_NONE,
    ODDITY_COUNT,
};

/* In words that fit behind "packet 7: ". */
const char *oddity_text(enum oddity oddity);

#endif
