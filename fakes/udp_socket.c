#include "fakes/udp_socket.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LARGEST 65536
#define CONTROL_ROOM 128
#define BUFFER_WISH (4 << 20)
#define SEND_WAIT_MS 5

struct udp_batch {
    struct mmsghdr in[UDP_BATCH];
    struct iovec pieces[UDP_BATCH];
    struct sockaddr_storage names[UDP_BATCH];
    struct mmsghdr out[UDP_BATCH];
    size_t chosen, used;
    _Alignas(struct cmsghdr) char control[UDP_BATCH][CONTROL_ROOM];
    char (*text)[LARGEST]; /* UDP_BATCH of them */
};

/* --- sockets --------------------------------------------------------------------------------- */

static bool any_address(const struct endpoint *at)
{
    static const uint8_t zero[sizeof at->addr];

    return memcmp(at->addr, zero, sizeof zero) == 0;
}

static void set_options(int fd, const struct endpoint *at)
{
    int on = 1, wish = BUFFER_WISH;
    bool v6 = at->family == 6;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wish, sizeof wish);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &wish, sizeof wish);
    if (v6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &on, sizeof on);
    if (any_address(at))
        setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, &on,
                   sizeof on);
}

enum err udp_socket_open(const struct endpoint *at, struct udp_socket *out, struct diag *why)
{
    struct sockaddr_storage name;
    socklen_t len = endpoint_to_sockaddr(at, &name);
    char text[ENDPOINT_TEXT];
    int error;

    out->fd = socket(at->family == 6 ? AF_INET6 : AF_INET,
                     SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
    if (out->fd >= 0)
        set_options(out->fd, at);
    if (out->fd < 0 || bind(out->fd, (struct sockaddr *)&name, len) < 0) {
        error = errno;
        udp_socket_close(out);
        return diag_set(why, error == EACCES || error == EPERM ? ERR_PERMISSION : ERR_SYSTEM,
                        "cannot bind to %s: %s", endpoint_format(at, text), strerror(error));
    }
    out->local = *at;
    len = sizeof name;
    if (getsockname(out->fd, (struct sockaddr *)&name, &len) == 0)
        endpoint_from_sockaddr((struct sockaddr *)&name, &out->local);
    return OK;
}

bool udp_socket_is_any(const struct udp_socket *socket)
{
    return any_address(&socket->local);
}

void udp_socket_close(struct udp_socket *socket)
{
    if (socket->fd >= 0)
        close(socket->fd);
    socket->fd = -1;
}

static void put_control(struct msghdr *message, int level, int type, const void *info, size_t len)
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);

    head->cmsg_level = level;
    head->cmsg_type = type;
    head->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(head), info, len);
    message->msg_controllen = CMSG_SPACE(len);
}

/* Let the datagram leave from that address, where the socket has them all. */
static void put_source(struct msghdr *message, const struct endpoint *from)
{
    if (from->family == 6) {
        struct in6_pktinfo info = {0};

        memcpy(&info.ipi6_addr, from->addr, sizeof info.ipi6_addr);
        put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    } else {
        struct in_pktinfo info = {0};

        memcpy(&info.ipi_spec_dst, from->addr, sizeof info.ipi_spec_dst);
        put_control(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
}

/* An ICMP error that came before is told by the next call: the datagram is then sent again. */
static bool is_old_error(int error)
{
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EINTR;
}

bool udp_socket_send(const struct udp_socket *socket, const struct endpoint *to,
                     const struct endpoint *from, struct bytes text)
{
    _Alignas(struct cmsghdr) char control[CONTROL_ROOM];
    struct sockaddr_storage name;
    struct iovec piece = {(char *)text.at, text.len};
    struct msghdr message = {.msg_name = &name, .msg_iov = &piece, .msg_iovlen = 1};
    ssize_t sent;

    message.msg_namelen = endpoint_to_sockaddr(to, &name);
    if (any_address(&socket->local) && from->family == to->family && !any_address(from)) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        put_source(&message, from);
    }
    sent = sendmsg(socket->fd, &message, MSG_NOSIGNAL);
    if (sent < 0 && is_old_error(errno))
        sent = sendmsg(socket->fd, &message, MSG_NOSIGNAL);
    return sent >= 0;
}

/* --- ICMP ------------------------------------------------------------------------------------ */

static const struct sock_extended_err *find_error(struct msghdr *message)
{
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head != NULL;
         head = CMSG_NXTHDR(message, head))
        if ((head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_RECVERR) ||
            (head->cmsg_level == IPPROTO_IPV6 && head->cmsg_type == IPV6_RECVERR))
            return (const void *)CMSG_DATA(head);
    return NULL;
}

