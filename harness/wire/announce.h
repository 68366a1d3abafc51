/* announce: who waits for a data connection where, for all FTP sessions that are open. */
#ifndef PEERSPEC_WIRE_ANNOUNCE_H
#define PEERSPEC_WIRE_ANNOUNCE_H

#include "wire/conversation.h"

#define ANNOUNCE_KEPT 8 /* announcements of a session that are remembered */

struct announce_table;

/* A place in the table. `from` of family 0: whoever connects. */
struct announce_entry {
    struct announce_entry *next, **back; /* back: NULL where it is not in the table */
    uint32_t hash;
    struct endpoint at, from;
    struct announcement *what;
};

/* One PORT, EPRT, 227 or 229; or, OPENED_UNANNOUNCED, what a session expects from its server's
 * default data port. */
struct announcement {
    struct conversation *session;
    enum data_opening opening;
    struct endpoint as_said;  /* as it was announced */
    struct endpoint peer;     /* address of the one who should connect */
    size_t event;             /* that announced it; SIZE_MAX: none */
    size_t command;           /* the transfer that came after it; SIZE_MAX: none yet */
    struct announce_entry entries[2];
};

struct announce_table *announce_table_new(void);
void announce_table_free(struct announce_table *table);
/* A connection to `at` belongs to `what`. */
void announce_add(struct announce_table *table, struct announcement *what, struct endpoint at);
/* A connection from `at` (the server's data port) to the address of `from` belongs to `what`. */
void announce_add_source(struct announce_table *table, struct announcement *what,
                         struct endpoint at, struct endpoint from);
void announce_remove(struct announcement *what);
/* What a connection from `src` to `dst` belongs to; NULL: nothing. */
struct announcement *announce_find(struct announce_table *table, const struct endpoint *src,
                                   const struct endpoint *dst);

#endif
