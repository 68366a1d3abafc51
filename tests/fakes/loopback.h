/* loopback: connected TCP sockets, and turning the loop until something has come about. */
#ifndef PEERSPEC_TESTS_LOOPBACK_H
#define PEERSPEC_TESTS_LOOPBACK_H

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/endpoint.h"
#include "play/loop.h"
#include "play/transcript.h"

#define LOOPBACK_PATIENCE (3 * CLOCK_SECOND) /* less than a test of Check's may take */

static inline struct endpoint loopback_endpoint(uint16_t port)
{
    struct endpoint at;

    ck_assert(endpoint_parse("127.0.0.1", port, &at));
    return at;
}

static inline struct endpoint loopback_name(int fd)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    struct endpoint at;

    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&name, &len), 0);
    endpoint_from_sockaddr((struct sockaddr *)&name, &at);
    return at;
}

/* A socket of that type on 127.0.0.1; streams listen. */
static inline int loopback_bind(int type, struct endpoint *bound)
{
    struct endpoint at = loopback_endpoint(0);
    struct sockaddr_storage name;
    socklen_t len = endpoint_to_sockaddr(&at, &name);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, len), 0);
    if (type == SOCK_STREAM)
        ck_assert_int_eq(listen(fd, 8), 0);
    *bound = loopback_name(fd);
    return fd;
}

static inline int loopback_connect(const struct endpoint *to)
{
    struct sockaddr_storage name;
    socklen_t len = endpoint_to_sockaddr(to, &name);
    int fd = socket(to->family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, len), 0);
    return fd;
}

/* Turn the loop until `met` says so; false where that takes too long. */
static inline bool loopback_turn(struct loop *loop, bool (*met)(void *ctx), void *ctx)
{
    int64_t end = clock_now() + LOOPBACK_PATIENCE;

    while (!met(ctx)) {
        if (clock_now() > end)
            return false;
        loop_turn(loop, 20 * CLOCK_MS);
    }
    return true;
}

/* The n-th (from 0) entry of that kind; NULL: there are not so many. */
static inline const struct entry *loopback_entry(const struct transcript *transcript,
                                                 enum entry_kind kind, size_t n)
{
    for (size_t i = 0; i < transcript_count(transcript); i++)
        if (transcript_at(transcript, i)->kind == kind && n-- == 0)
            return transcript_at(transcript, i);
    return NULL;
}

static inline bool loopback_noted(const struct transcript *transcript, const char *text)
{
    const struct entry *note;

    for (size_t n = 0; (note = loopback_entry(transcript, ENTRY_NOTE, n)) != NULL; n++)
        if (bytes_search(note->text, bytes_of(text)) < note->text.len)
            return true;
    return false;
}

#endif
