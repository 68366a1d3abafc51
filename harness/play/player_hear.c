/* The other half of the player: what the IUT says and does, held against the script. */
#include "play/player_parts.h"

#include <string.h>

#include "exchange/match.h"

/* --- what the IUT says ----------------------------------------------------------------------- */

static void tell_bound(struct player *player, const struct step *step)
{
    if (player->peer->base.ops->bound == NULL)
        return;
    for (size_t i = 0; i < step->line_count; i++)
        for (size_t k = 0; k < step->lines[i].count; k++)
            if (step->lines[i].pieces[k].hole != HOLE_NONE)
                player->peer->base.ops->bound(player->peer, step->lines[i].pieces[k].hole,
                                              &player->bindings);
}

static bool reply_matches(struct player *player, const struct step *step, struct bytes text,
                          enum hole *missing)
{
    struct ftp_reply reply;
    struct flaw flaw;
    size_t used;
    enum fit fit;

    if (ftp_reply_parse(text, &reply, &used, &flaw) != PARSE_DONE)
        return false;
    fit = step_match_reply(step, player->exchange->match, &reply, &player->bindings, missing);
    if (fit == FIT_YES)
        *missing = HOLE_NONE;
    return fit != FIT_NO;
}

static bool matches(struct player *player, const struct step *step, struct bytes text,
                    enum hole *missing)
{
    *missing = HOLE_NONE;
    if (step->kind == STEP_PAYLOAD)
        return step_match_payload(step, text);
    if (step->kind != STEP_LINE)
        return false;
    if (step->speaker == SIDE_CLIENT)
        return step_match_command(step, text, &player->bindings);
    return reply_matches(player, step, text, missing);
}

/* The step of the IUT's, among those that may come now, that `text` is; NULL: none. */
static const struct step *find_match(struct player *player, struct bytes text, size_t *index,
                                     enum hole *missing)
{
    size_t candidates[SCRIPT_CANDIDATES];
    size_t count = script_candidates(&player->at, candidates);

    for (size_t i = 0; i < count; i++) {
        const struct step *step = &player->exchange->steps[candidates[i]];

        if (matches(player, step, text, missing)) {
            *index = candidates[i];
            return step;
        }
    }
    return NULL;
}

static bool login_command(struct bytes text)
{
    const struct ftp_verb *verb = ftp_verb_of_line(text);

    return verb != NULL && (verb->traits & FTP_VERB_BEFORE_LOGIN) != 0;
}

/* May the model answer what the script does not mention? */
static bool model_may_answer(const struct player *player, struct bytes text)
{
    if (player->exchange->answers_unscripted || player->stopped || script_over(&player->at))
        return player->exchange->answers_unscripted || player->stopped;
    return player->exchange->logged_in && script_at_start(&player->at) && login_command(text);
}

static enum peer_claim unmatched(struct player *player, struct bytes text)
{
    const struct step *expected = script_expected(&player->at);
    struct deviation *deviation;

    if (player->fake == SIDE_SERVER && model_may_answer(player, text)) {
        player_forget_wait(player); /* it was not silent */
        player_advance(player);
        return PEER_MODEL;
    }
    if (player->stopped || player->finishing)
        return PEER_MODEL;
    deviation = player_deviate(player, DEVIATION_UNEXPECTED, expected, player_last_entry(player));
    if (expected != NULL && expected->kind == STEP_PAYLOAD && expected->payload.given)
        deviation_saw_difference(deviation, text, expected->payload.octets);
    else
        deviation_saw_text(deviation, text);
    player_stop(player);
    return PEER_MODEL;
}

static void accept_step(struct player *player, const struct step *step, size_t index,
                        enum hole missing)
{
    script_accept(&player->at, index);
    if (missing != HOLE_NONE) {
        struct deviation *deviation =
            player_deviate(player, DEVIATION_HOLE, step, player_last_entry(player));

        deviation_saw(deviation, "no {%s} can be read from the line", hole_name(missing));
        player_stop(player);
        return;
    }
    tell_bound(player, step);
    player->answered = !step_preliminary(step);
    if (player->fake == SIDE_CLIENT && step_preliminary(step))
        player_transfer_unsaid(player);
}

/* A command whose answer the script leaves to the model is matched, and the model answers it. */
static enum peer_claim claim_after(struct player *player, const struct step *step)
{
    const struct step *next = script_peek(&player->at);

    if (player->fake == SIDE_CLIENT || step->kind == STEP_PAYLOAD)
        return PEER_SCRIPT;
    if (next == NULL || (next->kind == STEP_LINE && next->speaker == SIDE_CLIENT))
        return PEER_MODEL;
    return PEER_SCRIPT;
}

static enum peer_claim heard_line(struct player *player, struct bytes text)
{
    const struct step *step;
    enum peer_claim claim;
    enum hole missing;
    size_t index;

    step = player->stopped ? NULL : find_match(player, text, &index, &missing);
    if (step == NULL)
        return unmatched(player, text);
    player_forget_wait(player);
    if (player->fake == SIDE_SERVER && step->kind == STEP_LINE)
        player->verb = ftp_verb_of_line(text);
    accept_step(player, step, index, missing);
    claim = claim_after(player, step);
    player_advance(player);
    return claim;
}

