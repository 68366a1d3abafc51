#include "fakes/udp_ports.h"

enum err udp_ports_open(struct udp_ports *ports, const struct endpoint *at, struct diag *why)
{
    struct udp_socket *socket = &ports->sockets[ports->count];
    enum err err;

    if (ports->count == UDP_PORTS_MOST)
        return diag_set(why, ERR_SYSTEM, "too many ports in one script");
    err = udp_socket_open(at, socket, why);
    if (err != OK)
        return err;
    ports->count++;
    loop_watch(ports->loop, socket->fd, LOOP_READ, ports->readable, ports->ctx);
    return OK;
}

enum err udp_ports_open_everywhere(struct udp_ports *ports, uint16_t port, struct diag *no_v6,
                                   struct diag *why)
{
    struct endpoint at = {.family = 4, .port = port};
    enum err err = udp_ports_open(ports, &at, why);

    no_v6->text[0] = '\0';
    if (err != OK)
        return err;
    at = (struct endpoint){.family = 6, .port = ports->sockets[ports->count - 1].local.port};
    if (udp_ports_open(ports, &at, no_v6) == OK)
        no_v6->text[0] = '\0';
    return OK;
}

int udp_ports_of_fd(const struct udp_ports *ports, int fd)
{
    for (size_t i = 0; i < ports->count; i++)
        if (ports->sockets[i].fd == fd)
            return (int)i;
    return -1;
}

int udp_ports_at(struct udp_ports *ports, const struct endpoint *at, struct diag *why)
{
    bool fresh = at->port == 0;

    for (size_t i = 0; i < ports->count && !fresh; i++)
        if (endpoint_equal(&ports->sockets[i].local, at))
            return (int)i;
    if ((fresh && ports->count == UDP_PORTS_MOST) || udp_ports_open(ports, at, why) == OK)
        return (int)ports->count - 1;
    return -1;
}

void udp_ports_close(struct udp_ports *ports)
{
    for (size_t i = 0; i < ports->count; i++) {
        loop_forget(ports->loop, ports->sockets[i].fd);
        udp_socket_close(&ports->sockets[i]);
    }
    ports->count = 0;
}
