/* event_parse: the events and operands that expect lines name. */
#ifndef PEERSPEC_EXCHANGE_EVENT_PARSE_H
#define PEERSPEC_EXCHANGE_EVENT_PARSE_H

#include "exchange/source.h"

/* One side of a comparison: an event (control.syn, S:150#2) or an operand (a field, a number, a
 * text, a hole). */
struct term {
    bool is_event;
    struct event_ref event;
    struct operand operand;
    struct place at;
};

/* Take one from the line. On false a problem was reported. */
bool term_take(struct source *source, struct line *line, struct term *term);
/* Take an event; anything else is a problem. */
bool event_take(struct source *source, struct line *line, struct event_ref *event);

#endif
