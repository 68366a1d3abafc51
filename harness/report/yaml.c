#include "report/yaml.h"

#include <stddef.h>
#include <stdint.h>

static const struct {
    uint8_t lead_mask, lead;
    size_t len;
    uint32_t least; /* below it the form is overlong */
} utf8_forms[] = {
    {0x80, 0x00, 1, 0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

/* Octets of the character that `text` starts with, or 0 where that is no UTF-8. */
static size_t character(const char *text, uint32_t *code)
{
    uint8_t first = (uint8_t)text[0];

    for (size_t i = 0; i < sizeof utf8_forms / sizeof utf8_forms[0]; i++) {
        if ((first & utf8_forms[i].lead_mask) != utf8_forms[i].lead)
            continue;
        *code = first & (uint8_t)~utf8_forms[i].lead_mask;
        for (size_t n = 1; n < utf8_forms[i].len; n++) {
            if (((uint8_t)text[n] & 0xc0) != 0x80)
                return 0;
            *code = *code << 6 | ((uint8_t)text[n] & 0x3f);
        }
        return *code >= utf8_forms[i].least && *code <= 0x10ffff ? utf8_forms[i].len : 0;
    }
    return 0;
}

static int printable(uint32_t code)
{
    if (code < 0xa0)
        return (code >= ' ' && code < 0x7f) || code == 0x85;
    return code < 0xd800 || (code >= 0xe000 && code < 0xfffe && code != 0xfeff) ||
           (code >= 0x10000 && code <= 0x10ffff);
}

static void escape(FILE *out, uint32_t code)
{
    switch (code) {
    case '\n':
        fputs("\\n", out);
        break;
    case '\r':
        fputs("\\r", out);
        break;
    case '\t':
        fputs("\\t", out);
        break;
    case '"':
    case '\\':
        fprintf(out, "\\%c", (int)code);
        break;
    default:
        fprintf(out, code < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)code);
    }
}

/* Line breaks of YAML 1.1 as well: a reader of either version sees one line. */
static int breaks_line(uint32_t code)
{
    return code == 0x85 || code == 0x2028 || code == 0x2029;
}

void yaml_quote(FILE *out, const char *text)
{
    putc('"', out);
    while (*text != '\0') {
        uint32_t code = 0;
        size_t len = character(text, &code);

        if (len == 0) {
            escape(out, (uint8_t)*text++);
            continue;
        }
        if (code == '"' || code == '\\' || !printable(code) || breaks_line(code))
            escape(out, code);
        else
            fwrite(text, 1, len, out);
        text += len;
    }
    putc('"', out);
}
