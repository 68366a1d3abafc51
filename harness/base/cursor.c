#include "base/cursor.h"

struct cursor cursor_at(struct bytes in)
{
    return (struct cursor){in, false};
}

struct bytes cursor_take(struct cursor *cursor, size_t len)
{
    struct bytes taken = {cursor->rest.at, len};

    if (cursor->rest.len < len) {
        cursor->short_read = true;
        cursor->rest = bytes_from(cursor->rest, cursor->rest.len);
        return (struct bytes){NULL, 0};
    }
    cursor->rest = bytes_from(cursor->rest, len);
    return taken;
}

void cursor_skip(struct cursor *cursor, size_t len)
{
    cursor_take(cursor, len);
}

static uint32_t number(struct cursor *cursor, size_t len)
{
    struct bytes octets = cursor_take(cursor, len);
    uint32_t value = 0;

    for (size_t i = 0; i < octets.len; i++)
        value = value << 8 | (unsigned char)octets.at[i];
    return value;
}

uint8_t cursor_u8(struct cursor *cursor)
{
    return (uint8_t)number(cursor, 1);
}

uint16_t cursor_u16(struct cursor *cursor)
{
    return (uint16_t)number(cursor, 2);
}

uint32_t cursor_u32(struct cursor *cursor)
{
    return number(cursor, 4);
}
