/* timeline: all that one conversation put on the wire, in wire order.
 *
 * A conversation is an FTP session (its control connection and the data connections tied to it),
 * a UDP conversation (two endpoints), or a TCP connection of another protocol. Order is the order
 * of records in the capture, never of time stamps. */
#ifndef PEERSPEC_WIRE_TIMELINE_H
#define PEERSPEC_WIRE_TIMELINE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/side.h"
#include "proto/ftp_command.h"
#include "proto/ftp_form.h"
#include "proto/ftp_reply.h"
#include "wire/oddity.h"

enum event_kind {
    EVENT_SYN,
    EVENT_SYN_ACK,
    EVENT_ACK,       /* the third step of the handshake */
    EVENT_SEGMENT,   /* control connections and streams: one packet with new payload */
    EVENT_FIRST,     /* the first packet with payload, in either direction; before the SEGMENT
                        or DATAGRAM of the same packet */
    EVENT_LAST,      /* the last one, known once the flow is over */
    EVENT_FIN,
    EVENT_RST,
    EVENT_COMMAND,
    EVENT_REPLY,
    EVENT_BAD_REPLY, /* a server's line that is no reply; text has it */
    EVENT_DATAGRAM,
    EVENT_ICMP,      /* an ICMP error about this flow; code says type * 256 + code */
    EVENT_GAP,       /* octets that the capture did not see, `octets` of them */
    EVENT_TLS,       /* the control connection went over to TLS: nothing can be read from here */
    EVENT_CLEAR,     /* control connections: behind TLS that side goes on in clear, `text` is how;
                        what is said from here on is not read */
    EVENT_URGENT,    /* control connections: the segment that brings a new octet that is urgent */
    EVENT_ODDITY,    /* `packet` is not as IP, ICMP or TCP ask of every packet; `oddity` says how */
};

struct event {
    enum event_kind kind;
    enum side from;       /* FTP roles: also a data connection's SYN from the server is SIDE_SERVER */
    unsigned flow;        /* index into flows */
    uint64_t packet;      /* number of the record that completed it, from 1 as Wireshark counts */
    uint64_t first_packet; /* of the record that holds its first octet */
    int64_t time;         /* ns since 1970, of `packet` */
    struct bytes text;    /* COMMAND, REPLY, BAD_REPLY, DATAGRAM, SEGMENT: the octets as sent */
    uint64_t octets;      /* payload length, also where text was not kept */
    bool cut;             /* text is not all of it (snaplen, or above 1 MiB) */
    uint16_t fragments;   /* DATAGRAM: that it came in; 0: it was one packet */
    int code;             /* REPLY, ICMP */
    struct ftp_command command; /* COMMAND; points into memory of the timeline */
    struct ftp_reply reply;     /* REPLY */
    struct endpoint src, dst;   /* DATAGRAM, SYN, SYN_ACK, ICMP; a DATAGRAM that answers from
                                   another address or port than it was asked at is told in the
                                   asker's flow, and these show it */
    unsigned checksum;    /* DATAGRAM: enum checksum_state */
    unsigned udp_length;  /* DATAGRAM: as its header says, the header's 8 octets in it */
    unsigned ip_octets;   /* DATAGRAM: as IP carried it, header and all */
    enum oddity oddity;   /* ODDITY; `first_packet` is the other packet that it stands against, or 0.
                             A fragment's stands where its packet was put together: alone of all
                             events it may name a packet before the last event's */
    uint64_t wanted, found; /* ODDITY: what they count, `oddity` says */
};

enum checksum_state { CHECKSUM_GOOD, CHECKSUM_BAD, CHECKSUM_NONE /* zero */,
                      CHECKSUM_ZERO /* zero, as it also comes out */,
                      CHECKSUM_OFFLOADED /* never computed */, CHECKSUM_UNKNOWN };

enum flow_role { ROLE_CONTROL, ROLE_DATA, ROLE_STREAM, ROLE_DATAGRAMS };
enum data_opening { OPENED_PASV, OPENED_EPSV, OPENED_PORT, OPENED_EPRT, OPENED_UNANNOUNCED };

