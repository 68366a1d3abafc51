/* ftp_heard: the commands and replies of a session that were seen whole, each kind in its order.
 *
 * None behind the start of TLS. Of the lines behind octets that the capture did not see, and of
 * those of a session that was met in its middle, the first is left out: it may be the rest of
 * another. */
#ifndef PEERSPEC_SUITES_FTP_HEARD_H
#define PEERSPEC_SUITES_FTP_HEARD_H

#include "wire/timeline.h"

struct ftp_heard {
    const struct event **commands; /* ended by NULL, as is the other */
    const struct event **replies;  /* also lines that are no reply: EVENT_BAD_REPLY */
    unsigned kinds;                /* of all events that there are, a bit each */
};

/* Find those of the timeline; the lists live in the arena. */
void ftp_heard_find(const struct timeline *timeline, struct arena *arena, struct ftp_heard *heard);

/* True where some event of the timeline is of that kind. */
static inline bool ftp_heard_any(const struct ftp_heard *heard, enum event_kind kind)
{
    return heard->kinds >> kind & 1;
}

#endif
