/* control: what is said on an FTP control connection: commands and replies out of octets, and the
 * data connections that they announce. */
#ifndef PEERSPEC_WIRE_CONTROL_H
#define PEERSPEC_WIRE_CONTROL_H

#include "wire/announce.h"
#include "wire/conversation.h"

struct control;

/* How the octets of a transfer look. */
struct control_transfer {
    bool lists;         /* LIST, NLST, MLSD */
    bool ascii;         /* TYPE A, MODE S, and not over TLS */
    enum ftp_form form; /* PLAIN, too, where MODE or STRU may have been missed */
};

/* `whole`: it begins at its first octet; otherwise it is read from the first line that is one. */
struct control *control_new(struct conversation *conversation, struct announce_table *table,
                            bool whole);
void control_free(struct control *control); /* takes NULL */

/* Octets in order, which live as long as the timeline. */
void control_text(struct control *control, enum side from, struct bytes text, struct moment now);
/* Octets are missing here: go on at the next line. */
void control_gap(struct control *control, enum side from);
/* That side has closed: a reply that is not whole will never be. */
void control_close(struct control *control, enum side from, struct moment now);

bool control_is_tls(const struct control *control);
/* Tie a new data flow to what announced it; NULL: the server's default data port. */
void control_tie(struct control *control, unsigned flow, const struct announcement *announcement);
struct control_transfer control_transfer(const struct control *control, unsigned flow);

#endif
