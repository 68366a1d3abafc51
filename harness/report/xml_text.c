#include "report/xml_text.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define ESCAPED_MOST 4 /* octets that come of one */

/* Controls of ISO 8859-1 are characters of XML 1.0, but are advised against. */
static bool may_stand(uint32_t code, enum xml_lines lines)
{
    if (code == '\n')
        return lines == XML_LINES;
    if (code < ' ' || (code >= 0x7f && code < 0xa0))
        return false;
    return code != 0xfffe && code != 0xffff;
}

const char *xml_text(struct arena *arena, const char *text, enum xml_lines lines)
{
    struct bytes rest = bytes_of(text);
    char *fit = arena_take(arena, ESCAPED_MOST * rest.len + 1), *end = fit;

    while (rest.len > 0) {
        uint32_t code = (uint8_t)rest.at[0];
        size_t len = utf8_character(rest, &code);

        if (len > 0 && may_stand(code, lines))
            end = mempcpy(end, rest.at, len);
        else
            end += sprintf(end, code < 0x80 || len == 0 ? "\\x%02x" : "\\u%04x", code);
        rest = bytes_from(rest, len == 0 ? 1 : len);
    }
    return fit;
}
