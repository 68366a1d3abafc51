#include "base/side.h"

enum side side_other(enum side side)
{
    return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

const char *side_name(enum side side)
{
    return side == SIDE_CLIENT ? "client" : "server";
}

const char *protocol_name(enum protocol protocol)
{
    static const char *const names[] = {"ftp", "udp", "tcp"};

    return names[protocol];
}
