/* wiretext_parts: what the parts of wiretext share. Inside of wiretext only. */
#ifndef PEERSPEC_SUPPORT_WIRETEXT_PARTS_H
#define PEERSPEC_SUPPORT_WIRETEXT_PARTS_H

#include "support/wireline.h"
#include "support/wireout.h"
#include "support/wiretcp.h"

struct wiretext {
    struct arena arena;
    struct wireline line;
    struct wireout out;
    struct wiretcp tcp;
    struct endpoint end[2]; /* by enum side, as `client` and `server` say */
    bool no_handshake, leave_open;
    uint16_t ephemeral; /* the client's port of the last passive connection */
};

/* What a line that begins with `name` does; false: it is wrong, and said so. */
struct wiretext_directive {
    const char *name;
    bool (*act)(struct wiretext *text);
    bool setting; /* sends nothing: what `!` said stays for the next line */
};

/* Each ends with a row without a name. */
extern const struct wiretext_directive wiretext_tcp_directives[];    /* wiretext_tcp.c */
extern const struct wiretext_directive wiretext_packet_directives[]; /* wiretext_packet.c */

#endif
