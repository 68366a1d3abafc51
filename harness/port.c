#include "port.h"

#define PORT_FTP 21
#define PORT_ECHO 7

static uint16_t standard_port(enum protocol protocol)
{
    return protocol == PROTOCOL_FTP ? PORT_FTP : PORT_ECHO;
}

uint16_t port_of_case(const struct rig *rig, const struct exchange *exchange)
{
    if (rig->settings->port != 0)
        return (uint16_t)rig->settings->port;
    if (exchange->port != 0)
        return (uint16_t)exchange->port;
    return rig->isolated ? standard_port(exchange->protocol) : rig->port;
}

const char *port_service(uint16_t port)
{
    static const struct {
        uint16_t port;
        const char *name;
    } services[] = {
        {PORT_ECHO, "echo"}, {9, "discard"}, {13, "daytime"}, {19, "chargen"}, {37, "time"}};

    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (services[i].port == port)
            return services[i].name;
    return NULL;
}
