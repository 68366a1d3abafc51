#include "play/player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "play/player_parts.h"

#define MAX_LINE (1u << 20)
#define MAX_STREAM (64u << 20)
#define OPTIONAL_REPLY_WAIT (100 * CLOCK_MS)

struct deviation *player_deviate(struct player *player, enum deviation_kind kind,
                                 const struct step *step, size_t entry)
{
    return deviation_add(&player->deviations, kind, step, entry);
}

size_t player_last_entry(const struct player *player)
{
    size_t count = transcript_count(player->config.transcript);

    return count == 0 ? (size_t)-1 : count - 1;
}

static bool fakes_step(const struct player *player, const struct step *step)
{
    return step->speaker == player->fake;
}

/* The IUT left the script: a fake client ends its session, a fake server goes on as its model. */
void player_stop(struct player *player)
{
    player->stopped = true;
    if (player->fake == SIDE_CLIENT && !player->finishing && !player->closed) {
        player->finishing = true;
        player->peer->base.ops->finish(player->peer);
    }
}

/* --- what the fake says ---------------------------------------------------------------------- */

static bool fill_hole(void *ctx, enum hole hole, struct buf *value)
{
    struct player *player = ctx;

    return player->peer->base.ops->fill != NULL &&
           player->peer->base.ops->fill(player->peer, hole, value);
}

static bool fill_lines(struct player *player, const struct step *step)
{
    enum hole missing;

    buf_clear(&player->line);
    for (size_t i = 0; i < step->line_count; i++)
        if (!pattern_fill(&step->lines[i], &player->bindings, fill_hole, player, &player->line,
                          &missing) ||
            !buf_add_text(&player->line, "\r\n"))
            return false;
    return true;
}

static void note(struct player *player, const char *text, struct place at)
{
    struct entry entry = {.kind = ENTRY_NOTE, .text = bytes_of(text), .at = at};

    transcript_add(player->config.transcript, &entry);
}

/* True where the fake's own next step follows at once, so that both may share a segment. */
static bool another_follows(const struct player *player)
{
    const struct step *next = script_fake_step(&player->at);

    return next != NULL && (next->kind == STEP_LINE || next->kind == STEP_PAYLOAD);
}

static void say(struct player *player, const struct step *step)
{
    struct peer_say say = {
        .deliveries = step->deliveries, .delivery_count = step->delivery_count, .at = step->at};

    if (step->kind == STEP_PAYLOAD) {
        say.text = step->payload.octets;
    } else {
        if (!fill_lines(player, step)) {
            note(player, "a hole of this line cannot be filled here", step->at);
            player_stop(player);
            return;
        }
        say.text = buf_bytes(&player->line);
    }
    script_pass(&player->at);
    say.joins_next = another_follows(player);
    player->queued = true;
    player->peer->base.ops->say(player->peer, &say);
}

static void remember_data(struct player *player, const struct step *step)
{
    if (player->data_count < MAX_DATA_STEPS)
        player->data_steps[player->data_count++] = step;
}

/* Queue what goes over the data connection; `step` NULL: the script does not say. */
static void transfer(struct player *player, const struct step *step)
{
    struct peer_transfer transfer = {0};

    transfer.fake_sends = player->verb != NULL && ((player->verb->traits & FTP_VERB_SENDS) != 0) ==
                                                      (player->fake == SIDE_SERVER);
    if (step != NULL) {
        transfer.fake_sends = fakes_step(player, step);
        transfer.payload = transfer.fake_sends && step->payload.given ? &step->payload : NULL;
        transfer.deliveries = step->deliveries;
        transfer.delivery_count = step->delivery_count;
        transfer.at = step->at;
    }
    remember_data(player, step);
    player->queued = true;
    player->peer->base.ops->transfer(player->peer, &transfer);
}

bool step_preliminary(const struct step *step)
{
    return step->kind == STEP_LINE && step->speaker == SIDE_SERVER && step->code_count > 0 &&
           step->codes[0] / 100 == 1;
}

/* After 1yz to a transfer: where the script does not name the data, the model moves them. Of
 * several 1yz they follow the last. */
void player_transfer_unsaid(struct player *player)
{
    const struct step *next = script_peek(&player->at);

    if (player->verb == NULL || (player->verb->traits & FTP_VERB_TRANSFERS) == 0)
        return;
    if (next != NULL && (next->kind == STEP_DATA || (step_preliminary(next) && !next->optional)))
        return;
    transfer(player, NULL);
}

