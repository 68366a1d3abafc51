/* header: the lines "name: value" above a script's first step. */
#ifndef PEERSPEC_EXCHANGE_HEADER_H
#define PEERSPEC_EXCHANGE_HEADER_H

#include "exchange/source.h"

#define HEADER_KINDS 21

struct header_reader {
    struct source *source;
    struct exchange *exchange;
    struct list specs, files, local, lacks, needs;
    unsigned seen[HEADER_KINDS]; /* the line of each */
    int continued;               /* the kind whose list goes on in the next line; -1: none */
    bool sided;                  /* `tests` was there */
};

/* Both are borrowed until header_finish(). */
void header_init(struct header_reader *header, struct source *source, struct exchange *exchange);
/* True where the line has the form of a header, or continues one. */
bool header_begins(const struct header_reader *header, const struct line *line);
/* Read such a line. On false a problem was reported. */
bool header_read(struct header_reader *header, struct line *line);
/* The headers are over: give the exchange its lists and its defaults. */
void header_finish(struct header_reader *header);
/* True where a header has this name. */
bool header_known(struct bytes name);

#endif
