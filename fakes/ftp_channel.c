#include "fakes/ftp_channel.h"

#include <string.h>

#include "base/clock.h"
#include "fakes/ftp_session.h"

#define FTP_DATA_TIMEOUT (10 * CLOCK_SECOND)
#define RESERVED_PORTS 1024

/* ---- news of the data connection ---- */

static void opened(void *ctx)
{
    struct ftp_session *session = ctx;

    if (session->transfer.begun)
        ftp_transfer_opened(session);
}

static void failed(void *ctx, const char *how)
{
    struct ftp_session *session = ctx;

    if (session->transfer.begun)
        ftp_transfer_failed(session, how);
    else
        ftp_channel_close(session);
}

static void held(void *ctx)
{
    ftp_transfer_held(ctx);
}

static void ended(void *ctx, const struct peer_data_end *end)
{
    ftp_transfer_ended(ctx, end);
}

static struct ftp_data_config data_config(struct ftp_session *session)
{
    const struct peer_config *config = &session->site->config;
    bool anybody = ftp_session_misbehaves(session, FAULT_SERVES_ANYBODY);

    return (struct ftp_data_config){.loop = config->loop,
                                    .transcript = config->transcript,
                                    .connection = session->number,
                                    .only_from = anybody ? (struct endpoint){0} : session->remote,
                                    .timeout =
                                        config->timeout > 0 ? config->timeout : FTP_DATA_TIMEOUT,
                                    .patient = true,
                                    .ctx = session,
                                    .opened = opened,
                                    .failed = failed,
                                    .held = held,
                                    .ended = ended};
}

/* ---- the calls ---- */

void ftp_channel_close(struct ftp_session *session)
{
    struct ftp_data *data = session->channel.data;

    session->channel = (struct ftp_channel){.way = FTP_WAY_NONE};
    ftp_data_free(data);
}

bool ftp_channel_listen_at(struct ftp_session *session, const struct endpoint *at)
{
    struct ftp_data_config config = data_config(session);
    struct diag why;

    ftp_channel_close(session);
    if (ftp_data_listen(&config, at, &session->channel.data, &session->channel.bound, &why) != OK) {
        ftp_session_note(session, why.text);
        return false;
    }
    session->channel.way = FTP_WAY_PASSIVE;
    return true;
}

bool ftp_channel_listen(struct ftp_session *session)
{
    struct endpoint at = session->local;

    at.port = 0;
    return ftp_channel_listen_at(session, &at);
}

struct endpoint ftp_channel_told_227(const struct ftp_session *session)
{
    struct endpoint told = session->channel.bound;

    if (ftp_session_misbehaves(session, FAULT_WRONG_PORT_227))
        told.port++;
    if (ftp_session_misbehaves(session, FAULT_FOREIGN_227))
        endpoint_parse("127.0.0.9", told.port, &told);
    return told;
}

unsigned ftp_channel_told_229(const struct ftp_session *session)
{
    unsigned port = session->channel.bound.port;

    return ftp_session_misbehaves(session, FAULT_WRONG_PORT_229) ? port + 1 : port;
}

/* What the script says about where the connection comes from. */
static void heed_origin(const struct ftp_transfer *transfer, struct endpoint *from)
{
    for (size_t i = 0; i < transfer->delivery_count; i++) {
        const struct delivery *delivery = &transfer->deliveries[i];

        if (delivery->kind == DELIVER_FROM_PORT)
            from->port = (uint16_t)delivery->number;
        if (delivery->kind == DELIVER_FROM_ADDRESS)
            endpoint_parse(delivery->text, from->port, from);
    }
}

/* The address and port that an active data connection comes from: L-1, RFC 959 section 3.2. */
static struct endpoint source(const struct ftp_session *session)
{
    struct endpoint from = session->local;

    from.port = session->site->config.data_port;
    if (ftp_session_misbehaves(session, FAULT_DATA_FROM_WRONG_PORT))
        from.port = 0;
    if (ftp_session_misbehaves(session, FAULT_THIRD_HOST_DATA) && from.family == 4)
        endpoint_parse("127.0.0.9", from.port, &from);
    heed_origin(&session->transfer, &from);
    return from;
}

static void connect_to(struct ftp_session *session, const struct endpoint *to)
{
    struct ftp_data_config config = data_config(session);
    struct endpoint from = source(session);
    struct diag why;
    enum err err = ftp_data_connect(&config, &from, to, &session->channel.data, &why);

    if (err != OK && from.port != 0) {
        char text[sizeof why.text + 40];

        snprintf(text, sizeof text, "active data connection from any port: %s", why.text);
        ftp_session_note(session, text);
        from.port = 0;
        err = ftp_data_connect(&config, &from, to, &session->channel.data, &why);
    }
    if (err != OK)
        failed(session, why.text);
}

void ftp_channel_aim(struct ftp_session *session, const struct endpoint *to)
{
    if (session->channel.way == FTP_WAY_PASSIVE &&
        ftp_session_misbehaves(session, FAULT_PASV_STAYS))
        return;
    ftp_channel_close(session);
    session->channel.way = FTP_WAY_ACTIVE;
    session->channel.to = *to;
    if (ftp_session_misbehaves(session, FAULT_ACTIVE_ELSEWHERE))
        session->channel.to.port++;
    if (ftp_session_misbehaves(session, FAULT_ACTIVE_EARLY))
        connect_to(session, &session->channel.to);
}

void ftp_channel_want(struct ftp_session *session)
{
    struct ftp_channel *channel = &session->channel;
    struct endpoint to = channel->to;

    if (channel->way == FTP_WAY_NONE && ftp_session_misbehaves(session, FAULT_WAITS_FOR_DATA))
        return;
    if (channel->data == NULL) {
        /* Neither PORT nor PASV: the default data port is the client's own, RFC 959 section 3.2. */
        if (channel->way == FTP_WAY_NONE)
            to = session->remote;
        connect_to(session, &to);
    } else if (ftp_data_state(channel->data) == FTP_DATA_OPEN) {
        ftp_transfer_opened(session);
    } else if (ftp_data_state(channel->data) == FTP_DATA_OVER) {
        ftp_transfer_failed(session, "closed");
    } else {
        ftp_data_await(channel->data);
    }
}

const char *ftp_channel_refusal(const struct ftp_session *session, const struct endpoint *to)
{
    if (ftp_session_misbehaves(session, FAULT_BOUNCE))
        return NULL;
    if (!endpoint_same_addr(to, &session->remote))
        return "data goes to your own address alone";
    if (to->port < RESERVED_PORTS)
        return "no data to ports below 1024";
    return NULL;
}
