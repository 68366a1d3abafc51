#include "escape.h"

#include <stdio.h>
#include <string.h>

static size_t octet_escape(unsigned char octet, char out[5])
{
    static const char named[] = "\r\n\t\\", letters[] = "rnt\\";
    const char *found = octet == 0 ? NULL : strchr(named, octet);

    if (found != NULL)
        return (size_t)snprintf(out, 5, "\\%c", letters[found - named]);
    return (size_t)snprintf(out, 5, octet >= ' ' && octet <= '~' ? "%c" : "\\x%02x", octet);
}

size_t escape_bytes(struct bytes in, char *out, size_t columns)
{
    size_t len = 0, fits = 0; /* `fits`: what can stay where "..." must follow */

    for (size_t i = 0; i < in.len; i++) {
        char one[5];
        size_t wide = octet_escape((unsigned char)in.at[i], one);

        if (len + wide > columns) {
            len = fits;
            while (len < columns && len < fits + 3)
                out[len++] = '.';
            break;
        }
        memcpy(out + len, one, wide);
        len += wide;
        if (len + 3 <= columns)
            fits = len;
    }
    out[len] = '\0';
    return len;
}
