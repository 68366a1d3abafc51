/* tls_record: what the octets of one side of a TLS connection show without keys (RFC 5246, RFC
 * 8446): the headers of its records, and what it says before encryption begins.
 *
 * Read as it comes, piece by piece. Pure. */
#ifndef PEERSPEC_PROTO_TLS_RECORD_H
#define PEERSPEC_PROTO_TLS_RECORD_H

#include "base/bytes.h"

#define TLS_RECORD_HEADER 5
#define TLS_HELLO_ROOM 512 /* octets of the first message that are kept */

enum tls_type { TLS_CIPHER = 20, TLS_ALERT = 21, TLS_HANDSHAKE = 22, TLS_DATA = 23 };
enum tls_hello { TLS_CLIENT_HELLO = 1, TLS_SERVER_HELLO = 2 };

struct tls_reader {
    uint8_t header[TLS_RECORD_HEADER];
    size_t header_len;
    size_t left;           /* octets of the record that are to come */
    uint8_t type;          /* of the record that began last; 0: none did */
    bool encrypted;        /* ChangeCipherSpec was seen: in TLS 1.2 and before, types still show */
    unsigned data_records; /* with application data, that began */
    bool failed;           /* a fatal alert was sent before encryption began */
    bool clear;            /* what came next is no record: nothing is read from there */
    uint8_t alert[2];      /* the head of the alert that is read */
    size_t alert_len;
    char hello[TLS_HELLO_ROOM]; /* the first message */
    size_t hello_len;
    bool hello_over; /* its record is */
};

/* Read on. Returns how many octets belong to records: fewer than there are where `clear`. */
size_t tls_read(struct tls_reader *reader, struct bytes more);
/* True where the records that began are whole. */
bool tls_is_between(const struct tls_reader *reader);
/* The message that the side began with, enum tls_hello; 0: none that is known. */
int tls_first_message(const struct tls_reader *reader);
/* The version that a ServerHello chose, 0x0303 for TLS 1.2 and 0x0304 for TLS 1.3; 0: not seen. */
unsigned tls_chosen_version(const struct tls_reader *reader);

#endif
