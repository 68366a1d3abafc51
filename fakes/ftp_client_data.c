#include "fakes/ftp_client_data.h"

#include <stdlib.h>

#include "base/clock.h"
#include "fakes/ftp_data.h"

#define KEPT_CEILING (64u << 20)
#define REFUSAL_WAIT (20 * CLOCK_MS) /* for a connection that is on its way beside a 4yz */

struct ftp_client_data {
    struct ftp_client_data_config config;
    struct ftp_data *data;      /* the connection, or its listener; NULL: none */
    struct endpoint listens_at; /* family 0: nowhere */
    struct endpoint from, to;   /* passive; family 0: nowhere */
    bool ready, begun, server_sends;
    bool wanted, sending, receiving, over;
    struct peer_transfer transfer; /* once wanted */
    struct buf out;                /* what is sent */
    struct buf in;                 /* what came before it was wanted */
    struct peer_data_end end;      /* once over */
    struct loop_timer *refusal, *late;
};

enum err ftp_client_data_new(const struct ftp_client_data_config *config,
                             struct ftp_client_data **out, struct diag *why)
{
    struct ftp_client_data *channel = calloc(1, sizeof *channel);

    *out = channel;
    if (channel == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory for data");
    channel->config = *config;
    buf_init(&channel->out, KEPT_CEILING * 2);
    buf_init(&channel->in, KEPT_CEILING);
    return OK;
}

static void note(struct ftp_client_data *channel, const char *before, const char *what)
{
    char text[600];
    snprintf(text, sizeof text, "%s%s", before, what);

    transcript_add(channel->config.transcript,
                   &(struct entry){.kind = ENTRY_NOTE, .connection = 1, .text = bytes_of(text)});
}

/* The connection, and all that was wanted of it. */
static void put_away(struct ftp_client_data *channel)
{
    ftp_data_free(channel->data);
    channel->data = NULL;
    loop_cancel(channel->config.loop, channel->refusal);
    loop_cancel(channel->config.loop, channel->late);
    channel->refusal = channel->late = NULL;
    channel->listens_at = channel->to = (struct endpoint){0};
    channel->ready = channel->begun = false;
    channel->wanted = channel->sending = channel->receiving = channel->over = false;
}

void ftp_client_data_drop(struct ftp_client_data *channel)
{
    put_away(channel);
    channel->from = (struct endpoint){0};
    buf_clear(&channel->in);
}

void ftp_client_data_free(struct ftp_client_data *channel)
{
    if (channel == NULL)
        return;
    ftp_client_data_drop(channel);
    buf_fini(&channel->out);
    buf_fini(&channel->in);
    free(channel);
}

/* Tell a transfer that is both wanted and over. */
static void tell(struct ftp_client_data *channel)
{
    struct peer_data_end end = channel->end;

    if (!channel->wanted || !channel->over)
        return;
    put_away(channel);
    end.content = buf_bytes(&channel->in);
    channel->config.ended(channel->config.ctx, &end);
    if (channel->data == NULL)
        buf_clear(&channel->in);
}

static void data_ended(void *ctx, const struct peer_data_end *end)
{
    struct ftp_client_data *channel = ctx;

    channel->end = *end;
    channel->over = true;
    buf_clear(&channel->in);
    buf_add(&channel->in, end->content);
    tell(channel);
}

static void never_opened(struct ftp_client_data *channel)
{
    data_ended(channel, &(struct peer_data_end){.how = PEER_FAILED,
                                                .fake_sent = channel->wanted &&
                                                             channel->transfer.fake_sends});
}

static void data_failed(void *ctx, const char *how)
{
    struct ftp_client_data *channel = ctx;

    note(channel, "data connection: ", how);
    if (channel->sending || channel->receiving)
        data_ended(channel, &(struct peer_data_end){
                                .opened = true, .how = PEER_FAILED, .fake_sent = channel->sending});
    else
        never_opened(channel);
}

static void start_sending(struct ftp_client_data *channel)
{
    struct ftp_data_source source = {.octets = buf_bytes(&channel->out),
                                     .fd = -1,
                                     .deliveries = channel->transfer.deliveries,
                                     .delivery_count = channel->transfer.delivery_count};

    channel->sending = true;
    ftp_data_send(channel->data, &source);
}

static void start_receiving(struct ftp_client_data *channel)
{
    if (channel->wanted)
        ftp_data_heed(channel->data, channel->transfer.deliveries,
                      channel->transfer.delivery_count);
    channel->receiving = true;
    ftp_data_receive(channel->data, -1);
}

/* Begin what can begin now. */
static void move(struct ftp_client_data *channel)
{
    if (channel->data == NULL || ftp_data_state(channel->data) != FTP_DATA_OPEN ||
        channel->sending || channel->receiving)
        return;
    if (channel->wanted && channel->transfer.fake_sends)
        start_sending(channel);
    else if (channel->wanted ||
             (channel->begun && channel->server_sends && channel->config.reads_early))
        start_receiving(channel);
}

static void data_opened(void *ctx)
{
    move(ctx);
}

static struct ftp_data_config data_config(struct ftp_client_data *channel)
{
    return (struct ftp_data_config){.loop = channel->config.loop,
                                    .transcript = channel->config.transcript,
                                    .connection = 1,
                                    .timeout = channel->config.timeout,
                                    .patient = true,
                                    .ctx = channel,
                                    .opened = data_opened,
                                    .failed = data_failed,
                                    .ended = data_ended};
}

void ftp_client_data_aim(struct ftp_client_data *channel, const struct endpoint *from,
                         const struct endpoint *to)
{
    if (channel->begun || channel->data != NULL)
        ftp_client_data_drop(channel);
    channel->from = *from;
    channel->from.port = 0;
    channel->to = *to;
}

bool ftp_client_data_listen(struct ftp_client_data *channel, const struct endpoint *at,
                            struct endpoint *bound)
{
    struct ftp_data_config config = data_config(channel);
    struct diag why;

