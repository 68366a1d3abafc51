/* player_parts: what the halves of the player share. Inside of play only. */
#ifndef PEERSPEC_PLAY_PLAYER_PARTS_H
#define PEERSPEC_PLAY_PLAYER_PARTS_H

#include "play/player.h"
#include "play/script.h"
#include "proto/ftp_command.h"

#define MAX_DATA_STEPS 32

struct player {
    const struct exchange *exchange; /* NULL: by hand */
    enum side fake;
    struct peer_config config;
    struct peer *peer;
    struct script at;
    struct bindings bindings;
    struct deviations deviations;
    const struct step *data_steps[MAX_DATA_STEPS]; /* transfers that have not ended, in order */
    size_t data_count;
    const struct ftp_verb *verb; /* of the command that is being answered */
    struct buf line;             /* what a fake says, being filled */
    struct buf stream;           /* of a TCP peer, not yet matched */
    struct loop_timer *wait; /* for what the IUT may leave unsaid */
    bool advancing, again;
    bool queued;    /* something was given to the peer since its last idle */
    bool preparing; /* a fake client gets ready for its next command */
    bool prepared;
    bool stopped;      /* the IUT left the script: play no more of it */
    bool finishing;    /* a fake client was told to end */
    bool open, closed; /* the control connection */
    bool ending;       /* the fake was told to end it, and has not yet */
    enum peer_end how_closed;
    bool script_greets;
    bool answered; /* the last reply was final, not 1yz */
};

/* player.c: the fake's turn. */
void player_advance(struct player *player); /* play all that is the fake's turn */
void player_stop(struct player *player);    /* the IUT left the script */
void player_script_ends(struct player *player);
bool player_connects_next(const struct player *player); /* the script's next step is a connection */
/* After 1yz to a transfer: where the script does not name the data, the model moves them. */
void player_transfer_unsaid(struct player *player);
void player_forget_wait(struct player *player);
struct deviation *player_deviate(struct player *player, enum deviation_kind kind,
                                 const struct step *step, size_t entry);
size_t player_last_entry(const struct player *player);
bool step_preliminary(const struct step *step); /* a reply of 1yz */

/* player_hear.c: what a fake tells (struct peer_events); ctx is the player. */
enum peer_claim player_opened(void *ctx);
enum peer_claim player_heard(void *ctx, struct bytes text);
void player_data_ended(void *ctx, const struct peer_data_end *end);
void player_idle(void *ctx);
void player_closed(void *ctx, enum peer_end how);
const char *peer_end_words(enum peer_end how);

#endif
