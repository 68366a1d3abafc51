/* player: walks a fake through an exchange and notes where the IUT left the script.
 *
 * One player plays one case. It never judges the wire: it says which steps were reached and
 * what came instead. */
#ifndef PEERSPEC_PLAY_PLAYER_H
#define PEERSPEC_PLAY_PLAYER_H

#include "exchange/exchange.h"
#include "play/deviation.h"
#include "play/peer.h"

struct player;

/* `fake` is the side that is played; `exchange` may be NULL (a session by hand). The config is
 * copied and its events filled in; what it points to, and the exchange, are borrowed. On failure
 * *out is NULL, with the error of `make`. */
NODISCARD enum err player_new(const struct exchange *exchange, enum side fake,
                              const struct peer_config *config, peer_new_fn *make,
                              struct player **out, struct diag *why);
void player_free(struct player *player); /* its fake too; takes NULL */
/* The fake listens, or is on its way; fails as it does. */
NODISCARD enum err player_start(struct player *player, struct diag *why);
/* True when a fake client has ended its session, or a fake server has lost its last client after
 * the script was over. */
bool player_done(const struct player *player);
/* True where every step that is not optional has been played. */
bool player_script_over(const struct player *player);
/* No more events will come; `timed_out` says why. Adds the deviations for steps not reached. */
void player_end(struct player *player, bool timed_out);
/* Their number; *out is lent until the loop turns again. */
size_t player_deviations(const struct player *player, const struct deviation **out);
const struct bindings *player_bindings(const struct player *player); /* of the holes so far */
const struct endpoint *player_bound(const struct player *player); /* where the fake listens */

#endif
