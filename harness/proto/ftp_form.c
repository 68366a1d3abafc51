#include "proto/ftp_form.h"

#include <string.h>

#define ESCAPE 255
#define BIT_EOF 64
#define BIT_MARKER 16
#define BITS_UNKNOWN 15

/* What the next octet is. */
enum step {
    STEP_HEAD,       /* a data octet of records; the head of a block or string */
    STEP_CODE,       /* behind the escape of records */
    STEP_COUNT_HIGH, /* of a block */
    STEP_COUNT_LOW,
    STEP_STRING, /* `left` octets of it */
    STEP_BITS    /* behind the escape of compressed data */
};

void ftp_form_start(struct ftp_form_reader *reader, enum ftp_form form)
{
    *reader = (struct ftp_form_reader){.form = form, .ended = form == FTP_FORM_COMPRESSED};
}

bool ftp_form_ends(const struct ftp_form_reader *reader)
{
    return reader->ended && reader->flaw == FTP_FORM_FLAWLESS;
}

/* The octet `ahead` of those that were read is wrong. */
static void flaw_set(struct ftp_form_reader *reader, enum ftp_form_flaw flaw, size_t ahead)
{
    reader->flaw = flaw;
    reader->flaw_at = reader->at + ahead;
}

/* --- records --- */

static void records_octet(struct ftp_form_reader *reader, uint8_t octet)
{
    if (reader->step == STEP_HEAD) {
        reader->step = octet == ESCAPE ? STEP_CODE : STEP_HEAD;
        reader->ended = false;
        return;
    }
    reader->step = STEP_HEAD;
    if (octet != ESCAPE && (octet < 1 || octet > 3))
        flaw_set(reader, FTP_FORM_ESCAPE, 0);
    reader->ended = octet == 2 || octet == 3;
}

/* How many of the octets are data, up to the next escape. */
static size_t records_skip(struct ftp_form_reader *reader, struct bytes rest)
{
    size_t data = reader->step == STEP_HEAD ? bytes_index(rest, (char)ESCAPE) : 0;

    reader->ended = reader->ended && data == 0;
    return data;
}

/* --- blocks --- */

static void block_end(struct ftp_form_reader *reader)
{
    reader->step = STEP_HEAD;
    reader->ended = (reader->descriptor & BIT_EOF) != 0;
}

static void blocks_octet(struct ftp_form_reader *reader, uint8_t octet)
{
    switch (reader->step) {
    case STEP_HEAD:
        reader->ended = false;
        reader->descriptor = octet;
        reader->step = STEP_COUNT_HIGH;
        if ((octet & BITS_UNKNOWN) != 0)
            flaw_set(reader, FTP_FORM_DESCRIPTOR, 0);
        break;
    case STEP_COUNT_HIGH:
        reader->left = (size_t)octet << 8;
        reader->step = STEP_COUNT_LOW;
        break;
    default:
        reader->left += octet;
        reader->step = STEP_STRING;
        if (reader->left == 0)
            block_end(reader);
    }
}

/* --- compressed data --- */

static void string_begin(struct ftp_form_reader *reader, size_t octets)
{
    reader->left = octets;
    reader->step = octets > 0 ? STEP_STRING : STEP_HEAD;
    reader->ended = octets == 0;
}

static void compressed_head(struct ftp_form_reader *reader, uint8_t head)
{
    uint8_t repeats = head & 63;

    if (head == 0) {
        reader->step = STEP_BITS;
        reader->ended = false;
    } else if (head < 128) {
        string_begin(reader, head);
    } else if (repeats == 0) {
        flaw_set(reader, FTP_FORM_COUNT, 0);
    } else {
        string_begin(reader, head < 192 ? 1 : 0);
    }
}

static void compressed_octet(struct ftp_form_reader *reader, uint8_t octet)
{
    if (reader->step == STEP_HEAD) {
        compressed_head(reader, octet);
        return;
    }
    reader->step = STEP_HEAD;
    reader->ended = true;
    if ((octet & BITS_UNKNOWN) != 0)
        flaw_set(reader, FTP_FORM_DESCRIPTOR, 0);
}

/* --- all of them --- */

static void string_end(struct ftp_form_reader *reader)
{
    if (reader->form == FTP_FORM_BLOCKS)
        block_end(reader);
    else
        string_begin(reader, 0);
}

/* Index of the first octet that is no part of a marker. */
static size_t marker_length(struct bytes text)
{
    size_t len = 0;

    while (len < text.len && text.at[len] > ' ' && text.at[len] < 127)
        len++;
    return len;
}

/* Take of `rest` what belongs to the string that is read; returns its length. */
static size_t string_read(struct ftp_form_reader *reader, struct bytes rest)
{
    struct bytes part = bytes_slice(rest, 0, reader->left);
    bool marker = reader->form == FTP_FORM_BLOCKS && (reader->descriptor & BIT_MARKER) != 0;
    size_t len = marker ? marker_length(part) : part.len;

    reader->left -= len;
    if (len < part.len)
        flaw_set(reader, FTP_FORM_MARKER, len);
    else if (reader->left == 0)
        string_end(reader);
    return len;
}

static void octet_read(struct ftp_form_reader *reader, uint8_t octet)
{
    if (reader->form == FTP_FORM_RECORDS)
        records_octet(reader, octet);
    else if (reader->form == FTP_FORM_BLOCKS)
        blocks_octet(reader, octet);
    else
        compressed_octet(reader, octet);
}

bool ftp_form_read(struct ftp_form_reader *reader, struct bytes more)
{
    while (more.len > 0 && reader->flaw == FTP_FORM_FLAWLESS) {
        size_t len = 0;

        if (reader->step == STEP_STRING)
            len = string_read(reader, more);
        else if (reader->form == FTP_FORM_RECORDS)
            len = records_skip(reader, more);
        if (len == 0 && reader->flaw == FTP_FORM_FLAWLESS) {
            octet_read(reader, (uint8_t)more.at[0]);
            len = 1;
        }
        reader->at += len;
        more = bytes_from(more, len);
    }
    return reader->flaw == FTP_FORM_FLAWLESS;
}
