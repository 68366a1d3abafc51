#include "fakes/ftp_client.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fakes/ftp_client_script.h"
#include "fakes/ftp_client_session.h"
#include "fakes/misbehave_client.h"
#include "proto/ftp_hostport.h"

#define TIMEOUT_DEFAULT (10 * CLOCK_SECOND)
#define LINE_CEILING (1u << 20)

/* --- the control connection ------------------------------------------------------------------ */

static void negotiate(struct ftp_client *client)
{
    static const char will_suppress_go_ahead[] = {'\xff', '\xfb', '\x03'};

    if (client_fault_on(client->config.faults, "telnet-negotiates"))
        outlet_say(ftp_client_outlet(client),
                   &(struct peer_say){.text = {will_suppress_go_ahead, 3}});
}

static void opened(void *ctx)
{
    struct ftp_client *client = ctx;
    bool scripted;

    ftp_client_expect(client, &(struct pending){.own = &ftp_client_greeting});
    negotiate(client);
    scripted = client->config.events.opened(client->config.events.ctx) == PEER_SCRIPT;
    if (scripted)
        client->pending[0].own = NULL;
    if (client->config.exchange == NULL) {
        client->preparing = client->wants_login = true;
        ftp_client_kick(client);
    }
}

static void outlet_idle_again(void *ctx)
{
    struct ftp_client *client = ctx;

    if (!client->said)
        return;
    client->said = false;
    client->config.events.idle(client->config.events.ctx);
}

static void control_closed(void *ctx, enum peer_end how)
{
    ftp_client_tell_closed(ctx, how);
}

static void transfer_ended(void *ctx, const struct peer_data_end *end)
{
    struct ftp_client *client = ctx;

    client->config.events.data_ended(client->config.events.ctx, end);
}

/* --- what the player asks -------------------------------------------------------------------- */

static struct ftp_client *client_of(struct peer *peer)
{
    return (struct ftp_client *)(void *)peer;
}

static enum err start(struct peer *peer, struct diag *why)
{
    struct ftp_client *client = client_of(peer);
    struct ftp_control_config config = {.loop = client->config.loop,
                                        .transcript = client->config.transcript,
                                        .local = client->config.local,
                                        .remote = client->config.remote,
                                        .shape = client->config.shape,
                                        .drained = client->config.drained,
                                        .drained_ctx = client->config.drained_ctx,
                                        .timeout = client->config.timeout,
                                        .ctx = client,
                                        .opened = opened,
                                        .replied = ftp_client_replied,
                                        .idle = outlet_idle_again,
                                        .closed = control_closed};

    return ftp_control_connect(&config, &client->control, why);
}

static void begin_data(struct ftp_client *client)
{
    ftp_client_data_begin(client->channel, (client->transfer_verb->traits & FTP_VERB_SENDS) != 0);
}

/* The transfer command has left. */
static void begin_data_behind(void *ctx)
{
    struct ftp_client *client = ctx;

    begin_data(client);
    if (ftp_client_outlet(client) != NULL)
        outlet_resume(ftp_client_outlet(client));
}

/* A PORT or EPRT that the script writes out: be there. */
static void listen_as_said(struct ftp_client *client, const struct ftp_command *said)
{
    bool extended = strcmp(said->known->name, "EPRT") == 0;
    struct endpoint at, bound;
    struct flaw flaw;
    enum parse parse = extended ? ftp_eprt_parse(said->argument, &at, &flaw)
                                : ftp_port_parse(said->argument, &at, &flaw);

    if (parse == PARSE_DONE && at.port != 0 && !ftp_client_data_listens_at(client->channel, &at))
        ftp_client_data_listen(client->channel, &at, &bound);
}

static void keep_file_name(struct ftp_client *client, struct bytes argument)
{
    size_t len = argument.len < sizeof client->file ? argument.len : sizeof client->file - 1;

    memcpy(client->file, argument.at == NULL ? "" : argument.at, len);
    client->file[len] = '\0';
}

/* Note what the script's command means for the model. */
static void note_command(struct ftp_client *client, const struct ftp_command *said)
{
    unsigned traits = said->known == NULL ? 0 : said->known->traits;

    if (said->known != NULL && strcmp(said->known->name, "QUIT") == 0)
        client->quit_sent = true;
    if (said->known != NULL &&
        (strcmp(said->known->name, "PORT") == 0 || strcmp(said->known->name, "EPRT") == 0))
        listen_as_said(client, said);
    if ((traits & FTP_VERB_TRANSFERS) != 0) {
        client->transfer_verb = said->known;
        keep_file_name(client, said->argument);
    }
}

/* The data connection is asked for just before the command that needs it, as most clients do: a
 * server that refuses the command at once may no longer listen. Behind queued lines it has to wait.
 */
