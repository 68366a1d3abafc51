/* sockdiag: what the kernel says of another process's sockets (NETLINK_SOCK_DIAG).
 *
 * Lock-step and readiness come from here, without a probe connection. */
#ifndef PEERSPEC_LAB_SOCKDIAG_H
#define PEERSPEC_LAB_SOCKDIAG_H

#include "base/diag.h"
#include "base/endpoint.h"

struct sockdiag;

struct sockdiag_tcp {
    bool found;
    bool over;               /* its program has closed it, and all was said: TIME_WAIT and the like */
    unsigned state;          /* TCP_ESTABLISHED, ... of <netinet/tcp.h> */
    uint32_t receive_queue;  /* octets that the program has not read */
    uint32_t send_queue;     /* octets that the other side has not acknowledged */
    uint64_t received;       /* tcpi_bytes_received */
};

/* On failure *out is NULL: ERR_PERMISSION where the system has none of it for us, ERR_SYSTEM. */
NODISCARD enum err sockdiag_open(struct sockdiag **out, struct diag *why);
void sockdiag_free(struct sockdiag *sockdiag); /* takes NULL */
/* The TCP socket whose own end is `own` and whose peer is `peer`, by exact lookup. OK also where
 * there is none: `found` tells. */
NODISCARD enum err sockdiag_tcp(struct sockdiag *sockdiag, const struct endpoint *own,
                                const struct endpoint *peer, struct sockdiag_tcp *out,
                                struct diag *why);
/* True where some socket listens on TCP port `port` (IPv4 or IPv6), or is bound to UDP port `port`. */
bool sockdiag_listens(struct sockdiag *sockdiag, uint16_t port);
bool sockdiag_bound_udp(struct sockdiag *sockdiag, uint16_t port);
/* peer_drained_fn for a connected socket of ours: 1 read all, 0 not yet, -1 cannot be told. */
int sockdiag_drained(void *sockdiag, int fd, uint64_t sent);

#endif
