/* wireout: the capture that wiretext makes: packets go in as their manner says, the clock runs. */
#ifndef PEERSPEC_SUPPORT_WIREOUT_H
#define PEERSPEC_SUPPORT_WIREOUT_H

#include <stdio.h>

#include "base/arena.h"
#include "support/wireframe.h"
#include "support/wiremanner.h"

struct wireout {
    FILE *file;          /* borrowed */
    struct arena *arena; /* borrowed */
    enum wireframe_link link;
    bool ipv6; /* what the file's head says where the link layer cannot tell */
    uint32_t snaplen;
    unsigned options; /* as wireframe.h has them, in each packet */
    int64_t now;      /* of the last packet, ns since 1970 */
    struct wiremanner manner;
    bool started;             /* the file's head is written */
    struct bytes last_packet; /* in the arena; nothing before the first */
    uint16_t fragment_id;     /* of the last that was cut */
    struct bytes late;        /* a frame, in the arena */
    unsigned late_after;      /* frames that go before it */
};

void wireout_init(struct wireout *out, FILE *file, struct arena *arena);
/* An IP packet, which gets the manner's checksum, headers and fragments. */
void wireout_packet(struct wireout *out, const struct wireframe *frame);
/* Octets that are a frame already. */
void wireout_frame(struct wireout *out, struct bytes frame);
/* What is late still, and a head where there was no packet. */
void wireout_end(struct wireout *out);

#endif