static void put_command_line(struct ftp_client *client, const struct peer_say *say, bool transfers)
{
    bool queued = !outlet_idle(ftp_client_outlet(client));

    if (transfers && !queued)
        begin_data(client);
    ftp_client_put_line(client, say);
    if (transfers && queued)
        outlet_call(ftp_client_outlet(client), begin_data_behind, client);
}

static void say(struct peer *peer, const struct peer_say *say)
{
    struct ftp_client *client = client_of(peer);
    struct ftp_command said = {0};
    char *room = malloc(say->text.len + 1);
    size_t used;

    client->said = true;
    if (room == NULL || ftp_client_outlet(client) == NULL) {
        free(room);
        return;
    }
    if (ftp_command_parse(say->text, room, &said, &used) == PARSE_DONE) {
        ftp_client_expect(
            client,
            &(struct pending){.verb = said.known,
                              .argument = said.argument.len > 0 ? said.argument.at[0] : '\0'});
        note_command(client, &said);
    }
    client->final_since_say = 0;
    put_command_line(client, say,
                     said.known != NULL && (said.known->traits & FTP_VERB_TRANSFERS) != 0);
    free(room);
}

static void begin_transfer(void *ctx)
{
    struct ftp_client *client = ctx;
    struct peer_transfer transfer = client->transfers[0];
    struct buf content;

    client->transfer_count--;
    memmove(client->transfers, client->transfers + 1,
            client->transfer_count * sizeof client->transfers[0]);
    buf_init(&content, 128u << 20);
    if (transfer.fake_sends && transfer.payload != NULL)
        buf_add(&content, transfer.payload->octets);
    else if (transfer.fake_sends)
        ftp_script_add_content(client->config.exchange, client->file, client->ascii, &content);
    ftp_client_data_transfer(client->channel, &transfer, buf_bytes(&content));
    buf_fini(&content);
    if (ftp_client_outlet(client) != NULL)
        outlet_resume(ftp_client_outlet(client));
}

static void transfer(struct peer *peer, const struct peer_transfer *transfer)
{
    struct ftp_client *client = client_of(peer);

    if (ftp_client_outlet(client) == NULL || client->transfer_count == TRANSFERS_MOST)
        return;
    client->said = true;
    client->transfers[client->transfer_count++] = *transfer;
    outlet_call(ftp_client_outlet(client), begin_transfer, client);
}

static void act_close(void *ctx)
{
    struct ftp_client *client = ctx;

    ftp_control_close(client->control, false);
    ftp_client_tell_closed(client, PEER_FIN);
}

static void act_reset(void *ctx)
{
    struct ftp_client *client = ctx;

    ftp_control_close(client->control, true);
    ftp_client_tell_closed(client, PEER_FIN);
}

static void act_half_close(void *ctx)
{
    struct ftp_client *client = ctx;

    ftp_control_half_close(client->control);
    client->quit_sent = true; /* it could not be sent any more */
    outlet_resume(ftp_client_outlet(client));
}

static void act(struct peer *peer, const struct delivery *act)
{
    struct ftp_client *client = client_of(peer);
    struct outlet *outlet = ftp_client_outlet(client);

    if (outlet == NULL)
        return;
    client->said = true;
    if (act->kind == DELIVER_SILENT)
        outlet_wait(outlet, act->number);
    else
        outlet_call(outlet,
                    act->kind == DELIVER_CLOSE   ? act_close
                    : act->kind == DELIVER_RESET ? act_reset
                                                 : act_half_close,
                    client);
}

static bool fill_address(struct ftp_client *client, enum hole hole, struct buf *value)
{
    char text[FTP_HOSTPORT_TEXT];
    struct endpoint bound;

    if (!ftp_control_is_open(client->control) ||
        (hole == HOLE_HOSTPORT && ftp_control_local(client->control)->family != 4) ||
        !ftp_client_listen(client, &bound))
        return false;
    if (hole == HOLE_PORT)
        return buf_addf(value, "%u", bound.port);
    return buf_add_text(value, hole == HOLE_EPRT ? ftp_eprt_format(&bound, text)
                                                 : ftp_hostport_format(&bound, text));
}

/* The client's own address, as EPRT or, for IPv4 alone, as PORT writes it. */
static bool fill_own(struct ftp_client *client, enum hole hole, struct buf *value)
{
    char text[FTP_HOSTPORT_TEXT], addr[ENDPOINT_TEXT];
    const struct endpoint *own;

    if (!ftp_control_is_open(client->control))
        return false;
    own = ftp_control_local(client->control);
    if (hole == HOLE_CLIENT)
        return buf_add_text(value, endpoint_addr(own, addr));
    return own->family == 4 && buf_add_text(value, ftp_host_number_format(own, text));
}