/* Whether the octets of a data connection have the form that MODE and STRU ask for. */
struct timeline_form {
    enum ftp_form form;      /* PLAIN: nothing is asked, or it was not looked at */
    enum side from;          /* who sent them */
    enum ftp_form_flaw flaw; /* the first */
    uint64_t flaw_at, flaw_packet; /* its octet, from 0, and the packet that carried it */
    bool complete;           /* all was seen, up to the sender's FIN; */
    bool ends;               /* and the file may end there */
};

/* What a TLS connection shows without keys; packets, 0: not seen. */
struct timeline_tls_side {
    uint64_t first;    /* of its first octets */
    uint64_t data;     /* the last that carried application data */
    uint64_t clear;    /* where it goes on without TLS */
    bool client_hello; /* it began with one */
    bool alert_last;   /* its last record is an alert: TLS 1.2 and before do not hide that */
    bool whole;        /* its last record is */
    bool failed;       /* it sent a fatal alert before encryption began */
};

struct timeline_tls {
    unsigned version; /* that the server chose: 0x0303 for TLS 1.2, 0x0304 for 1.3; 0: not seen */
    struct timeline_tls_side side[2]; /* by enum side */
};

struct timeline_flow {
    enum flow_role role;
    struct endpoint client, server; /* roles of the conversation, whoever connected */
    enum side opener;               /* who sent the SYN or the first datagram */
    uint64_t packets;
    uint64_t syn, syn_ack, ack, first, last, fin[2], rst[2]; /* packet numbers by enum side; 0: not seen */
    int64_t syn_time, end_time;
    int64_t last_time;      /* of the packet `last`, and who sent it */
    enum side last_from;
    uint64_t octets[2];     /* payload by enum side of the sender, retransmissions not counted twice */
    bool from_start;        /* its SYN is in the capture */
    bool whole;             /* no gap and nothing cut, as far as it was seen */
    bool icmp_error;
    /* ROLE_DATA */
    enum data_opening opening;
    struct endpoint announced; /* as PORT, EPRT, 227 or 229 (family 0: port alone) named it */
    size_t announced_by;       /* index of the event that named it; SIZE_MAX: none */
    size_t command;            /* index of the transfer's EVENT_COMMAND; SIZE_MAX: none */
    struct bytes payload;      /* what was sent, first 256 KiB, of listings; empty elsewhere */
    bool bare_lf;              /* some LF of the payload has no CR before it; looked for in
                                  listings and under TYPE A */
    struct timeline_form form;
    struct timeline_tls *tls;  /* of a flow that is TLS, or went over to it, and of which no octet is
                                  missing; NULL otherwise */
    bool has_hash;             /* `sha256` is of all that was sent: it was asked for, one side alone
                                  sent, and from the SYN on no octet is missing */
    uint8_t sha256[32];
};

struct timeline {
    enum protocol protocol;    /* PROTOCOL_FTP, _UDP, _TCP */
    struct endpoint client, server;
    struct timeline_flow *flows; /* [0] is the control connection, the stream or the datagrams */
    size_t flow_count;
    struct event *events;        /* in wire order */
    size_t event_count;
    size_t odd_count;  /* EVENT_ODDITY among them */
    bool fragmented;   /* some datagram came in fragments */
    bool echo;         /* the service is an echo, said by whoever knows; port 7 needs no saying */
    bool from_start;   /* the first flow's SYN is in the capture, or it is UDP */
    bool whole;        /* nothing of the control connection is missing; false, too, of a UDP
                          conversation or stream that was too long, or one too many, to keep */
    bool ended;        /* its end (FIN both ways, or RST) is in the capture */
    struct arena arena; /* owns texts */
};

void timeline_free(struct timeline *timeline); /* takes NULL */

/* Called once for each conversation, when it is over or the capture is; the timeline is the
 * callee's and freed with timeline_free(). */
struct timeline_sink {
    void *ctx;
    void (*take)(void *ctx, struct timeline *timeline);
};

struct timeline_options {
    const uint16_t *ftp_ports; /* control ports beside 21; ended by 0; may be NULL */
    size_t keep_payload;       /* octets kept in events, of each datagram, and of each direction
                                  of a stream; 0: 65535 */
    bool headers_only_bulk;    /* once a case has moved some MiB, the capture leaves out most of the
                                  long TCP packets that are no control connection's: that is no
                                  gap and no cut; octets are right, by the sequence numbers; text and
                                  payload end where octets are missing */
    bool hash_payload;         /* of data connections; not with headers_only_bulk */
};

#endif