    ftp_client_data_drop(channel);
    if (ftp_data_listen(&config, at, &channel->data, bound, &why) != OK) {
        note(channel, "", why.text);
        return false;
    }
    channel->listens_at = *bound;
    return true;
}

bool ftp_client_data_listens_at(const struct ftp_client_data *channel, const struct endpoint *at)
{
    return channel->listens_at.family != 0 && endpoint_equal(&channel->listens_at, at);
}

void ftp_client_data_set_ready(struct ftp_client_data *channel)
{
    channel->ready = true;
}

bool ftp_client_data_is_ready(const struct ftp_client_data *channel)
{
    return channel->ready;
}

static void connect_now(void *ctx)
{
    struct ftp_client_data *channel = ctx;
    struct ftp_data_config config = data_config(channel);
    struct diag why;

    channel->late = NULL;
    if (ftp_data_connect(&config, &channel->from, &channel->to, &channel->data, &why) != OK) {
        note(channel, "", why.text);
        never_opened(channel);
    }
}

void ftp_client_data_begin(struct ftp_client_data *channel, bool server_sends)
{
    channel->begun = true;
    channel->ready = false;
    channel->server_sends = server_sends;
    if (channel->data != NULL) {
        ftp_data_await(channel->data);
        move(channel);
        return;
    }
    if (channel->to.family == 0)
        return; /* answered() tells that there was no connection */
    if (server_sends && channel->config.delay > 0)
        channel->late =
            loop_after(channel->config.loop, channel->config.delay, connect_now, channel);
    else
        connect_now(channel);
}

void ftp_client_data_transfer(struct ftp_client_data *channel, const struct peer_transfer *transfer,
                              struct bytes content)
{
    channel->transfer = *transfer;
    channel->wanted = true;
    buf_clear(&channel->out);
    if (!buf_add(&channel->out, content))
        note(channel, "", "out of memory: the data are not sent");
    if (channel->over)
        tell(channel);
    else if (channel->data == NULL && channel->late == NULL)
        never_opened(channel);
    else
        move(channel);
}

static bool is_open(const struct ftp_client_data *channel)
{
    return channel->data != NULL && ftp_data_state(channel->data) == FTP_DATA_OPEN;
}

/* Nothing came in time after the refusal. */
static void refused(void *ctx)
{
    struct ftp_client_data *channel = ctx;

    channel->refusal = NULL;
    if (channel->over || (channel->wanted && is_open(channel)))
        return;
    if (channel->wanted)
        never_opened(channel);
    else
        ftp_client_data_drop(channel);
}

void ftp_client_data_answered(struct ftp_client_data *channel, bool well)
{
    if (!channel->begun || channel->over || well || channel->refusal != NULL ||
        (channel->wanted && is_open(channel)))
        return;
    channel->refusal = loop_after(channel->config.loop, REFUSAL_WAIT, refused, channel);
}
