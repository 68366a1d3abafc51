#include "report/yaml.h"

#include "base/utf8.h"

static int printable(uint32_t code)
{
    if (code < 0xa0)
        return (code >= ' ' && code < 0x7f) || code == 0x85;
    return (code < 0xfffe && code != 0xfeff) || code >= 0x10000;
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
    struct bytes rest = bytes_of(text);

    putc('"', out);
    while (rest.len > 0) {
        uint32_t code = 0;
        size_t len = utf8_character(rest, &code);

        if (len == 0)
            escape(out, (uint8_t)rest.at[0]);
        else if (code == '"' || code == '\\' || !printable(code) || breaks_line(code))
            escape(out, code);
        else
            fwrite(rest.at, 1, len, out);
        rest = bytes_from(rest, len == 0 ? 1 : len);
    }
    putc('"', out);
}
