/* steps: the conversation of a script, line by line, into steps. */
#ifndef PEERSPEC_EXCHANGE_STEPS_H
#define PEERSPEC_EXCHANGE_STEPS_H

#include "base/buf.h"
#include "exchange/source.h"

#define STEPS_DEPTH 16 /* blocks within blocks */

struct steps_reader {
    struct source *source;
    struct exchange *exchange;
    struct list steps;
    struct list pending; /* struct delivery, waiting for the next step */
    struct list lines;   /* struct pattern, of the reply that is being read */
    struct step reply;   /* that reply, while in_reply */
    bool in_reply;
    bool reply_spoilt;
    struct buf data;            /* octets of the D> lines that are being read, from the second on */
    struct payload data_only;   /* the first of them */
    size_t data_lines;          /* 0: none is being read */
    size_t blocks[STEPS_DEPTH]; /* the EITHER or OR that is open, by depth */
    size_t depth;
    enum side last; /* who spoke last, where `spoken` */
    bool spoken;
    struct list orphans; /* size_t: acts before anybody spoke */
};

/* Both are borrowed until steps_fini(), which leaves the exchange what it has got. */
void steps_init(struct steps_reader *steps, struct source *source, struct exchange *exchange);
void steps_fini(struct steps_reader *steps);
/* True where the line is one of the conversation's. */
bool steps_begins(const struct line *line);
/* Read it. On false a problem was reported. */
bool steps_read(struct steps_reader *steps, struct line *line);
/* Something else comes: a reply and data must be whole now. */
void steps_settle(struct steps_reader *steps);
/* The script is over: what is still open is a problem; the exchange gets its steps. */
void steps_finish(struct steps_reader *steps);
/* The words that can begin such a line, ended by NULL. */
const char *const *steps_words(void);

/* For the readers of single lines: a step with the deliveries that wait for it. The pointer holds
 * until the next step. */
struct step *steps_add(struct steps_reader *steps, enum step_kind kind, enum side speaker,
                       struct place at);

#endif
