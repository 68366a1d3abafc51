#include "run.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "judgement.h"
#include "keep.h"
#include "lab/namespace.h"
#include "lab/processor.h"
#include "offer.h"
#include "play/player.h"

#define GRACE (200 * CLOCK_MS) /* for what is still on its way once a client has ended */

/* What one case holds while it runs. */
struct run {
    struct rig *rig;
    const struct plan_case *one;
    struct staging staging;
    struct loop *loop;
    struct transcript *transcript;
    struct player *player;
    struct recording recording;
    bool timed_out, seen;
    char evidence[WORKSPACE_PATH + 256]; /* folder; empty: none */
};

/* --- playing --------------------------------------------------------------------------------- */

static void give_addresses(const struct run *run, struct peer_config *config)
{
    const struct endpoint *server = &run->staging.server;
    bool ipv6 = server->family == 6;

    if (run->one->iut == SIDE_CLIENT) {
        config->local = *server;
        config->listen_any = run->rig->isolated;
        config->data_port = run->rig->isolated ? (uint16_t)(server->port - 1) : 0;
        return;
    }
    config->remote = *server;
    if (run->rig->isolated)
        endpoint_parse(ipv6 ? LAB_CLIENT_ADDR6 : LAB_CLIENT_ADDR, 0, &config->local);
}

static enum err make_player(struct run *run, struct diag *why)
{
    const struct exchange *exchange = run->one->exchange;
    enum side fake = side_other(run->one->iut);
    struct peer_config config = {.protocol = exchange->protocol,
                                 .loop = run->loop,
                                 .transcript = run->transcript,
                                 .user = run->staging.user,
                                 .password = run->staging.password,
                                 .exchange = exchange,
                                 .root = exchange->root,
                                 .shape = run->one->shape,
                                 .order = run->one->order,
                                 .drained = run->rig->sockdiag == NULL ? NULL : sockdiag_drained,
                                 .drained_ctx = run->rig->sockdiag,
                                 .timeout = run->rig->settings->timeout / 2};

    if (subject_elsewhere(&run->rig->settings->subject))
        config.drained = NULL; /* the IUT is not on this machine */
    give_addresses(run, &config);
    return player_new(exchange, fake, &config, run->rig->kit->make[exchange->protocol][fake],
                      &run->player, why);
}

static void iut_ended(void *ctx, int fd, unsigned events)
{
    struct run *run = ctx;

    (void)fd;
    (void)events;
    loop_forget(run->loop, spawn_fd(run->staging.spawn));
    staging_ended(&run->staging);
}

static bool over(struct run *run)
{
    if (run->one->iut == SIDE_SERVER)
        return player_done(run->player);
    return run->staging.ended;
}

/* Serve events until the case is over or its time is up. */
static void turn_until_over(struct run *run)
{
    int64_t end = clock_now() + run->rig->settings->timeout;

    if (run->staging.spawn != NULL)
        loop_watch(run->loop, spawn_fd(run->staging.spawn), LOOP_READ, iut_ended, run);
    while (!over(run)) {
        int64_t left = end - clock_now();

        if (left <= 0) {
            run->timed_out = true;
            break;
        }
        loop_turn(run->loop, left);
    }
    if (run->staging.spawn != NULL && !run->staging.ended)
        loop_forget(run->loop, spawn_fd(run->staging.spawn));
}

/* The client is gone: hear what it said last. */
static void turn_for_the_rest(struct run *run)
{
    int64_t end = clock_now() + GRACE;

    while (run->one->iut == SIDE_CLIENT && !run->timed_out && !player_done(run->player) &&
           clock_now() < end && run->one->exchange->protocol != PROTOCOL_UDP)
        loop_turn(run->loop, 5 * CLOCK_MS);
}

static enum err start_both(struct run *run, struct diag *why)
{
    enum err err;

    if (run->one->iut == SIDE_SERVER) {
        err = staging_start(&run->staging, why);
        return err == OK ? player_start(run->player, why) : err;
    }
    err = player_start(run->player, why);
    if (err != OK)
        return err;
    run->staging.server.port = player_bound(run->player)->port;
    return staging_start(&run->staging, why);
}

static enum err play(struct run *run, struct diag *why)
{
    enum err err = start_both(run, why);

    if (err != OK)
        return err;
    turn_until_over(run);
    turn_for_the_rest(run);
    player_end(run->player, run->timed_out);
    staging_ended(&run->staging);
    return OK;
}

/* Where each octet waits until the IUT has read the one before, both take turns: on one processor
 * that is twice as fast as on two. */
static enum err play_in_place(struct run *run, struct diag *why)
{
    struct processor_hold hold = {.held = false};
    enum err err;

    if (run->one->shape == SHAPE_OCTETS)
        processor_hold(&hold);
    err = play(run, why);
    processor_release(&hold);
    return err;
}

/* --- seeing ---------------------------------------------------------------------------------- */

static enum err begin_to_see(struct run *run, struct diag *why)
{
    const char *evidence = run->rig->settings->evidence;
    char file[WORKSPACE_PATH + 300];

    if (evidence == NULL)
        return capture_begin(run->rig->capture, NULL, why);
    if (keep_folder(evidence, run->one, run->evidence, sizeof run->evidence, why) != OK)
        return why->code;
    snprintf(file, sizeof file, "%s/capture.pcap", run->evidence);
    return capture_begin(run->rig->capture, file, why);
}

/* A network that is not ours alone carries other conversations too: those are none of the case. */
static bool of_this_case(const struct run *run, const struct timeline *timeline)
{
    if (run->rig->isolated)
        return true;
    return timeline->server.port == run->staging.server.port &&
           (run->one->iut == SIDE_CLIENT ||
            endpoint_same_addr(&timeline->server, &run->staging.server));
}

