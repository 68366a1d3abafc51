#include "fakes/ftp_client_session.h"

#include <string.h>

#include "base/clock.h"
#include "fakes/misbehave_client.h"
#include "proto/ftp_hostport.h"

#define QUIT_WAIT (2 * CLOCK_SECOND)

static void note(struct ftp_client *client, const char *text)
{
    transcript_add(client->config.transcript,
                   &(struct entry){.kind = ENTRY_NOTE, .connection = 1, .text = bytes_of(text)});
}

struct outlet *ftp_client_outlet(struct ftp_client *client)
{
    return client->control == NULL ? NULL : ftp_control_outlet(client->control);
}

/* --- the end --------------------------------------------------------------------------------- */

void ftp_client_stop_timers(struct ftp_client *client)
{
    loop_cancel(client->config.loop, client->soon);
    loop_cancel(client->config.loop, client->patience);
    client->soon = client->patience = NULL;
}

void ftp_client_tell_closed(struct ftp_client *client, enum peer_end how)
{
    if (client->closed)
        return;
    client->closed = true;
    client->preparing = false;
    ftp_client_stop_timers(client);
    ftp_client_data_answered(client->channel, false);
    client->config.events.closed(client->config.events.ctx, how);
}

/* The model cannot do what the script relies on. */
static void give_up(struct ftp_client *client, const char *what, const struct ftp_reply *reply)
{
    char text[240];
    struct bytes line = reply == NULL ? bytes_of("") : ftp_reply_line(reply, 0);

    snprintf(text, sizeof text, "%s%s%.*s", what, reply == NULL ? "" : ": ",
             line.len > 150 ? 150 : (int)line.len, line.at == NULL ? "" : line.at);
    note(client, text);
    ftp_control_close(client->control, false);
    ftp_client_tell_closed(client, PEER_FAILED);
}

static void patience_ends(void *ctx)
{
    struct ftp_client *client = ctx;

    client->patience = NULL;
    note(client, "the server did not close within 2 s after QUIT");
    ftp_control_close(client->control, false);
    ftp_client_tell_closed(client, PEER_FIN);
}

void ftp_client_await_end(struct ftp_client *client)
{
    client->patience = loop_after(client->config.loop, QUIT_WAIT, patience_ends, client);
}

/* --- commands -------------------------------------------------------------------------------- */

void ftp_client_expect(struct ftp_client *client, const struct pending *pending)
{
    if (client->pending_count < PENDING_MOST)
        client->pending[client->pending_count++] = *pending;
}

void ftp_client_forget_first(struct ftp_client *client)
{
    client->pending_count--;
    memmove(client->pending, client->pending + 1,
            client->pending_count * sizeof client->pending[0]);
}

static bool own_pending(const struct ftp_client *client)
{
    for (size_t i = 0; i < client->pending_count; i++)
        if (client->pending[i].own != NULL)
            return true;
    return false;
}

/* Queue a line as the faults that are switched on leave it. */
void ftp_client_put_line(struct ftp_client *client, const struct peer_say *say)
{
    struct peer_say spoilt = *say;

    if (client->config.faults != NULL) {
        buf_clear(&client->line);
        client_fault_line(client->config.faults, say->text, &client->line);
        spoilt.text = buf_bytes(&client->line);
    }
    outlet_say(ftp_client_outlet(client), &spoilt);
}

static void command(struct ftp_client *client, const struct own_command *own, const char *argument)
{
    char line[600];
    int len = snprintf(line, sizeof line, "%s%s%.*s\r\n", own->verb, *argument == '\0' ? "" : " ",
                       500, argument);
    struct pending pending = {.own = own, .verb = ftp_verb_find(bytes_of(own->verb))};

    if (ftp_client_outlet(client) == NULL)
        return;
    ftp_client_expect(client, &pending);
    ftp_client_put_line(client, &(struct peer_say){.text = {line, (size_t)len}});
}

/* --- the model's session --------------------------------------------------------------------- */

static void heard_greeting(struct ftp_client *client, const struct ftp_reply *reply)
{
    if (reply->code / 100 != 2)
        give_up(client, "the server does not greet", reply);
}

static const struct own_command own_pass, own_acct;

static void log_in_or_on(struct ftp_client *client, const struct ftp_reply *reply)
{
    const char *password = client->config.password;

    if (password == NULL && client->config.exchange != NULL)
        password = client->config.exchange->password;
    if (reply->code == 331)
        command(client, &own_pass, password == NULL ? "peerspec@" : password);
    else if (reply->code == 332)
        command(client, &own_acct, "peerspec");
    else if (reply->code / 100 == 2)
        client->logged_in = true;
    else
        give_up(client, "the server does not let us log in", reply);
}

struct endpoint ftp_client_target(const struct ftp_client *client, uint16_t port)
{
    struct endpoint to = client->config.remote;

    to.port = port;
    return to;
}

void ftp_client_aim(struct ftp_client *client, struct endpoint to)
{
    struct endpoint from = *ftp_control_local(client->control);
    const struct exchange *exchange = client->config.exchange;

    if (exchange != NULL && exchange->data_from != NULL)
        endpoint_parse(exchange->data_from, 0, &from);
    if (client_fault_on(client->config.faults, "data-to-wrong-port"))
        to.port++;
    ftp_client_data_aim(client->channel, &from, &to);
    ftp_client_data_set_ready(client->channel);
}

