#include "report/json_page.h"

#include <stdlib.h>

#include "base/utf8.h"

#define DIGITS 16 /* of a time in seconds since 1970: down to the microsecond */

static void line_begin(struct json_page *page, const char *key)
{
    if (page->begun)
        putc(',', page->out);
    if (page->depth > 0)
        fprintf(page->out, "\n%*s", (int)page->depth, "");
    if (key != NULL)
        fprintf(page->out, "\"%s\": ", key);
}

void json_page_open(struct json_page *page, const char *key, char bracket)
{
    line_begin(page, key);
    putc(bracket, page->out);
    page->depth++;
    page->begun = false;
}

void json_page_close(struct json_page *page, char bracket)
{
    page->depth--;
    if (page->begun)
        fprintf(page->out, "\n%*s", (int)page->depth, "");
    putc(bracket, page->out);
    page->begun = true;
    if (page->depth == 0)
        putc('\n', page->out);
}

void json_page_put(struct json_page *page, const char *key, json_t *value)
{
    line_begin(page, key);
    json_dumpf(value, page->out, JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(DIGITS));
    json_decref(value);
    page->begun = true;
}

/* A list of objects, or an object with such a member. */
static bool is_long(json_t *value)
{
    const char *key;
    json_t *member;

    if (json_is_array(value))
        return json_is_object(json_array_get(value, 0));
    json_object_foreach(value, key,
                        member) if (json_is_array(member) && is_long(member)) return true;
    return false;
}

static void unroll(struct json_page *page, const char *key, json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;

    if (page->depth > 0 && !is_long(value)) {
        json_page_put(page, key, json_incref(value));
        return;
    }
    json_page_open(page, key, json_is_array(value) ? '[' : '{');
    json_array_foreach(value, i, member) unroll(page, NULL, member);
    json_object_foreach(value, name, member) unroll(page, name, member);
    json_page_close(page, json_is_array(value) ? ']' : '}');
}

void json_page_unroll(struct json_page *page, const char *key, json_t *value)
{
    unroll(page, key, value);
    json_decref(value);
}

bool json_page_is_utf8(struct bytes text)
{
    uint32_t code;
    size_t len = 1;

    while (text.len > 0 && len > 0) {
        len = utf8_character(text, &code);
        text = bytes_from(text, len);
    }
    return len > 0;
}

/* `text` in UTF-8, octet by octet; freed by the caller. */
static char *widened(struct bytes text, size_t *len)
{
    char *wide = malloc(2 * text.len + 1);

    *len = 0;
    for (size_t i = 0; wide != NULL && i < text.len; i++) {
        unsigned octet = (unsigned char)text.at[i];

        if (octet >= 0x80)
            wide[(*len)++] = (char)(0xc0 | octet >> 6);
        wide[(*len)++] = (char)(octet >= 0x80 ? 0x80 | (octet & 0x3f) : octet);
    }
    return wide;
}

json_t *json_page_text(struct bytes text, bool octets)
{
    size_t len;
    char *wide;
    json_t *value;

    if (!octets)
        return json_stringn(text.len == 0 ? "" : text.at, text.len);
    wide = widened(text, &len);
    value = wide == NULL ? NULL : json_stringn_nocheck(wide, len);
    free(wide);
    return value;
}

json_t *json_page_words(const char *words)
{
    return words == NULL ? json_null()
                         : json_page_text(bytes_of(words), !json_page_is_utf8(bytes_of(words)));
}