static void drop_others(struct run *run)
{
    struct recording *recording = &run->recording;
    size_t kept = 0;

    for (size_t i = 0; i < recording->count; i++) {
        if (of_this_case(run, recording->timelines[i]))
            recording->timelines[kept++] = recording->timelines[i];
        else
            timeline_free(recording->timelines[i]);
    }
    recording->count = kept;
}

static enum err end_to_see(struct run *run, struct diag *why)
{
    enum err err = capture_end(run->rig->capture, &run->recording, why);

    run->seen = err == OK;
    if (run->seen)
        drop_others(run);
    return err;
}

/* --- the line -------------------------------------------------------------------------------- */

static enum err set_up(struct run *run, struct diag *why)
{
    enum err err = staging_init(&run->staging, run->rig, run->one, why);

    if (err == OK)
        err = loop_new(&run->loop, why);
    if (err == OK)
        err = transcript_new(&run->transcript, why);
    if (err == OK)
        err = make_player(run, why);
    if (err == OK)
        err = begin_to_see(run, why);
    return err;
}

/* The first packet to a server was turned away, and nothing else came. */
static const char *turned_away(const struct timeline *timeline)
{
    const struct timeline_flow *flow = &timeline->flows[0];

    if (flow->icmp_error && flow->octets[SIDE_SERVER] == 0)
        return "an ICMP error";
    if (timeline->protocol != PROTOCOL_UDP && flow->syn != 0 && flow->syn_ack == 0 &&
        flow->rst[SIDE_SERVER] != 0)
        return "RST";
    return NULL;
}

/* A server elsewhere that is not there is no matter of the case. */
static void look_for_nobody(const struct run *run, struct outcome *outcome)
{
    char text[ENDPOINT_TEXT];

    for (size_t i = 0; i < run->recording.count; i++) {
        const struct timeline *one = run->recording.timelines[i];
        const char *answer = turned_away(one);

        if (!subject_elsewhere(&run->rig->settings->subject) || answer == NULL)
            continue;
        snprintf(outcome->why, sizeof outcome->why, "nobody listens at %s: the answer is %s",
                 endpoint_format(&one->server, text), answer);
        outcome->fatal = true;
        outcome->fatal_code = ERR_UNREACHABLE;
    }
}

static void judge(struct run *run, const struct conduct *baseline, struct conduct *conduct,
                  struct outcome *outcome)
{
    struct case_evidence evidence = {run->one,        &run->staging,   run->player,
                                     run->transcript, &run->recording, run->timed_out};

    judgement_make(&evidence, outcome);
    conduct_take(&evidence, outcome->verdict, conduct);
    if (baseline != NULL)
        conduct_compare(&evidence, baseline, conduct, outcome);
    look_for_nobody(run, outcome);
}

static enum err keep(struct run *run, const struct outcome *outcome, struct diag *why)
{
    if (run->evidence[0] == '\0')
        return OK;
    return keep_case(run->evidence, run->one, run->transcript, staging_output(&run->staging),
                     outcome, why);
}

static void tear_down(struct run *run)
{
    player_free(run->player);
    transcript_free(run->transcript);
    loop_free(run->loop);
    if (run->seen)
        recording_fini(&run->recording);
    staging_fini(&run->staging);
}

static void went_wrong(const struct diag *why, struct outcome *outcome)
{
    outcome_worsen(outcome, VERDICT_ERROR, why->text);
    outcome->fatal = why->code == ERR_UNREACHABLE || why->code == ERR_PERMISSION;
    outcome->fatal_code = why->code;
}

static enum err line(struct run *run, const struct conduct *baseline, struct conduct *conduct,
                     struct outcome *outcome, struct diag *why)
{
    struct diag ignored;
    enum err err = set_up(run, why), seen;

    if (err != OK)
        return err;
    err = play_in_place(run, why);
    seen = end_to_see(run, err == OK ? why : &ignored); /* before our own stop of the IUT shows */
    staging_stop(&run->staging);
    if (err == OK)
        err = seen;
    if (err == OK) {
        judge(run, baseline, conduct, outcome);
        err = keep(run, outcome, why);
    }
    return err;
}

/* 127 is what a shell says of a program that is not there, and an adapter of what its program
 * cannot be asked for: nothing that was found counts. */
static void skip_where_impossible(struct run *run, struct outcome *outcome)
{
    struct staging *staging = &run->staging;
    const char *words;
    char why[240];

    if (run->one->iut != SIDE_CLIENT || !staging->ended || staging->end.signaled ||
        staging->end.status != 127)
        return;
    words = staging_last_words(staging);
    snprintf(why, sizeof why, "the command exits 127: %s",
             words[0] == '\0' ? "it is not installed" : words);
    outcome_fini(outcome);
    outcome_init(outcome);
    outcome_worsen(outcome, VERDICT_SKIP, why);
}

void run_case(struct rig *rig, const struct plan_case *one, const struct conduct *baseline,
              struct conduct *conduct, struct outcome *outcome)
{
    struct run run = {.rig = rig, .one = one};
    int64_t started = clock_now();
    char skip[240];
    struct diag why;

    *conduct = (struct conduct){.verdict = VERDICT_SKIP};
    if (offer_lacks(rig, one, skip, sizeof skip) != NULL) {
        outcome_worsen(outcome, VERDICT_SKIP, skip);
        return;
    }
    if (line(&run, baseline, conduct, outcome, &why) != OK)
        went_wrong(&why, outcome);
    skip_where_impossible(&run, outcome);
    tear_down(&run);
    outcome->duration = clock_now() - started;
    outcome->own = outcome->duration - run.staging.end.lifetime;
}