static bool fill(void *peer, enum hole hole, struct buf *value)
{
    struct ftp_client *client = peer;
    char addr[ENDPOINT_TEXT];

    switch (hole) {
    case HOLE_USER:
        return client->config.user != NULL && buf_add_text(value, client->config.user);
    case HOLE_PASSWORD:
        return client->config.password != NULL && buf_add_text(value, client->config.password);
    case HOLE_HOST:
        return buf_add_text(value, endpoint_addr(&client->config.remote, addr));
    case HOLE_CLIENT:
    case HOLE_NUMBER:
        return fill_own(client, hole, value);
    case HOLE_HOSTPORT:
    case HOLE_EPRT:
    case HOLE_PORT:
        return fill_address(client, hole, value);
    default:
        return false;
    }
}

static void bound(struct peer *peer, enum hole hole, const struct bindings *bindings)
{
    struct ftp_client *client = client_of(peer);

    if (client->closed || (hole != HOLE_HOSTPORT && hole != HOLE_PORT))
        return;
    ftp_client_aim(client, hole == HOLE_HOSTPORT ? bindings->hostport
                                                 : ftp_client_target(client, bindings->port));
}

static void prepare(struct peer *peer, struct bytes command)
{
    struct ftp_client *client = client_of(peer);
    const struct exchange *exchange = client->config.exchange;
    struct bytes line = ftp_line_text(command);
    const struct ftp_verb *verb = ftp_verb_find(bytes_slice(line, 0, bytes_index(line, ' ')));

    if (client->closed)
        return;
    if (client->final_since_say > 0)
        client->pending_count = 0; /* what is left of the script's is not coming any more */
    client->wants_login = exchange->logged_in;
    client->wants_data =
        verb != NULL &&
        ((verb->traits & FTP_VERB_TRANSFERS) != 0 ||
         (strcmp(verb->name, "REST") == 0 && ftp_script_rest_precedes_transfer(exchange)));
    if (exchange->data == DATA_NONE ||
        client_fault_on(client->config.faults, "no-port-before-retr"))
        client->wants_data = false;
    client->tried_pasv = client->tried_epsv = client->tried_port = client->tried_eprt = false;
    client->preparing = true;
    ftp_client_kick(client);
}

static void end_session(void *ctx)
{
    struct ftp_client *client = ctx;

    ftp_client_data_drop(client->channel);
    ftp_client_send_quit(client);
    if (ftp_client_outlet(client) != NULL)
        outlet_resume(ftp_client_outlet(client));
}

static void finish(struct peer *peer)
{
    struct ftp_client *client = client_of(peer);

    if (client->finishing || client->closed)
        return;
    client->finishing = true;
    client->preparing = false;
    ftp_client_await_end(client);
    if (ftp_client_outlet(client) != NULL)
        outlet_call(ftp_client_outlet(client), end_session, client);
}

static void free_client(struct peer *peer)
{
    struct ftp_client *client = client_of(peer);

    if (client == NULL)
        return;
    ftp_client_stop_timers(client);
    ftp_client_data_free(client->channel);
    ftp_control_free(client->control);
    buf_fini(&client->line);
    free(client);
}

static const struct peer_ops ops = {.start = start,
                                    .say = say,
                                    .transfer = transfer,
                                    .act = act,
                                    .fill = fill,
                                    .bound = bound,
                                    .prepare = prepare,
                                    .finish = finish,
                                    .free = free_client};

enum err ftp_client_new(const struct peer_config *config, struct peer **out, struct diag *why)
{
    struct ftp_client_data_config channel = {.loop = config->loop,
                                             .transcript = config->transcript,
                                             .reads_early = !ftp_script_cuts_data(config->exchange),
                                             .delay = ftp_script_data_delay(config->exchange),
                                             .ended = transfer_ended};
    enum err err = client_faults_check(config->faults, PROTOCOL_FTP, SIDE_CLIENT, why);
    struct ftp_client *client = err == OK ? calloc(1, sizeof *client) : NULL;

    *out = NULL;
    if (client == NULL)
        return err != OK ? err : diag_set(why, ERR_SYSTEM, "out of memory");
    client->base.ops = &ops;
    client->config = *config;
    if (client->config.timeout == 0)
        client->config.timeout = TIMEOUT_DEFAULT;
    channel.timeout = client->config.timeout;
    channel.ctx = client;
    buf_init(&client->line, LINE_CEILING);
    err = ftp_client_data_new(&channel, &client->channel, why);
    if (err != OK)
        free(client);
    else
        *out = (struct peer *)client;
    return err;
}