/* A fake client's next command: ready for it, or make ready and come back at idle. */
static bool ready_to_command(struct player *player, const struct step *step)
{
    bool moves_data;

    if (player->config.protocol != PROTOCOL_FTP || player->peer->base.ops->prepare == NULL ||
        player->prepared)
        return true;
    if (!fill_lines(player, step))
        return true; /* say() tells */
    player->verb = ftp_verb_of_line(buf_bytes(&player->line));
    moves_data = player->verb != NULL && (player->verb->traits & FTP_VERB_TRANSFERS) != 0;
    if (player->queued && !moves_data)
        return true; /* pipelined behind the command before it */
    player->preparing = true;
    if (!player->queued)
        player->peer->base.ops->prepare(player->peer, buf_bytes(&player->line));
    return false;
}

static void play_line(struct player *player, const struct step *step)
{
    bool starts_data = step_preliminary(step);

    if (player->fake == SIDE_CLIENT && step->kind == STEP_LINE && !ready_to_command(player, step))
        return;
    player->prepared = false;
    say(player, step);
    if (starts_data && !player->stopped)
        player_transfer_unsaid(player);
}

static void play_act(struct player *player, const struct step *step)
{
    script_pass(&player->at);
    player->ending = step->act.kind == DELIVER_CLOSE || step->act.kind == DELIVER_RESET;
    if (step->act.kind == DELIVER_CONNECT) {
        player->open = player->closed = false; /* until the new one stands */
        buf_clear(&player->stream);
    }
    player->queued = true;
    player->peer->base.ops->act(player->peer, &step->act);
}

/* --- walking --------------------------------------------------------------------------------- */

bool player_connects_next(const struct player *player)
{
    const struct step *step = script_fake_step(&player->at);

    return step != NULL && step->kind == STEP_ACT && step->act.kind == DELIVER_CONNECT;
}

static bool script_waits(const struct player *player)
{
    return player->stopped || player->preparing || player->finishing || player->ending ||
           player->exchange == NULL ||
           (player->config.protocol != PROTOCOL_UDP && !player->open &&
            !(player->closed && player_connects_next(player)));
}

void player_script_ends(struct player *player)
{
    if (player->fake != SIDE_CLIENT || player->finishing || player->data_count > 0 ||
        player->closed)
        return;
    player->finishing = true;
    player->peer->base.ops->finish(player->peer);
}

static void optional_reply_late(void *ctx)
{
    struct player *player = ctx;

    player->wait = NULL;
    script_go_on(&player->at);
    player_advance(player);
}

/* S? before the fake client's next command: give the reply a moment, then go on without it. */
static void wait_for_optional(struct player *player)
{
    if (player->fake == SIDE_CLIENT && script_may_go_on(&player->at))
        player->wait =
            loop_after(player->config.loop, OPTIONAL_REPLY_WAIT, optional_reply_late, player);
}

static void said_nothing(void *ctx)
{
    struct player *player = ctx;
    int64_t ns;
    size_t index;

    player->wait = NULL;
    if (script_waits(player) || !script_patience(&player->at, &ns, &index))
        return;
    script_lose_patience(&player->at, index);
    player_advance(player);
}

/* The IUT has the turn: wait for what it may leave unsaid, or for its silence. */
static void wait_for_iut(struct player *player)
{
    int64_t ns;
    size_t index;

    if (player->wait != NULL)
        return;
    if (script_patience(&player->at, &ns, &index))
        player->wait = loop_after(player->config.loop, ns, said_nothing, player);
    else
        wait_for_optional(player);
}

/* "! after 1000 bytes close": a step whose data connection the fake ends. */
static bool ends_early(const struct step *step)
{
    for (size_t i = 0; i < step->delivery_count; i++)
        if (step->deliveries[i].kind == DELIVER_AFTER_CLOSE ||
            step->deliveries[i].kind == DELIVER_AFTER_RESET)
            return true;
    return false;
}

/* A completion reply may overtake the data: the next command waits for them, as a client's does. In
 * mid-transfer, after 1yz alone, a command such as ABOR does not, unless the script first has the
 * data connection ended. */
static bool transfer_goes_on(const struct player *player, const struct step *step)
{
    return player->fake == SIDE_CLIENT && player->data_count > 0 && step->kind == STEP_LINE &&
           (player->answered ||
            (player->data_steps[0] != NULL && ends_early(player->data_steps[0])));
}

