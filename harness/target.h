/* target: what is tested, as the command line names it. */
#ifndef PEERSPEC_TARGET_H
#define PEERSPEC_TARGET_H

#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/endpoint.h"
#include "base/side.h"

enum target_kind { TARGET_NONE, TARGET_NAME, TARGET_URL };

/* An adapter or profile by name, or a server by its URL. */
struct target {
    enum target_kind kind;
    const char *text; /* as written */
    const char *name; /* the same without user and password */
    /* of a URL */
    enum protocol protocol;
    const char *user, *password; /* percent-decoded; NULL: none given */
    const char *host;            /* without brackets */
    uint16_t port;               /* 21 for ftp where none is given */
};

/* HOST:PORT */
struct hostport {
    const char *host; /* without brackets; NULL: none given */
    uint16_t port;    /* 0: any */
};

/* ftp://user:password@host:port, udp://host:port, tcp://host:port (RFC 3986 section 3.2), else a
 * name. What *out points to lives in the arena. ERR_USAGE where it is neither. */
NODISCARD enum err target_parse(struct arena *arena, const char *text, struct target *out,
                                struct diag *why);
/* "127.0.0.1:2121", "[::1]:2121", "localhost:21", ":2121". */
NODISCARD enum err hostport_parse(struct arena *arena, const char *text, struct hostport *out,
                                  struct diag *why);
/* The first address of a host, which may be a name or an address, with this port. ERR_UNREACHABLE
 * where it has none. */
NODISCARD enum err host_resolve(const char *host, uint16_t port, struct endpoint *out,
                                struct diag *why);

#endif
