/* script: where a run stands in the steps of its exchange.
 *
 * Knows whose turn it is: optional steps, alternatives (either, or, end), and the answers that go
 * with a command that was left out. A fake leaves out its own optional steps. Commands that only
 * prepare (TYPE, PASV, SIZE and the like) may come in another order than the script has them, since
 * no RFC orders them; a script with `unscripted: fail` is played as written. Moves no octet. */
#ifndef PEERSPEC_PLAY_SCRIPT_H
#define PEERSPEC_PLAY_SCRIPT_H

#include "exchange/exchange.h"

#define SCRIPT_CANDIDATES ANY_ORDER_STEPS

/* What a passage of the script begins with; longer scripts are played in their order alone. */
#define SCRIPT_PASSAGES 256

struct script {
    const struct exchange *exchange; /* NULL: no script, over from the start */
    enum side fake;
    size_t next;   /* index of the step that comes next */
    bool moved;    /* some step was played */
    uint64_t came; /* in a block of datagrams in any order: which have come, the first is bit 0 */
    /* A passage that was played before its turn: where it ends, and where to go on behind it. */
    bool away;
    size_t away_end, back;
    bool played[SCRIPT_PASSAGES]; /* by index of the first step of a passage played before its turn
                                   */
};

void script_init(struct script *script, const struct exchange *exchange, enum side fake);
/* Nothing is left but what may be left out. */
bool script_over(const struct script *script);
bool script_at_start(const struct script *script); /* nothing was played yet */
/* The next step, whoever's it is; of alternatives the first one's. NULL at the end. */
const struct step *script_peek(const struct script *script);
/* The step that the fake is to play now: its own line or act, or data in either direction. NULL
 * while it is the IUT's turn, or at the end. */
const struct step *script_fake_step(const struct script *script);
/* The fake's step has been played. */
void script_pass(struct script *script);
/* Indices of the steps of the IUT's that may come now, in the order of the script. */
size_t script_candidates(const struct script *script, size_t out[SCRIPT_CANDIDATES]);
/* The IUT did step `index`. */
void script_accept(struct script *script, size_t index);
/* The step of the IUT's that must come now; where all may be left out the first of them; NULL:
 * none. */
const struct step *script_expected(const struct script *script);
/* It is the IUT's turn, but only with steps that it may leave out before the fake's next one. */
bool script_may_go_on(const struct script *script);
/* Leave them out. */
void script_go_on(struct script *script);
/* Among the alternatives that the script stands at one begins with the fake's `! silent`: it is taken
 * where the IUT says nothing for *ns. *index is the step behind that. */
bool script_patience(const struct script *script, int64_t *ns, size_t *index);
void script_lose_patience(struct script *script, size_t index);

#endif
