/* main: alone knows the fakes and the suites, and hands them to the harness. */
#include <stdio.h>
#include <string.h>

#include "console.h"
#include "crew.h"
#include "fakes/ftp_client.h"
#include "fakes/ftp_server.h"
#include "fakes/tcp_peer.h"
#include "fakes/udp_peer.h"
#include "inspect.h"
#include "options.h"
#include "places.h"
#include "session.h"
#include "shelf.h"
#include "show.h"
#include "suites/ftp/ftp_replies.h"
#include "suites/rules.h"

static const struct kit kit = {
    .make = {[PROTOCOL_FTP] = {ftp_client_new, ftp_server_new},
             [PROTOCOL_UDP] = {udp_client_new, udp_server_new},
             [PROTOCOL_TCP] = {tcp_client_new, tcp_server_new}},
    .rules = rule_tables,
};

/* What every command may use. */
struct call {
    const struct options *options;
    const struct places *places;
};

typedef enum err command_fn(const struct call *call, int *status, struct diag *why);

static enum err do_session(const struct call *call, int *status, struct diag *why)
{
    return session_run(call->options, call->places, &kit, status, why);
}

static enum err do_check(const struct call *call, int *status, struct diag *why)
{
    return inspect_files(call->options, &kit, status, why);
}

static enum err do_show(const struct call *call, int *status, struct diag *why)
{
    *status = 0;
    return show_file(call->options, why);
}

static enum err do_play(const struct call *call, int *status, struct diag *why)
{
    return console_play(call->options, call->places, &kit, status, why);
}

static enum err do_list(const struct call *call, int *status, struct diag *why)
{
    *status = 0;
    return shelf_list(call->options, call->places, &kit, why);
}

static enum err do_explain(const struct call *call, int *status, struct diag *why)
{
    *status = 0;
    return shelf_explain(call->options, call->places, &kit, why);
}

static enum err do_lint(const struct call *call, int *status, struct diag *why)
{
    return shelf_lint(call->options, call->places, ftp_reply_allowed, status, why);
}

static enum err do_version(const struct call *call, int *status, struct diag *why)
{
    (void)call;
    (void)why;
    *status = 0;
    puts("peerspec " PEERSPEC_VERSION);
    return OK;
}

static const struct {
    command_fn *call;
    bool needs_places;
} commands[COMMAND_COUNT] = {
    [COMMAND_SERVER] = {do_session, true},   [COMMAND_CLIENT] = {do_session, true},
    [COMMAND_CHECK] = {do_check, false},     [COMMAND_SHOW] = {do_show, false},
    [COMMAND_PLAY] = {do_play, true},        [COMMAND_LIST] = {do_list, true},
    [COMMAND_EXPLAIN] = {do_explain, true},  [COMMAND_LINT] = {do_lint, true},
    [COMMAND_VERSION] = {do_version, false},
};

static int complain(const struct diag *why)
{
    fflush(stdout);
    if (why->at.file == NULL)
        fputs("peerspec: ", stderr);
    diag_print(stderr, why);
    return err_status(why->code);
}

static int help(const struct options *options)
{
    if (options->command == COMMAND_NONE)
        options_usage(stdout);
    else
        options_help(stdout, options->command);
    return 0;
}

static int perform(const struct options *options)
{
    struct call call = {options, NULL};
    struct places places;
    struct diag why;
    int status = 0;

    if (options->help || options->command == COMMAND_NONE)
        return help(options);
    if (commands[options->command].needs_places) {
        if (places_find(&places, &why) != OK)
            return complain(&why);
        call.places = &places;
    }
    if (commands[options->command].call(&call, &status, &why) != OK)
        status = crew_interrupted() != 0 ? 128 + crew_interrupted() : complain(&why);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct diag why;
    int status;

    if (options_parse(&options, argc, argv, &why) != OK)
        status = complain(&why);
    else
        status = perform(&options);
    options_fini(&options);
    if (fflush(stdout) != 0 && status == 0) {
        perror("peerspec: standard output");
        status = 5;
    }
    return status;
}
