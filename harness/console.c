#include "console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "play/player.h"
#include "play/stopper.h"

#define MAX_FAULTS 64

struct console {
    const struct options *options;
    const struct places *places;
    struct exchange *exchange; /* owned; NULL: by hand */
    enum side fake;
    struct loop *loop;
    struct transcript *transcript;
    struct player *player;
    struct sockdiag *sockdiag;
    struct arena arena;
    struct stopper stopper;
};

/* --- the log --------------------------------------------------------------------------------- */

static void print_entry(void *ctx, const struct entry *entry)
{
    struct timespec now;
    struct tm local;
    char stamp[16], line[500];

    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(stamp, sizeof stamp, "%H:%M:%S", &local);
    entry_format(entry, line, sizeof line);
    printf("%s.%03ld  %s\n", stamp, now.tv_nsec / 1000000, line);
    fflush(stdout);
}

static void print_deviations(const struct console *console, size_t *count)
{
    const struct deviation *deviations;

    *count = player_deviations(console->player, &deviations);
    for (size_t i = 0; i < *count; i++) {
        struct diag told;

        diag_at(&told, ERR_SYNTAX,
                deviations[i].step == NULL ? (struct place){NULL, 0, 0} : deviations[i].step->at,
                "expected %s; seen: %s", deviations[i].expected, deviations[i].seen);
        diag_print(stdout, &told);
    }
}

/* --- what the options say -------------------------------------------------------------------- */

static enum err set_addresses(struct console *console, struct peer_config *config, struct diag *why)
{
    const struct options *options = console->options;

    if (console->fake == SIDE_CLIENT) {
        if (options->connect.host == NULL)
            return diag_set(why, ERR_USAGE, "a client needs --connect HOST:PORT");
        return host_resolve(options->connect.host, options->connect.port, &config->remote, why);
    }
    if (options->listen.host == NULL || options->listen.host[0] == '\0') {
        config->listen_any = true;
        endpoint_parse("0.0.0.0", options->listen.port, &config->local);
        return OK;
    }
    return host_resolve(options->listen.host, options->listen.port, &config->local, why);
}

/* The switches of the command line, as the fakes know them. */
static const char *const *faults_of(struct console *console)
{
    const struct options *options = console->options;
    const char **faults = arena_take(&console->arena, (MAX_FAULTS + 1) * sizeof *faults);
    size_t count = 0;

    for (size_t i = 0; i < options->faults.count && count < MAX_FAULTS; i++)
        faults[count++] = options->faults.items[i];
    for (size_t i = 0; i < options->reply_count && count < MAX_FAULTS; i++)
        faults[count++] =
            arena_printf(&console->arena, "reply:%s=%d%s%s", options->replies[i].verb,
                         options->replies[i].code, options->replies[i].text == NULL ? "" : " ",
                         options->replies[i].text == NULL ? "" : options->replies[i].text);
    for (size_t i = 0; i < options->stall_count && count < MAX_FAULTS; i++)
        faults[count++] = arena_printf(&console->arena, "stall:%s=%lld", options->stalls[i].verb,
                                       (long long)options->stalls[i].time);
    for (size_t i = 0; i < options->drop_after.count && count < MAX_FAULTS; i++)
        faults[count++] =
            arena_printf(&console->arena, "drop-after:%s", options->drop_after.items[i]);
    return faults;
}

static enum err load_exchange(struct console *console, struct diag *why)
{
    struct exchange_places where = {console->places->suites, console->places->fixtures};

    if (console->options->file == NULL)
        return OK;
    return exchange_load(console->options->file, &where, &console->exchange, why);
}

static enum protocol protocol_of(const struct console *console)
{
    if (console->exchange != NULL)
        return console->exchange->protocol;
    return console->options->has_protocol ? console->options->protocol : PROTOCOL_FTP;
}

static enum err make_player(struct console *console, const struct kit *kit, struct diag *why)
{
    struct peer_config config = {.protocol = protocol_of(console),
                                 .loop = console->loop,
                                 .transcript = console->transcript,
                                 .exchange = console->exchange,
                                 .user = console->options->user,
                                 .password = console->options->password,
                                 .root = console->options->root,
                                 .faults = faults_of(console)};
    struct diag no_sockdiag;

    if (sockdiag_open(&console->sockdiag, &no_sockdiag) == OK) {
        config.drained = sockdiag_drained;
        config.drained_ctx = console->sockdiag;
    }
    if (set_addresses(console, &config, why) != OK)
        return why->code;
    if (console->fake == SIDE_SERVER && config.local.port > 1)
        config.data_port = (uint16_t)(config.local.port - 1);
    return player_new(console->exchange, console->fake, &config,
                      kit->make[config.protocol][console->fake], &console->player, why);
}

/* --- the run --------------------------------------------------------------------------------- */

static void say_where(const struct console *console)
{
    char text[ENDPOINT_TEXT];

    if (console->options->quiet || console->fake != SIDE_SERVER)
        return;
    printf("listening at %s; Ctrl-C ends it\n",
           endpoint_format(player_bound(console->player), text));
    fflush(stdout);
}

static bool over(const struct console *console)
{
    if (console->stopper.stopped)
        return true;
    return (console->fake == SIDE_CLIENT || console->exchange != NULL) &&
           player_done(console->player);
}

static enum err play(struct console *console, struct diag *why)
{
    int64_t timeout = console->options->timeout;
    int64_t end = timeout > 0 ? clock_now() + timeout : INT64_MAX;
    enum err err = player_start(console->player, why);

    if (err != OK)
        return err;
    say_where(console);
    while (!over(console) && clock_now() < end)
        loop_turn(console->loop, timeout > 0 ? end - clock_now() : -1);
    player_end(console->player, clock_now() >= end);
    return OK;
}

static enum err set_up(struct console *console, const struct kit *kit, struct diag *why)
{
    enum err err = load_exchange(console, why);

    if (err == OK)
        err = loop_new(&console->loop, why);
    if (err == OK)
        err = transcript_new(&console->transcript, why);
    if (err == OK && !console->options->quiet)
        transcript_watch(console->transcript, print_entry, console);
    if (err == OK)
        err = stopper_start(&console->stopper, console->loop, why);
    if (err == OK)
        err = make_player(console, kit, why);
    return err;
}

enum err console_play(const struct options *options, const struct places *places,
                      const struct kit *kit, int *status, struct diag *why)
{
    struct console console = {.options = options, .places = places, .stopper = {.fd = -1}};
    size_t deviations = 0;
    enum err err;

    console.fake = options->has_as                 ? options->as
                   : options->connect.host != NULL ? SIDE_CLIENT
                                                   : SIDE_SERVER;
    arena_init(&console.arena);
    err = set_up(&console, kit, why);
    if (err == OK)
        err = play(&console, why);
    if (err == OK)
        print_deviations(&console, &deviations);
    *status = deviations > 0 ? 1 : 0;
    player_free(console.player);
    transcript_free(console.transcript);
    stopper_end(&console.stopper, console.loop);
    loop_free(console.loop);
    sockdiag_free(console.sockdiag);
    exchange_free(console.exchange);
    arena_fini(&console.arena);
    return err;
}
