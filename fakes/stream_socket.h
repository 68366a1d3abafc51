/* stream_socket: the few calls that every TCP fake makes on its sockets. */
#ifndef PEERSPEC_FAKES_STREAM_SOCKET_H
#define PEERSPEC_FAKES_STREAM_SOCKET_H

#include "base/diag.h"
#include "base/endpoint.h"

/* A non-blocking socket on its way to `to`, from `from` (family 0: any). *error is 0, or why the
 * connection was refused at once. ERR_PERMISSION or ERR_SYSTEM where the system has no such socket
 * for us; *fd is -1 then, here and below. */
NODISCARD enum err stream_connect(const struct endpoint *from, const struct endpoint *to, int *fd,
                                  int *error, struct diag *why);
/* A non-blocking socket that listens; *bound says where. `any`: on every address, IPv4 and IPv6, at
 * at->port. */
NODISCARD enum err stream_listen(const struct endpoint *at, bool any, int *fd,
                                 struct endpoint *bound, struct diag *why);
int stream_accept(int listener); /* non-blocking; -1: none */
/* The error that waits on the socket, and clears it; 0: none. */
int stream_error(int fd);
/* Of a connected socket; either may be NULL. What the system does not tell stays as it is. */
void stream_endpoints(int fd, struct endpoint *local, struct endpoint *remote);
/* Octets sent that the other side's TCP has not acknowledged. */
int stream_unread(int fd);
/* Has all that was sent left, a FIN too? */
bool stream_has_left(int fd);
/* Close with FIN, or with RST. */
void stream_close(int fd, bool reset);

#endif
