/* lint: what a load lets pass, but nobody can have meant. */
#ifndef PEERSPEC_EXCHANGE_LINT_H
#define PEERSPEC_EXCHANGE_LINT_H

#include "exchange/source.h"

/* May a server answer `verb` ("" for the greeting) with `code`? */
typedef bool lint_allowed_fn(const char *verb, int code);

/* The whole exchange; `whole`: all its steps could be read, so that their order can be judged.
 * `allowed` may be NULL. */
void lint_exchange(struct source *source, const struct exchange *exchange, bool whole,
                   lint_allowed_fn *allowed);

/* Its parts: steps that are never reached, replies that are not allowed; */
void lint_talk(struct source *source, const struct exchange *exchange, lint_allowed_fn *allowed);
/* and expect lines that can never hold. */
void lint_expects(struct source *source, const struct exchange *exchange);

#endif
