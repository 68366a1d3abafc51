/* expect_parse: what stands behind "expect". */
#ifndef PEERSPEC_EXCHANGE_EXPECT_PARSE_H
#define PEERSPEC_EXCHANGE_EXPECT_PARSE_H

#include "exchange/source.h"

/* `line` stands behind the word "expect". On false a problem was reported. */
bool expect_read(struct source *source, struct line *line, struct expectation *out);

#endif
