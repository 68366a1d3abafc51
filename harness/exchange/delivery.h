/* delivery: the "!" lines, how the fake puts its next line on the wire, or what it does between. */
#ifndef PEERSPEC_EXCHANGE_DELIVERY_H
#define PEERSPEC_EXCHANGE_DELIVERY_H

#include "exchange/source.h"

struct delivery_line {
    struct delivery delivery;
    bool act;        /* a step of its own, not something about the next line */
    bool names_side; /* "! server close" */
    enum side side;
};

/* Read what stands behind "!". On false a problem was reported. */
bool delivery_read(struct source *source, struct line *line, struct delivery_line *out);
/* What a delivery can be about; a bit set. */
enum delivery_scope {
    SCOPE_LINE = 1, /* a line of FTP's control connection */
    SCOPE_DATA = 2, /* what goes over a data connection */
    SCOPE_DATAGRAM = 4,
    SCOPE_STREAM = 8, /* a chunk of a TCP stream */
};
unsigned delivery_scopes(enum delivery_kind kind); /* of enum delivery_scope */
/* True of what no socket sends: the datagram is built by hand. */
bool delivery_forges(enum delivery_kind kind);
const char *delivery_name(enum delivery_kind kind); /* "half-close" */

#endif
