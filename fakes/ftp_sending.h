/* ftp_sending: what one side puts on a data connection: octets or a file, in which pieces, and
 * where it stands still.
 *
 * It writes to a socket and watches none. */
#ifndef PEERSPEC_FAKES_FTP_SENDING_H
#define PEERSPEC_FAKES_FTP_SENDING_H

#include <sys/types.h>

#include "exchange/exchange.h"

/* The octets, or the file `fd` from `offset` by sendfile (fd >= 0). */
struct ftp_data_source {
    struct bytes octets;
    int fd;                            /* -1: octets */
    uint64_t offset;                   /* where a restart (REST) begins */
    size_t first;                      /* > 0: stand still after so many octets */
    const struct delivery *deliveries; /* split n, after N bytes reset|close */
    size_t delivery_count;
    bool hold_open; /* stand still at the end too, before the FIN */
};

struct ftp_sending {
    struct ftp_data_source source;
    size_t split;    /* octets a write; 0: as many as fit */
    uint64_t length; /* octets to send; UINT64_MAX: to the end of the file */
    uint64_t limit;  /* stand still here: `first`; UINT64_MAX: nowhere */
};

enum ftp_pushed {
    FTP_PUSHED_ALL,  /* up to where it ends or stands still */
    FTP_PUSHED_SOME, /* more when the socket is writable again */
    FTP_PUSHED_LOST  /* the other side is gone */
};

void ftp_sending_init(struct ftp_sending *sending, const struct ftp_data_source *source);
/* Send what fits from *moved octets on, never past `most` in all; *moved counts on. */
enum ftp_pushed ftp_sending_push(struct ftp_sending *sending, int socket, uint64_t most,
                                 uint64_t *moved);
/* Where all was pushed: does it stand still there, or is that the end? */
bool ftp_sending_stands_still(const struct ftp_sending *sending);
/* Go on behind the place where it stands still: past `first` there may be an end to hold. */
void ftp_sending_go_on(struct ftp_sending *sending);

#endif