static void stream_differs(struct player *player, const struct step *step, struct bytes got)
{
    deviation_saw_difference(
        player_deviate(player, DEVIATION_UNEXPECTED, step, player_last_entry(player)), got,
        step->payload.octets);
    player_stop(player);
}

/* A stream has no message bounds: what came is put together until it makes the step's octets. */
static enum peer_claim heard_stream(struct player *player, struct bytes text)
{
    if (player->exchange == NULL || player->stopped || script_expected(&player->at) == NULL)
        return PEER_MODEL;
    if (!buf_add(&player->stream, text))
        return PEER_MODEL;
    for (;;) {
        const struct step *step = script_expected(&player->at);
        struct bytes got = buf_bytes(&player->stream);
        size_t candidates[SCRIPT_CANDIDATES];

        if (step == NULL || got.len == 0 || step->kind != STEP_PAYLOAD ||
            script_candidates(&player->at, candidates) == 0)
            return PEER_SCRIPT;
        if (step->payload.given &&
            octets_agree(got, step->payload.octets) <
                (got.len < step->payload.octets.len ? got.len : step->payload.octets.len)) {
            stream_differs(player, step, got);
            return PEER_SCRIPT;
        }
        if (step->payload.given && got.len < step->payload.octets.len)
            return PEER_SCRIPT;
        buf_drop(&player->stream, step->payload.given ? step->payload.octets.len : got.len);
        script_accept(&player->at, candidates[0]);
        player_advance(player);
    }
}

enum peer_claim player_heard(void *ctx, struct bytes text)
{
    struct player *player = ctx;

    if (player->exchange == NULL)
        return PEER_MODEL;
    return player->config.protocol == PROTOCOL_TCP ? heard_stream(player, text)
                                                   : heard_line(player, text);
}

enum peer_claim player_opened(void *ctx)
{
    struct player *player = ctx;

    player->open = true;
    player->closed = false;
    if (player->exchange == NULL)
        return PEER_MODEL;
    player_advance(player);
    return player->script_greets && !player->stopped ? PEER_SCRIPT : PEER_MODEL;
}

/* --- data connections ------------------------------------------------------------------------ */

static void judge_data(struct player *player, const struct step *step,
                       const struct peer_data_end *end)
{
    if (step == NULL || player->stopped)
        return;
    if (!end->opened)
        deviation_saw(player_deviate(player, DEVIATION_DATA, step, player_last_entry(player)),
                      "no data connection came about");
    else if (!end->fake_sent && end->how == PEER_RESET)
        deviation_saw(player_deviate(player, DEVIATION_DATA, step, player_last_entry(player)),
                      "%llu octets, then the data connection was reset",
                      (unsigned long long)end->octets);
    else if (!end->fake_sent && step->payload.given &&
             !bytes_equal(end->content, step->payload.octets))
        deviation_saw_difference(
            player_deviate(player, DEVIATION_DATA, step, player_last_entry(player)), end->content,
            step->payload.octets);
}

void player_data_ended(void *ctx, const struct peer_data_end *end)
{
    struct player *player = ctx;
    const struct step *step;

    if (player->data_count == 0)
        return;
    step = player->data_steps[0];
    player->data_count--;
    memmove(player->data_steps, player->data_steps + 1,
            player->data_count * sizeof *player->data_steps);
    judge_data(player, step, end);
    player_advance(player);
}

/* --- the rest of what a fake tells ----------------------------------------------------------- */

void player_idle(void *ctx)
{
    struct player *player = ctx;
    bool was_queued = player->queued;

    player->queued = false;
    if (player->preparing) {
        if (was_queued) { /* the commands before it have left: now make ready */
            player->peer->base.ops->prepare(player->peer, buf_bytes(&player->line));
            return;
        }
        player->preparing = false;
        player->prepared = true;
    }
    player_advance(player);
}

const char *peer_end_words(enum peer_end how)
{
    static const char *const words[] = {"closed the connection (FIN)", "reset the connection (RST)",
                                        "could not be connected"};

    return words[how];
}

/* The connection ended where the script wants, or allows, the IUT to end it. */
static bool close_was_expected(struct player *player)
{
    size_t candidates[SCRIPT_CANDIDATES];
    size_t count = script_candidates(&player->at, candidates);

    for (size_t i = 0; i < count; i++) {
        if (player->exchange->steps[candidates[i]].kind != STEP_ACT)
            continue;
        script_accept(&player->at, candidates[i]);
        return true;
    }
    return false;
}

void player_closed(void *ctx, enum peer_end how)
{
    struct player *player = ctx;

    player_forget_wait(player);
    player->open = player->ending = false;
    player->closed = true;
    player->how_closed = how;
    player->preparing = false;
    if (player->exchange == NULL || player->stopped || player->finishing)
        return;
    if (close_was_expected(player) && player->fake == SIDE_CLIENT && !player_connects_next(player))
        player_script_ends(player);
    if (player_connects_next(player) && how != PEER_FAILED) {
        player_advance(player);
        return;
    }
    if (player->fake == SIDE_CLIENT && !script_over(&player->at)) {
        const struct step *step = script_expected(&player->at);

        if (step == NULL)
            step = script_peek(&player->at);
        deviation_saw(player_deviate(player, DEVIATION_CLOSED, step, player_last_entry(player)),
                      "the server %s", peer_end_words(how));
        player->stopped = true;
    }
}
