/* zlib_stream: a zlib stream (RFC 1950) read as it comes: whether it is one, not what is in it.
 * Inside of wire only. */
#ifndef PEERSPEC_WIRE_ZLIB_STREAM_H
#define PEERSPEC_WIRE_ZLIB_STREAM_H

#include "proto/ftp_form.h"

struct zlib_stream;

struct zlib_stream *zlib_stream_new(void);         /* never NULL */
void zlib_stream_free(struct zlib_stream *stream); /* takes NULL */
/* Read on. Anything but FTP_FORM_FLAWLESS is the end of it: *at is then the octet, counted from the
 * first of the stream, at which it was noticed. */
enum ftp_form_flaw zlib_stream_read(struct zlib_stream *stream, struct bytes more, uint64_t *at);
/* True where the stream was read to its end, its checksum with it. */
bool zlib_stream_ended(const struct zlib_stream *stream);

#endif
