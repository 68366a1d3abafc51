/* quote: octets in quotes, as scripts write them. */
#ifndef PEERSPEC_EXCHANGE_QUOTE_H
#define PEERSPEC_EXCHANGE_QUOTE_H

#include "base/arena.h"
#include "exchange/source.h"

/* Take "text\r\n" from the line: C's escapes, with \x of one or two digits. The octets live in the
 * arena. On false a problem was reported. */
bool quote_text(struct source *source, struct line *line, struct bytes *octets);
/* Take x"00ff": pairs of hexadecimal digits; blanks between pairs are passed. */
bool quote_hex(struct source *source, struct line *line, struct bytes *octets);

#endif
