/* udp_socket: datagram sockets that answer from the address that was asked, and move datagrams by
 * the batch. */
#ifndef PEERSPEC_FAKES_UDP_SOCKET_H
#define PEERSPEC_FAKES_UDP_SOCKET_H

#include "base/diag.h"
#include "base/endpoint.h"

#define UDP_BATCH 64

struct udp_socket {
    int fd;                /* -1: none */
    struct endpoint local; /* the address may be 0.0.0.0 or :: */
};

/* Non-blocking, with ICMP errors queued, bound to `at` (port 0: any free). ERR_PERMISSION or
 * ERR_SYSTEM where the system has no such socket for us. */
NODISCARD enum err udp_socket_open(const struct endpoint *at, struct udp_socket *out,
                                   struct diag *why);
void udp_socket_close(struct udp_socket *socket); /* takes one that is closed */
/* True where it is bound to every address. */
bool udp_socket_is_any(const struct udp_socket *socket);
/* Send, from the address `from` where the socket has them all. False where it could not be sent:
 * errno says why. */
bool udp_socket_send(const struct udp_socket *socket, const struct endpoint *to,
                     const struct endpoint *from, struct bytes text);
/* Take one ICMP error off the queue and put it in words; false: none. */
bool udp_socket_icmp(const struct udp_socket *socket, char *text, size_t room);

/* What one look at a socket brought. */
struct udp_batch;
/* ERR_SYSTEM, and *out is NULL, where memory is out. */
NODISCARD enum err udp_batch_new(struct udp_batch **out, struct diag *why);
void udp_batch_free(struct udp_batch *batch); /* takes NULL */
/* Receive up to UDP_BATCH datagrams; how many, 0: none waits. */
size_t udp_batch_receive(struct udp_batch *batch, const struct udp_socket *socket);
/* Datagram n, from 0; lent until the next receive. */
struct bytes udp_batch_text(const struct udp_batch *batch, size_t n);
/* Who sent it, and to which address of ours. */
struct endpoint udp_batch_from(const struct udp_batch *batch, size_t n);
struct endpoint udp_batch_to(const struct udp_batch *batch, size_t n,
                             const struct udp_socket *socket);
/* Choose datagram n to be sent back as it came, and send all that were chosen. */
void udp_batch_choose(struct udp_batch *batch, size_t n);
void udp_batch_echo(struct udp_batch *batch, const struct udp_socket *socket);

#endif
