/* cursor: reads numbers in network order out of octets, and never past their end. */
#ifndef PEERSPEC_BASE_CURSOR_H
#define PEERSPEC_BASE_CURSOR_H

#include "base/bytes.h"

struct cursor {
    struct bytes rest;
    bool short_read; /* set once something was asked for that is not there; stays set */
};

struct cursor cursor_at(struct bytes in);
uint8_t cursor_u8(struct cursor *cursor); /* 0 where short */
uint16_t cursor_u16(struct cursor *cursor);
uint32_t cursor_u32(struct cursor *cursor);
struct bytes cursor_take(struct cursor *cursor, size_t len); /* empty where short */
void cursor_skip(struct cursor *cursor, size_t len);

#endif
