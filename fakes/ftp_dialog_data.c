#include "fakes/ftp_dialog_data.h"

#include <unistd.h>

static void start_moving(struct ftp_dialog_data *data)
{
    struct ftp_dialog_transfer *transfer = data->transfer;
    struct ftp_data_source source = {.fd = -1};

    if (transfer == NULL || !data->open || data->started || data->over ||
        (transfer->sends && !data->may_send))
        return;
    data->started = true;
    if (transfer->sends) {
        source.octets = transfer->octets;
        ftp_data_send(data->data, &source);
    } else {
        ftp_data_receive(data->data, transfer->fd < 0 ? -1 : dup(transfer->fd));
    }
}

static void opened(void *ctx)
{
    struct ftp_dialog_data *data = ctx;

    data->open = true;
    start_moving(data);
}

static void failed(void *ctx, const char *how)
{
    struct ftp_dialog_data *data = ctx;

    data->over = true;
    data->failure = how;
}

static void ended(void *ctx, const struct peer_data_end *end)
{
    struct ftp_dialog_data *data = ctx;

    data->over = true;
    data->how = end->how;
    data->moved = end->octets;
    if (data->transfer != NULL && data->transfer->in != NULL &&
        !buf_add(data->transfer->in, end->content))
        data->failure = "too much data for the memory";
}

void ftp_dialog_data_init(struct ftp_dialog_data *data, const struct ftp_data_config *config)
{
    *data = (struct ftp_dialog_data){.config = *config};
    data->config.ctx = data;
    data->config.opened = opened;
    data->config.failed = failed;
    data->config.ended = ended;
}

void ftp_dialog_data_drop(struct ftp_dialog_data *data)
{
    struct ftp_data_config config = data->config;

    ftp_data_free(data->data);
    *data = (struct ftp_dialog_data){.config = config};
}

enum err ftp_dialog_data_connect(struct ftp_dialog_data *data, const struct endpoint *from,
                                 const struct endpoint *to, struct diag *why)
{
    ftp_dialog_data_drop(data);
    return ftp_data_connect(&data->config, from, to, &data->data, why);
}

enum err ftp_dialog_data_listen(struct ftp_dialog_data *data, const struct endpoint *at,
                                struct endpoint *bound, struct diag *why)
{
    ftp_dialog_data_drop(data);
    return ftp_data_listen(&data->config, at, &data->data, bound, why);
}

void ftp_dialog_data_begin(struct ftp_dialog_data *data, struct ftp_dialog_transfer *transfer)
{
    data->transfer = transfer;
    if (data->data == NULL)
        return;
    ftp_data_await(data->data);
    start_moving(data);
}

void ftp_dialog_data_permit(struct ftp_dialog_data *data)
{
    data->may_send = true;
    start_moving(data);
}

bool ftp_dialog_data_moves(const struct ftp_dialog_data *data)
{
    return data->open && data->started && !data->over;
}

enum err ftp_dialog_data_verdict(const struct ftp_dialog_data *data, struct diag *why)
{
    if (data->failure != NULL)
        return diag_set(why, ERR_UNREACHABLE, "the data connection failed: %s", data->failure);
    if (data->how == PEER_RESET)
        return diag_set(why, ERR_UNREACHABLE, "the data connection was reset after %llu octets",
                        (unsigned long long)data->moved);
    return OK;
}
