/* builtin: the reference FTP client and server as a program of their own, which
 * suites/iut/builtin.* start as if they were anybody's. Small, and linked statically where that can
 * be had: a run starts it once a case, and what the loader does for the whole of peerspec would
 * take longer than the case. */
#include <stdio.h>
#include <string.h>

#include "fakes/ftp_job.h"
#include "fakes/ftp_server.h"
#include "play/player.h"
#include "play/stopper.h"

#define MAX_FAULTS 16

static const char usage[] =
    "usage: peerspec-builtin [--fault NAME]... client OPERATION ADDRESS PORT USER PASSWORD "
    "[ARGUMENT...]\n"
    "       peerspec-builtin [--fault NAME]... server ADDRESS PORT USER PASSWORD FOLDER\n";

struct words {
    const char *const *at;
    size_t count;
};

static enum err address(const char *host, const char *port, struct endpoint *out, struct diag *why)
{
    uint64_t number;

    if (bytes_to_u64(bytes_of(port), &number) && number > 0 && number <= UINT16_MAX &&
        endpoint_parse(host, (uint16_t)number, out))
        return OK;
    return diag_set(why, ERR_USAGE, "%s, port %s, is no address", host, port);
}

/* --- the server ------------------------------------------------------------------------------ */

struct server {
    struct loop *loop;
    struct transcript *transcript;
    struct player *player;
    struct stopper stopper;
};

static enum err set_up(struct server *server, const struct words *words, const char *const *faults,
                       struct diag *why)
{
    struct peer_config config = {.protocol = PROTOCOL_FTP,
                                 .user = words->at[3],
                                 .password = words->at[4],
                                 .root = words->at[5],
                                 .faults = faults};
    enum err err = address(words->at[1], words->at[2], &config.local, why);

    if (err != OK)
        return err;
    if (config.local.port > 1)
        config.data_port = (uint16_t)(config.local.port - 1);
    err = loop_new(&server->loop, why);
    if (err == OK)
        err = transcript_new(&server->transcript, why);
    if (err == OK)
        err = stopper_start(&server->stopper, server->loop, why);
    config.loop = server->loop;
    config.transcript = server->transcript;
    return err == OK ? player_new(NULL, SIDE_SERVER, &config, ftp_server_new, &server->player, why)
                     : err;
}

/* Until a signal comes. */
static enum err serve(const struct words *words, const char *const *faults, struct diag *why)
{
    struct server server = {.stopper = {.fd = -1}};
    enum err err = set_up(&server, words, faults, why);

    if (err == OK)
        err = player_start(server.player, why);
    while (err == OK && !server.stopper.stopped)
        loop_turn(server.loop, -1);
    player_free(server.player);
    transcript_free(server.transcript);
    stopper_end(&server.stopper, server.loop);
    loop_free(server.loop);
    return err;
}

/* --- the client ------------------------------------------------------------------------------ */

static enum err operate(const struct words *words, const char *const *faults, int *status,
                        struct diag *why)
{
    struct ftp_job job = {.operation = words->at[1],
                          .user = words->at[4],
                          .password = words->at[5],
                          .arguments = words->at + 6,
                          .argument_count = words->count - 6,
                          .faults = faults,
                          .out = stdout};
    enum err err = address(words->at[2], words->at[3], &job.server, why);

    if (err != OK)
        return err;
    *status = ftp_job_run(&job, why);
    if (fflush(stdout) != 0 && *status == 0)
        *status = 1;
    return *status == 0 ? OK : ERR_UNREACHABLE;
}

/* --- the command line ------------------------------------------------------------------------ */

/* Takes --fault NAME off the front, into `faults`. */
static void take_faults(struct words *words, const char *faults[MAX_FAULTS + 1])
{
    size_t count = 0;

    while (words->count >= 2 && strcmp(words->at[0], "--fault") == 0 && count < MAX_FAULTS) {
        faults[count++] = words->at[1];
        words->at += 2;
        words->count -= 2;
    }
}

static bool is_call(const struct words *words, const char *role, size_t least)
{
    return words->count >= least && strcmp(words->at[0], role) == 0;
}

int main(int argc, char **argv)
{
    struct words words = {(const char *const *)argv + 1, (size_t)argc - 1};
    const char *faults[MAX_FAULTS + 1] = {NULL};
    struct diag why;
    int status = 1;
    enum err err;

    take_faults(&words, faults);
    if (is_call(&words, "client", 6))
        err = operate(&words, faults, &status, &why);
    else if (is_call(&words, "server", 6))
        err = serve(&words, faults, &why);
    else {
        fputs(usage, stderr);
        return 2;
    }
    if (err == OK)
        return 0;
    fprintf(stderr, "peerspec-builtin: %s\n", why.text);
    return status;
}
