/* The ports of clients: RFC 6056 section 3.2. */
#include "suites/packet/odd_checks.h"

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define RESERVED 1024 /* ports below are of services */

/* Services that ask for no port in particular. Some do: rsh, NFS and others want a reserved one. */
static bool takes_any_port(const struct timeline *timeline)
{
    static const uint16_t ports[] = {7, 9, 13, 17, 19, 37};

    for (size_t n = 0; n < sizeof ports / sizeof *ports; n++)
        if (timeline->server.port == ports[n])
            return true;
    return timeline->protocol == PROTOCOL_FTP;
}

/* True where one of such services asks another: ECHO-12 and ECHO-13 tell of those that answer. */
static bool is_of_service(uint16_t port)
{
    return port == 0 || port == 7 || port == 9 || port == 13 || port == 17 || port == 19 ||
           port == 37;
}

void client_port(const struct timeline *timeline, struct rule_run *run)
{
    uint16_t port = timeline->client.port;

    if (!timeline->from_start || !takes_any_port(timeline) || port >= RESERVED ||
        is_of_service(port) || timeline->event_count == 0)
        return;
    rule_breach(run, SIDE_CLIENT, PACKETS(timeline->events[0].packet), "a port from 1024 on", "%u",
                port);
}
