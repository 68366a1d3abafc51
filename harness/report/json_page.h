/* json_page: JSON (RFC 8259) that is written while it comes to be, so that nothing long is held.
 *
 * Small values are jansson's; what holds many of them is opened and closed on the page. */
#ifndef PEERSPEC_REPORT_JSON_PAGE_H
#define PEERSPEC_REPORT_JSON_PAGE_H

#include <jansson.h>
#include <stdio.h>

#include "base/bytes.h"

struct json_page {
    FILE *out; /* the caller's */
    unsigned depth;
    bool begun; /* the innermost has a member already */
};

/* `key` is NULL in an array and for the outermost. */
void json_page_open(struct json_page *page, const char *key, char bracket);
void json_page_close(struct json_page *page, char bracket);
/* One value in one line; the page takes it. */
void json_page_put(struct json_page *page, const char *key, json_t *value);

/* The same for a value that may be long: what holds a list of objects is opened, the rest stands in
 * one line each. */
void json_page_unroll(struct json_page *page, const char *key, json_t *value);

/* True where the octets are UTF-8. */
bool json_page_is_utf8(struct bytes text);
/* A string; `octets`: each octet becomes the character of its number (ISO 8859-1). */
json_t *json_page_text(struct bytes text, bool octets);
/* Words of our own, and what they quote: a string, octet by octet where they are not UTF-8, or null
 * where there are none. */
json_t *json_page_words(const char *words);

#endif
