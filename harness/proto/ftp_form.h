/* ftp_form: the forms other than a plain stream of octets in which a file goes over a data
 * connection: RFC 959 sections 3.4.1 to 3.4.3.
 *
 * Read as it comes, piece by piece, and nothing is kept of it. Pure. */
#ifndef PEERSPEC_PROTO_FTP_FORM_H
#define PEERSPEC_PROTO_FTP_FORM_H

#include "base/bytes.h"

enum ftp_form {
    FTP_FORM_PLAIN,      /* MODE S, STRU F: any octets will do */
    FTP_FORM_RECORDS,    /* MODE S, STRU R */
    FTP_FORM_BLOCKS,     /* MODE B */
    FTP_FORM_COMPRESSED, /* MODE C */
    FTP_FORM_DEFLATED,   /* MODE Z; its octets are zlib's to read */
};

enum ftp_form_flaw {
    FTP_FORM_FLAWLESS,
    FTP_FORM_ESCAPE,     /* records: 255, and then none of 1, 2, 3, 255 */
    FTP_FORM_DESCRIPTOR, /* blocks, compressed: bits that have no meaning */
    FTP_FORM_MARKER,     /* blocks: an octet of a restart marker that cannot be printed */
    FTP_FORM_COUNT,      /* compressed: a string of no octets */
    FTP_FORM_ZLIB_HEADER,
    FTP_FORM_ZLIB_DATA,
    FTP_FORM_ZLIB_BEHIND /* deflated */
};

struct ftp_form_reader {
    enum ftp_form form;
    unsigned step;      /* of ftp_form.c */
    uint8_t descriptor; /* of the block that is read */
    size_t left;        /* octets of its string */
    uint64_t at;        /* octets read */
    bool ended;
    enum ftp_form_flaw flaw;
    uint64_t flaw_at; /* which octet it is, from 0 */
};

/* Begin with the first octet of a file. `form` is neither plain nor deflated. */
void ftp_form_start(struct ftp_form_reader *reader, enum ftp_form form);
/* Read on. False where there is a flaw: it stays, and nothing is read behind it. */
bool ftp_form_read(struct ftp_form_reader *reader, struct bytes more);
/* True where the file can end here: records and blocks after an EOF, compressed data after a whole
 * string. */
bool ftp_form_ends(const struct ftp_form_reader *reader);

#endif
