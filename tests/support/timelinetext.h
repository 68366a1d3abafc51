/* timelinetext: a timeline as lines of text, so that a test can compare it and a person can read it.
 *
 *     FTP 192.0.2.2:40000 > 192.0.2.1:21 from-start whole ended
 *     flow 0 control 192.0.2.2:40000 > 192.0.2.1:21 opener=client octets=34/101
 *     flow 1 data ... PASV 192.0.2.1:40001 by=#9 command=#12 octets=0/16 payload=16
 *     #0 1 0 client SYN
 *     #9 8 0 server REPLY 227 "227 Entering Passive Mode (192,0,2,1,156,65).\r\n"
 * An event's line is its index, packet, flow, side and kind, and what it says. */
#ifndef PEERSPEC_SUPPORT_TIMELINETEXT_H
#define PEERSPEC_SUPPORT_TIMELINETEXT_H

#include "base/buf.h"
#include "wire/timeline.h"

void timelinetext_write(struct buf *out, const struct timeline *timeline);
/* One event's line without its index, packet and newline: "0 server REPLY 227 \"...\"". */
void timelinetext_event(struct buf *out, const struct event *event);

#endif
