/* pattern: one line of a script, with its holes.
 *
 * The fake fills holes when it sends; when the IUT sends, the same pattern is matched and binds
 * them. Lines of the side under test are patterns, lines of the fake are literal. */
#ifndef PEERSPEC_EXCHANGE_PATTERN_H
#define PEERSPEC_EXCHANGE_PATTERN_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/endpoint.h"

enum hole {
    HOLE_NONE, /* a literal */
    HOLE_USER,
    HOLE_PASSWORD,
    HOLE_HOST,     /* the server's address */
    HOLE_CLIENT,   /* the client's, as EPRT writes it */
    HOLE_NUMBER,   /* the client's, h1,h2,h3,h4 as PORT writes it */
    HOLE_HOSTPORT, /* h1,h2,h3,h4,p1,p2 of PORT and 227 */
    HOLE_P1,       /* the port alone, for a 227 that names another host */
    HOLE_P2,
    HOLE_EPRT,     /* |1|192.0.2.2|1025| of EPRT */
    HOLE_PORT,     /* decimal port of 229 */
    HOLE_SIZE,     /* decimal octets of 213 */
    HOLE_TIME,     /* time-val of RFC 3659 */
    HOLE_FILE,     /* a pathname: STOU's FILE:, 257's quoted path, or an argument */
    HOLE_ANY,      /* anything, also nothing */
    HOLE_COUNT
};

struct piece {
    enum hole hole;
    struct bytes literal; /* where hole is HOLE_NONE */
};

struct pattern {
    const struct piece *pieces; /* in the exchange's arena */
    size_t count;
    struct bytes source; /* as written in the script, holes and all */
};

/* What the holes of one run hold so far. `text` owns; set says which are bound. */
struct bindings {
    bool set[HOLE_COUNT];
    char text[HOLE_COUNT][256];
    struct endpoint hostport; /* of the last HOLE_HOSTPORT or HOLE_EPRT */
    uint16_t port;            /* of the last HOLE_PORT */
};

void bindings_set(struct bindings *bindings, enum hole hole, struct bytes value);

/* Write the pattern with its holes filled. `fill` is asked for each hole that is not bound, and
 * for HOSTPORT, P1, P2, EPRT, PORT, SIZE, TIME and FILE also where an earlier line has bound one
 * (each 227 opens a listener of its own); it may be NULL, and answers false where it has nothing to
 * give. False where a hole stays empty: *missing then names it. A hole filled by `fill` is bound.
 * HOLE_ANY without a binding is written as nothing. */
bool pattern_fill(const struct pattern *pattern, struct bindings *bindings,
                  bool (*fill)(void *ctx, enum hole hole, struct buf *value), void *ctx,
                  struct buf *out, enum hole *missing);

/* True where `text` is the whole pattern; holes are then bound. A hole matches the shortest text
 * of its type that lets the rest match; a hole that is already bound (USER, PASSWORD, HOST)
 * matches its value only. On false nothing is bound. */
bool pattern_match(const struct pattern *pattern, struct bytes text, struct bindings *bindings);

/* Bind the holes of a reply pattern by their type from a reply that was matched by its code alone
 * (HOSTPORT from the six numbers, PORT from (|||n|), SIZE and TIME from the digits of a 213, FILE
 * from FILE: or quotes). False where a hole's value is not in the text: *missing names it. */
bool pattern_bind(const struct pattern *pattern, struct bytes text, struct bindings *bindings,
                  enum hole *missing);

/* Does one of the lines have this hole? */
bool pattern_has(const struct pattern *lines, size_t count, enum hole hole);

const char *hole_name(enum hole hole); /* "hostport" */

#endif
