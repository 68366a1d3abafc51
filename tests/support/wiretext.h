/* wiretext: a capture made from readable text, so that a specimen can be reviewed line by line.
 *
 *     # an FTP session: each line is one packet, the handshake and the end make themselves
 *     S> 220 Ready.
 *     C> USER anonymous
 *     S> 230 In.
 *     C> PASV
 *     S> 227 Entering Passive Mode (192,0,2,1,156,65).
 *     C> LIST
 *     S> 150 Here.
 *     data passive 40001 S "one\r\ntwo\r\n"
 *     S> 226 Done.
 *     C> QUIT
 *     S> 221 Bye.
 *
 * A line is a directive; blank lines and lines that begin with # are nothing. Sides are C (the
 * client) and S (the server). Texts in quotes take C escapes: \r \n \t \0 \\ \" \xHH. x"0d0a" is
 * hexadecimal, and `12000*"ab"` is the text 12000 times over.
 *
 * SETTINGS, before the first packet
 *     client ADDRESS:PORT       192.0.2.2:40000; IPv6 as [2001:db8::2]:40000
 *     server ADDRESS:PORT       192.0.2.1:21
 *     link NAME                 ethernet; vlan qinq raw sll sll2 null loop ip
 *     snaplen N                 cut packets to N octets
 *     no handshake              the control connection is met in its middle
 *     options N                 N octets of IPv4 options (IPv6: of hop-by-hop header) everywhere
 *
 * THE CONTROL CONNECTION
 *     C> TEXT   S> TEXT         the line and CR LF, one segment; \ escapes work here too
 *     C: "TEXT" S: "TEXT"       these octets alone, one segment
 *
 * TCP CONNECTIONS have names; `control` is made by the first C> or S>, and NAME may be left out
 * where it is `data`. A connection knows which end is the client's.
 *     open [NAME] passive PORT [from ADDRESS:PORT]    to the server's PORT (from the client, from
 *                                                     ports 50001, 50002 ... unless told)
 *     open [NAME] active PORT [from ADDRESS:PORT]     to the client's PORT, from the server's port 20
 *     open NAME ADDRESS:PORT > ADDRESS:PORT           anything; the first is the client and opens
 *     open ... middle                                 at the end of these lines: no handshake
 *     open ... unanswered | refused                   a SYN alone; a SYN and the RST that answers it
 *     send [NAME] C|S "OCTETS"      one segment, or several of 60000 octets
 *     again [NAME] C|S ["OCTETS"]   that side's last segment once more, or other octets in its place
 *     ack [NAME] C|S                a segment without payload
 *     keepalive [NAME] C|S          the same with the sequence number before the next
 *     fin [NAME] C|S                one FIN; what the other side sends next acknowledges it
 *     close [NAME] [C|S]            FIN (from S unless told), FIN and ACK
 *     reset [NAME] C|S              RST
 *     isn [NAME] C|S N              next sequence number of that side of the next `open`
 *     data passive|active PORT [from ADDRESS:PORT] [C|S "OCTETS"]...    open, send, close at once
 * At the end of the text, connections that are open are closed, `control` last (`leave open`
 * prevents that).
 *
 * THE NEXT PACKET ONLY
 *     ! lost          not in the capture
 *     ! twice         twice in the capture
 *     ! late N        after the N packets that follow
 *     ! split A B ... in segments of A, B, ... octets and the rest (`! split 1 ...`: the last
 *                     number for all)
 *     ! swap          with split: the first two change places
 *     ! checksum bad|none|offloaded
 *     ! urgent N      URG, with this pointer
 *     ! fragment N    in IP fragments of N octets (a multiple of 8)
 * and what retouch.h lists, about the header of TCP, and tamper.h, about headers and hand-cut
 * fragments.
 *
 * DATAGRAMS AND THE REST
 *     udp C|S "OCTETS"                               between `client` and `server`
 *     udp ADDRESS:PORT > ADDRESS:PORT "OCTETS"
 *     icmp C|S|ADDRESS TYPE CODE                     an error from there about the last packet
 *     frame x"..."                                   these octets as a frame
 *     +2s  +50ms  -3us                               let time pass (1 ms passes between packets)
 */
#ifndef PEERSPEC_SUPPORT_WIRETEXT_H
#define PEERSPEC_SUPPORT_WIRETEXT_H

#include "base/bytes.h"
#include "base/diag.h"
#include "wire/timeline.h"

/* Make the capture file `pcap_path` from the text in `text_path`. ERR_SYNTAX with file:line:col
 * where a line is wrong. */
NODISCARD enum err wiretext_make(const char *text_path, const char *pcap_path, struct diag *why);
/* The same from memory, for a stream that the caller opened; `name` is for messages. */
NODISCARD enum err wiretext_write(const char *name, struct bytes lines, FILE *out,
                                  struct diag *why);
/* Make a capture from memory and give its conversations to `sink`; options may be NULL. */
NODISCARD enum err wiretext_feed(struct bytes text, const struct timeline_options *options,
                                 const struct timeline_sink *sink, struct diag *why);

#endif
