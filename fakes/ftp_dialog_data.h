/* ftp_dialog_data: the data connection of a dialogue, and what has become of it.
 *
 * Its owner turns the loop and looks. */
#ifndef PEERSPEC_FAKES_FTP_DIALOG_DATA_H
#define PEERSPEC_FAKES_FTP_DIALOG_DATA_H

#include "fakes/ftp_data.h"
#include "fakes/ftp_dialog.h"

struct ftp_dialog_data {
    struct ftp_data_config config;
    struct ftp_data *data; /* NULL: none was agreed on */
    bool open;
    bool started; /* the transfer's octets move, or have moved */
    bool over;    /* ended, or failed */
    enum peer_end how;
    const char *failure; /* NULL: none */
    uint64_t moved;
    struct ftp_dialog_transfer *transfer; /* under way; NULL: none */
    bool may_send;                        /* the 1yz to an upload is there */
};

/* All in `config` but the callbacks and their ctx. */
void ftp_dialog_data_init(struct ftp_dialog_data *data, const struct ftp_data_config *config);
/* Back to none. */
void ftp_dialog_data_drop(struct ftp_dialog_data *data);
/* A new one, on its way: `open` or `over` will tell. */
NODISCARD enum err ftp_dialog_data_connect(struct ftp_dialog_data *data,
                                           const struct endpoint *from, const struct endpoint *to,
                                           struct diag *why);
/* A new one, to which the server may connect from any port; *bound says where. */
NODISCARD enum err ftp_dialog_data_listen(struct ftp_dialog_data *data, const struct endpoint *at,
                                          struct endpoint *bound, struct diag *why);
/* The transfer's command was sent. A download begins as soon as it can: the data may come before
 * the 150. An upload waits for ftp_dialog_data_permit(). */
void ftp_dialog_data_begin(struct ftp_dialog_data *data, struct ftp_dialog_transfer *transfer);
void ftp_dialog_data_permit(struct ftp_dialog_data *data);
/* Do octets move on it, or may they now? */
bool ftp_dialog_data_moves(const struct ftp_dialog_data *data);
/* OK where it ended with FIN, else ERR_UNREACHABLE. */
enum err ftp_dialog_data_verdict(const struct ftp_dialog_data *data, struct diag *why);

#endif
