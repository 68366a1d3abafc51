#include "fakes/ftp_sending.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#define CHUNK (1u << 20)
#define CHUNKS_A_TURN 8
#define NO_LIMIT UINT64_MAX

void ftp_sending_init(struct ftp_sending *sending, const struct ftp_data_source *source)
{
    size_t len = source->octets.len;

    *sending = (struct ftp_sending){.source = *source, .length = NO_LIMIT, .limit = NO_LIMIT};
    if (source->fd < 0)
        sending->length = len > source->offset ? len - source->offset : 0;
    if (source->first > 0)
        sending->limit = source->first;
    for (size_t i = 0; i < source->delivery_count; i++)
        if (source->deliveries[i].kind == DELIVER_SPLIT)
            sending->split = (size_t)source->deliveries[i].number;
}

static uint64_t stop_at(const struct ftp_sending *sending, uint64_t most)
{
    uint64_t stop = sending->length < sending->limit ? sending->length : sending->limit;

    return stop < most ? stop : most;
}

static ssize_t send_some(const struct ftp_sending *sending, int socket, uint64_t moved,
                         uint64_t room)
{
    const struct ftp_data_source *source = &sending->source;
    size_t len = room < CHUNK ? (size_t)room : CHUNK;
    off_t at = (off_t)(source->offset + moved);

    if (sending->split > 0 && len > sending->split)
        len = sending->split;
    if (source->fd >= 0)
        return sendfile(socket, source->fd, &at, len);
    return send(socket, source->octets.at + at, len, MSG_NOSIGNAL);
}

enum ftp_pushed ftp_sending_push(struct ftp_sending *sending, int socket, uint64_t most,
                                 uint64_t *moved)
{
    for (unsigned chunk = 0; *moved < stop_at(sending, most); chunk++) {
        ssize_t n;

        if (sending->split == 0 && chunk == CHUNKS_A_TURN)
            return FTP_PUSHED_SOME;
        n = send_some(sending, socket, *moved, stop_at(sending, most) - *moved);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? FTP_PUSHED_SOME : FTP_PUSHED_LOST;
        if (n == 0 && sending->source.fd >= 0)
            sending->length = *moved; /* the file's end */
        *moved += (uint64_t)n;
    }
    return FTP_PUSHED_ALL;
}

bool ftp_sending_stands_still(const struct ftp_sending *sending)
{
    return sending->limit != NO_LIMIT || sending->source.hold_open;
}

void ftp_sending_go_on(struct ftp_sending *sending)
{
    if (sending->limit != NO_LIMIT)
        sending->limit = NO_LIMIT;
    else
        sending->source.hold_open = false;
}
