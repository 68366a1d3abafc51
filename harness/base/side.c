#include "base/side.h"

const char *side_name(enum side side)
{
    return side == SIDE_CLIENT ? "client" : "server";
}

const char *protocol_name(enum protocol protocol)
{
    static const char *const names[] = {"ftp", "udp", "tcp"};

    return names[protocol];
}