bool udp_socket_icmp(const struct udp_socket *socket, char *text, size_t room)
{
    _Alignas(struct cmsghdr) char control[512];
    char octet, addr[ENDPOINT_TEXT];
    struct sockaddr_storage name = {0};
    struct iovec piece = {&octet, 1};
    struct msghdr message = {.msg_name = &name,
                             .msg_namelen = sizeof name,
                             .msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    const struct sock_extended_err *error;
    struct endpoint to;

    if (socket->fd < 0 || recvmsg(socket->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return false;
    error = find_error(&message);
    endpoint_from_sockaddr((struct sockaddr *)&name, &to);
    if (error == NULL)
        snprintf(text, room, "an error without a cause for %s", endpoint_format(&to, addr));
    else
        snprintf(text, room, "ICMP type %u code %u for a datagram to %s: %s", error->ee_type,
                 error->ee_code, endpoint_format(&to, addr), strerror((int)error->ee_errno));
    return true;
}

/* --- batches --------------------------------------------------------------------------------- */

enum err udp_batch_new(struct udp_batch **out, struct diag *why)
{
    struct udp_batch *batch = calloc(1, sizeof *batch);

    *out = NULL;
    if (batch != NULL)
        batch->text = malloc(UDP_BATCH * sizeof *batch->text);
    if (batch == NULL || batch->text == NULL) {
        free(batch);
        return diag_set(why, ERR_SYSTEM, "out of memory for datagrams");
    }
    batch->used = UDP_BATCH;
    *out = batch;
    return OK;
}

void udp_batch_free(struct udp_batch *batch)
{
    if (batch == NULL)
        return;
    free(batch->text);
    free(batch);
}

/* Only what the last look has used needs to be made anew. */
static void make_ready(struct udp_batch *batch)
{
    for (size_t i = 0; i < batch->used; i++) {
        batch->pieces[i] = (struct iovec){batch->text[i], LARGEST};
        batch->in[i].msg_hdr = (struct msghdr){.msg_name = &batch->names[i],
                                               .msg_namelen = sizeof batch->names[i],
                                               .msg_iov = &batch->pieces[i],
                                               .msg_iovlen = 1,
                                               .msg_control = batch->control[i],
                                               .msg_controllen = CONTROL_ROOM};
    }
    batch->chosen = batch->used = 0;
}

size_t udp_batch_receive(struct udp_batch *batch, const struct udp_socket *socket)
{
    int count;

    make_ready(batch);
    count = recvmmsg(socket->fd, batch->in, UDP_BATCH, MSG_DONTWAIT, NULL);
    if (count < 0 && is_old_error(errno))
        count = recvmmsg(socket->fd, batch->in, UDP_BATCH, MSG_DONTWAIT, NULL);
    batch->used = count < 0 ? 0 : (size_t)count;
    return batch->used;
}

struct bytes udp_batch_text(const struct udp_batch *batch, size_t n)
{
    return (struct bytes){batch->text[n], batch->in[n].msg_len};
}

struct endpoint udp_batch_from(const struct udp_batch *batch, size_t n)
{
    struct endpoint from;

    endpoint_from_sockaddr((const struct sockaddr *)&batch->names[n], &from);
    return from;
}

/* The control message with the address that was asked; NULL where there is none. */
static struct cmsghdr *find_info(const struct msghdr *message)
{
    struct msghdr *head = (struct msghdr *)message; /* CMSG_NXTHDR wants it so */

    for (struct cmsghdr *each = CMSG_FIRSTHDR(head); each != NULL; each = CMSG_NXTHDR(head, each))
        if ((each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO) ||
            (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_PKTINFO))
            return each;
    return NULL;
}

struct endpoint udp_batch_to(const struct udp_batch *batch, size_t n,
                             const struct udp_socket *socket)
{
    struct endpoint to = socket->local;
    struct cmsghdr *info = find_info(&batch->in[n].msg_hdr);

    if (info == NULL)
        return to;
    if (info->cmsg_level == IPPROTO_IPV6)
        memcpy(to.addr, &((struct in6_pktinfo *)(void *)CMSG_DATA(info))->ipi6_addr, 16);
    else
        memcpy(to.addr, &((struct in_pktinfo *)(void *)CMSG_DATA(info))->ipi_spec_dst, 4);
    return to;
}

/* The way back is the routing table's choice. Link-local addresses alone need their interface. */
static void forget_interface(struct msghdr *message)
{
    struct cmsghdr *info = find_info(message);

    if (info == NULL)
        return;
    if (info->cmsg_level == IPPROTO_IP) {
        ((struct in_pktinfo *)(void *)CMSG_DATA(info))->ipi_ifindex = 0;
    } else {
        struct in6_pktinfo *v6 = (void *)CMSG_DATA(info);

        if (!IN6_IS_ADDR_LINKLOCAL(&v6->ipi6_addr))
            v6->ipi6_ifindex = 0;
    }
}

void udp_batch_choose(struct udp_batch *batch, size_t n)
{
    struct mmsghdr *out = &batch->out[batch->chosen++];

    *out = batch->in[n];
    batch->pieces[n].iov_len = batch->in[n].msg_len;
    out->msg_hdr.msg_flags = 0;
    if (out->msg_hdr.msg_controllen > 0)
        forget_interface(&out->msg_hdr);
}

void udp_batch_echo(struct udp_batch *batch, const struct udp_socket *socket)
{
    struct pollfd full = {socket->fd, POLLOUT, 0};
    bool again = false;
    size_t at = 0;

    while (at < batch->chosen) {
        int count =
            sendmmsg(socket->fd, batch->out + at, (unsigned)(batch->chosen - at), MSG_NOSIGNAL);

        if (count < 0 && errno == EAGAIN && poll(&full, 1, SEND_WAIT_MS) > 0)
            continue;
        again = count < 0 && is_old_error(errno) && !again;
        if (!again)
            at += count > 0 ? (size_t)count : 1; /* 1: that one cannot be sent */
    }
    batch->chosen = 0;
}
