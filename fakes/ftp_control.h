/* ftp_control: a control connection as its client has it: connects, sends lines, tells the replies
 * one by one.
 *
 * Knows the grammar of replies and nothing of what they mean. */
#ifndef PEERSPEC_FAKES_FTP_CONTROL_H
#define PEERSPEC_FAKES_FTP_CONTROL_H

#include "fakes/outlet.h"
#include "play/peer.h"
#include "proto/ftp_reply.h"

struct ftp_control;

struct ftp_control_config {
    struct loop *loop;
    struct transcript *transcript;
    struct endpoint local;   /* connect from here; family 0: any */
    struct endpoint remote;
    enum peer_shape shape;
    peer_drained_fn *drained;
    void *drained_ctx;
    int64_t timeout;         /* ns to wait for the connection */
    void *ctx;
    void (*opened)(void *ctx);
    /* A whole reply, lent for the call. What is none, a line, is told with reply->code 0. */
    void (*replied)(void *ctx, const struct ftp_reply *reply);
    void (*idle)(void *ctx);                     /* all that was queued has left */
    void (*closed)(void *ctx, enum peer_end how); /* by the other side, or it never stood */
};

/* Starts to connect; `opened` or `closed` follows, from the loop. Fails as stream_connect() does;
 * *out is NULL then. */
NODISCARD enum err ftp_control_connect(const struct ftp_control_config *config,
                                       struct ftp_control **out, struct diag *why);
void ftp_control_free(struct ftp_control *control); /* closes; takes NULL; also from a callback */
/* NULL until `opened`, and after the end. */
struct outlet *ftp_control_outlet(struct ftp_control *control);
const struct endpoint *ftp_control_local(const struct ftp_control *control); /* once `opened` */
bool ftp_control_is_open(const struct ftp_control *control); /* false for NULL */
/* Our own end: FIN, or RST. `closed` is not called. */
void ftp_control_close(struct ftp_control *control, bool reset);
void ftp_control_half_close(struct ftp_control *control);

#endif
