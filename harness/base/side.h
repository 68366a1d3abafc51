/* side: who speaks, and over what. */
#ifndef PEERSPEC_BASE_SIDE_H
#define PEERSPEC_BASE_SIDE_H

enum side { SIDE_CLIENT, SIDE_SERVER };

enum protocol {
    PROTOCOL_FTP,
    PROTOCOL_UDP,
    PROTOCOL_TCP,
    PROTOCOL_ANY, /* of a rule alone: it binds what carries all of them */
};

/* The other one. */
static inline enum side side_other(enum side side)
{
    return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

const char *side_name(enum side side);             /* "client", "server" */
const char *protocol_name(enum protocol protocol); /* "ftp", "udp", "tcp"; ANY has none */

#endif