/* Play one step of the fake's. False where the script now waits for the IUT, or is over. */
static bool play_step(struct player *player)
{
    const struct step *step;

    if (script_waits(player))
        return false;
    step = script_fake_step(&player->at);
    if (step != NULL && transfer_goes_on(player, step))
        return false;
    if (step == NULL) {
        if (script_over(&player->at))
            player_script_ends(player);
        else
            wait_for_iut(player);
        return false;
    }
    if (step->kind == STEP_DATA) {
        script_pass(&player->at);
        transfer(player, step);
    } else if (step->kind == STEP_ACT) {
        play_act(player, step);
    } else {
        play_line(player, step);
    }
    return true;
}

/* Play all that is the fake's turn. Calls from within (a fake may answer at once) are put off. */
void player_advance(struct player *player)
{
    if (player->advancing) {
        player->again = true;
        return;
    }
    player->advancing = true;
    do {
        player->again = false;
        while (play_step(player))
            ;
    } while (player->again);
    player->advancing = false;
}

void player_forget_wait(struct player *player)
{
    loop_cancel(player->config.loop, player->wait);
    player->wait = NULL;
}

/* --- making and ending ----------------------------------------------------------------------- */

static void bind_config(struct player *player)
{
    char addr[ENDPOINT_TEXT];
    const struct endpoint *server =
        player->fake == SIDE_CLIENT ? &player->config.remote : &player->config.local;

    if (player->config.user != NULL)
        bindings_set(&player->bindings, HOLE_USER, bytes_of(player->config.user));
    if (player->config.password != NULL)
        bindings_set(&player->bindings, HOLE_PASSWORD, bytes_of(player->config.password));
    if (server->family != 0)
        bindings_set(&player->bindings, HOLE_HOST, bytes_of(endpoint_addr(server, addr)));
}

/* Does the script itself play the greeting? */
static bool greets(const struct exchange *exchange)
{
    const struct step *first =
        exchange == NULL || exchange->step_count == 0 ? NULL : &exchange->steps[0];

    return first != NULL && exchange->protocol == PROTOCOL_FTP && !exchange->logged_in &&
           first->speaker == SIDE_SERVER && (first->kind == STEP_LINE || first->kind == STEP_ACT);
}

enum err player_new(const struct exchange *exchange, enum side fake,
                    const struct peer_config *config, peer_new_fn *make, struct player **out,
                    struct diag *why)
{
    struct player *player = calloc(1, sizeof *player);
    enum err err;

    *out = NULL;
    if (player == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    player->exchange = exchange;
    player->fake = fake;
    player->config = *config;
    player->config.events = (struct peer_events){
        player, player_opened, player_heard, player_data_ended, player_idle, player_closed};
    buf_init(&player->line, MAX_LINE);
    buf_init(&player->stream, MAX_STREAM);
    script_init(&player->at, exchange, fake);
    bind_config(player);
    player->script_greets = greets(exchange);
    err = make(&player->config, &player->peer, why);
    if (err != OK)
        player_free(player);
    else
        *out = player;
    return err;
}

void player_free(struct player *player)
{
    if (player == NULL)
        return;
    player_forget_wait(player);
    if (player->peer != NULL)
        player->peer->base.ops->free(player->peer);
    buf_fini(&player->line);
    buf_fini(&player->stream);
    deviations_fini(&player->deviations);
    free(player);
}

enum err player_start(struct player *player, struct diag *why)
{
    if (player->fake == SIDE_SERVER && player->exchange != NULL &&
        player->exchange->nobody_listens) {
        player->peer->base.bound = player->config.local;
        note(player, "nobody listens, as the script says", (struct place){0});
        return OK;
    }
    return player->peer->base.ops->start(player->peer, why);
}

bool player_script_over(const struct player *player)
{
    return player->exchange == NULL || player->stopped || script_over(&player->at);
}

bool player_done(const struct player *player)
{
    if (player->data_count > 0 && !player->stopped)
        return false;
    if (player->fake == SIDE_CLIENT)
        return player->closed;
    return player_script_over(player) && !player->open;
}

size_t player_deviations(const struct player *player, const struct deviation **out)
{
    *out = player->deviations.list;
    return player->deviations.count;
}

const struct bindings *player_bindings(const struct player *player)
{
    return &player->bindings;
}

const struct endpoint *player_bound(const struct player *player)
{
    return &player->peer->base.bound;
}
