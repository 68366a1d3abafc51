#include "proto/tls_record.h"

#include <string.h>

#define TYPE_LAST 24 /* heartbeat, RFC 6520 */
#define MAJOR 3
#define FATAL 2
#define MESSAGE_HEADER 4
#define RANDOM 32
#define SUPPORTED_VERSIONS 43

bool tls_is_between(const struct tls_reader *reader)
{
    return reader->header_len == 0 && reader->left == 0;
}

/* --- records --- */

/* False where these octets begin no record. */
static bool may_be_header(const struct tls_reader *reader)
{
    return reader->header[0] >= TLS_CIPHER && reader->header[0] <= TYPE_LAST &&
           (reader->header_len < 2 || reader->header[1] == MAJOR);
}

static void record_begin(struct tls_reader *reader)
{
    reader->type = reader->header[0];
    reader->left = (size_t)reader->header[3] << 8 | reader->header[4];
    reader->header_len = 0;
    reader->alert_len = 0;
    reader->encrypted = reader->encrypted || reader->type == TLS_CIPHER;
    reader->data_records += reader->type == TLS_DATA;
    reader->hello_over = reader->hello_over || reader->hello_len > 0;
}

static size_t header_read(struct tls_reader *reader, struct bytes more)
{
    size_t used = 0;

    while (used < more.len && reader->header_len < TLS_RECORD_HEADER) {
        reader->header[reader->header_len++] = (uint8_t)more.at[used];
        if (!may_be_header(reader)) {
            reader->clear = true;
            return used;
        }
        used++;
    }
    if (reader->header_len == TLS_RECORD_HEADER)
        record_begin(reader);
    return used;
}

static void hello_keep(struct tls_reader *reader, struct bytes part)
{
    struct bytes fits = bytes_slice(part, 0, TLS_HELLO_ROOM - reader->hello_len);

    if (reader->hello_over || fits.len == 0)
        return;
    memcpy(reader->hello + reader->hello_len, fits.at, fits.len);
    reader->hello_len += fits.len;
}

static void alert_keep(struct tls_reader *reader, struct bytes part)
{
    for (size_t n = 0; n < part.len && reader->alert_len < sizeof reader->alert; n++)
        reader->alert[reader->alert_len++] = (uint8_t)part.at[n];
    reader->failed = reader->failed || (reader->alert_len > 0 && reader->alert[0] == FATAL);
}

static size_t body_read(struct tls_reader *reader, struct bytes more)
{
    struct bytes part = bytes_slice(more, 0, reader->left);

    if (reader->type == TLS_HANDSHAKE && !reader->encrypted)
        hello_keep(reader, part);
    if (reader->type == TLS_ALERT && !reader->encrypted)
        alert_keep(reader, part);
    reader->left -= part.len;
    return part.len;
}

size_t tls_read(struct tls_reader *reader, struct bytes more)
{
    size_t used = 0;

    while (used < more.len && !reader->clear) {
        struct bytes rest = bytes_from(more, used);

        used += reader->left > 0 ? body_read(reader, rest) : header_read(reader, rest);
    }
    return used;
}

/* --- the first message --- */

static unsigned number_at(struct bytes octets, size_t at)
{
    return at + 2 > octets.len ? 0
                               : (unsigned)(uint8_t)octets.at[at] << 8 | (uint8_t)octets.at[at + 1];
}

int tls_first_message(const struct tls_reader *reader)
{
    int type = reader->hello_len > 0 ? (uint8_t)reader->hello[0] : 0;

    return type == TLS_CLIENT_HELLO || type == TLS_SERVER_HELLO ? type : 0;
}

/* The version that an extension of the ServerHello's names; 0: none does. */
static unsigned version_in(struct bytes extensions)
{
    while (extensions.len >= 4) {
        size_t len = number_at(extensions, 2);

        if (number_at(extensions, 0) == SUPPORTED_VERSIONS)
            return number_at(extensions, 4);
        extensions = bytes_from(extensions, 4 + len);
    }
    return 0;
}

unsigned tls_chosen_version(const struct tls_reader *reader)
{
    struct bytes hello = {reader->hello, reader->hello_len};
    size_t session = MESSAGE_HEADER + 2 + RANDOM, at, end;
    unsigned version;

    if (tls_first_message(reader) != TLS_SERVER_HELLO || session >= hello.len)
        return 0;
    at = session + 1 + (uint8_t)hello.at[session] + 3; /* behind cipher suite and compression */
    end = MESSAGE_HEADER + ((size_t)(uint8_t)hello.at[1] << 16 | number_at(hello, 2));
    if (end > hello.len || at > end)
        return 0;
    version = version_in(bytes_slice(hello, at + 2, end < at + 2 ? 0 : end - at - 2));
    return version != 0 ? version : number_at(hello, MESSAGE_HEADER);
}
