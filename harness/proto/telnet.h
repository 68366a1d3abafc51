/* telnet: the commands that Telnet puts among the octets of a line, RFC 854. */
#ifndef PEERSPEC_PROTO_TELNET_H
#define PEERSPEC_PROTO_TELNET_H

#include "base/bytes.h"

/* Octets behind IAC; those from SE on are commands. */
enum telnet {
    TELNET_SE = 240,
    TELNET_SB = 250,
    TELNET_WILL = 251, /* this and the next three are followed by an option */
    TELNET_WONT = 252,
    TELNET_DO = 253,
    TELNET_DONT = 254,
    TELNET_IAC = 255,
};

/* Octets of the command that `in` starts with, its IAC and a subnegotiation up to IAC SE (RFC 855)
 * included; 0 where it is not all there. */
size_t telnet_length(struct bytes in);

#endif
