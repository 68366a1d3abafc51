/* namespace: a network of our own on this machine.
 *
 * Ports 20 and 21 are free there, nothing leaks out, and libpcap needs no privilege. */
#ifndef PEERSPEC_LAB_NAMESPACE_H
#define PEERSPEC_LAB_NAMESPACE_H

#include "base/diag.h"

#define LAB_SERVER_ADDR "192.0.2.1"
#define LAB_CLIENT_ADDR "192.0.2.2"
#define LAB_THIRD_ADDR "192.0.2.3"  /* a third host */
#define LAB_SERVER_ADDR6 "2001:db8::1"
#define LAB_CLIENT_ADDR6 "2001:db8::2"

/* Move the calling process, which must have one thread, into a new network namespace (and a user
 * namespace where it is not root): lo is up with MTU 1500 and without segmentation offload, has the
 * addresses above, and connections to the server's address leave from the client's.
 * ERR_PERMISSION where the system forbids namespaces: *why says which call and why.
 *
 * All of 192.0.2.0/24 is there: any address of it can be bound to. As root of a user namespace
 * the caller has no second user to change to. After a failure the process may have moved already
 * and is only fit to end: ask namespace_probe() first. */
NODISCARD enum err namespace_enter(struct diag *why);
/* Whether namespace_enter() works here; tries it in a child process. */
NODISCARD enum err namespace_probe(struct diag *why);

#endif
