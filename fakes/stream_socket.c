#include "fakes/stream_socket.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BACKLOG 64

static enum err failed(int *fd, const char *what, const struct endpoint *at, struct diag *why)
{
    int error = errno;
    char text[ENDPOINT_TEXT];

    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return diag_set(why, error == EACCES || error == EPERM ? ERR_PERMISSION : ERR_SYSTEM,
                    "cannot %s %s: %s", what, endpoint_format(at, text), strerror(error));
}

static int make(uint8_t family)
{
    int on = 1;
    int fd = socket(family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    IPPROTO_TCP);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static int bind_to(int fd, const struct endpoint *at)
{
    struct sockaddr_storage name;
    socklen_t len = endpoint_to_sockaddr(at, &name);

    return bind(fd, (struct sockaddr *)&name, len);
}

enum err stream_connect(const struct endpoint *from, const struct endpoint *to, int *fd, int *error,
                        struct diag *why)
{
    struct sockaddr_storage name;
    socklen_t len = endpoint_to_sockaddr(to, &name);

    *error = 0;
    *fd = make(to->family);
    if (*fd < 0)
        return failed(fd, "make a socket for", to, why);
    if (from->family == to->family && bind_to(*fd, from) < 0)
        return failed(fd, "bind to", from, why);
    if (connect(*fd, (struct sockaddr *)&name, len) < 0 && errno != EINPROGRESS)
        *error = errno;
    return OK;
}

/* IPv6 with IPv4 mapped into it, or IPv4 alone where there is no IPv6. */
static int listen_everywhere(uint16_t port, struct endpoint *at)
{
    int off = 0, fd;

    *at = (struct endpoint){.family = 6, .port = port};
    fd = make(6);
    if (fd >= 0 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0 &&
        bind_to(fd, at) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    *at = (struct endpoint){.family = 4, .port = port};
    fd = make(4);
    if (fd >= 0 && bind_to(fd, at) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int listen_there(const struct endpoint *at)
{
    int on = 1, error;
    int fd = make(at->family);

    if (fd >= 0 && at->family == 6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (fd < 0 || bind_to(fd, at) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

enum err stream_listen(const struct endpoint *at, bool any, int *fd, struct endpoint *bound,
                       struct diag *why)
{
    struct endpoint where = *at;

    *fd = any ? listen_everywhere(at->port, &where) : listen_there(at);
    if (*fd < 0 || listen(*fd, BACKLOG) < 0)
        return failed(fd, "listen at", &where, why);
    stream_endpoints(*fd, bound, NULL);
    if (any)
        bound->family = where.family; /* [::] is no mapped address */
    return OK;
}

int stream_accept(int listener)
{
    int on = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int stream_error(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;

    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
    return error;
}

void stream_endpoints(int fd, struct endpoint *local, struct endpoint *remote)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof name;

    if (local != NULL && getsockname(fd, (struct sockaddr *)&name, &len) == 0)
        endpoint_from_sockaddr((struct sockaddr *)&name, local);
    len = sizeof name;
    if (remote != NULL && getpeername(fd, (struct sockaddr *)&name, &len) == 0)
        endpoint_from_sockaddr((struct sockaddr *)&name, remote);
}

int stream_unread(int fd)
{
    int octets = 0;

    ioctl(fd, SIOCOUTQ, &octets);
    return octets;
}

bool stream_has_left(int fd)
{
    int unsent = 0;

    return ioctl(fd, SIOCOUTQNSD, &unsent) != 0 || unsent == 0;
}

void stream_close(int fd, bool reset)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}
