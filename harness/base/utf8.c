#include "base/utf8.h"

static const struct {
    uint8_t lead_mask, lead;
    size_t len;
    uint32_t least; /* below it the form is overlong */
} forms[] = {
    {0x80, 0x00, 1, 0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

static bool is_surrogate(uint32_t code)
{
    return code >= 0xd800 && code <= 0xdfff;
}

/* The number that `len` octets from a leading one on make up; false where one does not go on. */
static bool numbered(const char *at, size_t len, uint8_t lead_mask, uint32_t *code)
{
    *code = (uint8_t)at[0] & (uint8_t)~lead_mask;
    for (size_t n = 1; n < len; n++) {
        if (((uint8_t)at[n] & 0xc0) != 0x80)
            return false;
        *code = *code << 6 | ((uint8_t)at[n] & 0x3f);
    }
    return true;
}

size_t utf8_character(struct bytes in, uint32_t *code)
{
    for (size_t i = 0; in.len > 0 && i < sizeof forms / sizeof forms[0]; i++) {
        uint32_t number;

        if (((uint8_t)in.at[0] & forms[i].lead_mask) != forms[i].lead)
            continue;
        if (in.len < forms[i].len || !numbered(in.at, forms[i].len, forms[i].lead_mask, &number) ||
            number < forms[i].least || number > 0x10ffff || is_surrogate(number))
            return 0;
        *code = number;
        return forms[i].len;
    }
    return 0;
}