bool ftp_client_aim_at_227(struct ftp_client *client, const struct ftp_reply *reply)
{
    struct endpoint to;
    struct flaw flaw;

    if (ftp_pasv_parse(bytes_from(reply->text, 4), &to, &flaw) != PARSE_DONE)
        return false;
    ftp_client_aim(client, to);
    return true;
}

bool ftp_client_aim_at_229(struct ftp_client *client, const struct ftp_reply *reply)
{
    uint16_t port;
    struct flaw flaw;

    if (ftp_epsv_parse(bytes_from(reply->text, 4), &port, &flaw) != PARSE_DONE)
        return false;
    ftp_client_aim(client, ftp_client_target(client, port));
    return true;
}

static void answered_pasv(struct ftp_client *client, const struct ftp_reply *reply)
{
    if (reply->code == 227 && !ftp_client_aim_at_227(client, reply))
        give_up(client, "no address can be read from the reply to PASV", reply);
}

static void answered_epsv(struct ftp_client *client, const struct ftp_reply *reply)
{
    if (reply->code == 229 && !ftp_client_aim_at_229(client, reply))
        give_up(client, "no port can be read from the reply to EPSV", reply);
}

static void answered_port(struct ftp_client *client, const struct ftp_reply *reply)
{
    if (reply->code / 100 == 2)
        ftp_client_data_set_ready(client->channel);
}

static void answered_quit(struct ftp_client *client, const struct ftp_reply *reply)
{
    (void)client;
    (void)reply;
}

const struct own_command ftp_client_greeting = {"", {220, 230}, heard_greeting};
static const struct own_command own_user = {"USER", {230, 331, 332}, log_in_or_on};
static const struct own_command own_pass = {"PASS", {230, 202, 332}, log_in_or_on};
static const struct own_command own_acct = {"ACCT", {230, 202}, log_in_or_on};
static const struct own_command own_pasv = {"PASV", {227}, answered_pasv};
static const struct own_command own_epsv = {"EPSV", {229}, answered_epsv};
static const struct own_command own_port = {"PORT", {200}, answered_port};
static const struct own_command own_eprt = {"EPRT", {200}, answered_port};
static const struct own_command own_quit = {"QUIT", {221}, answered_quit};

bool ftp_client_listen(struct ftp_client *client, struct endpoint *bound)
{
    struct endpoint at = *ftp_control_local(client->control);

    at.port = 0;
    return ftp_client_data_listen(client->channel, &at, bound);
}

static void announce(struct ftp_client *client, const struct own_command *own, bool extended)
{
    char text[FTP_HOSTPORT_TEXT];
    struct endpoint bound;

    if (!ftp_client_listen(client, &bound))
        give_up(client, "no socket for data", NULL);
    else
        command(client, own,
                extended ? ftp_eprt_format(&bound, text) : ftp_hostport_format(&bound, text));
}

/* Once each: true where *tried was not set. */
static bool try(bool *tried)
{
    bool first = !*tried;

    *tried = true;
    return first;
}

/* Ask for a data connection in the way that the exchange names, then in the one beside it. */
static void get_data(struct ftp_client *client)
{
    enum data_mode mode = client->config.exchange->data;
    bool active = mode == DATA_ACTIVE || mode == DATA_EXTENDED_ACTIVE;
    bool v4 = client->config.remote.family == 4;
    bool extended = mode == DATA_EXTENDED || mode == DATA_EXTENDED_ACTIVE || !v4;

    if (!active && extended && try(&client->tried_epsv))
        command(client, &own_epsv, "");
    else if (!active && v4 && try(&client->tried_pasv))
        command(client, &own_pasv, "");
    else if (!active && try(&client->tried_epsv))
        command(client, &own_epsv, "");
    else if (active && extended && try(&client->tried_eprt))
        announce(client, &own_eprt, true);
    else if (active && v4 && try(&client->tried_port))
        announce(client, &own_port, false);
    else if (active && try(&client->tried_eprt))
        announce(client, &own_eprt, true);
    else
        give_up(client, "the server offers no data connection", NULL);
}

static void log_in(struct ftp_client *client)
{
    const char *user = client->config.user;

    if (user == NULL && client->config.exchange != NULL)
        user = client->config.exchange->user;
    command(client, &own_user, user == NULL ? "anonymous" : user);
}

void ftp_client_send_quit(struct ftp_client *client)
{
    if (client->quit_sent || ftp_client_outlet(client) == NULL)
        return;
    client->quit_sent = true;
    command(client, &own_quit, "");
}

/* The next thing to do before the script goes on. */
void ftp_client_progress(struct ftp_client *client)
{
    if (client->closed || !client->preparing || own_pending(client))
        return;
    if (client->wants_login && !client->logged_in) {
        log_in(client);
    } else if (client->wants_data && !ftp_client_data_is_ready(client->channel)) {
        get_data(client);
    } else {
        client->preparing = false;
        if (client->config.exchange == NULL)
            ftp_client_send_quit(client);
        else
            client->config.events.idle(client->config.events.ctx);
    }
}

static void progress_later(void *ctx)
{
    struct ftp_client *client = ctx;

    client->soon = NULL;
    ftp_client_progress(client);
}

void ftp_client_kick(struct ftp_client *client)
{
    if (client->soon == NULL)
        client->soon = loop_after(client->config.loop, 0, progress_later, client);
}
