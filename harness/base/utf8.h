/* utf8: the characters of a text in UTF-8 (RFC 3629). */
#ifndef PEERSPEC_BASE_UTF8_H
#define PEERSPEC_BASE_UTF8_H

#include "base/bytes.h"

/* Octets of the character that `in` starts with, and its number; 0 where that is no UTF-8: cut,
 * overlong, a surrogate, or beyond U+10FFFF. *code is set only where it is one. */
size_t utf8_character(struct bytes in, uint32_t *code);

#endif
