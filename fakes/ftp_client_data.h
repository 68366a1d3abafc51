/* ftp_client_data: the data connections of an FTP client, one after the other: where the next one is to
 * come about, and the transfer on it.
 *
 * A transfer is told once it was asked for and its connection is over, in whichever order the two
 * happen: a server may send all its data before its 150. */
#ifndef PEERSPEC_FAKES_FTP_CLIENT_DATA_H
#define PEERSPEC_FAKES_FTP_CLIENT_DATA_H

#include "play/peer.h"

struct ftp_client_data;

struct ftp_client_data_config {
    struct loop *loop;
    struct transcript *transcript;
    int64_t timeout;         /* ns to wait for the connection, and for progress */
    int64_t delay;           /* ns from the command to the connection, where the server sends */
    bool reads_early;        /* receive as soon as the connection stands, not only when asked to */
    void *ctx;
    void (*ended)(void *ctx, const struct peer_data_end *end);
};

/* ERR_SYSTEM, and *out is NULL, where memory is out. */
NODISCARD enum err ftp_client_data_new(const struct ftp_client_data_config *config,
                                   struct ftp_client_data **out, struct diag *why);
void ftp_client_data_free(struct ftp_client_data *channel); /* takes NULL */
/* The next data connection goes to `to`, from the address of `from`. */
void ftp_client_data_aim(struct ftp_client_data *channel, const struct endpoint *from,
                     const struct endpoint *to);
/* The next one comes to a listener at `at` (port 0: any); *bound says where. False where there can
 * be none, which is noted in the transcript. */
bool ftp_client_data_listen(struct ftp_client_data *channel, const struct endpoint *at,
                        struct endpoint *bound);
/* True where there is a listener at just that place. */
bool ftp_client_data_listens_at(const struct ftp_client_data *channel, const struct endpoint *at);
/* The server has agreed to what was aimed at or announced; taken back by a transfer. */
void ftp_client_data_set_ready(struct ftp_client_data *channel);
bool ftp_client_data_is_ready(const struct ftp_client_data *channel);
/* The transfer command leaves now: connect, or await the server. */
void ftp_client_data_begin(struct ftp_client_data *channel, bool server_sends);
/* Do the transfer; `content` is what goes out, copied. `ended` follows. */
void ftp_client_data_transfer(struct ftp_client_data *channel, const struct peer_transfer *transfer,
                          struct bytes content);
/* The transfer command has had its last reply. */
void ftp_client_data_answered(struct ftp_client_data *channel, bool well);
/* Let all go: nothing is told any more. */
void ftp_client_data_drop(struct ftp_client_data *channel);

#endif
