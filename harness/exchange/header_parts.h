/* header_parts: what the parts of the header share. Inside of header only. */
#ifndef PEERSPEC_EXCHANGE_HEADER_PARTS_H
#define PEERSPEC_EXCHANGE_HEADER_PARTS_H

#include "exchange/header.h"

/* header_values.c: one row for each header. */
struct header_kind {
    const char *name;
    /* Read the value, of which there is something, into the exchange or the reader's lists. On
     * false a problem was reported. */
    bool (*read)(struct header_reader *header, struct line *line);
    bool repeats; /* a list: it may be there again, and go on in the next line after a comma */
    bool may_be_empty;
};
extern const struct header_kind header_kinds[HEADER_KINDS];

/* header_files.c: `name = content, folder/` to the end of the line, into a list of struct
 * exchange_file. */
bool header_files(struct header_reader *header, struct line *line, struct list *list);

#endif
