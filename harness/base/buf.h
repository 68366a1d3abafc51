/* buf: octets of our own that grow up to a ceiling. */
#ifndef PEERSPEC_BASE_BUF_H
#define PEERSPEC_BASE_BUF_H

#include "base/bytes.h"

struct buf {
    char *ptr; /* owned */
    size_t len, room, ceiling;
};

/* An empty buffer that holds at most `ceiling` octets; allocates nothing yet. */
void buf_init(struct buf *buf, size_t ceiling);
void buf_fini(struct buf *buf); /* frees; it is empty again, with its ceiling */
/* Append. False, and nothing changed, where the ceiling or the memory is reached. */
bool buf_add(struct buf *buf, struct bytes more);
bool buf_add_text(struct buf *buf, const char *text);
bool buf_addf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for `len` more octets at the end, or NULL as above; lent until the next change. buf_grew()
 * then says how many were put there. */
char *buf_space(struct buf *buf, size_t len);
void buf_grew(struct buf *buf, size_t len);
void buf_drop(struct buf *buf, size_t len); /* the first `len` octets, or all */
void buf_clear(struct buf *buf);            /* keeps the memory */
/* The content, lent until the next change. */
struct bytes buf_bytes(const struct buf *buf);
/* The same as a C string; the terminating zero is not counted in len. Never NULL. */
const char *buf_text(struct buf *buf);

#endif
