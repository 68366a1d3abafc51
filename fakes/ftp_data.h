/* ftp_data: one FTP data connection, of either side: listens or connects, sends or receives, ends.
 *
 * RFC 959 section 3.3: the end of the file is the end of the connection (stream mode). */
#ifndef PEERSPEC_FAKES_FTP_DATA_H
#define PEERSPEC_FAKES_FTP_DATA_H

#include "fakes/ftp_sending.h"
#include "play/peer.h"

struct ftp_data;

enum ftp_data_state { FTP_DATA_AWAITED, FTP_DATA_OPEN, FTP_DATA_OVER };

struct ftp_data_config {
    struct loop *loop;
    struct transcript *transcript;
    unsigned connection;       /* the control connection's number */
    struct endpoint only_from; /* accept this address alone (RFC 2577 section 4); family 0: any */
    int64_t timeout;           /* ns to wait for the connection, and for progress; 0: for ever */
    bool patient;              /* a listener waits for ever until ftp_data_await() */
    void *ctx;
    void (*opened)(void *ctx);                  /* accepted or connected */
    void (*failed)(void *ctx, const char *how); /* refused, timed out, or no progress */
    /* It stands still as `first` or hold_open asked; the file may be shorter. May be NULL. */
    void (*held)(void *ctx);
    /* Sent all and closed, or received to the end. */
    void (*ended)(void *ctx, const struct peer_data_end *end);
};

/* A socket that listens at `at` (port 0: any free); *bound says where. Here and below
 * ERR_PERMISSION or ERR_SYSTEM where the system has no such socket for us; *out is NULL then. */
NODISCARD enum err ftp_data_listen(const struct ftp_data_config *config, const struct endpoint *at,
                                   struct ftp_data **out, struct endpoint *bound, struct diag *why);
/* Connect from `from` (port 0: any; SO_REUSEADDR is set) to `to`; `opened` or `failed` follows. */
NODISCARD enum err ftp_data_connect(const struct ftp_data_config *config,
                                    const struct endpoint *from, const struct endpoint *to,
                                    struct ftp_data **out, struct diag *why);
void ftp_data_free(struct ftp_data *data); /* closes; takes NULL */
enum ftp_data_state ftp_data_state(const struct ftp_data *data);
/* A patient listener's time runs from now on. */
void ftp_data_await(struct ftp_data *data);
/* End the connection, FIN or RST, once so many octets have gone either way: `ended` follows. */
void ftp_data_cut(struct ftp_data *data, uint64_t octets, bool reset);
/* The same where one of the delivery lines says so: after N bytes reset|close. */
void ftp_data_heed(struct ftp_data *data, const struct delivery *deliveries, size_t count);

/* Once it is open: send what the source holds (its octets lent until `ended`, its file closed by
 * the callee), then FIN. Where it stands still, `held` is called, and it waits for
 * ftp_data_go_on(). */
void ftp_data_send(struct ftp_data *data, const struct ftp_data_source *source);
void ftp_data_go_on(struct ftp_data *data);
/* Once it is open: receive until the other side's FIN. `fd` >= 0: written there at its offset (the
 * callee closes it) instead of being kept in memory. */
void ftp_data_receive(struct ftp_data *data, int fd);
/* End at once: FIN, or RST. */
void ftp_data_abort(struct ftp_data *data, bool reset);

#endif
