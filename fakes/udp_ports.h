/* udp_ports: the sockets of one UDP fake: where it listens, and what a script has it speak from. */
#ifndef PEERSPEC_FAKES_UDP_PORTS_H
#define PEERSPEC_FAKES_UDP_PORTS_H

#include "fakes/udp_socket.h"
#include "play/loop.h"

#define UDP_PORTS_MOST 16

struct udp_ports {
    struct loop *loop;
    loop_fd_fn *readable; /* called with `ctx` when one of them has something to read */
    void *ctx;
    struct udp_socket sockets[UDP_PORTS_MOST]; /* the first (two) are where it listens */
    size_t count;
};

/* One more, bound to `at` (port 0: any free). */
NODISCARD enum err udp_ports_open(struct udp_ports *ports, const struct endpoint *at,
                                  struct diag *why);
/* IPv4 and IPv6 at the same port (0: any free). Without IPv6 it is IPv4 alone, and *no_v6 says
 * why; else that is an empty string. */
NODISCARD enum err udp_ports_open_everywhere(struct udp_ports *ports, uint16_t port,
                                             struct diag *no_v6, struct diag *why);
/* The number of the socket with that descriptor; -1: none of these. */
int udp_ports_of_fd(const struct udp_ports *ports, int fd);
/* The number of the socket of that endpoint, opened where there is none yet. Port 0: a fresh one,
 * as long as there is room. -1: none, and *why says why. */
int udp_ports_at(struct udp_ports *ports, const struct endpoint *at, struct diag *why);
void udp_ports_close(struct udp_ports *ports); /* all of them */

#endif
